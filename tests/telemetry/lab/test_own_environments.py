"""Three apps of the kinds that people have, each in its own environment, measured with one command each.

To their environments nothing is added but awslambdaric.
"""

import json
from pathlib import Path

import pytest

from telemetry.report.__main__ import main as report
from tests.adapter.libraries.postgres import postgres
from tests.telemetry.lab.conftest import Lab, Run
from tests.telemetry.lab.environments import uv_environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ARMS = ("--placement", "init", "first_invocation", "every_invocation")
FEW = ("--environments", 2, "--invocations", 4)

MCP = """
import contextlib
from mcp.server.mcpserver import Context, MCPServer

@contextlib.asynccontextmanager
async def lifespan(server):
    yield {"rates": {"EUR": 1.0, "SEK": 11.2}}

server = MCPServer("rates", lifespan=lifespan)

@server.tool()
async def rate(currency: str, context: Context) -> float:
    "The rate of a currency."
    return context.request_context.lifespan_context["rates"][currency]

app = server.streamable_http_app(json_response=True, stateless_http=True, host="0.0.0.0")
"""
STARLETTE = """
import contextlib, os
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from jinja2 import Environment, FileSystemLoader

def create_app(debug=False):
    @contextlib.asynccontextmanager
    async def lifespan(app):
        templates = Environment(loader=FileSystemLoader("templates"), autoescape=True)
        yield {"page": templates.get_template("index.html"), "title": os.environ["SITE_TITLE"]}

    async def index(request):
        return HTMLResponse(request.state.page.render(title=request.state.title))

    return Starlette(debug=debug, routes=[Route("/", index)], lifespan=lifespan)
"""
FASTAPI = """
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI, Request
from pydantic_settings import BaseSettings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

class Settings(BaseSettings):
    database_url: str

@asynccontextmanager
async def lifespan(app: FastAPI):
    engine = create_async_engine(Settings().database_url, pool_size=1)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS visits (path text)"))
    yield {"sessions": async_sessionmaker(engine)}
    await engine.dispose()

async def session(request: Request):
    async with request.state.sessions() as opened:
        yield opened

app = FastAPI(lifespan=lifespan)

@app.get("/visits")
async def visits(database: AsyncSession = Depends(session)) -> int:
    await database.execute(text("INSERT INTO visits VALUES ('/visits')"))
    await database.commit()
    return await database.scalar(text("SELECT count(*) FROM visits"))
"""


@pytest.fixture
def project(here: Path) -> Path:
    """The app's own folder, beside the one that the lab runs in."""
    folder = here / "project"
    folder.mkdir()
    return folder


def event(path: Path, method: str, url: str, body: str = "", **headers: str) -> Path:
    http = {
        "method": method,
        "path": url,
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "lab",
    }
    content = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": url,
        "rawQueryString": "",
        "headers": {"host": "lab.execute-api.us-east-1.amazonaws.com", **headers},
        "requestContext": {"http": http, "requestId": "", "time": "", "timeEpoch": 0},
        "body": body,
        "isBase64Encoded": False,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def check(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """All of its requests were served and are in its records, and the report reads them."""
    assert run.code == 0, run.stderr
    assert [line["status"] for line in run.records("invocation")] == [200] * 24
    assert {line["placement"] for line in run.records("invocation")} == set(ARMS[1:])
    assert run.lab["complete"] is True
    assert report([str(run.out)]) == 0
    assert capsys.readouterr().out


def test_mcp_server(lab: Lab, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose sessions start only once in a process: stock Mangum cannot serve it, and the run says so."""
    (project / "rates.py").write_text(MCP, encoding="utf-8")
    call = {"name": "rate", "arguments": {"currency": "SEK"}}
    asked = event(
        project / "call.json",
        "POST",
        "/mcp",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}),
        **{"content-type": "application/json", "accept": "application/json, text/event-stream"},
    )
    python = uv_environment(project / ".venv", "3.13", "mcp>=2", "awslambdaric")
    run = lab(
        *("--python", python, "--app", "rates:app", "--app-dir", project, "--event", asked, *ARMS, *FEW),
    )
    assert {line["in_force"] for line in run.records("fallback")} == {"init"}
    check(run, capsys)


def test_starlette_app(lab: Lab, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A factory, with templates beside it."""
    (project / "site_app.py").write_text(STARLETTE, encoding="utf-8")
    (project / "templates").mkdir()
    (project / "templates" / "index.html").write_text("<h1>{{ title }}</h1>", encoding="utf-8")
    python = uv_environment(project / ".venv", "3.12", "starlette", "jinja2", "uvicorn", "awslambdaric")
    command = ("--python", python, "--app", "site_app:create_app", "--app-dir", project, *ARMS, *FEW)
    forgotten = lab(*command)
    assert forgotten.code == 1
    assert "Add: --env SITE_TITLE=VALUE" in forgotten.stderr
    check(lab(*command, "--env", "SITE_TITLE=Hello"), capsys)


def test_fastapi_app_with_a_database(lab: Lab, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "main.py").write_text(FASTAPI, encoding="utf-8")
    asked = event(project / "visits.json", "GET", "/visits")
    packages = ("fastapi", "pydantic-settings", "sqlalchemy[asyncio]>=2", "asyncpg", "mangum==0.17.0")
    python = uv_environment(project / ".venv", "3.12", *packages, "awslambdaric")
    with postgres() as server:
        url = server.url.replace("postgresql:", "postgresql+asyncpg:")
        run = lab(
            *("--python", python, "--app", "main:app", "--app-dir", project, "--event", asked, *ARMS, *FEW),
            *("--env", f"DATABASE_URL={url}"),
        )
    check(run, capsys)
