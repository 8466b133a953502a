"""Serves the app on this machine: `python -m tests.local_server`."""

import argparse
import os
import socket
import sys

import uvicorn


def main() -> None:
    """Serve until Ctrl-C; the app starts anew whenever a file of `service/` changes."""
    parser = argparse.ArgumentParser(prog="python -m tests.local_server", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the app's port (default: %(default)s)")
    port = parser.parse_args().port
    _check_free(parser, port)
    sys.stdout.write(f"\nTry: curl -i http://127.0.0.1:{port}/\n\n")
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


if __name__ == "__main__":
    main()
