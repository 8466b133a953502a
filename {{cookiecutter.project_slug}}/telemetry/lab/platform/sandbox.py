"""One process of the function together with the Runtime API that serves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from telemetry.lab.platform.process import Process, ProcessEndedError, Write
from telemetry.lab.platform.runtime_api import Answer, Event, InitError, RuntimeApi


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Lives from the start of a process to its end."""

    process: Process
    api: RuntimeApi

    @classmethod
    async def start(
        cls, command: Sequence[str], environ: Mapping[str, str], log: BinaryIO, write: Write
    ) -> "Sandbox":
        """Start the real runtime client on the handler that `environ` names."""
        function = {
            "functionName": environ["AWS_LAMBDA_FUNCTION_NAME"],
            "functionVersion": environ["AWS_LAMBDA_FUNCTION_VERSION"],
            "handler": environ["_HANDLER"],
        }
        api = RuntimeApi(function)
        try:
            address = {"AWS_LAMBDA_RUNTIME_API": await api.open()}
            process = await Process.start(command, {**environ, **address}, log, write)
        except BaseException:
            api.close()
            raise
        return cls(process, api)

    async def initialised(self, seconds: float) -> float:
        """Wait for the end of INIT; return how many milliseconds it took from the start of the process.

        Raises:
            InitError: the function cannot start.
            TimeoutError: it takes longer.
        """
        try:
            ready = await self.process.until(self.api.ready, seconds)
        except ProcessEndedError as error:
            raise InitError("Runtime.ExitError", str(error)) from error
        return (ready - self.process.began) * 1000

    async def answer(self, event: Event, seconds: float) -> Answer:
        """Hand out an event and wait for what the function makes of it.

        Raises:
            ProcessEndedError: it died instead.
            TimeoutError: it takes longer.
        """
        return await self.process.until(self.api.send(event), seconds)

    async def idle(self, seconds: float) -> float:
        """Wait until runtime and extensions ask for their next event; return `time.perf_counter()` then.

        Raises:
            ProcessEndedError: it died instead.
            TimeoutError: it takes longer.
        """
        return await self.process.until(self.api.ready, seconds)

    async def end(self, grace: float) -> bool:
        """End the process and its server. True if it had to be killed."""
        try:
            return await self.process.end(grace)
        finally:
            self.api.close()
