"""Environments with an extension: what the next event waits for, and which signal ends them."""

import pytest

from tests.telemetry.lab.conftest import Lab

EXTENSION = """
    import http.client, json, os, signal, sys, threading, time

    def say(**record):
        os.write(1, json.dumps({"at": time.monotonic(), **record}).encode() + b"\\n")

    def api():
        return http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def register(*events):
        connection = api()
        connection.request(
            "POST", "/2020-01-01/extension/register", json.dumps({"events": events}),
            {"Lambda-Extension-Name": "own"})
        answer = connection.getresponse()
        answer.read()
        return answer.getheader("Lambda-Extension-Identifier")

    def follow(identifier, work):
        while True:
            connection = api()
            connection.request("GET", "/2020-01-01/extension/event/next",
                headers={"Lambda-Extension-Identifier": identifier})
            work(json.loads(connection.getresponse().read()))

    def end(*_):
        say(record="sigterm")
        os._exit(0)
"""
EXTENSION_HANDLER = """
    def handler(event, context):
        say(record="event", request=context.aws_request_id)
        return {"statusCode": 200}
"""


def test_next_event_waits_for_the_extension(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 3),
        handler=EXTENSION
        + """
    def work(event):
        time.sleep(0.2)
        say(record="worked", request=event["requestId"], kind=event["eventType"])

    threading.Thread(target=follow, args=(register("INVOKE"), work), daemon=True).start()
    """
        + EXTENSION_HANDLER,
    )
    kinds = [line["record"] for line in run.lines if line.get("record") in ("event", "worked")]
    assert kinds == ["event", "worked"] * 3
    assert [line["request"] for line in run.records("event")] == [
        line["request"] for line in run.records("worked")
    ]
    assert {line["kind"] for line in run.records("worked")} == {"INVOKE"}
    # Lambda bills what the extension does, though the client does not wait for it.
    assert all(report["metrics"]["billedDurationMs"] >= 200 for report in run.reports)


@pytest.mark.parametrize(
    ("registered", "flag", "told", "said"),
    [
        ("register()", "--sigterm", 1, "SIGTERM ended 1 environment."),
        ("register()", "--no-sigterm", 0, "SIGKILL ended 1 environment, because of --no-sigterm."),
        (
            "None",
            "--sigterm",
            0,
            "SIGKILL ended 1 environment, as on Lambda where no extension",
        ),
    ],
)
def test_sigterm_needs_an_extension(lab: Lab, registered: str, flag: str, told: int, said: str) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1, flag),
        handler=EXTENSION
        + f"""
    signal.signal(signal.SIGTERM, end)
    identifier = {registered}
    if identifier:
        threading.Thread(target=follow, args=(identifier, print), daemon=True).start()
    """
        + EXTENSION_HANDLER,
    )
    assert len(run.records("sigterm")) == told
    assert said in run.stdout


def test_slow_shutdown_is_cut(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1),
        handler=EXTENSION
        + """
    signal.signal(signal.SIGTERM, lambda *_: (say(record="begins"), time.sleep(30), say(record="ends")))
    threading.Thread(target=follow, args=(register(), print), daemon=True).start()
    """
        + EXTENSION_HANDLER,
    )
    assert run.records("begins")
    assert not run.records("ends")
    assert "SIGKILL ended 1 environment 500 ms after SIGTERM" in run.stdout
