"""Apps in environments of their own: the lab brings what it needs, and their own packages come first."""

import json
import textwrap
from pathlib import Path

import pytest

from telemetry.lab.app.lab_code import NEEDS
from tests.telemetry.lab.conftest import Lab
from tests.telemetry.lab.environments import RUNTIME_CLIENT, STARLETTE, install, linked, uv_environment

FEW = ("--environments", 1, "--invocations", 2)
SHOP = """
    import json, os, sys
    from contextlib import asynccontextmanager
    from importlib.util import find_spec
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def origin(name):
        try:
            found = find_spec(name)
        except ModuleNotFoundError:
            return None
        return found and found.origin

    print(json.dumps({"record": "seen", "python": list(sys.version_info[:2]), "prefix": sys.prefix,
        "path": sys.path, "cwd": os.getcwd(), "execution_env": os.environ["AWS_EXECUTION_ENV"],
        "origins": {name: origin(name) for name in
            ("starlette", "mangum", "opentelemetry.trace", "opentelemetry.sdk", "rich", "boto3", "structlog",
             "service", "tests")}}))

    def create_app():
        @asynccontextmanager
        async def lifespan(app):
            yield {"greeting": open("greeting.txt").read()}

        async def root(request):
            return PlainTextResponse(request.state.greeting)

        return Starlette(routes=[Route("/", root)], lifespan=lifespan)
"""


@pytest.fixture
def shop(here: Path) -> Path:
    """An app's folder, which is not the current one."""
    folder = here / "shop"
    folder.mkdir()
    (folder / "shop.py").write_text(textwrap.dedent(SHOP), encoding="utf-8")
    (folder / "greeting.txt").write_text("hello", encoding="utf-8")
    (here / "starlette.py").write_text("raise ImportError('of the current folder')", encoding="utf-8")
    return folder


def test_n2_environment_with_its_own_packages_alone(lab: Lab, here: Path, shop: Path) -> None:
    python = linked(here / "own", *STARLETTE, *RUNTIME_CLIENT)
    run = lab(
        *("--python", python, "--app", "shop:create_app", "--app-dir", "shop", *FEW),
        *("--placement", "init", "every_invocation"),
    )
    assert run.code == 0, run.stderr
    assert {line["status"] for line in run.records("invocation")} == {200}
    assert {line["placement"] for line in run.records("startup")} == {"init", "every_invocation"}
    seen = run.records("seen")[0]
    assert seen["prefix"] == str(here / "own")
    assert seen["cwd"] == seen["path"][0] == str(shop)
    origins = seen["origins"]
    assert origins["starlette"].startswith(str(here / "own"))
    assert "/code/" in origins["mangum"]
    assert "/code/" in origins["opentelemetry.trace"]
    # Of what else is installed where the lab runs, the app sees nothing.
    absent = ("opentelemetry.sdk", "rich", "boto3", "structlog", "service", "tests")
    assert [name for name in absent if origins[name]] == []
    assert set(run.lab["versions"]) == {"awslambdaric", "mangum", "starlette"}


def test_n2_the_apps_own_version_comes_first(lab: Lab, here: Path, shop: Path) -> None:
    python = linked(here / "own", *STARLETTE, *RUNTIME_CLIENT, "mangum", "opentelemetry-api")
    run = lab("--python", python, "--app", "shop:create_app", "--app-dir", "shop", *FEW)
    assert run.code == 0, run.stderr
    origins = run.records("seen")[0]["origins"]
    assert origins["mangum"].startswith(str(here / "own"))
    assert origins["opentelemetry.trace"].startswith(str(here / "own"))


def test_n2_version_that_the_adapter_cannot_use(lab: Lab, here: Path, shop: Path) -> None:
    """The app still gets its own, and the adapter the lab's."""
    python = linked(here / "own", *STARLETTE, *RUNTIME_CLIENT)
    install(python, "mangum", "0.10.0", "OLD = True\nclass Mangum:\n    def __init__(self, app): pass\n")
    with (shop / "shop.py").open("a", encoding="utf-8") as file:
        file.write("\nimport mangum\nassert mangum.OLD\nhandler = mangum.Mangum(create_app())\n")
    (here / "event.json").write_text(
        json.dumps(
            {
                "httpMethod": "GET",
                "path": "/",
                "headers": {},
                "requestContext": {"stage": "x"},
                "resource": "/",
            }
        ),
        encoding="utf-8",
    )  # of a trigger whose module is imported late
    run = lab(
        "--python", python, "--app", "shop:create_app", "--app-dir", "shop", "--event", "event.json", *FEW
    )
    assert run.code == 0, run.stderr
    assert [line["status"] for line in run.records("invocation")] == [200] * 2
    assert "adapter and telemetry cannot use mangum 0.10.0: they use the lab's" in run.stderr
    assert run.lab["versions"]["mangum"] != "0.10.0"


