import http.server
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError, NoRegionError

from telemetry.report.aws import clients
from telemetry.report.aws.cache import Cache
from telemetry.report.aws.clients import client
from telemetry.report.aws.log_group import log_group_lines
from telemetry.report.aws.period import period
from telemetry.report.errors import UnusableError
from tests.telemetry.report.aws.conftest import GROUP


class Throttled(http.server.BaseHTTPRequestHandler):
    """Refuses twice, as CloudWatch does when it is asked too often."""

    asked = 0

    def do_POST(self) -> None:
        Throttled.asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        refused = Throttled.asked <= 2
        answer = {"__type": "ThrottlingException"} if refused else {"events": [{"message": "one"}]}
        body = json.dumps(answer).encode()
        self.send_response(400 if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize("error", [NoRegionError(), NoCredentialsError()])
def test_missing_configuration_says_what_to_set(error: Exception) -> None:
    with pytest.raises(UnusableError, match="or run `aws configure`"), clients.explained("stack x"):
        raise error


def test_throttling_is_sat_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waits.append)
    with http.server.HTTPServer(("127.0.0.1", 0), Throttled) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            logs = client("logs")
            now = datetime.now(UTC)
            found = list(log_group_lines(logs, GROUP, period("1m", None, now), Cache(tmp_path, GROUP)))
        finally:
            server.shutdown()
            thread.join()
    assert {line.text for line in found} == {b"one"}
    assert len(waits) == 2
