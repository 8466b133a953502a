"""Which options there are, and where their numbers come from."""

import shlex
from argparse import Namespace

import numpy as np
import pytest

from telemetry.lab.__main__ import is_of_stack
from telemetry.lab.aws.arguments import parser as on_lambda
from telemetry.lab.run.arguments import parser as in_lab
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Served
from telemetry.report.choose.options import arm_name, lazy_set, options_of, unmeasured
from telemetry.report.choose.recorded import Arm, ArmTimes, Recorded
from telemetry.report.choose.times import Times, times_of
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.startup.advice import Advised, ResourceAdvice
from telemetry.report.read.records import Place

INIT, LAZY = Arm("init", 512), Arm("first_invocation", 512)
NOTHING = np.empty(0)


def times(ms: float) -> Times:
    return times_of(np.arange(10), np.full(10, ms), np.full(10, ms), 10)


def arm(warm: float, held_up: float) -> ArmTimes:
    return ArmTimes(times(warm), times(held_up), (held_up - warm) / 1000)


def records(
    arms: dict[Arm, ArmTimes], *, lab: bool = False, place: Place | None = None, experiment: bool = False
) -> Recorded:
    nobody = Served(NOTHING.astype(int), NOTHING, NOTHING, NOTHING.astype(bool), NOTHING, NOTHING.astype(int))
    traffic = Traffic(NOTHING, NOTHING, 0.0, 1.0)
    return Recorded(
        traffic, NOTHING.astype(bool), nobody, 0.0, arms, place or ("lab" if lab else "lambda"), experiment
    )


def test_the_traffics_own_arms_are_of_this_traffic_or_of_an_experiment() -> None:
    options, base = options_of(records({INIT: arm(10, 1000)}), [])
    assert [(one.name, one.source) for one in options] == [("on demand, init", "this traffic")]
    assert base == INIT
    both = records({INIT: arm(10, 1000), LAZY: arm(10, 800)}, experiment=True)
    assert {one.source for one in options_of(both, [])[0]} == {"an experiment"}


def test_a_lab_run_gives_the_ratio_of_two_arms() -> None:
    lab = records({INIT: arm(1, 200), LAZY: arm(1, 300)}, lab=True)
    options, _ = options_of(records({INIT: arm(10, 1000)}), [lab])
    lazy = next(one for one in options if one.arm == LAZY)
    assert lazy.source == "a lab run"
    assert lazy.times.held_up.mean_ms == pytest.approx(1500, rel=0.02)
    assert lazy.times.warm.mean_ms == pytest.approx(10, rel=0.02)
    assert lazy.times.extra == pytest.approx(0.99 * 1.5, rel=0.02)


def test_a_loopback_run_gives_ratios_and_is_called_one() -> None:
    run = records({INIT: arm(1, 200), LAZY: arm(1, 300)}, place="loopback")
    lazy = next(one for one in options_of(records({INIT: arm(10, 1000)}), [run])[0] if one.arm == LAZY)
    assert lazy.source == "a loopback run"
    assert lazy.times.held_up.mean_ms == pytest.approx(1500, rel=0.02)


def test_a_run_on_lambda_gives_the_ms_that_a_lab_run_multiplies() -> None:
    """Without any traffic too, a lab's ms stand beside nobody else's."""
    driven = records({INIT: arm(10, 1000), Arm("init", 1024): arm(5, 900)}, place="lambda")
    lab = records({INIT: arm(1, 200), LAZY: arm(1, 300)}, lab=True)
    options, base = options_of(None, [driven, lab])
    assert base == INIT
    assert {one.arm: one.source for one in options} == {
        INIT: "a Lambda run", Arm("init", 1024): "a Lambda run", LAZY: "a lab run",
    }  # fmt: skip
    assert [one.times.held_up.mean_ms for one in options] == pytest.approx([1000, 900, 1500], rel=0.02)


def test_arms_that_differ_in_two_things_give_no_ratio() -> None:
    lab = records({INIT: arm(1, 200), Arm("first_invocation", 1024): arm(1, 100)}, lab=True)
    assert len(options_of(records({INIT: arm(10, 1000)}), [lab])[0]) == 1


def test_a_lab_without_the_traffics_arm_gives_nothing() -> None:
    lab = records({LAZY: arm(1, 300)}, lab=True)
    assert len(options_of(records({INIT: arm(10, 1000)}), [lab])[0]) == 1


def test_a_run_on_lambda_gives_its_own_times() -> None:
    snapshots = Arm("init", 512, snapstart=True)
    options, _ = options_of(records({INIT: arm(10, 1000)}), [records({snapshots: arm(12, 300)})])
    assert [(one.name, one.source) for one in options][1:] == [("SnapStart", "a Lambda run")]


