"""The tables of a ledger: what is kept of each request, startup and resource, by column.

`key` tells rows apart and joins them (`keys`); `process`, `touched`, `name`, `version`, `ended` and `stream`
are numbers that the ledger gives to names.
"""

from typing import Final

from telemetry.report.read.columns import SpillingTable, Table

WHOLE: Final = -1
"""In the place of a resource: the startup as a whole."""


def invocations() -> SpillingTable:
    """Requests. `n` counts the invocations of a process from 1, and is 0 in a batch.

    `doubtful` are cold starts after a gap that does not tell whether INIT was waited for.
    """
    return SpillingTable(
        "key", key="i8", process="i4", touched="i4", n="i4", start="i1", failed="i1", doubtful="i1", ms="f8",
        startup="f8", shutdown="f8", at="f8",
    )  # fmt: skip


def pings() -> SpillingTable:
    """Invocations that were no requests."""
    return SpillingTable("key", key="i8", process="i4", n="i4", ms="f8", at="f8")


def reports() -> SpillingTable:
    """What the platform said of each attempt at a request as it had ended."""
    return SpillingTable(
        "key", key="i8", stream="i4", outcome="i1", ms="f8", billed="f8", init="f8", restore="f8", used="f8",
        memory="f8", at="f8",
    )  # fmt: skip


def requests_of_others() -> SpillingTable:
    """Requests of other services than the one that was chosen: their reports are not of this one."""
    return SpillingTable("key", key="i8")


def versions() -> SpillingTable:
    """What the platform said of the version as a request began; only of streams that are not known."""
    return SpillingTable("key", key="i8", version="i4")


def startups() -> Table:
    """First startup of each process; `again` is that of an INIT that ran a second time, inside a request."""
    return Table(
        key="i8", process="i4", in_init="i1", again="i1", complete="i1", wall="f8", cpu="f8", init="f8",
        state="f8", share="f8", rss="f8", native="f8", blocks="f8", at="f8",
    )  # fmt: skip


def resources() -> Table:
    """What the first startup of each process loaded."""
    return Table(
        key="i8", process="i4", name="i4", overlapped="i1", failed="i1", wall="f8", cpu="f8", rss="f8",
        native="f8", blocks="f8", modules="f8", at="f8",
    )  # fmt: skip


def repeats() -> SpillingTable:
    """Startups and resources that are not the first of their process; a startup's name is `WHOLE`."""
    return SpillingTable("process", key="i8", process="i4", name="i4", complete="i1", wall="f8")


def shutdowns() -> Table:
    """Those at the end of a process, which `ended` numbers."""
    return Table(key="i8", ended="i4", ms="f8", at="f8")
