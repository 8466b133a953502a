"""The server, spoken to as extensions inside the function do."""

import asyncio
import json
from typing import Any

import pytest

from tests.telemetry.lab.client import EVENT, NEXT, RESPONSE, Client, Clients, serving

REGISTER = "/2020-01-01/extension/register"
EVENT_NEXT = "/2020-01-01/extension/event/next"

pytestmark = pytest.mark.anyio


async def extension(clients: Clients, *events: str, name: str = "e") -> tuple[Client, str]:
    client = await clients()
    body = json.dumps({"events": events}).encode()
    registered = await client.call("POST", REGISTER, body, Lambda_Extension_Name=name)
    assert registered.status == 200
    return client, registered.headers["Lambda-Extension-Identifier"]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0.005)


async def test_init_waits_for_extensions() -> None:
    async with serving() as (api, clients):
        client, identifier = await extension(clients)
        await clients.runtime()
        await settle()
        assert not api.ready.done()
        await client.ask("GET", EVENT_NEXT, Lambda_Extension_Identifier=identifier)
        await asyncio.wait_for(api.ready, 10)


async def test_next_event_waits_for_invoke_extensions() -> None:
    async with serving() as (api, clients):
        client, identifier = await extension(clients, "INVOKE")
        await client.ask("GET", EVENT_NEXT, Lambda_Extension_Identifier=identifier)
        runtime = await clients.runtime()
        await asyncio.wait_for(api.ready, 10)
        api.invoke(EVENT)
        await runtime.answer()
        invoked = json.loads((await client.answer()).body)
        assert invoked == {
            "eventType": "INVOKE",
            "deadlineMs": 1700000000000,
            "requestId": "r-1",
            "invokedFunctionArn": "arn",
            "tracing": {"type": "X-Amzn-Trace-Id", "value": "Root=1-2-3"},
        }
        await runtime.call("POST", RESPONSE, b"{}")
        await runtime.ask("GET", NEXT)
        await settle()
        assert not api.ready.done()
        await client.ask("GET", EVENT_NEXT, Lambda_Extension_Identifier=identifier)
        await asyncio.wait_for(api.ready, 10)


async def test_extension_without_events_stays_parked() -> None:
    async with serving() as (api, clients):
        client, identifier = await extension(clients)
        await client.ask("GET", EVENT_NEXT, Lambda_Extension_Identifier=identifier)
        runtime = await clients.runtime()
        await asyncio.wait_for(api.ready, 10)
        api.invoke(EVENT)
        await runtime.answer()
        await runtime.call("POST", RESPONSE, b"{}")
        await runtime.ask("GET", NEXT)
        await asyncio.wait_for(api.ready, 10)


@pytest.mark.parametrize(
    ("body", "name", "error"),
    [
        ({"events": ["SHUTDOWN"]}, "e", "Extension.InvalidEventType"),
        ({"events": ["DANCE"]}, "e", "Extension.InvalidEventType"),
        ({"events": []}, "", "Extension.InvalidExtensionName"),
        ({"events": []}, "taken", "Extension.InvalidExtensionState"),
        ({}, "e", "InvalidRequestFormat"),
    ],
)
async def test_refused_registrations(body: dict[str, Any], name: str, error: str) -> None:
    async with serving() as (_api, clients):
        await extension(clients, name="taken")
        client = await clients()
        refused = await client.call("POST", REGISTER, json.dumps(body).encode(), Lambda_Extension_Name=name)
        assert (refused.status, json.loads(refused.body)["errorType"]) == (403, error)


async def test_registration_closes_after_init() -> None:
    async with serving() as (api, clients):
        runtime, late = await clients(), await clients()
        await runtime.ask("GET", NEXT)
        await api.ready
        api.invoke(EVENT)
        refused = await late.call("POST", REGISTER, b'{"events":[]}', Lambda_Extension_Name="late")
        assert json.loads(refused.body)["errorType"] == "Extension.RegistrationClosed"


async def test_unknown_extension() -> None:
    async with serving() as (_api, clients):
        client = await clients()
        assert (await client.call("GET", EVENT_NEXT)).status == 403
