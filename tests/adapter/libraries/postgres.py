"""A PostgreSQL of its own, on loopback, with its data in a temporary folder."""

import contextlib
import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.adapter.libraries.server import free_port, installed, running

PACKAGE = "postgresql"
OTHERS = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'psql'"


@dataclass(frozen=True, slots=True)
class Postgres:
    """The server; a connection's number is the process id of its backend."""

    url: str
    psql: Path

    def connections(self) -> set[int]:
        return {int(pid) for pid in self._ask(f"SELECT pid {OTHERS}")}

    def close_connections(self) -> None:
        self._ask(f"SELECT pg_terminate_backend(pid, 5000) {OTHERS}")

    def answers(self) -> bool:
        return self._run("SELECT 1").returncode == 0

    def _ask(self, query: str) -> list[str]:
        ran = self._run(query)
        if ran.returncode != 0:
            raise OSError(ran.stderr)
        return ran.stdout.split()

    def _run(self, query: str) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [self.psql, "--no-psqlrc", "-At", "-c", query, self.url]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A server with an empty database."""
    # Debian keeps the programs of each version in a folder that is not on the PATH.
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = os.pathsep.join(map(str, versions))
    initdb, program, psql = (installed(name, PACKAGE, folders) for name in ("initdb", "postgres", "psql"))
    port = free_port()
    server = Postgres(f"postgresql://postgres@127.0.0.1:{port}/postgres", psql)
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        run_as = as_postgres(folder)
        data = ("-D", folder / "data")
        make: list[str | Path] = [initdb, *data]
        make += ["-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
        subprocess.run(make, cwd=folder, capture_output=True, check=True, **run_as)
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={port}",
            f"unix_socket_directories={name}",
            "fsync=off",
        )
        command: list[str | Path] = [
            program,
            *data,
            *(word for setting in settings for word in ("-c", setting)),
        ]
        with running(command, folder, server.answers, stop=signal.SIGQUIT, run_as=run_as):
            yield server


def as_postgres(folder: Path) -> dict[str, Any]:
    """How to run a program in `folder` so that PostgreSQL agrees to it: as anybody but root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
