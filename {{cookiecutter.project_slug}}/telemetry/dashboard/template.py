"""Where in template.yaml the dashboard is."""

from typing import Final

BEGIN: Final = "      # Written by `make dashboard`, from here\n"
END: Final = "      # to here.\n"


def with_body(template: str, body: str) -> str:
    """Return the template with this dashboard.

    Raises:
        ValueError: the lines around the place are missing.
    """
    before, begin, rest = template.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(
            f"no place for the dashboard: expected the lines {BEGIN.strip()!r} and {END.strip()!r}"
        )
    return before + begin + body + end + after
