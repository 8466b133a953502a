"""A verdict's sentences, recomputed from the records by arithmetic that shares no code with the report.

`python -m tests.telemetry.report.arithmetic RECORDS VERDICT` checks any pair, if each request has a
platform.report line.
"""

import json
import math
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from scipy.special import stdtrit

INTERVAL = re.compile(r"(-?[\d.]+) ms \[(-?[\d.]+), (-?[\d.]+)\]")
PARTS = ("own", "around")
Sums = dict[str, tuple[float, float]]
"""By environment: milliseconds, and requests."""
Triple = tuple[float, float | None, float | None]
SHOWN_FROM = 10
"""Environments in an arm from which on there are intervals."""


def complaints(records: Path, verdict: Path) -> list[str]:
    """Every number of the verdict's sentences that the records do not give; empty when all is well."""
    found, lines = json.loads(verdict.read_text()), _read(records)
    if lost := _without_record(lines):
        return [f"{lost} requests left no record: whose they are is not worked out here"]
    everything = _requests(lines)
    _weigh_warm_requests(lines, everything)
    requests = {arm: [one for one in mine if not one["untimed"]] for arm, mine in everything.items()}
    user = {arm: _sums(mine, "user") for arm, mine in requests.items()}
    expected, wrong = [], []
    for comparison in found["comparisons"]:
        kind = comparison["estimand"]
        of = everything if kind == "billed_ms" else requests
        sums = {arm: _sums_of(of[arm], kind) for arm in (comparison["baseline"], "init")}
        own, given = (
            _difference(sums[comparison["baseline"]], sums["init"]),
            _triple(comparison, "difference_ms"),
        )
        expected.append(own)
        withheld = given[1:] == (None, None) and comparison["finding"] == "cannot tell yet"
        if withheld and any(one["untimed"] for mine in everything.values() for one in mine):
            own = (own[0], None, None)  # what is in no figure could change the finding
        wrong += _unequal(f"{kind} against {comparison['baseline']}", own, given)
    if found["bound"]:
        own = _interval(_at_most(lines, everything["init"], found["bound"]["k"]))
        wrong += _unequal("bound", own, _triple(found["bound"], "at_most_ms"))
        own = _interval(_startups_alone(lines, everything["init"]))
        expected.append(own)
        wrong += _unequal("startup", own, _triple(found["bound"]["startup_and_shutdown_ms"], "value"))
    if found["ledger"]:
        paid = _sums(requests["every_invocation"], "repeated")
        difference, explained = _difference(user["every_invocation"], user["init"]), _interval(paid)
        rest = _difference(_sums(requests["every_invocation"], "rest"), user["init"])
        parts = [
            _difference(_sums(requests["every_invocation"], one), _sums(requests["init"], one))
            for one in PARTS
        ]
        expected += [difference, explained, rest, *parts]
        wrong += _unequal("remainder", rest, _triple(found["ledger"]["remainder"], "value"))
        wrong += _unequal("explained", explained, _triple(found["ledger"]["explained"], "value"))
        if found["ledger"]["agreement"] != _agreement(requests["every_invocation"], requests["init"]):
            wrong.append("the ledger's agreement is not what its numbers say")
    return wrong + _unfounded(found, expected)


def _unfounded(found: dict[str, Any], expected: list[Triple]) -> list[str]:
    """Intervals in the sentences that no expected one rounds to; `costs` turns a difference's sign."""
    whole = [(value, low, high) for value, low, high in expected if low is not None and high is not None]
    both = [*whole, *((-value, -high, -low) for value, low, high in whole)]
    wrong = []
    for shown in INTERVAL.findall(f"{found['sentence']} {found['ledger_sentence']}"):
        digits, numbers = len(shown[0].partition(".")[2]), tuple(map(float, shown))
        if not any(numbers == tuple(round(number, digits) for number in triple) for triple in both):
            wrong.append(f"{shown} stands in a sentence, but does not follow from the records")
    return wrong


