"""Serves the app on this machine beside a DynamoDB with a few tickets: `python -m tests.local_server`."""

import argparse
import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import uvicorn
from moto.server import ThreadedMotoServer

from tests import tickets_table


def main() -> None:
    """Serve until Ctrl-C; the app starts anew whenever a file of `service/` changes."""
    parser = argparse.ArgumentParser(prog="python -m tests.local_server", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the app's port (default: %(default)s)")
    port = parser.parse_args().port
    _check_free(parser, port)
    with _dynamodb():
        sys.stdout.write(_hint(f"http://127.0.0.1:{port}"))
        sys.stdout.flush()
        uvicorn.run("service.app:app", host="127.0.0.1", port=port, reload=True, reload_dirs=["service"])


def _check_free(parser: argparse.ArgumentParser, port: int) -> None:
    """Tell before anything starts that something else listens there."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        parser.error(
            f"port {port}: {os.strerror(error.errno or 0)}. Choose another one: make serve PORT={port + 1}"
        )


@contextmanager
def _dynamodb() -> Iterator[None]:
    logging.getLogger("werkzeug").setLevel("WARNING")  # else a line for every call of the app to DynamoDB
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # For boto3 here, and for the reloaded child process, which inherits them.
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://{host}:{port}",
    }
    try:
        os.environ["TICKETS_TABLE"] = tickets_table.create(boto3.client("dynamodb"))
        yield
    finally:
        server.stop()


def _hint(url: str) -> str:
    ticket_id = tickets_table.definition()["Items"][0]["id"]["S"]
    return f"""
Try:
  curl -i {url}/tickets -H 'content-type: application/json' -d '{{"text": "Mein Drucker druckt nicht mehr."}}'
  curl -i {url}/tickets/{ticket_id}
  curl -OJ {url}/tickets/{ticket_id}/export

"""


if __name__ == "__main__":
    main()
