"""An example of an event that would reach an app which answered 404, 405 or 406, from what it says itself."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from telemetry.lab.app.routes import OF_THE_FRAMEWORK, ServedPath
from telemetry.lab.events import GET_ROOT
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.invocation import HttpResponse, method_and_path
from telemetry.lab.platform.preflight import paths_of_app
from telemetry.lab.run.failures import FailedRequest

ASKED_OTHERWISE: Final = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_ACCEPTABLE}
)
"""Of an app that runs, and was asked for what it does not serve."""
SHOWN: Final = 10
"""Paths."""
METHOD, PATH, BODY, TYPE = "METHOD", "/PATH", "BODY", "CONTENT-TYPE"
"""What stands in an example for what only the app's authors know."""
LIKELY: Final = ", if that is a server of the Model Context Protocol, as its answer in JSON-RPC looks like"
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_PARAMETER: Final = re.compile(r"\\\{.*?\\\}")
_INITIALIZE: Final = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "lab", "version": "1"},
    },
}
"""The first request of a client of the Model Context Protocol, which every server answers."""


async def example_for(
    failed: FailedRequest, function: FunctionConfiguration, environ: Mapping[str, str]
) -> list[str]:
    """Return the lines of `example_event` for a request that failed; none where its status is another one."""
    response, task = failed.invocation.outcome.response, asyncio.current_task()
    stopped = task is not None and task.cancelling() > 0  # who presses Ctrl-C waits for no import
    if stopped or response is None or response.status not in ASKED_OTHERWISE:
        return []
    return list(example_event(failed.event, response, await paths_of_app(function, environ)))


def example_event(
    event: Mapping[str, Any], response: HttpResponse, paths: Sequence[ServedPath]
) -> Iterator[str]:
    """Yield lines that show what the app serves, and an event that would reach it.

    Args:
        event: That was not served.
        response: With a status of `ASKED_OTHERWISE`.
        paths: That the app says it serves.
    """
    if event == GET_ROOT:
        yield "Without --event, the lab sends GET /."
    yield from _listed(paths)
    chosen = _chosen(event, response, paths)
    made = _mcp_event(chosen.path) if chosen.mcp else _event(chosen, response)
    text = json.dumps(made)
    sure = not chosen.mcp or any(one.mcp for one in paths)
    what = f"{_written(chosen, made)}{'' if sure else LIKELY}"
    yield f"An event for {what}; save it as event.json{_to_fill_in(chosen.path, text)}:"
    yield f"  {text}"
    yield "and add: --event event.json"


def _listed(paths: Sequence[ServedPath]) -> Iterator[str]:
    shown = [one for one in paths if one.documented] or list(paths)
    if not shown:
        yield "Which paths the app serves cannot be read from it."
        return
    yield "The app says that it serves:"
    yield from (f"  {_line(one)}" for one in shown[:SHOWN])
    if len(shown) > SHOWN:
        yield f"  and {len(shown) - SHOWN} more"


def _line(one: ServedPath) -> str:
    methods = ", ".join(one.methods) or ("POST" if one.mcp else "(any method)")
    return f"{methods} {one.path}{' (Model Context Protocol)' if one.mcp else ''}"


def _chosen(event: Mapping[str, Any], response: HttpResponse, paths: Sequence[ServedPath]) -> ServedPath:
    """Return the path that an example can say most about: the one that was asked, where it is served."""
    method, path = method_and_path(event)
    asked = ServedPath(path or PATH, (method or METHOD,), mcp='"jsonrpc"' in response.text)
    match response.status:
        case HTTPStatus.NOT_FOUND:
            nothing = asked if asked.mcp and path else ServedPath(PATH, ("GET",))
            others = [one for one in paths if one.path != path or (one.methods and method not in one.methods)]
            return min(others, key=_unknown, default=nothing)
        case HTTPStatus.METHOD_NOT_ALLOWED:
            same = [one for one in paths if _matches(one.path, asked.path)]
            methods = sorted({name for one in same for name in one.methods} - {method}) or _allowed(response)
            mcp = asked.mcp or any(one.mcp for one in same)
            return asked._replace(methods=tuple(methods) or (METHOD,), mcp=mcp)
        case _:
            return asked._replace(
                mcp=asked.mcp or any(one.mcp for one in paths if _matches(one.path, asked.path))
            )


def _unknown(one: ServedPath) -> tuple[bool, int]:
    """Order paths by how much of a request to them only the app's authors know."""
    needs_body = bool(one.methods) and "GET" not in one.methods and not one.mcp
    return not one.documented, one.path.count("{") + 2 * needs_body + (not one.methods and not one.mcp)


def _matches(served: str, path: str) -> bool:
    return re.fullmatch(_PARAMETER.sub("[^/]+", re.escape(served)), path) is not None


def _allowed(response: HttpResponse) -> list[str]:
    """Return the methods of the header that a 405 has to have."""
    names = [name.strip() for name in response.headers.get("allow", "").split(",")]
    return [name for name in names if name and name not in OF_THE_FRAMEWORK]


def _event(to: ServedPath, response: HttpResponse) -> dict[str, Any]:
    accept = TYPE if response.status == HTTPStatus.NOT_ACCEPTABLE else "*/*"
    method = "GET" if "GET" in to.methods or not to.methods else to.methods[0]
    made = _request(method, to.path, {"accept": accept})
    if method in _WITH_BODY:
        made["headers"]["content-type"] = "application/json"
        made["body"] = BODY
    return made


def _mcp_event(path: str) -> dict[str, Any]:
    types = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    return {**_request("POST", path, types), "body": json.dumps(_INITIALIZE)}


def _request(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    host = str(GET_ROOT["headers"]["host"])
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": host, **headers},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "127.0.0.1"}},
        "isBase64Encoded": False,
    }


def _written(chosen: ServedPath, made: Mapping[str, Any]) -> str:
    return f"{made['requestContext']['http']['method']} {chosen.path}"


def _to_fill_in(path: str, text: str) -> str:
    """Say what is to be put in the place of what is not known."""
    unknown = [*re.findall(r"\{.*?\}", path)]
    unknown += [word for word in (METHOD, PATH, TYPE, BODY) if f'"{word}"' in text]
    return f", with values for {', '.join(unknown)}" if unknown else ""