def _unequal(name: str, own: Triple, given: Triple) -> list[str]:
    same = all(
        a == b if a is None or b is None else math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
        for a, b in zip(own, given, strict=True)
    )
    return [] if same else [f"{name}: {given} in the verdict, {own} from the records"]


def _triple(of: dict[str, Any], value: str) -> Triple:
    return of[value], of["low"], of["high"]


def _read(path: Path) -> list[dict[str, Any]]:
    found = []
    for line in path.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [line for line in found if isinstance(line, dict)]


def _without_record(lines: list[dict[str, Any]]) -> int:
    recorded = {line["request_id"] for line in lines if line.get("record") == "invocation"}
    reports = [line["record"]["requestId"] for line in lines if line.get("type") == "platform.report"]
    return len(set(reports) - recorded)


def _first_processes(lines: list[dict[str, Any]]) -> dict[str, str]:
    """By environment, the process that served its first request; later ones replace one that died."""
    first: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: float(line.get("at", math.inf))):
        if line.get("record") == "invocation":
            first.setdefault(line["environment"], line["process"])
    return first


def _untimed(lines: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Processes whose first request waited for two INITs, of which nothing tells how long the first was.

    Lambda and the lab end an INIT after ten seconds, as it happens on a machine that is busy with other work,
    and let it run again inside the request. Its length is in no line, so the request is in no figure of time.
    """
    first = _first_processes(lines)
    startups = [line for line in lines if line.get("record") == "startup"]
    again = {(one["environment"], one["process"]) for one in startups if one.get("reinit")}
    return {(environment, process) for environment, process in again if first.get(environment) == process}


def _requests(lines: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    untimed, first = _untimed(lines), _first_processes(lines)
    reports = {
        line["record"]["requestId"]: line["record"]["metrics"]
        for line in lines
        if line.get("type") == "platform.report"
    }
    arms, seen = defaultdict(list), set()
    for line in lines:
        if line.get("record") == "invocation" and line["request_id"] not in seen:
            seen.add(line["request_id"])
            metrics = reports[line["request_id"]]
            on_path = metrics.get("initDurationMs", 0.0) if line["start"] == "cold" else 0.0
            line["user"] = metrics["durationMs"] + on_path
            line["billed"] = metrics["billedDurationMs"]
            line["first"] = line["n"] == 1 and first[line["environment"]] == line["process"]
            line["untimed"] = line["n"] == 1 and (line["environment"], line["process"]) in untimed
            starts = line["n"] > 1 or line["start"] != "cold"
            line["repeated"] = line.get("shutdown_ms", 0.0) + (line.get("startup_ms", 0.0) if starts else 0.0)
            line["rest"] = line["user"] - line["repeated"]
            loading = line.get("startup_ms", 0.0) + line.get("shutdown_ms", 0.0)
            line["own"] = line["InvocationDuration"] - loading
            line["around"] = metrics["durationMs"] - line["InvocationDuration"]
            arms[line["placement"]].append(line)
    return arms


def _weigh_warm_requests(lines: list[dict[str, Any]], requests: dict[str, list[dict[str, Any]]]) -> None:
    """Let each warm request count as often as it takes for all environments to have as many requests."""
    numbers = [line.get("invocations_by_arm", {}) for line in lines if line.get("record") == "lab"]
    for arm, number in (numbers[-1] if numbers else {}).items():
        for request in requests[arm]:
            if request["n"] > 1:
                request["weight"] = (max(numbers[-1].values()) - 1) / (number - 1)


def _sums_of(requests: list[dict[str, Any]], estimand: str) -> Sums:
    """Sums of one estimand: of the first request of each environment, of its warm ones, or of all."""
    if estimand == "first_request_ms":
        return _sums([request for request in requests if request["first"]], "user")
    if estimand == "warm_request_ms":
        warm = [request for request in requests if request["start"] == "warm" and not request["first"]]
        return _sums(warm, "user")
    return _sums(requests, {"user_visible_ms": "user", "billed_ms": "billed"}[estimand])


def _agreement(stock: list[dict[str, Any]], init: list[dict[str, Any]]) -> str:
    """Test what is left after the repeats against a tenth of the difference; t bounds of both ends."""
    bounds = {}
    for end in (-0.1, 0.1):
        sums = []
        for requests in (stock, init):
            for request in requests:
                request["left"] = request["user"] * (1 + end)
                if requests is stock:
                    request["left"] -= request["repeated"]
            sums.append(_sums(requests, "left"))
        if min(map(len, sums)) < SHOWN_FROM:
            return "cannot tell"
        one, two = (_difference(sums[0], sums[1], quantile) for quantile in (0.95, 0.99))
        bounds[end] = (one, two)
    (upper, above), (lower, below) = bounds[-0.1], bounds[0.1]
    if (upper[2] or 0) < 0 < (lower[1] or 0):
        return "agrees"
    return "differs" if (above[1] or 0) > 0 or (below[2] or 0) < 0 else "cannot tell"


def _startups_alone(lines: list[dict[str, Any]], requests: list[dict[str, Any]]) -> Sums:
    warm = [{**request, "start": "warm"} for request in requests if request["n"] == 1]
    return _at_most(lines, warm, 1.0)


def _sums(requests: list[dict[str, Any]], field: str) -> Sums:
    sums: Sums = {}
    for request in requests:
        ms, n = sums.get(request["environment"], (0.0, 0))
        weight = request.get("weight", 1)
        sums[request["environment"]] = ms + request[field] * weight, n + weight
    return sums


def _at_most(lines: list[dict[str, Any]], requests: list[dict[str, Any]], k: float) -> Sums:
    startup, shutdown = defaultdict(list), defaultdict(list)
    for line in lines:
        if line.get("record") == "startup" and line["ordinal"] == 1 and line["outcome"] == "complete":
            wall, cpu = line["StartupDuration"], line["cpu_ms"]
            startup[line["environment"]].append(wall - cpu + cpu * k)
        if line.get("record") == "shutdown" and line["phase"] == "shutdown":
            shutdown[line["environment"]].append(line["duration_ms"])
    all_shutdowns = [ms for some in shutdown.values() for ms in some]
    sums: Sums = {}
    for request in requests:
        one = request["environment"]
        stops = shutdown[one] or all_shutdowns or [0.0]
        cost = sum(startup[one]) / len(startup[one]) + sum(stops) / len(stops)
        ms, n = sums.get(one, (0.0, 0))
        sums[one] = ms + (0.0 if request["n"] == 1 and request["start"] == "cold" else cost), n + 1
    return sums


def _mean_and_variance(sums: Sums) -> tuple[float, float, float]:
    whole, n = sum(ms for ms, _ in sums.values()), sum(count for _, count in sums.values())
    left_out = [(whole - ms) / (n - count) for ms, count in sums.values()]
    middle, groups = sum(left_out) / len(left_out), len(left_out)
    variance = (groups - 1) / groups * sum((one - middle) ** 2 for one in left_out)
    return whole / n, variance, n**2 / sum(count**2 for _, count in sums.values())


def _interval(sums: Sums) -> Triple:
    mean, variance, effective = _mean_and_variance(sums)
    if len(sums) < SHOWN_FROM:
        return mean, None, None
    margin = float(stdtrit(effective - 1, 0.975)) * math.sqrt(variance)
    return mean, mean - margin, mean + margin


def _difference(baseline: Sums, arm: Sums, quantile: float = 0.975) -> Triple:
    (mean_a, var_a, eff_a), (mean_b, var_b, eff_b) = _mean_and_variance(baseline), _mean_and_variance(arm)
    if min(len(baseline), len(arm)) < SHOWN_FROM:
        return mean_a - mean_b, None, None
    df = (var_a + var_b) ** 2 / (var_a**2 / (eff_a - 1) + var_b**2 / (eff_b - 1))
    margin = float(stdtrit(df, quantile)) * math.sqrt(var_a + var_b)
    return mean_a - mean_b, mean_a - mean_b - margin, mean_a - mean_b + margin


if __name__ == "__main__":
    found = complaints(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stderr.write("".join(f"{one}\n" for one in found))
    sys.exit(1 if found else 0)
