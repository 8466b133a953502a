"""choose.json: the numbers of a choice, under keys that `choose.schema.json` describes."""

import math
from typing import Any, Final, TypeAlias

import msgspec

from telemetry.report.choose.backtest import BackTest
from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.study import Choice
from telemetry.report.estimate.intervals import Estimate
from telemetry.workload import Pool

Document: TypeAlias = dict[str, Any]
VERSION: Final = 1
TIMES: Final = ("p50_ms", "p95_ms", "p99_ms")


def encoded(choice: Choice) -> str:
    """Return the file's text."""
    return f"{msgspec.json.format(msgspec.json.encode(document(choice)), indent=2).decode()}\n"


def document(choice: Choice) -> Document:
    """Return what choose.json holds. What cannot be told is null."""
    asked = choice.asked
    return {
        "v": VERSION,
        "recommended": choice.recommendation.option,
        "reason": choice.recommendation.reason,
        "would_change": list(choice.recommendation.changes),
        "options": [_option(one, choice.relative_to) for one in choice.outcomes],
        "relative_to": choice.relative_to,
        "unmeasured": [msgspec.to_builtins(one) for one in choice.unmeasured],
        "traffic": {
            "requests": int(choice.traffic.requests.sum()),
            "seconds": choice.traffic.seconds,
            "per_second": choice.traffic.rate,
            "scale": asked.scale,
            "arrivals": None if asked.arrivals is None else f"poisson:{asked.arrivals.rate:g}/s",
        },
        "pool": _pool(choice.pool)
        | {
            "source": choice.pool_source,
            "environments_ended": choice.ended,
            "newest_picked": None if choice.picks is None else choice.picks.newest,
            "picks": None if choice.picks is None else choice.picks.of,
        },
        "back_test": None if choice.back_test is None else _back_test(choice.back_test),
        "needed_by_hour_of_week": choice.needed.tolist(),
        "break_even": choice.break_even,
        "prices": msgspec.to_builtins(asked.prices),
        "asked": msgspec.to_builtins(asked.wanted),
        "notes": list(choice.notes),
    }


def _option(one: Outcome, relative_to: str | None) -> Document:
    """Of a lab run alone times and dollars are ratios, under other keys, so that nobody takes them for ms."""
    option = one.option
    times = {name: _estimate(getattr(one, name)) for name in TIMES}
    bill = None if one.dollars is None else _estimate(one.dollars)
    nothing = dict.fromkeys(times)
    return {
        "name": option.name,
        "source": option.source,
        "settings": {
            "placement": option.arm.placement,
            "memory_mb": option.arm.memory_mb,
            "snapstart": option.arm.snapstart,
            "provisioned": list(option.schedule),
        },
        "cold_share": _estimate(one.cold_share),
        **(times if relative_to is None else nothing),
        "dollars_per_month": bill if relative_to is None else None,
        "ratios": None
        if relative_to is None
        else {**{name[:3]: value for name, value in times.items()}, "dollars": bill},
    }


def _estimate(of: Estimate) -> Document:
    return {"value": of.value, "low": of.low, "high": of.high}


def _pool(pool: Pool) -> Document:
    return {
        "idle_s": pool.idle,
        "idle_spread": pool.spread,
        "age_s": None if math.isinf(pool.age) else pool.age,
        "age_spread": pool.age_spread,
        "proactive": pool.proactive,
    }


def _back_test(test: BackTest) -> Document:
    return {
        "refused": test.refused,
        "reason": test.reason,
        "forecast": test.forecast,
        "came": test.came,
        "p_value": test.p_value,
        "model_error": test.error,
        "parts": [msgspec.to_builtins(part) for part in test.parts],
    }
