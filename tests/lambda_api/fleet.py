"""All execution environments: which one serves an event, how many there may be, when one ends."""

import asyncio
import contextlib
import hashlib
import sys
import uuid
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from telemetry.lab.platform.artifact import runtime_packages
from telemetry.lab.platform.cpu_share import LAB_CORES, available_cores, cpu_share
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.supervisor import RUN_VARIABLE
from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.platform.variables import function_environ
from telemetry.lab.run.load.cores import IN_INIT, Cores
from tests.lambda_api.deployed import Deployed
from tests.lambda_api.environment import Environment, Invoked
from tests.lambda_api.log_stream import LogStream, Put
from tests.lambda_api.options import Options

MOST_AT_WORK: Final = 1000
Waiting: TypeAlias = list[tuple[tuple[object, ...], Environment]]
"""Environments, each with what it serves; the one that served last at the end."""


class TooManyError(Exception):
    """The event would take one environment more than the function, or the account, may have."""


class Fleet:
    """Runs in one event loop; its methods are called there."""

    def __init__(
        self, options: Options, folder: Path, throttle: Throttle, put: Put, delay: Callable[[], float]
    ) -> None:
        """Begin without environments.

        Args:
            options: The double's.
            folder: Of this run: whatever has its name in its environment ends with it.
            throttle: Gives processes their share of CPU.
            put: Takes log events.
            delay: Seconds until it takes them.
        """
        self.endpoint = ""
        """Address of the AWS that functions call."""
        self._options, self._folder, self._throttle = options, folder, throttle
        self._put, self._delay = put, delay
        amount = options.cores or max(available_cores() - LAB_CORES, 0.5)
        self._cores = Cores(amount, share=0, most=MOST_AT_WORK)
        self._packages = {"": runtime_packages(folder)}
        self._idle: Waiting = []
        """Those that wait for an event, with what they serve; the longest idle first."""
        self._provisioned: dict[str, Waiting] = {}
        """By ARN of the alias or version: those that wait."""
        self._reserved: dict[str, int] = {}
        """How many are, or will be, provisioned for an ARN."""
        self._at_work: Counter[str] = Counter()
        self._unpacking = asyncio.Lock()
        self._ending: set[asyncio.Task[None]] = set()

    async def invoke(self, deployed: Deployed, limit: int, target: str, payload: bytes) -> Invoked:
        """Serve an event by an idle environment, or by a new one.

        Args:
            deployed: What to run.
            limit: Environments of the function that may be at work at once.
            target: ARN that was invoked; it may have provisioned environments.
            payload: The event.

        Raises:
            TooManyError: That many are at work.
            RestoreError: The function's hooks after its restore fail.
            TimeoutError: They take too long.
        """
        home, environment = self._waiting(deployed, target)
        if home is not self._idle:
            return await self._served(deployed, target, payload, home, environment)
        if self._at_work[deployed.arn] + self._number_provisioned(deployed.arn) >= limit:
            if environment is not None:
                home.append((deployed.key, environment))
            raise TooManyError
        self._at_work[deployed.arn] += 1
        try:
            return await self._served(deployed, target, payload, home, environment)
        finally:
            self._at_work[deployed.arn] -= 1

    async def publish(self, deployed: Deployed) -> None:
        """Run the INIT of a snapshot.

        Raises:
            InitError: The function cannot start.
            TimeoutError: INIT takes too long.
        """
        environment = await self._made(deployed)
        try:
            async with self._cores.held(IN_INIT):
                await environment.publish()
        finally:
            await self._end(environment)

    async def provision(self, deployed: Deployed, target: str, number: int) -> None:
        """Start environments that wait for events of an ARN; all or none.

        Raises:
            InitError: The function cannot start.
            TimeoutError: INIT takes too long.
        """
        self._reserved[target] = number
        made = [await self._made(deployed) for _ in range(number)]
        try:
            for environment in made:
                async with self._cores.held(min(cpu_share(deployed.memory_mb), 1.0)):
                    await environment.provision()
        except BaseException:
            self._reserved.pop(target, None)
            await asyncio.gather(*map(self._end, made))
            raise
        self._provisioned[target] = [(deployed.key, environment) for environment in made]

    async def release(self, target: str) -> None:
        """End the environments that were provisioned for an ARN."""
        self._reserved.pop(target, None)
        for _, environment in self._provisioned.pop(target, []):
            await self._end(environment)

    async def forget(self, version_arn: str) -> None:
        """End the idle environments of a version, or of $LATEST, that has gone."""
        gone = [one for one in self._idle if one[0][0] == version_arn]
        # The same list as before: environments at work come back to it.
        self._idle[:] = [one for one in self._idle if one not in gone]
        for _, environment in gone:
            await self._end(environment)

    async def close(self) -> None:
        """End all that wait; the supervisor ends the rest."""
        waiting = [environment for _, environment in self._idle]
        waiting += [one for held in self._provisioned.values() for _, one in held]
        self._idle.clear()
        self._provisioned.clear()
        await asyncio.gather(*map(self._end, waiting), *self._ending)

    def _number_provisioned(self, arn: str) -> int:
        return sum(number for target, number in self._reserved.items() if target.startswith(f"{arn}:"))

    async def _served(
        self, deployed: Deployed, target: str, payload: bytes, home: Waiting, environment: Environment | None
    ) -> Invoked:
        new = environment is None
        environment = environment or await self._made(deployed)
        try:
            if new:
                async with self._cores.held(IN_INIT):
                    await environment.begin()
            async with self._cores.held(min(cpu_share(deployed.memory_mb), 1.0)):
                invoked = await environment.invoke(payload, str(uuid.uuid4()))
        except BaseException:
            await self._end(environment)
            raise
        if home is not self._idle and home is not self._provisioned.get(target):
            self._end_soon(environment)  # no longer provisioned
        else:
            home.append((deployed.key, environment))
        while len(self._idle) > self._options.idle:
            self._end_soon(self._idle.pop(0)[1])
        return invoked

    def _end_soon(self, environment: Environment) -> None:
        task = asyncio.get_running_loop().create_task(self._end(environment))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _waiting(self, deployed: Deployed, target: str) -> tuple[Waiting, Environment | None]:
        """Take the environment that served last; return where it waits, too."""
        for home in (self._provisioned.get(target, []), self._idle):
            for one in reversed(home):
                if one[0] == deployed.key or (home is not self._idle and one[0][0] == deployed.version_arn):
                    home.remove(one)
                    return home, one[1]
        return self._idle, None

    async def _made(self, deployed: Deployed) -> Environment:
        code = await self._unpacked(deployed)
        stream = LogStream(deployed, self._put, self._delay)
        python, packages = self._python(deployed.runtime)
        command = (python, "-S", "-m", "awslambdaric", deployed.handler)
        environ = self._environ(deployed, code, packages)
        return Environment(deployed, command, environ, stream, self._throttle)

    def _python(self, runtime: str) -> tuple[str, Path]:
        """Return the Python of a runtime, and the folder of the runtime's packages."""
        name, _, path = self._options.python.partition("=")
        if not path or name != runtime:
            return sys.executable, self._packages[""]
        if name not in self._packages:
            self._packages[name] = next(Path(path).parents[1].glob("lib/python*/site-packages"))
        return path, self._packages[name]

    def _environ(self, deployed: Deployed, code: Path, packages: Path) -> dict[str, str]:
        function = FunctionConfiguration(
            handler=deployed.handler,
            artifact=code,
            init_type=deployed.init_type,
            memory_mb=deployed.memory_mb,
            timeout=deployed.timeout,
            variables=deployed.variables,
        )
        group = {"AWS_LAMBDA_LOG_GROUP_NAME": deployed.log_group}
        own = {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{deployed.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": deployed.name,
            "AWS_LAMBDA_FUNCTION_VERSION": deployed.version,
            "AWS_LAMBDA_LOG_FORMAT": deployed.log_format,
            "AWS_LAMBDA_LOG_LEVEL": deployed.log_level,
            "AWS_REGION": deployed.region,
            "AWS_DEFAULT_REGION": deployed.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "TMPDIR": str(self._folder),
            RUN_VARIABLE: str(self._folder),
            **(group if deployed.init_type != "snap-start" else {}),
        }
        return function_environ(function, own, packages)

    async def _unpacked(self, deployed: Deployed) -> Path:
        """Return the folder of the code, which is unpacked once."""
        folder = self._folder / "code" / hashlib.sha256(deployed.code_sha.encode()).hexdigest()
        async with self._unpacking:
            if not folder.exists():
                await asyncio.to_thread(_unpack, deployed.code, folder)
        return folder

    async def _end(self, environment: Environment) -> None:
        with contextlib.suppress(OSError):
            await environment.end()
        environment.remove_files()


def _unpack(code: bytes, folder: Path) -> None:
    """Unpack a zip file with the permissions that it gives."""
    with zipfile.ZipFile(BytesIO(code)) as archive:
        for member in _files(archive):
            made = Path(archive.extract(member, folder))
            mode = member.external_attr >> 16 & 0o777
            made.chmod((mode | 0o444) if mode else 0o644)


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    return (member for member in archive.infolist() if not member.is_dir())
