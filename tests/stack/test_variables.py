"""What Lambda makes of the template's function, against what the lab, the benchmarks and the tests have."""

from typing import Any

from telemetry.lab.platform.variables import DERIVED

WITH_A_VARIABLE = {"AWS_LAMBDA_LOG_FORMAT": "LogFormat", "AWS_LAMBDA_LOG_LEVEL": "ApplicationLogLevel"}
WITHOUT = {"LogGroup", "SystemLogLevel"}
"""The group's name is the lab's own; the system's level is for the platform."""


def test_t5_variables_are_those_of_the_template(template: dict[str, Any]) -> None:
    logging = template["Resources"]["Function"]["Properties"]["LoggingConfig"]
    assert {name: logging[key] for name, key in WITH_A_VARIABLE.items()}.items() <= DERIVED.items()
    assert logging.keys() - WITH_A_VARIABLE.values() == WITHOUT
