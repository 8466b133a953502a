"""The CPU share of an environment, phase by phase, as its own process sees itself stopped."""

import asyncio
import json
import textwrap
from pathlib import Path

import pytest

from telemetry.lab.platform.environment import Environment
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.platform.variables import function_environ
from tests.telemetry.lab.conftest import Lab, Run
from tests.telemetry.lab.own_share import SAYS_WHAT_IT_GOT, check_share

COUNTS_ITS_STOPS = """
    import json, os, signal, time

    continued = 0

    def count(*_):
        global continued
        continued += 1

    def compute(seconds, phase):
        before, ends = continued, time.process_time() + seconds
        while time.process_time() < ends:
            pass
        print(json.dumps({"record": phase, "stops": continued - before,
                          "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]}))

    signal.signal(signal.SIGCONT, count)
    compute(0.1, "init")

    def handler(event, context):
        if os.path.exists("die"):
            os.remove("die")
            os._exit(1)
        compute(0.1, "request")
        return {"statusCode": 200}
"""
FEWEST_STOPS = 10
"""Of 100 ms of CPU time, 256 MB get 2.9 in a period: 34 stops, fewer where a busy machine delays them."""


def stops(run: Run, phase: str) -> list[int]:
    return [line["stops"] for line in run.records(phase)]


def test_requests_get_the_cpu_of_the_memory_and_init_all_there_is(lab: Lab) -> None:
    run = lab("--memory", 256, "--environments", 1, "--invocations", 2, handler=COUNTS_ITS_STOPS)
    assert run.code == 0
    assert stops(run, "init") == [0]
    assert min(stops(run, "request")) > FEWEST_STOPS
    assert {line["memory"] for line in run.records("request")} == {"256"}
    assert {report["metrics"]["memorySizeMB"] for report in run.reports} == {256}


def test_init_of_provisioned_concurrency_gets_no_more_than_requests(lab: Lab) -> None:
    provisioned = ("--init-type", "provisioned-concurrency")
    run = lab(
        *("--memory", 256, "--environments", 1, "--invocations", 1, *provisioned), handler=COUNTS_ITS_STOPS
    )
    assert stops(run, "init")[0] > FEWEST_STOPS


def test_init_after_a_crash_gets_no_more_than_requests(lab: Lab, here: Path) -> None:
    (here / "die").touch()
    run = lab("--memory", 256, "--environments", 1, "--invocations", 2, handler=COUNTS_ITS_STOPS)
    first, second = stops(run, "init")
    assert first == 0
    assert second > FEWEST_STOPS


def test_full_speed_stops_nothing(lab: Lab) -> None:
    full = ("--cpu", "full", "--memory", 256)
    run = lab("--environments", 1, "--invocations", 1, *full, handler=COUNTS_ITS_STOPS)
    assert stops(run, "init") == stops(run, "request") == [0]
    assert run.lab["cpu"] == {"mode": "full"}
    assert "Requests ran as fast as INIT (--cpu full)" in run.stdout


def test_time_out_goes_on_while_the_process_is_stopped(lab: Lab) -> None:
    run = lab(
        *("--memory", 128, "--timeout", 1, "--environments", 1, "--invocations", 1),
        handler="""
            import time
            def handler(event, context):
                ends = time.process_time() + 30
                while time.process_time() < ends:
                    pass
        """,
    )
    assert [report["status"] for report in run.reports] == ["timeout"]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.anyio
async def test_environments_at_work_at_once_have_each_its_own_share(here: Path) -> None:
    """Each computes for as long as the others, as its CPU time is in proportion to its memory."""
    (here / "function.py").write_text(textwrap.dedent(SAYS_WHAT_IT_GOT), encoding="utf-8")

    async def request(memory_mb: int) -> int:
        function = FunctionConfiguration(handler="function.handler", memory_mb=memory_mb, timeout=200)
        environ = {**function_environ(function, {}), "LAMBDA_TASK_ROOT": str(here)}
        environment = Environment(function, environ, log, lines.append, throttle)
        try:
            await environment.init()
            await environment.invoke({"cpu": 0.25 * memory_mb / 128})
        finally:
            await environment.shutdown(at_once=True)
            environment.remove_files()
        return memory_mb

    lines: list[bytes] = []
    with Throttle() as throttle, (here / "log").open("wb") as log:
        await asyncio.gather(*map(request, (128, 256, 512)))
    work = [json.loads(line) for line in b"".join(lines).splitlines() if b'"work"' in line]
    assert sorted(line["memory"] for line in work) == [128, 256, 512]
    for line in work:
        check_share(line, line["memory"])
