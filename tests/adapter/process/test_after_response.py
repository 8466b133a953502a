import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from adapter.process.extension import AfterResponse, worth_registering
from adapter.process.runtime_client import asks_for_next
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

DECORATED = """
import time
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded

adapted = LifespanAdapter(Recorded(), after_response=lambda seconds: print("work", flush=True))

def handler(event, context):
    response = adapted(event, context)
    time.sleep(0.2)
    print("response", flush=True)
    return response
"""


def invoke(request_id: str = "r-1", seconds: float = 60) -> dict[str, Any]:
    return {"eventType": "INVOKE", "requestId": request_id, "deadlineMs": int((time.time() + seconds) * 1000)}


def test_work_waits_for_the_handler() -> None:
    done: list[float] = []
    after = AfterResponse(done.append)
    extension = threading.Thread(target=after, args=(invoke("r-2"),))
    after.handled("r-1")
    extension.start()
    extension.join(0.1)
    assert done == []
    after.handled("r-2")
    extension.join()
    assert len(done) == 1
    assert 0 < done[0] <= 60


def test_work_waits_for_the_response_to_leave(tmp_path: Path) -> None:
    """Whoever wraps the adapter may need time of its own, and only then the runtime client sends anything."""
    with Function(DECORATED, tmp_path) as function:
        assert function.invoke(http_event())[0] == "response"
        assert function.await_output("work").split() == ["response", "work"]


def test_handler_may_be_through_first() -> None:
    done: list[float] = []
    after = AfterResponse(done.append)
    after.handled("r-1")
    after(invoke())
    assert len(done) == 1


def test_time_that_is_up_ends_the_wait() -> None:
    done: list[float] = []
    AfterResponse(done.append)(invoke(seconds=0))
    assert done == []


def test_failing_work_is_logged_only(caplog: pytest.LogCaptureFixture) -> None:
    def work(_: float) -> None:
        raise ConnectionError

    after = AfterResponse(work)
    after.handled("r-1")
    with caplog.at_level(logging.ERROR, "adapter"):
        after(invoke())
        after({})
    assert [type(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        ConnectionError,
        KeyError,
    ]


def test_thread_that_asks_is_seen() -> None:
    asking, release = threading.Event(), threading.Event()

    def wait() -> None:
        asking.set()
        release.wait()

    names: dict[str, Any] = {"__name__": "awslambdaric.lambda_runtime_client", "wait": wait}
    exec("def wait_next_invocation():\n    wait()", names)  # noqa: S102 - as if in the client's module
    client = threading.Thread(target=names["wait_next_invocation"], daemon=True)
    client.start()
    asking.wait()
    assert client.ident is not None
    assert asks_for_next(client.ident)
    release.set()
    client.join()
    assert not asks_for_next(client.ident)
    assert not asks_for_next(threading.get_ident())


def test_events_are_worth_an_extension_anywhere() -> None:
    old = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
    assert worth_registering(old, invoked=True)
    assert not worth_registering(old)


def test_workers_of_one_instance_register_nothing() -> None:
    managed = {"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"}
    assert not worth_registering(managed, invoked=True)
