import itertools
from collections.abc import Iterator

import pytest

from tests.lambda_api.functions import Account
from tests.lambda_api.loopback import lambda_api
from tests.lambda_api.options import Options
from tests.template.conftest import baked, home, sam, template  # noqa: F401 - fixtures of both rooms

DELAYS = {"update": 0.05, "publish": 0.05, "snapshot": 0.1, "provisioning": 0.1, "log": 0.1}
QUICK = Options(update=0.05, publish=0.05, snapshot=0.1, provisioning=0.1, log_delay=0.1)
LONG = 3600.0
"""Longer than any test takes, whatever the machine has to do."""
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """One double for all tests that neither change it for others nor end it."""
    with lambda_api(QUICK) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def account(endpoint: str) -> Account:
    return Account(endpoint)


@pytest.fixture
def function(account: Account) -> Iterator[str]:
    """The name of a new function, which can be invoked; it is deleted afterwards."""
    name = f"function-{next(NUMBERS)}"
    account.create(name)
    yield name
    account.delay(**DELAYS)
    account.delete(name)
