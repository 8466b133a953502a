"""Handlers by name: what Lambda takes, and why one is not found."""

from pathlib import Path

import pytest

from telemetry.lab.app.target import TargetError, find_handler, handler_names
from tests.telemetry.lab.conftest import Lab

HANDLER = "def handler(event, context):\n    return {'statusCode': 200}\n"


def test_names_of_a_handler_in_folders() -> None:
    assert handler_names("app.handler") == ("app", "handler")
    assert handler_names("src/shop/app.handler") == handler_names("src.shop.app.handler")
    for wrong in ("handler", ".handler", "app."):
        with pytest.raises(TargetError, match=r"expected module\.attribute"):
            handler_names(wrong)


def test_handler_in_a_folder_is_run_as_lambda_does(lab: Lab, here: Path) -> None:
    (here / "src").mkdir()
    (here / "src/app.py").write_text(HANDLER, encoding="utf-8")
    run = lab(
        *("--handler", "src/app.handler", "--without-records", "--environments", 1, "--invocations", 1),
    )
    assert run.code == 0, run.stderr
    assert [one["package"] for one in run.lab["imports"]][:1] == ["src"]


def test_what_a_package_of_the_handler_misses_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(here)
    (here / "shop_of_handler").mkdir()
    (here / "shop_of_handler/__init__.py").write_text("import left_pad\n", encoding="utf-8")
    (here / "shop_of_handler/app.py").write_text(HANDLER, encoding="utf-8")
    with pytest.raises(ModuleNotFoundError, match="No module named 'left_pad'"):
        find_handler("shop_of_handler.app.handler")
    with pytest.raises(TargetError, match=r"there is no module absent\.inner"):
        find_handler("absent.inner.handler")