def test_n2_handler_in_its_own_environment_gets_nothing_of_the_labs(lab: Lab, here: Path) -> None:
    folder = here / "shop"
    folder.mkdir()
    (folder / "main.py").write_text(
        textwrap.dedent(
            """
            import json, sys
            from importlib.util import find_spec
            names = ("telemetry", "adapter", "mangum", "starlette")
            print(json.dumps({"record": "seen", "found": [name for name in names if find_spec(name)]}))
            def handler(event, context):
                return {"statusCode": 200}
            """
        ),
        encoding="utf-8",
    )
    python = linked(here / "own", *STARLETTE, *RUNTIME_CLIENT)
    run = lab("--python", python, "--handler", "main.handler", "--app-dir", "shop", "--without-records", *FEW)
    assert run.code == 0, run.stderr
    assert run.records("seen")[0]["found"] == ["starlette"]
    assert len(run.reports) == 2


def test_n2_package_of_the_same_name_as_the_labs(lab: Lab, here: Path) -> None:
    (here / "telemetry").mkdir()
    (here / "telemetry" / "__init__.py").write_text("", encoding="utf-8")
    (here / "telemetry" / "tracing.py").write_text("", encoding="utf-8")
    (here / "shop.py").write_text("import telemetry.tracing", encoding="utf-8")
    python = linked(here / "own", *RUNTIME_CLIENT)
    run = lab("--python", python, "--app", "shop:app", *FEW)
    assert run.code == 2
    assert "with --app the lab's is imported in its place" in run.stderr


def test_n2_package_that_lambda_has(lab: Lab, here: Path) -> None:
    (here / "shop.py").write_text("import boto3", encoding="utf-8")
    run = lab("--python", linked(here / "own", *RUNTIME_CLIENT), "--app", "shop:app", *FEW)
    assert run.code == 2
    assert "boto3 is part of Lambda's runtime, but not of this environment" in run.stderr


@pytest.mark.parametrize(
    ("name", "version", "met"),
    [
        ("mangum", "0.18.0", False),
        ("mangum", "0.19.0", True),
        ("mangum", "0.20.1", False),
        ("mangum", "0.22.0", True),
        ("mangum", "1.0b1", True),
        ("opentelemetry-api", "1.27.0", False),
        ("opentelemetry-api", "1.28.0", True),
        ("typing-extensions", "4.4.0", False),
    ],
)
def test_n2_versions_that_will_do(name: str, version: str, *, met: bool) -> None:
    (need,) = [need for need in NEEDS if need.name == name]
    assert need.met_by(version) is met


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "requirements"),
    [
        ("3.11", ("starlette", "mangum==0.17.0", "structlog==21.5.0", "opentelemetry-api==1.20.0")),
        ("3.12", ("starlette",)),
        ("3.13", ("fastapi", "mangum==0.19.0")),
    ],
)
def test_n2_environments_of_other_pythons(
    lab: Lab, here: Path, shop: Path, python: str, requirements: tuple[str, ...]
) -> None:
    own = uv_environment(here / "own", python, *requirements, "awslambdaric")
    run = lab(
        *("--python", own, "--app", "shop:create_app", "--app-dir", shop, *FEW),
        *("--placement", "init", "first_invocation", "every_invocation"),
    )
    assert run.code == 0, run.stderr
    assert [line["status"] for line in run.records("invocation")] == [200] * 6
    seen = run.records("seen")[0]
    assert ".".join(map(str, seen["python"])) == python
    assert seen["execution_env"] == f"AWS_Lambda_python3.{max(12, seen['python'][1])}"
    assert run.lab["host"]["python"].startswith(f"{python}.")
