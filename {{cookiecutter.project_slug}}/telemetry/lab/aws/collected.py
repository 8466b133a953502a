"""What came home of a run: each line once, and what is still missing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from telemetry.lab.aws.lines import Line, holds_all, line_of
from telemetry.lab.aws.refusals import RESTORE_FAILED
from telemetry.lab.aws.sending import Answer
from telemetry.lab.aws.settings import PROVISIONED, Deal
from telemetry.lab.platform.function import SNAP_START
from telemetry.lab.run.counts import ArmCounts
from telemetry.schema import (
    ENVIRONMENT,
    ENVIRONMENT_RECORD,
    FUNCTION_VERSION,
    INDEX,
    INVOCATION,
    ORDINAL,
    PLACEMENT,
    PROCESS,
    RECORD,
    REQUEST_ID,
    START,
    STARTS,
    STARTUP,
    STARTUP_ID,
)

STARTS_OF: Final = {
    SNAP_START: {"snapstart"},
    PROVISIONED: {"provisioned"},
    "on-demand": {"cold", "proactive"},
}
"""How the first request of an environment of each init type says that it started."""


ENOUGH: Final = 30
"""Environments of which each placement has one: that chance deals one of two to none is 1 in 500 million."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was answered."""

    deal: Deal
    block: int
    succeeded: bool
    needs_record: bool
    """Its record has to come out of the log group, for the answer had but the end of its log."""


@dataclass(slots=True)
class Collected:
    """Lines by what they say; `write` is given each once."""

    write: Callable[[bytes], None]
    requests: dict[str, Request] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    """Requests without a 2xx response, by what came instead."""
    again: int = 0
    """How often Lambda refused a request, which was sent again."""
    environments: dict[str, tuple[Deal, str]] = field(default_factory=dict)
    """Environments that a record proves to be new, by id; with the placement that they were dealt."""
    arms: dict[str, ArmCounts] = field(default_factory=dict)
    """By placement."""
    others: int = 0
    """New environments of another init type than was asked for."""
    billed_ms: dict[str, float] = field(default_factory=dict)
    """By request."""
    records: int = 0
    _seen: set[Any] = field(default_factory=set)
    _reported: set[str] = field(default_factory=set)
    """Requests whose report has come, or may never come."""
    _invoked: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Records of requests."""
    _startups: set[str] = field(default_factory=set)
    _versions: set[str] = field(default_factory=set)
    """Those that have a record of a startup."""
    _dealt: set[str] = field(default_factory=set)
    """Environments whose record says what an experiment dealt them."""

    def answer(self, deal: Deal, block: int, answer: Answer) -> None:
        """Take what came back for a request."""
        lines = [line for line in map(line_of, answer.tail) if line is not None]
        whole = holds_all(list(answer.tail), answer.request_id)
        needs_record = not (whole or answer.crashed)
        request = Request(deal, block, answer.failure is None, needs_record)
        early = self._invoked.get(answer.request_id)  # out of the log group, before the answer
        self.requests[answer.request_id] = request
        self.again += answer.again
        if answer.failure is not None:
            self.failures[answer.failure] += 1
        if answer.failure in RESTORE_FAILED:
            self._reported.add(answer.request_id)  # it never began; that Lambda reports it is not documented
        # A piece of a log ends within a request or an INIT: what is cut off comes out of the log group.
        self.lines(lines if whole else [])
        if early is not None:
            self._count(early, request)

    def lines(self, lines: Iterable[Line]) -> None:
        """Take lines; those that were there already are passed over."""
        for line in lines:
            if line.key not in self._seen:
                self._seen.add(line.key)
                self.write(line.text.rstrip(b"\r\n") + b"\n")
                self._note(line)

    def _note(self, line: Line) -> None:
        if line.report is not None:
            self._reported.add(line.report.request_id)
            self.billed_ms[line.report.request_id] = line.report.billed_ms or 0.0
        record = line.record
        self.records += bool(record)
        kind = record.get(RECORD)
        if kind == STARTUP:
            self._startups.add(f"{record.get(PROCESS)}-{record.get(ORDINAL)}")
            self._versions.add(str(record.get(FUNCTION_VERSION)))
        elif kind == ENVIRONMENT_RECORD:
            self._dealt.add(str(record.get(ENVIRONMENT)))
        elif kind == INVOCATION:
            self._invocation(record)

    def _invocation(self, record: Mapping[str, Any]) -> None:
        request_id = str(record.get(REQUEST_ID))
        self._invoked[request_id] = record
        request = self.requests.get(request_id)
        if request is not None:
            self._count(record, request)

    def _count(self, record: Mapping[str, Any], request: Request) -> None:
        arm = self.arms.setdefault(str(record.get(PLACEMENT)), ArmCounts())
        start = record.get(START)
        arm.starts.update([one for one in STARTS if one == start])
        arm.succeeded += request.succeeded
        name = str(record.get(ENVIRONMENT))
        if start == "warm" or record.get(INDEX) != 1 or name in self.environments:
            return
        if start not in STARTS_OF[request.deal.configuration.init_type]:
            self.others += 1
            return
        self.environments[name] = (request.deal, str(record.get(PLACEMENT)))
        arm.environments += 1

    def proven(self, deal: Deal, placement: str) -> int:
        """Return how many environments are proven new of a placement of a deal."""
        return self.placements(deal)[placement]

    def placements(self, deal: Deal) -> Counter[str]:
        """Return how many environments of a deal are proven new, by the placement of their records."""
        return Counter(placement for of, placement in self.environments.values() if of == deal)

    def deals_as_told(self, deal: Deal) -> bool:
        """Whether the function's adapter reads its placements from its variables, as far as can be told."""
        found = self.placements(deal)
        if found.keys() - set(deal.placements):
            return False
        return found.total() < ENOUGH or all(found[placement] for placement in deal.placements)

    def missing(self) -> set[str]:
        """Return the requests of which something is still to come out of the log group."""
        return {
            request_id
            for request_id, request in self.requests.items()
            if request_id not in self._reported or self._lacks(request_id, request)
        }

    def unplaced(self) -> set[str]:
        """Return the requests whose record is still to come, and with it the environment that they met."""
        return {
            request_id
            for request_id, request in self.requests.items()
            if request.needs_record and request_id not in self._invoked
        }

    def _lacks(self, request_id: str, request: Request) -> bool:
        record = self._invoked.get(request_id)
        if record is None:
            return request.needs_record
        if not self._has_startup(record, request):
            return True
        dealt = len(request.deal.placements) > 1 and record.get(ENVIRONMENT) not in self._dealt
        return dealt and record.get(INDEX) == 1

    def _has_startup(self, record: Mapping[str, Any], request: Request) -> bool:
        """Whether the startup behind a request has come; of copies of a snapshot, any of their version."""
        startup = record.get(STARTUP_ID)
        if startup is None or startup in self._startups:
            return True
        if request.deal.configuration.init_type != SNAP_START:
            return False
        return record.get(INDEX) != 1 or str(record.get(FUNCTION_VERSION)) in self._versions
