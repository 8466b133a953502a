import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.errors import SettingsError
from service.settings import Settings


def test_table_is_read() -> None:
    assert Settings.from_env({"TICKETS_TABLE": " tickets "}) == Settings(tickets_table="tickets")


@pytest.mark.parametrize("environ", [{}, {"TICKETS_TABLE": ""}, {"TICKETS_TABLE": " "}])
def test_missing_table_stops_startup(environ: dict[str, str]) -> None:
    app = create_app(environ)

    with pytest.raises(SettingsError, match="TICKETS_TABLE is not set"), TestClient(app):
        pass
