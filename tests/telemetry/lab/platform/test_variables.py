import sys
from pathlib import Path

import pytest

from tests.telemetry.lab.conftest import Lab

TELLS = """
    import json, os, sys
    print(json.dumps({"record": "environ", "is": dict(os.environ), "path": sys.path}))
    def handler(event, context):
        return {"statusCode": 200}
"""
ONE = ("--environments", 1, "--invocations", 1)


def test_nothing_of_the_users_leaks(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
        "AWS_CONFIG_FILE",
        "HTTPS_PROXY",
        "MY_TOKEN",
    ):
        monkeypatch.setenv(name, "canary")
    environ = lab(*ONE, handler=TELLS).records("environ")[0]["is"]
    assert "canary" not in environ.values()
    assert environ["AWS_CONFIG_FILE"] == environ["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert environ["AWS_EC2_METADATA_DISABLED"] == "true"


def test_lambdas_own_variables(lab: Lab) -> None:
    environ = lab(*ONE, "--memory", 1024, handler=TELLS).records("environ")[0]["is"]
    expected = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{max(12, sys.version_info.minor)}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_NAME": "lab",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/lab",
        "AWS_REGION": "us-east-1",
        "TZ": ":UTC",
        "_HANDLER": "function.handler",
    }
    assert expected.items() <= environ.items()
    assert environ["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert "[$LATEST]" in environ["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert "_X_AMZN_TRACE_ID" not in environ


def test_own_variables(lab: Lab) -> None:
    told = lab(
        *ONE, "--env", "A=1", "B=x=y", "--env", "AWS_REGION=eu-west-1", "--app-dir", ".", handler=TELLS
    )
    environ = told.records("environ")[0]["is"]
    assert (environ["A"], environ["B"], environ["AWS_REGION"]) == ("1", "x=y", "eu-west-1")


def test_sampled_when_spans_have_somewhere_to_go(lab: Lab) -> None:
    run = lab(
        *(*ONE, "--env", "AWS_XRAY_DAEMON_ADDRESS=127.0.0.1:9"),
        handler="""
            import json, os
            def handler(event, context):
                print(json.dumps({"record": "trace", "is": os.environ["_X_AMZN_TRACE_ID"]}))
                return {"statusCode": 200}
        """,
    )
    assert run.records("trace")[0]["is"].endswith("Sampled=1")


@pytest.mark.parametrize("way", ["app", "handler", "python"])
def test_import_path_of_the_function_does_not_displace_the_labs(lab: Lab, here: Path, way: str) -> None:
    """A function may have this variable on Lambda, where it does not displace the runtime's either."""
    (here / "src").mkdir()
    source = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

def handler(event, context):
    return {"statusCode": 200}
"""
    (here / "src/shop.py").write_text(source, encoding="utf-8")
    target = {
        "app": ("--app", "shop:app"),
        "handler": ("--handler", "shop.handler", "--without-records"),
        "python": ("--app", "shop:app", "--app-dir", ".", "--python", sys.executable),
    }
    run = lab(*target[way], "--env", "PYTHONPATH=src", *ONE)
    assert run.code == 0, run.stderr
