import logging

import pytest

from telemetry.settings import Settings
from tests.telemetry.harness import Harness


def test_defaults_need_no_variable() -> None:
    settings = Settings.from_env({})
    assert (settings.service, settings.namespace) == ("function", "Lifespan")
    assert (settings.log_level, settings.proactive_gap_ms) == (logging.INFO, 10_000)
    assert (settings.trace_ratio, settings.flush_every, settings.trace_callers) == (1, None, True)
    assert (settings.daemon, settings.endpoint, settings.memory_mb) == (None, None, None)
    assert settings.ignored == ()


def test_service_defaults_to_function() -> None:
    assert Settings.from_env({"AWS_LAMBDA_FUNCTION_NAME": "tickets-api"}).service == "tickets-api"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "loud"),
        ("LIFESPAN_PROACTIVE_GAP_MS", "soon"),
        ("LIFESPAN_PROACTIVE_GAP_MS", "-1"),
        ("LIFESPAN_PROACTIVE_GAP_MS", "nan"),
        ("LIFESPAN_FLUSH_EVERY", "0"),
        ("LIFESPAN_FLUSH_EVERY", "2.5"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.01"),
        ("OTEL_TRACES_SAMPLER_ARG", "always"),
        ("OTEL_SDK_DISABLED", "yes"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:70000"),
        ("AWS_XRAY_DAEMON_ADDRESS", ":2000"),
        ("AWS_XRAY_DAEMON_ADDRESS", "xray-daemon:2000"),
        ("AWS_XRAY_DAEMON_ADDRESS", "256.256.256.256:2000"),
        ("AWS_XRAY_DAEMON_ADDRESS", "[::zz]:2000"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:http"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "much"),
        ("POWERTOOLS_SERVICE_NAME", "Tickets für alle"),
        ("POWERTOOLS_SERVICE_NAME", ":tickets"),
        ("POWERTOOLS_METRICS_NAMESPACE", "AWS/Lambda"),
        ("POWERTOOLS_METRICS_NAMESPACE", 'quo"ted'),
    ],
)
def test_malformed_values_are_ignored_and_named(name: str, value: str) -> None:
    settings = Settings.from_env({name: value})
    assert settings.ignored == (name,)
    assert settings == Settings.from_env({})._replace(ignored=(name,))


def test_ignored_settings_are_logged_without_value() -> None:
    harness = Harness({"LIFESPAN_FLUSH_EVERY": "s3cret", "OTEL_TRACES_SAMPLER_ARG": "2"})
    assert [(line["level"], line["variable"]) for line in harness.lines] == [
        ("WARNING", "OTEL_TRACES_SAMPLER_ARG"),
        ("WARNING", "LIFESPAN_FLUSH_EVERY"),
    ]
    assert "s3cret" not in "".join(harness.out)


@pytest.mark.parametrize(
    ("word", "trusted"),
    [
        *[(word, True) for word in ("", " ", "on", "ON", "true", "True", "yes", "1")],
        *[(word, False) for word in ("off", "OFF", "false", "False", "no", "0", " off ")],
    ],
)
def test_t19_usual_words_switch_trust_in_callers(word: str, trusted: bool) -> None:  # noqa: FBT001
    settings = Settings.from_env({"LIFESPAN_TRACE_CALLERS": word})
    assert (settings.trace_callers, settings.ignored) == (trusted, ())


@pytest.mark.parametrize("word", ["aus", "of", "disabled", "-1", "none"])
def test_t19_unknown_word_trusts_no_caller_and_is_said(word: str) -> None:
    environ = {"LIFESPAN_TRACE_CALLERS": word}
    assert not Settings.from_env(environ).trace_callers
    [line] = Harness(environ).lines
    assert (line["level"], line["variable"]) == ("WARNING", "LIFESPAN_TRACE_CALLERS")
    assert line["message"] == "setting ignored, callers are not trusted"


def test_disabled_sdk_sends_nothing() -> None:
    environ = {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000", "OTEL_SDK_DISABLED": "TRUE"}
    assert Settings.from_env(environ).daemon is None


def test_levels_of_others_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_nameToLevel", {**logging.getLevelNamesMapping(), "NOTICE": 25, "INFO": 21})
    assert Settings.from_env({"LOG_LEVEL": "notice"}).ignored == ("LOG_LEVEL",)
    assert [line["variable"] for line in Harness({"LOG_LEVEL": "notice"}).lines] == ["LOG_LEVEL"]


@pytest.mark.parametrize(
    ("text", "level"), [("debug", 10), ("Info", 20), ("WARN", 30), ("warning", 30), ("FATAL", 50)]
)
def test_levels_have_pythons_names(text: str, level: int) -> None:
    assert Settings.from_env({"LOG_LEVEL": text}).log_level == level


@pytest.mark.parametrize(
    ("environ", "own"),
    [
        ({}, {"service", "__main__", "function"}),
        (
            {"_HANDLER": "src/orders.handler", "POWERTOOLS_SERVICE_NAME": "tickets"},
            {"service", "__main__", "src", "tickets"},
        ),
        (
            {"_HANDLER": "shop.main.handler", "LIFESPAN_TRACERS": " orders, billing.api ,,"},
            {"service", "__main__", "shop", "function", "orders", "billing"},
        ),
    ],
)
def test_t20_own_tracers(environ: dict[str, str], own: set[str]) -> None:
    assert Settings.from_env(environ).own_tracers == own
