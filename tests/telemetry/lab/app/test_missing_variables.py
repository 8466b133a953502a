"""An environment variable that is missing is named, however the app looked for it."""

from pathlib import Path

import pytest

from telemetry.lab.app.missing_variables import MissingFields, missing_variables, set_them
from tests.telemetry.lab.conftest import Lab
from tests.telemetry.lab.environments import uv_environment

ONE = ("--environments", 1, "--invocations", 1)
ADVICE = "The environment variable TICKETS_TABLE is not set: the function inherits none of yours."
OPTION = "Add: --env TICKETS_TABLE=VALUE"
AT_IMPORT = """
import os
{statement}
async def app(scope, receive, send):
    pass
"""
IN_STARTUP = """
import os
from contextlib import asynccontextmanager
from starlette.applications import Starlette

class SettingsError(Exception):
    pass

def required(name):
    if name not in os.environ:
        raise SettingsError(f"The environment variable {name} is not set: the service cannot start.")

@asynccontextmanager
async def lifespan(app):
    STATEMENT
    yield

app = Starlette(lifespan=lifespan)
"""
IN_REQUEST = """
import os
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def root(request):
    return PlainTextResponse(os.environ["TICKETS_TABLE"])

app = Starlette(routes=[Route("/", root)])
"""


@pytest.mark.parametrize(
    "statement",
    [
        'os.environ["TICKETS_TABLE"]',
        'os.environ.pop("TICKETS_TABLE")',
        'from starlette.config import Config; Config()("TICKETS_TABLE")',
        "raise RuntimeError('Environment variable \"TICKETS_TABLE\" not set')",
    ],
)
def test_n5_missing_at_import(lab: Lab, here: Path, statement: str) -> None:
    (here / "shop.py").write_text(AT_IMPORT.format(statement=statement), encoding="utf-8")
    run = lab("--app", "shop:app", *ONE)
    assert run.code == 2
    assert run.stderr.endswith(f"{ADVICE}\n{OPTION}\n")


@pytest.mark.parametrize("statement", ['os.environ["TICKETS_TABLE"]', 'required("TICKETS_TABLE")'])
def test_n5_missing_in_the_startup(lab: Lab, here: Path, statement: str) -> None:
    (here / "shop.py").write_text(IN_STARTUP.replace("STATEMENT", statement), encoding="utf-8")
    run = lab("--app", "shop:app", *ONE)
    assert run.code == 1
    assert f"{ADVICE}\n{OPTION}\n" in run.stderr


def test_n5_missing_in_a_request(lab: Lab, here: Path) -> None:
    (here / "shop.py").write_text(IN_REQUEST, encoding="utf-8")
    run = lab("--app", "shop:app", *ONE)
    assert run.code == 1
    assert f"{ADVICE}\n{OPTION}\n" in run.stderr
    assert lab("--app", "shop:app", "--env", "TICKETS_TABLE=x", *ONE).code == 0


def test_n5_other_key_errors_name_no_variable(lab: Lab, here: Path) -> None:
    (here / "shop.py").write_text(AT_IMPORT.format(statement='{}["TICKETS_TABLE"]'), encoding="utf-8")
    run = lab("--app", "shop:app", *ONE)
    assert run.code == 2
    assert "KeyError: 'TICKETS_TABLE'" in run.stderr
    assert "--env" not in run.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "decouple.UndefinedValueError: API_KEY not found. Declare it as envvar or define a default",
            ["API_KEY"],
        ),
        ('environs.EnvError: Environment variable "PORT" not set', ["PORT"]),
        ("ImproperlyConfigured: Set the SECRET_KEY environment variable", ["SECRET_KEY"]),
        ("ImproperlyConfigured: Set the DEBUG environment variable", ["DEBUG"]),
        (
            "decouple.UndefinedValueError: DEBUG not found. Declare it as envvar or define a default",
            ["DEBUG"],
        ),
        ("RuntimeError: Environment variable PORT is not set", ["PORT"]),
        ("RuntimeError: the env var PORT is missing, and the REGION env var", ["PORT", "REGION"]),
        ("ValueError: HTTP GET failed, as the object was not found in AWS S3", []),
        ("shop.SettingsError: API_KEY and API_URL must be given", ["API_KEY", "API_URL"]),
        ("RuntimeError: GIVEN_ALREADY is not set as it should be", []),
        ("ValueError: the HTTP_PROXY of this request is odd", []),
        ("ModuleNotFoundError: No module named 'left_pad'", []),
        ("", []),
    ],
)
def test_n5_names_in_messages(text: str, expected: list[str]) -> None:
    assert missing_variables(text, {"GIVEN_ALREADY"}) == expected


def test_n5_several_variables() -> None:
    assert set_them(["A_B", "C_D"])[1] == "Add: --env A_B=VALUE C_D=VALUE"
    assert set_them([]) == []
    assert MissingFields("Settings", ("table", "db.url")).guessed() == ["TABLE", "DB"]


SETTINGS = """
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

class Database(BaseModel):
    url: str
    user: str

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="shop_", env_nested_delimiter="__")
    table: str
    key: str = Field(validation_alias="API_KEY")
    name: str = Field(validation_alias=AliasChoices("SHOP", "SHOP_NAME"))
    db: Database
    pages: int = 3
"""
OLD_SETTINGS = """
from BASE import BaseSettings, Field

class Settings(BaseSettings):
    table: str
    key: str = Field(env="API_KEY")
    class Config:
        env_prefix = "shop_"
"""
STARTUP = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette

@asynccontextmanager
async def lifespan(app):
    Settings()
    yield

app = Starlette(lifespan=lifespan)
"""


@pytest.mark.slow
@pytest.mark.parametrize("in_startup", [False, True])
@pytest.mark.parametrize(
    ("source", "requirements", "variables"),
    [
        (SETTINGS, ("pydantic-settings",), "SHOP_TABLE=VALUE API_KEY=VALUE SHOP=VALUE SHOP_DB__URL=VALUE"),
        (OLD_SETTINGS.replace("BASE", "pydantic"), ("pydantic<2",), "SHOP_TABLE=VALUE API_KEY=VALUE"),
        (OLD_SETTINGS.replace("BASE", "pydantic.v1"), ("pydantic>2",), "SHOP_TABLE=VALUE API_KEY=VALUE"),
    ],
    ids=["pydantic 2", "pydantic 1", "pydantic 2 as 1"],
)
def test_n5_pydantic_settings(
    lab: Lab, here: Path, source: str, requirements: tuple[str, ...], variables: str, *, in_startup: bool
) -> None:
    """The class alone knows how its variables are called."""
    text = source + (STARTUP if in_startup else "Settings()\n")
    (here / "shop.py").write_text(text, encoding="utf-8")
    python = uv_environment(here / "own", "3.12", "awslambdaric", "starlette", *requirements)
    run = lab("--python", python, "--app", "shop:app", "--env", "SHOP_DB__USER=me", *ONE)
    assert run.code == (1 if in_startup else 2)
    assert f"Add: --env {variables}\n" in run.stderr