def test_memory_is_named_where_it_is_not_the_usual_one() -> None:
    assert arm_name(Arm("init", 1024), 512) == "on demand, init, 1024 MB"


def parsed(command: str) -> Namespace:
    """Read a command as the lab does that it names."""
    python, dash_m, *words = shlex.split(command)
    assert (python, dash_m) == ("python", "-m")
    arguments = words[1:] if words[0] == "telemetry.lab" else words[2:]
    return (on_lambda if is_of_stack(arguments) else in_lab)().parse_args(arguments)


@pytest.mark.parametrize(("memory_mb", "sizes"), [(512, [512, 1024]), (8192, [8192, 4096])])
def test_what_is_measured_here_is_measured_at_the_memory_of_the_traffic(
    memory_mb: int, sizes: list[int]
) -> None:
    options, base = options_of(records({Arm("init", memory_mb): arm(10, 1000)}), [])
    commands = {one.name: parsed(one.command) for one in unmeasured(options, base, "tickets")}
    lazy, more = commands["on demand, lazy"], commands["other memory sizes"]
    assert (lazy.memory, lazy.placement) == ([memory_mb], ["init", "first_invocation"])
    assert more.memory == sizes
    lab = records({INIT._replace(memory_mb=size): arm(1, 200 + size) for size in sizes}, lab=True)
    assert len(options_of(records({base: arm(10, 1000)}), [lab])[0]) == 2
    assert commands["SnapStart"].init_type == ["on-demand", "snap-start"]


def test_beside_snapstart_everything_is_measured_on_lambda() -> None:
    """A lab on this machine has no arm that differs from it in one thing."""
    options, base = options_of(records({INIT._replace(snapstart=True): arm(10, 300)}), [])
    commands = {one.name: parsed(one.command) for one in unmeasured(options, base, "tickets")}
    assert set(commands) == {"on demand, init", "on demand, lazy", "other memory sizes"}
    assert {one.stack for one in commands.values()} == {"tickets-measure"}
    assert commands["other memory sizes"].init_type == ["snap-start"]
    assert commands["other memory sizes"].memory == [512, 1024]


def test_what_is_known_is_not_listed_as_unmeasured() -> None:
    every = [INIT, LAZY, Arm("init", 512, snapstart=True), Arm("init", 1024)]
    options, base = options_of(records(dict.fromkeys(every, arm(10, 1000))), [])
    assert unmeasured(options, base, None) == []
    assert len(unmeasured(options[:1], base, "tickets")) == 3


@pytest.mark.parametrize("function", ["x; rm -rf ~", "$(id)", "a b", "\x1b[2J", "under_score"])
def test_no_name_from_a_log_becomes_part_of_a_command_unless_a_stack_may_have_it(function: str) -> None:
    options, base = options_of(records({INIT: arm(10, 1000)}), [])
    commands = [one.command for one in unmeasured(options, base, function)]
    assert not any(function in command for command in commands)
    assert any("--stack NAME-measure" in command for command in commands)


def advice(name: str, advised: Advised, k: float = 1.0) -> ResourceAdvice:
    load, touched = Estimate(400.0, 300.0, 500.0, 0.95), Estimate(0.25, 0.1, 0.4, 0.95)
    return ResourceAdvice(
        name=name, advice=advised, reason="large share", advice_on_lambda=None, environments=40,
        touched_environments=10, touch_share=touched, request_share=None, on_path_environments=40,
        known_starts=40, on_path_share=touched, load_ms=load, saving_share=None, saving_ms=None,
        sure_saving_ms=None,
        break_even=None, k=k, overlapped=False, shares_imports=False, first_toucher_ms=None,
        first_toucher_share=None, touched_together={}, rss_bytes=None, native_bytes=None, py_blocks=None,
    )  # fmt: skip


def test_the_lazy_set_is_what_the_advice_names() -> None:
    (option,), _ = options_of(records({INIT: arm(10, 1000)}), [])
    found = lazy_set(option, [advice("exporter", "make lazy"), advice("model", "keep")])
    assert found is not None
    assert found.name == "on demand, init, lazy: exporter"
    assert found.times.held_up.mean_ms == pytest.approx(600, rel=0.02)
    assert found.late is not None
    assert list(found.late) == pytest.approx([0.25, 0.4])
    assert lazy_set(option, [advice("model", "keep")]) is None


def test_a_lazy_resource_loads_as_slowly_as_it_may_in_a_request() -> None:
    (option,), _ = options_of(records({INIT: arm(10, 1000)}), [])
    found = lazy_set(option, [advice("exporter", "make lazy", k=1.7)])
    assert found is not None
    assert found.late is not None
    assert list(found.late) == pytest.approx([0.25, 0.68])
    assert found.times.held_up.mean_ms == pytest.approx(600, rel=0.02)
