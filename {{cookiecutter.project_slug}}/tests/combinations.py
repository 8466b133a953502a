"""Sets of parameters that between them make each condition of template.yaml true and false."""

import itertools
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from cfnlint import api  # type: ignore[import-untyped] # it has no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped] # as above
from cfnlint.match import Match  # type: ignore[import-untyped] # as above

from tests.deployment import REGION, translated
from tests.rendering import Rendering

SECRET: Final = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:otlp-AbCdEf"
TOPIC: Final = "arn:aws:sns:eu-west-1:123456789012:alarms"
NOTHING: Final[dict[str, str]] = {}
RELEASE: Final = {"ReleaseId": "0123abcd"}

LIMITED: Final = {"ThrottleRate": "50", "AccessLog": "on"}
TWIN: Final = {"Measurable": "on", "Endpoint": "function-url-iam"}
REST: Final = {
    "AlarmTopicArn": TOPIC,
    "LiveVersion": "3",
    "ReservedConcurrency": "20",
    "StartupAlarmMs": "5000",
}
"""Conditions that no other one meets: they go together, or the combinations would take minutes."""

CHOICES: Final = (
    (RELEASE,),
    (NOTHING, {"Tracing": "on", "TraceCallers": "off"}),
    (NOTHING, {"OtlpEndpoint": "https://otlp.example.com"}),
    (NOTHING, {"OtlpHeadersArn": SECRET}),
    (NOTHING, {"SnapStart": "on"}),
    (NOTHING, {"ProvisionedConcurrency": "2"}),
    (NOTHING, LIMITED, {"Endpoint": "function-url"}, TWIN),
    (NOTHING, {"Experiment": "init=50,first_invocation=50", "ExperimentPlanned": "400"}),
    (NOTHING, REST),
)


def all_combinations() -> Iterator[Rendering]:
    """Every combination that the rules do not refuse."""
    for chosen in itertools.product(*CHOICES):
        rendering = Rendering(**{name: value for choice in chosen for name, value in choice.items()})
        if not rendering.refusals():
            yield rendering


def few_combinations() -> Iterator[Rendering]:
    """The default, a few that between them hold each choice, and no two of the same kind."""
    everything = {"Tracing": "on", "OtlpEndpoint": "https://otlp.example.com", "OtlpHeadersArn": SECRET}
    limits = {"ThrottleRate": "50", "ThrottleBurst": "100", "AccessLog": "on", "ReservedConcurrency": "20"}
    yield Rendering(**RELEASE)
    yield Rendering(
        **RELEASE, **everything, **limits, Experiment="init=50,first_invocation=50", AlarmTopicArn=TOPIC
    )
    yield Rendering(**RELEASE, SnapStart="on", Endpoint="function-url", LiveVersion="3")
    yield Rendering(**RELEASE, **TWIN, ProvisionedConcurrency="2", StartupAlarmMs="5000")


def lint(rendering: Rendering) -> list[Match]:
    """Return what cfn-lint has against the decided template; `sam validate --lint` asks the same of it."""
    template = rendering.template()
    template["Parameters"] = {name: _set(name, rendering) for name in rendering.parameters}
    found = api.lint(json.dumps(template), config=ManualArgs(regions=[REGION]))
    # W2001 is about parameters that only conditions use, and these are decided.
    return [match for match in found if match.rule.id != "W2001"]


def _set(name: str, rendering: Rendering) -> dict[str, Any]:
    parameter: dict[str, Any] = rendering.definition(name)
    value = rendering.parameters[name]
    return {**parameter, "Default": json.loads(value) if parameter["Type"] == "Number" else value}


def main() -> int:
    """Translate and lint every combination: minutes."""
    count = 0
    for rendering in all_combinations():
        translated(rendering)
        problems = [str(match) for match in lint(rendering)]
        if problems:
            sys.stdout.write(f"{rendering.parameters}: {problems}\n")
            return 1
        count += 1
    sys.stdout.write(f"{count} combinations\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
