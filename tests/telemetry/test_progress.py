import threading

import pytest

from telemetry.progress import progress


def test_pipe_gets_a_line_at_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("lab", 40, "invocations") as advance:
        for _ in range(40):
            advance("init")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"lab: {done} of 40 invocations" for done in range(4, 41, 4)]


def test_few_steps_get_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading /aws/lambda/x", 3, "hours") as advance:
        for _ in range(3):
            advance()
    assert capsys.readouterr().err.splitlines()[0] == "reading /aws/lambda/x: 1 of 3 hours"


def test_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    threads = threading.active_count()
    with progress("lab", 2, "invocations") as advance:
        advance("init")
        assert threading.active_count() == threads
        advance("[not markup]")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "\x1b[" in printed.err
    assert "1/2" in printed.err or "2/2" in printed.err
    assert "[not markup]" in printed.err
    assert "of 2 invocations" not in printed.err
