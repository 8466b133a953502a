"""What the function may read of the headers for an OTLP endpoint, as IAM compares ARNs."""

import re

import pytest

from tests.stack.conftest import TEMPLATE

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:otlp"
STATEMENT = re.compile(r"Action: \[secretsmanager:GetSecretValue\]\n +Resource: \[(.+)\]\n")


def matches(pattern: str, arn: str) -> bool:
    """Compare as IAM does: `*` is any text, `?` any one character."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), arn) is not None


@pytest.mark.parametrize("given", [SECRET, f"{SECRET}-AbCdEf"])
def test_a6_secret_is_matched_with_and_without_its_suffix(given: str) -> None:
    """Secrets Manager puts a hyphen and six characters behind each name, which is how IAM sees it."""
    (resources,) = STATEMENT.findall(TEMPLATE.read_text(encoding="utf-8"))
    patterns = [
        given + part.partition("${OtlpHeadersArn}")[2].strip('"')
        for part in resources.replace("!Ref OtlpHeadersArn", "${OtlpHeadersArn}").split(", ")
    ]
    assert any(matches(pattern, f"{SECRET}-AbCdEf") for pattern in patterns)
    assert not any(matches(pattern, f"{SECRET}-of-others-AbCdEf") for pattern in patterns)
