"""The server, spoken to as a runtime does."""

import json

import pytest

from telemetry.lab.platform.runtime_api import LARGEST_RESPONSE, InitError, RestoreError
from tests.telemetry.lab.client import EVENT, NEXT, RESPONSE, RESTORE, serving

pytestmark = pytest.mark.anyio


async def test_event_and_response() -> None:
    async with serving() as (api, clients):
        runtime = await clients.runtime()
        await api.ready
        answered = api.invoke(EVENT)
        event = await runtime.answer()
        assert event.body == EVENT.body
        assert event.headers["Lambda-Runtime-Aws-Request-Id"] == "r-1"
        assert event.headers["Lambda-Runtime-Deadline-Ms"] == "1700000000000"
        assert event.headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn"
        assert event.headers["Lambda-Runtime-Trace-Id"] == "Root=1-2-3"
        assert (await runtime.call("POST", RESPONSE, b"done")).status == 202
        assert (await answered).body == b"done"
        assert not api.ready.done()
        await runtime.ask("GET", NEXT)
        await api.ready


async def test_chunked_response() -> None:
    async with serving() as (api, clients):
        runtime = await clients.runtime()
        await api.ready
        answered = api.invoke(EVENT)
        await runtime.answer()
        head = f"POST {RESPONSE} HTTP/1.1\r\nHost: lab\r\nTransfer-Encoding: chunked\r\n\r\n"
        runtime.writer.write(head.encode())
        for _ in range(64):
            runtime.writer.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
            await runtime.writer.drain()
        runtime.writer.write(b"0\r\n\r\n")
        assert (await runtime.answer()).status == 202
        assert (await answered).body == b"x" * 2 * 1024 * 1024


async def test_function_error() -> None:
    async with serving() as (api, clients):
        runtime = await clients.runtime()
        await api.ready
        answered = api.invoke(EVENT)
        await runtime.answer()
        path = RESPONSE.replace("response", "error")
        assert (
            await runtime.call("POST", path, b"{}", Lambda_Runtime_Function_Error_Type="Ouch")
        ).status == 202
        assert (await answered).error_type == "Ouch"


async def test_response_beyond_the_limit() -> None:
    async with serving() as (api, clients):
        runtime = await clients.runtime()
        await api.ready
        answered = api.invoke(EVENT)
        await runtime.answer()
        assert (await runtime.call("POST", RESPONSE, b"x" * (LARGEST_RESPONSE + 1))).status == 413
        assert (await answered).error_type == "Function.ResponseSizeTooLarge"


async def test_only_one_response() -> None:
    async with serving() as (api, clients):
        runtime = await clients.runtime()
        await api.ready
        api.invoke(EVENT)
        await runtime.answer()
        assert (await runtime.call("POST", RESPONSE.replace("r-1", "r-2"), b"")).status == 400
        assert (await runtime.call("POST", RESPONSE, b"")).status == 202
        assert (await runtime.call("POST", RESPONSE, b"")).status == 400


async def test_init_error() -> None:
    async with serving() as (api, clients):
        runtime = await clients()
        body = json.dumps({"errorMessage": "no", "errorType": "Ouch", "stackTrace": ["line"]}).encode()
        path = "/2018-06-01/runtime/init/error"
        assert (
            await runtime.call("POST", path, body, Lambda_Runtime_Function_Error_Type="Ouch")
        ).status == 202
        with pytest.raises(InitError, match="Ouch: no") as caught:
            await api.ready
        assert caught.value.stack == ("line",)


async def test_endpoints_that_are_not_here() -> None:
    async with serving() as (_api, clients):
        client = await clients()
        assert (await client.call("GET", "/elsewhere")).status == 404
        assert (await client.call("PUT", "/2022-07-01/telemetry")).status == 202


async def test_listens_on_loopback_only() -> None:
    async with serving() as (_api, clients):
        assert clients.host == "127.0.0.1"


async def test_restore_is_answered_when_it_is_due() -> None:
    async with serving(snap_start=True) as (api, clients):
        runtime = await clients()
        await runtime.ask("GET", RESTORE)
        await api.snapshot
        assert not api.ready.done()
        with pytest.raises(RuntimeError, match="has not asked for an event"):
            api.invoke(EVENT)
        api.restore()
        assert (await runtime.answer()).status == 200
        assert not api.ready.done()
        await runtime.ask("GET", NEXT)
        await api.ready
        with pytest.raises(RuntimeError, match="does not wait for its restore"):
            api.restore()


@pytest.mark.parametrize(("phase", "kind"), [("init", InitError), ("restore", RestoreError)])
async def test_error_of_a_hook(phase: str, kind: type[InitError]) -> None:
    async with serving(snap_start=True) as (api, clients):
        runtime = await clients()
        body = json.dumps({"errorMessage": "no", "errorType": "Ouch"}).encode()
        path = f"/2018-06-01/runtime/{phase}/error"
        if phase == "restore":
            await runtime.ask("GET", RESTORE)
            await api.snapshot
            api.restore()
            await runtime.answer()
        answer = await runtime.call("POST", path, body, Lambda_Runtime_Function_Error_Type="Runtime.Hook")
        assert answer.status == 202
        with pytest.raises(InitError, match=r"Runtime\.Hook: no") as caught:
            await api.ready
        assert type(caught.value) is kind


async def test_client_that_knows_no_snapshots() -> None:
    async with serving(snap_start=True) as (api, clients):
        await clients.runtime()
        with pytest.raises(InitError, match=r"SnapStart needs awslambdaric 3\.0 or newer"):
            await api.snapshot


async def test_no_restore_without_snapstart() -> None:
    async with serving() as (_api, clients):
        client = await clients()
        assert (await client.call("GET", RESTORE)).status == 404
