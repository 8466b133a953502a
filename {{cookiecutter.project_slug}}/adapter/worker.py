"""A worker of a managed instance: one of the processes that the runtime client forks."""

import signal
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent has ended (Linux).

    The runtime client passes no signal on: a SIGTERM ends the parent and leaves the workers behind.
    """
    import ctypes  # noqa: PLC0415 - more than a millisecond, and needed on managed instances only

    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    except (AttributeError, OSError, TypeError):
        return
