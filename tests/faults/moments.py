"""SIGTERM at any moment of an environment's life, and what must hold whatever the moment was."""

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from tests.adapter.events import http_event
from tests.faults.faulty_function import FaultyFunction
from tests.faults.programs import APP
from tests.faults.steps import sigterm

IDLE = 2
"""Requests in an environment that soon has nothing to do."""
LOADED = 12
"""Requests in one that gets the next as soon as it asks."""
EVERYWHERE = r"/adapter/|/asyncio/|/function\.py$"
SIGTERM_HANDLING = r"/adapter/(environment|process/sigterm|process/wakeup)\.py$"
TRACED = (
    APP.replace(
        "import asyncio, os, signal, sys, time\n",
        """
import asyncio, os, re, signal, sys, time

moment = int(os.environ["MOMENT"])
files = re.compile(os.environ["TRACED_FILES"])
passed = 0

def trace(frame, event, _):
    global passed
    if not files.search(frame.f_code.co_filename):
        return None
    if event == "line":
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGTERM)
    return trace

sys.settrace(trace)
""",
    )
    + """
async def start(state):
    await asyncio.sleep(0)
    say("app: ready")

async def serve(scope, receive, send):
    await asyncio.sleep(0.001)
    await respond(send)
    say("app: served")

async def stop():
    await asyncio.sleep(0)

def observe(fact):
    if type(fact).__name__ == "EnvironmentEnded":
        say("app: end", passed)

handler = LifespanAdapter(app, observe=observe)
"""
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the signal is sent."""

    by: Literal["line", "clock"]
    """After so many lines that the main thread has run in the files `within`; or after seconds."""
    at: float
    within: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What was seen of one environment."""

    exit_code: int
    responses: tuple[str, ...]
    output: str

    @property
    def lines(self) -> int:
        """How many the main thread has run, in an environment that got no signal at a moment."""
        return int(self.output.rpartition("app: end ")[2].split()[0])

    def violations(self) -> list[str]:
        """What must not be, in words."""
        log = self.output.splitlines()
        served, stopped = log.count("app: served"), log.count("app: shutdown")
        ended = sum(line.startswith("app: end ") for line in log)
        checks = {
            f"exit code {self.exit_code}": self.exit_code not in (0, -signal.SIGTERM),
            "killed after its first event": self.exit_code != 0 and served > 0,
            f"{len(self.responses)} responses of {served}": self.responses != ("200",) * served,
            "a shutdown without a startup": stopped > log.count("app: ready"),
            f"{stopped} shutdowns": stopped > 1,
            "no shutdown": self.exit_code == 0 and stopped < log.count("app: ready"),
            f"{ended} ends": ended != (self.exit_code == 0),
            "a traceback": "Traceback" in self.output,
        }
        return [words for words, violated in checks.items() if violated]


NEVER = Moment("line", 0)


def run_environment(folder: Path, moment: Moment = NEVER, requests: int = IDLE) -> Lifetime:
    """One environment: some requests, then Lambda's SIGTERM, if there was no other end before."""
    folder.mkdir()
    line = int(moment.at) if moment.by == "line" else 0
    began = time.monotonic()
    with FaultyFunction(TRACED, folder, {"MOMENT": str(line), "TRACED_FILES": moment.within}) as function:
        for _ in range(requests):
            function.send(http_event("/any"))
        if moment.by == "clock":
            function.wait_until(lambda: time.monotonic() - began > moment.at)
            sigterm(function)
        function.wait_until(lambda: function.calls.polls.qsize() > requests)
        sigterm(function)
        exit_code = function.await_end()
        while not function.calls.answers.empty():
            function.receive_response()
        return Lifetime(exit_code, tuple(function.responses), function.output())


def moments(seed: int, count: int, lines: int, seconds: float) -> list[Moment]:
    """Half of them by line, half by the clock, spread evenly over a lifetime."""
    random = Random(seed)  # noqa: S311 - nothing secret
    drawn = [Moment("line", random.randint(1, lines)) for _ in range(count // 2)]
    return drawn + [Moment("clock", random.uniform(0, seconds)) for _ in range(count - len(drawn))]
