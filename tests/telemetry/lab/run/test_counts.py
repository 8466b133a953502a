from tests.telemetry.lab.conftest import Lab


def test_failures_are_counted(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 4),
        handler="""
            count = 0
            def handler(event, context):
                global count
                count += 1
                if count == 1:
                    raise LookupError("the text stays in the function's own log")
                return {"statusCode": 200 if count < 4 else 503}
        """,
    )
    assert run.code == 0
    assert [report["status"] for report in run.reports] == ["error", "success", "success", "success"]
    assert run.reports[0]["errorType"] == "LookupError"
    assert "2 of 4 invocations had no 2xx response" in run.stdout
    assert "status 503 (1)" in run.stdout


def test_nothing_succeeds(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 2),
        handler="""
            def handler(event, context):
                return {"statusCode": 500}
        """,
    )
    assert run.code == 1
    assert run.lab["complete"] is True
