import signal

import pytest

from telemetry.lab.aws.stopping import Stop, StoppedError, noted_signals, pauses


def test_a_signal_is_acted_on_at_the_next_look_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with noted_signals() as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(StoppedError, match="SIGTERM") as found:
            stop.check()
    assert found.value.number == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with noted_signals() as stop:
            signal.raise_signal(signal.SIGHUP)
            stop.check()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_pause_ends_with_a_signal() -> None:
    stop = Stop()
    stop.note(signal.SIGINT)
    with pytest.raises(StoppedError):
        stop.sleep(3600)


def test_pauses_last_as_long_as_patience() -> None:
    assert sum(pauses(60)) == pytest.approx(60)
    assert max(pauses(60)) == 5
    assert list(pauses(0)) == []
