from fastapi.testclient import TestClient

from service.app import app


def test_startup_and_a_request() -> None:
    with TestClient(app) as client:
        response = client.get("/")

    assert response.status_code == 200
    assert response.json() == {"message": "Hello from a lifespan that ran once."}
