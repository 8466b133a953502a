import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapter.process.identity import begun_before, environment_from, inside_lambda, process_began_ns, restored

LOG_STREAM = {"AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/24/[$LATEST]0123456789abcdef"}


def test_id_is_of_the_log_stream() -> None:
    one, again = environment_from(LOG_STREAM), environment_from(LOG_STREAM)
    other = environment_from({"AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/24/[$LATEST]fedcba9876543210"})
    assert one.id == again.id != other.id
    assert one.process != again.process
    assert "0123" not in one.id


def test_id_is_random_without_log_stream() -> None:
    assert environment_from({}).id != environment_from({}).id


def test_ids_are_hexadecimal() -> None:
    environment = environment_from(LOG_STREAM)
    assert len(bytes.fromhex(environment.id)) == 6
    assert len(bytes.fromhex(environment.process)) == 4


@pytest.mark.parametrize(("set_to", "read"), [({}, None), ({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}, 512)])
def test_memory_size(set_to: dict[str, str], read: int | None) -> None:
    assert environment_from(set_to).memory_mb == read


def test_t12_function_and_version_are_known() -> None:
    known = environment_from({"AWS_LAMBDA_FUNCTION_NAME": "tickets", "AWS_LAMBDA_FUNCTION_VERSION": "7"})
    assert (known.function, known.version) == ("tickets", "7")
    assert (restored(known).function, restored(known).version) == ("tickets", "7")
    unknown = environment_from({"AWS_LAMBDA_FUNCTION_NAME": ""})
    assert (unknown.function, unknown.version) == (None, None)


def test_init_type() -> None:
    assert environment_from({}).init_type == "on-demand"
    assert environment_from({"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}).init_type == "snap-start"


def test_copy_is_someone_else() -> None:
    one = environment_from(LOG_STREAM)
    copies = [restored(one) for _ in range(2)]
    assert len({one.id, *(copy.id for copy in copies)}) == 3
    assert len({one.process, *(copy.process for copy in copies)}) == 3
    assert copies[0].process_began_ns > one.process_began_ns
    assert copies[0]._replace(id=one.id, process=one.process, process_began_ns=one.process_began_ns) == one


def test_second_process_of_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {**LOG_STREAM, "TMPDIR": str(tmp_path)}
    environment = environment_from(environ)
    assert [begun_before(environment, environ) for _ in range(2)] == [False, False]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert [begun_before(environment, environ) for _ in range(2)] == [True, True]
    other = {**environ, "AWS_LAMBDA_LOG_STREAM_NAME": "another"}
    assert not begun_before(environment_from(other), other)


@pytest.mark.parametrize(
    "odd",
    [
        {"AWS_LAMBDA_LOG_STREAM_NAME": ""},
        {"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"},
        {"TMPDIR": "/proc/nowhere"},
    ],
)
def test_in_doubt_it_is_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: dict[str, str]
) -> None:
    environ = {**LOG_STREAM, "TMPDIR": str(tmp_path), **odd}
    environment = environment_from(environ)
    assert not begun_before(environment, environ)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert not begun_before(environment, environ)


def test_inside_lambda() -> None:
    assert inside_lambda({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"})
    assert not inside_lambda({})


def test_process_start() -> None:
    program = "import adapter.process.identity as e; print(e.process_began_ns())"
    before = time.time_ns()
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    assert before - 2 * tick <= int(ran.stdout) <= time.time_ns()


@pytest.mark.parametrize("content", [None, "", "1 (a b) c) S 1"])
def test_process_start_without_proc(tmp_path: Path, content: str | None) -> None:
    stat = tmp_path / "stat"
    if content is not None:
        stat.write_text(content)
    before = time.time_ns()
    assert before <= process_began_ns(stat) <= time.time_ns()


@pytest.mark.parametrize("harm", ["folder", "bytes"])
def test_mark_that_cannot_be_read_is_a_doubt(tmp_path: Path, harm: str) -> None:
    environ = {**LOG_STREAM, "TMPDIR": str(tmp_path)}
    environment = environment_from(environ)
    mark = tmp_path / f"lifespan-adapter-{environment.id}"
    mark.mkdir() if harm == "folder" else mark.write_bytes(b"\xff")
    assert not begun_before(environment, environ)
