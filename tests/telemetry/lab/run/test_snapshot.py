"""SnapStart in the lab, under the real runtime client: the order of its hooks, and its limits."""

import pytest

from telemetry.lab.platform import environment
from telemetry.lab.platform.function import FunctionConfiguration
from tests.telemetry.lab.conftest import Lab
from tests.telemetry.lab.run.snap_start import ONE

TELLS = """
    import json, os
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    def say(what, **more):
        print(json.dumps({"record": "seen", "what": what, **more}), flush=True)

    for name in ("first", "second"):
        register_before_snapshot(say, f"{name} before")
        register_after_restore(say, f"{name} after")
    say("init", environ=dict(os.environ))

    def handler(event, context):
        say("event", arn=context.invoked_function_arn)
        return {"statusCode": 200}
"""


def test_hooks_in_the_runtime_clients_order(lab: Lab) -> None:
    run = lab(*ONE, handler=TELLS)
    assert run.code == 0
    assert [line["what"] for line in run.records("seen")] == [
        *["init", "second before", "first before", "first after", "second after", "event", "event"]
    ]
    assert run.lab["init_type"] == "snap-start"
    assert run.lab["sent"]["init"]["starts"] == {"snapstart": 1, "warm": 1}
    first, second = (report["metrics"] for report in run.reports)
    assert first["afterRestoreHooksMs"] > 0
    assert "restoreDurationMs" not in first
    assert {"initDurationMs", "afterRestoreHooksMs"}.isdisjoint(second)
    assert "INIT" not in run.stdout.partition("How long Lambda takes")[2]
    environ = run.records("seen")[0]["environ"]
    assert environ["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    assert environ["AWS_LAMBDA_FUNCTION_VERSION"] == "1"
    assert not [
        name for name in environ if name.startswith(("AWS_LAMBDA_LOG_G", "AWS_LAMBDA_LOG_S", "LAB_SNAP"))
    ]
    assert run.records("seen")[-1]["arn"].endswith(":function:lab:1")


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        (
            "before_snapshot",
            "did not start, in the look at the snapshot: Runtime.BeforeSnapshotError: no pool",
        ),
        (
            "after_restore",
            "failed after its restore, in the look at the snapshot: Runtime.AfterRestoreError: no pool",
        ),
    ],
)
def test_hook_that_raises(lab: Lab, phase: str, said: str) -> None:
    run = lab(
        *ONE,
        handler=f"""
            from snapshot_restore_py import register_{phase}

            @register_{phase}
            def hook():
                raise OSError("no pool")

            def handler(event, context):
                return {{"statusCode": 200}}
        """,
    )
    assert run.code == 1
    assert said in run.stderr
    assert 'raise OSError("no pool")' in run.stderr
    assert run.reports == []


def test_hook_that_takes_longer_than_its_limit(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.RESTORE_TIMEOUT == 10
    monkeypatch.setattr(environment, "RESTORE_TIMEOUT", 0.5)
    run = lab(
        *ONE,
        handler="""
            import time
            from snapshot_restore_py import register_after_restore
            register_after_restore(time.sleep, 600)
            def handler(event, context):
                return {"statusCode": 200}
        """,
    )
    assert run.code == 1
    assert "SnapStartTimeoutException: the hooks after the restore took longer than" in run.stderr


@pytest.mark.slow
def test_init_that_takes_longer_than_its_limit(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FunctionConfiguration, "init_timeout", property(lambda _: 0.5))
    run = lab(*ONE, handler="import time\ntime.sleep(600)")
    assert run.code == 1
    assert "FunctionError.InitTimeout: INIT took longer than" in run.stderr


def test_process_that_dies_is_restored_again(lab: Lab) -> None:
    run = lab(
        *("--init-type", "snap-start", "--environments", 1, "--invocations", 3),
        handler="""
            import json, os
            from pathlib import Path
            from snapshot_restore_py import register_after_restore

            register_after_restore(lambda: print(json.dumps({"record": "restored"}), flush=True))
            mark = Path(os.environ["TMPDIR"], "die")

            def handler(event, context):
                if mark.exists():
                    mark.unlink()
                    os._exit(1)
                mark.touch()
                return {"statusCode": 200}
        """,
    )
    assert [report["status"] for report in run.reports] == ["success", "error", "success"]
    assert len(run.records("restored")) == 2
    assert run.lab["sent"]["init"]["starts"] == {"snapstart": 2, "warm": 1}
