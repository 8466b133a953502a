import pytest

from telemetry.settings import Address, Settings, parse_base, parse_headers
from tests.telemetry.harness import Harness

BASE, TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HEADERS, TRACES_HEADERS = "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
ARN = "OTEL_EXPORTER_OTLP_HEADERS_ARN"


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({BASE: "https://otlp.example.com"}, (True, "otlp.example.com", 443, "/v1/traces")),
        ({BASE: "http://127.0.0.1:4318/otlp/"}, (False, "127.0.0.1", 4318, "/otlp/v1/traces")),
        ({TRACES: "https://x.example/in?team=1"}, (True, "x.example", 443, "/in?team=1")),
        ({BASE: "http://[::1]/in?team=1"}, (False, "::1", 80, "/in/v1/traces?team=1")),
        ({BASE: "https://a", TRACES: "https://b"}, (True, "b", 443, "/")),
        ({BASE: "https://a", "OTEL_SDK_DISABLED": "true"}, None),
        ({}, None),
    ],
)
def test_variables_name_the_endpoint(environ: dict[str, str], endpoint: tuple[object, ...] | None) -> None:
    assert Settings.from_env(environ).endpoint == endpoint


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("api-key=secret", {"api-key": "secret"}),
        (" a = 1 , b=x%20y%3Dz ", {"a": "1", "b": "x y=z"}),
        ("a=b=c,", {"a": "b=c"}),
        ("a=%C3%A9", {"a": "é"}),
    ],
)
def test_headers_are_pairs(text: str, headers: dict[str, str]) -> None:
    assert parse_headers(text) == headers


@pytest.mark.parametrize(
    "text",
    ["novalue", "=v", "a=1%0d%0aInjected: yes", "a b=1", "a:b=1", "é=1", "a(b)=1", "a=%E2%82%AC"],
)
def test_what_http_cannot_carry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not "):
        parse_headers(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (BASE, "otlp.example.com"),
        (BASE, "ftp://otlp.example.com"),
        (BASE, "https://user:pass@otlp.example.com"),
        (TRACES, "https://"),
        (TRACES, "https://host:port"),
        (TRACES, "https://host/s3cret é"),
        (HEADERS, "s3cret"),
        (TRACES_HEADERS, "s3cret"),
        (ARN, "s3cret"),
        (ARN, "arn:aws:s3:::s3cret"),
    ],
)
def test_nonsense_is_ignored_and_named_only(name: str, value: str) -> None:
    harness = Harness({name: value})
    assert [line["variable"] for line in harness.lines] == [name]
    assert "s3cret" not in "".join(harness.out)
    assert "pass" not in "".join(harness.out)


def test_headers_of_traces_come_first() -> None:
    assert Settings.from_env({HEADERS: "a=1", TRACES_HEADERS: "b=2"}).otlp_headers == {"b": "2"}
    assert Settings.from_env({HEADERS: "a=1"}).otlp_headers == {"a": "1"}


def test_port_must_be_one() -> None:
    with pytest.raises(ValueError, match="Port"):
        parse_base("http://host:99999")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("169.254.79.129:2000", Address("169.254.79.129", 2000)),
        ("tcp:127.0.0.1:2000 udp:127.0.0.2:2001", Address("127.0.0.2", 2001)),
        ("udp:127.0.0.2:2001 tcp:127.0.0.1:2000", Address("127.0.0.2", 2001)),
        ("[::1]:2000", Address("::1", 2000)),
    ],
)
def test_daemon_address_forms(text: str, address: Address) -> None:
    assert Settings.from_env({"AWS_XRAY_DAEMON_ADDRESS": text}).daemon == address


def test_headers_may_be_kept_in_aws() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:otlp"
    assert Settings.from_env({ARN: arn}).otlp_headers_arn == arn
