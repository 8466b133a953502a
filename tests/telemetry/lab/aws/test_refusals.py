import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from telemetry.lab.aws.refusals import explained_without
from telemetry.report.errors import UnusableError

VALUES = {
    "QUOTED": 'a "word" \\ here',
    "LONG": "correct-horse-battery-staple",
    "SHORT": "pw1",
    "GREEK": "λάμδα",
}
TOO_LARGE = (
    "Lambda was unable to configure your environment variables because the environment variables you have "
    "provided exceeded the 4KB limit. String measured: "
)
"""As https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594 shows it."""


def said(message: str) -> str:
    found: Any = {"Error": {"Code": "InvalidParameterValueException", "Message": message}}
    with pytest.raises(UnusableError) as error, explained_without("function shop", VALUES):
        raise ClientError(found, "UpdateFunctionConfiguration")
    return str(error.value)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_lambda_repeats_of_the_variables_is_not_said(ascii_only: bool) -> None:  # noqa: FBT001 # of a table
    """As JSON, where a value may be written otherwise than it is, and cut off within one."""
    repeated = json.dumps(VALUES, ensure_ascii=ascii_only)
    for end in (len(repeated), len(repeated) // 2):
        text = said(TOO_LARGE + repeated[:end])
        assert "exceeded the 4KB limit" in text
        for part in ("word", "correct-horse", "pw1", "λάμδα", "03bb"):
            assert part not in text, text


def test_a_list_of_what_was_wrong_keeps_its_first_words() -> None:
    text = said("1 validation error detected: Value '{SHORT=pw1}' at 'environment.variables' failed")
    assert text == "function shop: InvalidParameterValueException: 1 validation error detected: Value '..."


def test_what_names_no_variable_is_said_whole() -> None:
    message = "'MemorySize' value failed to satisfy constraint: Member must be less than or equal to 3008"
    assert said(message).endswith(message)
    assert said("Value 'correct-horse-battery-staple' is not allowed").endswith("Value '***' is not allowed")
