"""Published versions: immutable, each with a number that no other version ever had."""

import asyncio
import copy
from typing import Any

from telemetry.lab.platform.runtime_api import InitError
from tests.lambda_api.delays import Delays
from tests.lambda_api.fleet import Fleet
from tests.lambda_api.refusals import conflict, invalid
from tests.lambda_api.runner import Runner
from tests.lambda_api.state import Function, State, deployed, fingerprint, state_of


class Versions:
    """Publishes and deletes versions in moto's store."""

    def __init__(self, delays: Delays, fleet: Fleet, runner: Runner) -> None:
        self._delays, self._fleet, self._runner = delays, fleet, runner
        self._numbers: dict[str, int] = {}
        """By ARN of the function; goes on when that is deleted and made again."""

    def publish(self, storage: Any, name: str, description: str | None = "") -> Function:
        """Publish $LATEST, or return the newest version if it is the same."""
        function = storage.get_function_by_name_or_arn_forbid_qualifier(name)
        versions = storage._functions[function.function_name]["versions"]
        published_as = fingerprint(function)
        if versions and state_of(versions[-1]).published_as == published_as:
            return versions[-1]
        version = self._frozen(function, published_as)
        number = self._numbers.get(function.function_arn, 0) + 1
        self._numbers[function.function_arn] = number
        version.set_version(number)
        version.description = description or function.description
        versions.append(version)
        storage._arns[version.function_arn] = version
        state_of(function).revise()
        if state_of(version).apply_on == "PublishedVersions":
            state_of(version).snapshot = "Pending"
            self._runner.start(self._take_snapshot(version))
        return version

    def delete(self, backend: Any, name: str, qualifier: str | None = None) -> None:
        """Delete a version, or the whole function.

        Raises:
            RefusedError: An alias needs the version.
        """
        storage = backend._lambdas
        function = storage.get_function_by_name_or_arn_with_qualifier(name, qualifier)
        _, plain, in_name = storage.split_function_arn(function.function_arn)
        number = qualifier or (name.rpartition(":")[2] if name != plain and in_name else None)
        if number is None:
            self._delete_all(storage, plain)
            return
        if not number.isdecimal():
            raise invalid(f"$LATEST version cannot be deleted without deleting the function: {number}")
        for alias in storage._get_function_aliases(plain).values():
            weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
            if number in {alias.function_version, *weights}:
                raise conflict(f"Version {number} cannot be deleted: alias {alias.name} refers to it")
        storage._functions[plain]["versions"].remove(function)
        storage._arns.pop(function.function_arn, None)
        self._runner.start(self._fleet.forget(function.function_arn))

    def _delete_all(self, storage: Any, name: str) -> None:
        entry = storage._functions.pop(name)
        arn = entry["latest"].function_arn
        for function in (entry["latest"], *entry["versions"]):
            storage._arns.pop(function.function_arn, None)
            self._runner.start(self._fleet.forget(function.function_arn))
        for alias in storage._aliases.pop(arn, {}).values():
            self._runner.start(self._fleet.release(alias.arn))

    def _frozen(self, function: Function, published_as: str) -> Function:
        version = copy.copy(function)
        version.code = dict(function.code)
        version.environment_vars = dict(function.environment_vars)
        latest = state_of(function)
        version.loopback_state = State(
            self._delays,
            version=True,
            settled=True,
            apply_on=latest.apply_on,
            logging=dict(latest.logging),
            published_as=published_as,
        )
        return version

    async def _take_snapshot(self, version: Function) -> None:
        state = state_of(version)
        try:
            await self._fleet.publish(deployed(version))
            await asyncio.sleep(self._delays.snapshot)
        except (InitError, TimeoutError) as error:
            state.snapshot_failed, state.snapshot = str(error) or "INIT took too long", "Failed"
        else:
            state.snapshot = "Active"
