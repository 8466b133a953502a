"""Who has the signal before, and who gets it back."""

import signal
import threading

import pytest

from adapter import LifespanAdapter
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event


@pytest.fixture
def handler_before() -> object:
    return signal.getsignal(signal.SIGTERM)


def test_handler_is_given_back(inside_lambda: None, handler_before: object) -> None:
    with LifespanAdapter(Recorded()):
        assert signal.getsignal(signal.SIGTERM) != handler_before
    assert signal.getsignal(signal.SIGTERM) == handler_before


def test_later_handler_is_left_alone(inside_lambda: None, handler_before: signal.Handlers) -> None:
    with LifespanAdapter(Recorded()):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    signal.signal(signal.SIGTERM, handler_before)


def test_no_handler_outside_lambda(handler_before: object) -> None:
    with LifespanAdapter(Recorded()) as handler:
        handler(http_event(), None)
        assert signal.getsignal(signal.SIGTERM) == handler_before


def test_no_handler_when_opted_out(inside_lambda: None, handler_before: object) -> None:
    with LifespanAdapter(Recorded(), sigterm=False):
        assert signal.getsignal(signal.SIGTERM) == handler_before


def test_no_handler_off_the_main_thread(inside_lambda: None, handler_before: object) -> None:
    statuses = []

    def work() -> None:
        with LifespanAdapter(Recorded()) as handler:
            statuses.append(handler(http_event(), None)["statusCode"])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert statuses == [200]
    assert signal.getsignal(signal.SIGTERM) == handler_before
