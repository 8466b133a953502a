import threading
import time

import pytest

from telemetry.aside import Aside


def test_result_comes_back() -> None:
    assert Aside().run(lambda: 7, time.monotonic() + 30) == 7


def test_exception_comes_back() -> None:
    def work() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Aside().run(work, time.monotonic() + 30)


def test_what_hangs_is_given_up() -> None:
    release, aside = threading.Event(), Aside()
    with pytest.raises(TimeoutError):
        aside.run(release.wait, time.monotonic())
    assert not release.is_set()
    with pytest.raises(TimeoutError):  # nothing is started beside it
        aside.run(pytest.fail, time.monotonic())
    release.set()
    assert aside.run(lambda: 7, time.monotonic() + 30) == 7
