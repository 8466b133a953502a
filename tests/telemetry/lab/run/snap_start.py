"""What the tests of SnapStart in the lab ask for."""

ONE = ("--init-type", "snap-start", "--environments", 1, "--invocations", 2)
"""One environment, and a warm request after the first."""
