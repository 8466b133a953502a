"""The cheapest internal Lambda extension: it wants no events, but for its sake Lambda sends SIGTERM."""

import http.client
import logging
import re
import threading
from collections.abc import Mapping

NAME = "lifespan-adapter"
API = "/2020-01-01/extension"
REGISTER_TIMEOUT_S = 1.0

logger = logging.getLogger("adapter")


def worthwhile(environ: Mapping[str, str]) -> bool:
    """Whether this runtime can see a SIGTERM between invocations: Python 3.12 or later."""
    runtime = re.fullmatch(r"AWS_Lambda_python3\.(\d+)", environ.get("AWS_EXECUTION_ENV", ""))
    return runtime is not None and int(runtime[1]) >= 12


def register(api: str) -> None:
    """Register with the Extensions API at `api` (host:port); a failure is logged, and costs the SIGTERM."""
    try:
        identifier = _identifier(api)
    except (OSError, http.client.HTTPException) as error:
        logger.warning("No extension could be registered, so no SIGTERM will come: %r", error)
        return
    # Init is over only when every extension has asked for its next event. None ever comes.
    threading.Thread(target=_park, args=(api, identifier), name=NAME, daemon=True).start()


def _identifier(api: str) -> str:
    connection = http.client.HTTPConnection(api, timeout=REGISTER_TIMEOUT_S)
    try:
        headers = {"Lambda-Extension-Name": NAME, "Content-Type": "application/json"}
        connection.request("POST", f"{API}/register", b'{"events": []}', headers)
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    identifier = response.headers.get("Lambda-Extension-Identifier")
    if response.status != 200 or identifier is None:
        raise http.client.HTTPException(f"status {response.status}")
    return identifier


def _park(api: str, identifier: str) -> None:
    connection = http.client.HTTPConnection(api)
    try:
        connection.request("GET", f"{API}/event/next", headers={"Lambda-Extension-Identifier": identifier})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        logger.debug("The extension's connection ended: %r", error)
    finally:
        connection.close()
