"""Can the app's startup be repeated at all? Stock Mangum repeats it in every request."""

import numpy as np

from telemetry.report.read.columns import Flags
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.sums import Sums


def does_not_repeat(ledger: Ledger, sums: Sums) -> bool:
    """Say whether every environment of `every_invocation` that was to repeat its startup fell back to `init`.

    An environment of one request has nothing to repeat, and says nothing.
    """
    fell_back: Flags = np.asarray([unit.fell_back for unit in ledger.units], np.bool_)
    mine = sums.in_arm("every_invocation") & ledger.judged()
    return bool((mine & fell_back).any()) and not bool((mine & ~fell_back & (sums.n > 1)).any())
