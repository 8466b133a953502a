"""The fault table: one row for each thing that can go wrong."""

from typing import Final

from tests.faults.deaths import DEATHS
from tests.faults.fault import Fault
from tests.faults.outside import OUTSIDE
from tests.faults.requests import REQUESTS
from tests.faults.signals import SIGNALS
from tests.faults.startup import STARTUP

TABLE: Final[list[Fault]] = [*STARTUP, *DEATHS, *REQUESTS, *SIGNALS, *OUTSIDE]
