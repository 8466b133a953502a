"""What is put together of all estimates: arms as they were assigned, and what the figures rest on."""

import json

from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def test_fallen_back_environment_stays_assigned() -> None:
    lines = Run().lines()
    one = next(json.loads(line) for line in lines if '"placement":"every_invocation"' in line)
    fallback = {name: one[name] for name in ("v", "at", "service", "environment", "process", "placement")}
    fallback |= {"record": "fallback", "in_force": "init", "reason": "a repeated startup failed"}
    results = results_from([*lines, json.dumps(fallback)])
    arm = next(arm for arm in results.arms if arm.placement == "every_invocation")
    assert (arm.fell_back, arm.environments) == (1, 25)


def test_failed_requests_are_counted() -> None:
    lines = Run().lines()
    at = next(number for number, line in enumerate(lines) if '"record":"invocation"' in line)
    lines[at] = lines[at].replace('"status":200', '"status":500')
    assert [arm.failed_requests for arm in results_from(lines).arms] == [1, 0]


def test_hostile_names_are_made_printable() -> None:
    lines = [line.replace('"model"', '"\\u001b[31mmodel"') for line in Run(arms={"init": 25}).lines()]
    found = results_from(lines).resources[0]
    assert (found.name, found.touched_environments) == ("?[31mmodel", 25)


def test_startups_alone_have_no_arm() -> None:
    lines = [line for line in Run(lab=False).lines() if '"record":"startup"' in line]
    results = results_from(lines)
    assert results.arms == []
    assert results.startup.whole.first_in_init is not None
