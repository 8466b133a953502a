"""Provisioned concurrency, and the two operations about an account and a runtime that moto lacks."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

from telemetry.lab.platform.runtime_api import InitError
from tests.lambda_api.delays import Delays
from tests.lambda_api.fleet import Fleet
from tests.lambda_api.operations import Answer, latest, replacing, reserved_by_others
from tests.lambda_api.options import Options
from tests.lambda_api.refusals import RefusedError, invalid
from tests.lambda_api.runner import Runner
from tests.lambda_api.state import Function, deployed, state_of

FUNCTION: Final = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[^/]+)"
PATHS: Final = (
    rf"{FUNCTION}/provisioned-concurrency/?$",
    rf"{FUNCTION}/runtime-management-config/?$",
    r"{0}/(?P<api_version>[^/]+)/account-settings/?$",
)
BYTES: Final = {
    "TotalCodeSize": 80_530_636_800,
    "CodeSizeUnzipped": 262_144_000,
    "CodeSizeZipped": 52_428_800,
}


@dataclass(slots=True)
class Config:
    """What was asked for an alias or a version, and how far it is."""

    requested: int
    last_modified: str
    status: str = "IN_PROGRESS"
    reason: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return what the API shows."""
        there = self.requested if self.status == "READY" else 0
        found: dict[str, Any] = {
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "AvailableProvisionedConcurrentExecutions": there,
            "AllocatedProvisionedConcurrentExecutions": there,
            "Status": self.status,
            "LastModified": self.last_modified,
        }
        return found | ({} if self.reason is None else {"StatusReason": self.reason})


class Provisioned:
    """Methods have the names of the operations."""

    def __init__(self, options: Options, delays: Delays, fleet: Fleet, runner: Runner) -> None:
        self._options, self._delays, self._fleet, self._runner = options, delays, fleet, runner
        self._configs: dict[str, Config] = {}
        """By ARN of the alias or version."""

    def install(self) -> None:
        """Put the operations into moto; comes before the server starts."""
        target: Any = LambdaResponse
        for name in ("get", "put", "delete"):
            operation = f"{name}_provisioned_concurrency_config"
            setattr(target, operation, replacing(getattr(self, operation)))
        target.get_account_settings = replacing(self.get_account_settings)
        target.get_runtime_management_config = replacing(self.get_runtime_management_config)
        target.list_provisioned_concurrency_configs = replacing(self.list_provisioned_concurrency_configs)
        delete_alias = target.delete_alias

        def delete(response: Any) -> Any:
            arn = _aliased(response)
            if self._configs.pop(arn, None) is not None:
                self._runner.start(self._fleet.release(arn))
            answer = delete_alias(response)
            return 204, {**answer[1], "status": 204}, ""

        target.delete_alias = delete
        for path in PATHS:
            urls.url_paths[path] = LambdaResponse.dispatch

    def put_provisioned_concurrency_config(self, response: Any) -> Answer:
        """Begin to start environments."""
        function, version, arn = self._named(response)
        number = int(response.json_body["ProvisionedConcurrentExecutions"])
        if state_of(version).apply_on == "PublishedVersions":
            raise invalid("Provisioned Concurrency is not supported for functions with SnapStart.")
        limit = function.reserved_concurrency
        free = self._options.concurrency - reserved_by_others(response.backend, function)
        if number > int(free if limit is None else limit):
            raise invalid(
                "Requested Provisioned Concurrency should not be greater than the "
                "reservedConcurrentExecution for function"
            )
        config = Config(number, datetime.now(UTC).isoformat(timespec="seconds"))
        self._configs[arn] = config
        self._runner.start(self._start(version, arn, config))
        return 202, {"status": 202}, json.dumps(config.fields())

    def get_provisioned_concurrency_config(self, response: Any) -> Answer:
        """Say how far it is."""
        if response.querystring.get("List") == ["ALL"]:
            return self.list_provisioned_concurrency_configs(response)
        config = self._found(self._named(response)[2])
        return 200, {"status": 200}, json.dumps(config.fields())

    def delete_provisioned_concurrency_config(self, response: Any) -> Answer:
        """End the environments."""
        arn = self._named(response)[2]
        self._found(arn)
        del self._configs[arn]
        self._runner.start(self._fleet.release(arn))
        return 204, {"status": 204}, ""

    def list_provisioned_concurrency_configs(self, response: Any) -> Answer:
        """List those of a function."""
        arn = f"{latest(response, _name(response)).function_arn}:"
        found = [
            {"FunctionArn": target, **config.fields()}
            for target, config in self._configs.items()
            if target.startswith(arn)
        ]
        return 200, {"status": 200}, json.dumps({"ProvisionedConcurrencyConfigs": found})

    def get_account_settings(self, response: Any) -> Answer:
        """Say what the account may have."""
        functions = list(response.backend.list_functions())
        reserved = sum(int(function.reserved_concurrency or 0) for function in functions)
        limit = self._options.concurrency
        limits = {**BYTES, "ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit - reserved}
        usage = {"TotalCodeSize": sum(one.code_size for one in functions), "FunctionCount": len(functions)}
        return 200, {"status": 200}, json.dumps({"AccountLimit": limits, "AccountUsage": usage})

    def get_runtime_management_config(self, response: Any) -> Answer:
        """Say that AWS renews the runtime by itself."""
        function = latest(response, _name(response))
        body = {"UpdateRuntimeOn": "Auto", "FunctionArn": function.function_arn}
        return 200, {"status": 200}, json.dumps(body)

    async def _start(self, version: Function, arn: str, config: Config) -> None:
        await self._fleet.release(arn)
        try:
            await self._fleet.provision(deployed(version, provisioned=True), arn, config.requested)
            await asyncio.sleep(self._delays.provisioning)
        except (InitError, TimeoutError) as error:
            config.reason, config.status = str(error) or "INIT took too long", "FAILED"
        else:
            config.status = "READY"
        if self._configs.get(arn) is not config:  # deleted, or asked for anew, in between
            await self._fleet.release(arn)

    def _found(self, arn: str) -> Config:
        if arn not in self._configs:
            code = "ProvisionedConcurrencyConfigNotFoundException"
            raise RefusedError(404, code, "No Provisioned Concurrency Config found for this function")
        return self._configs[arn]

    def _named(self, response: Any) -> tuple[Function, Function, str]:
        """Return function, version, and the ARN that was named: of an alias or a version."""
        function = latest(response, _name(response))
        qualifier = response.querystring.get("Qualifier", ["$LATEST"])[0]
        if qualifier == "$LATEST":
            raise invalid("Provisioned Concurrency cannot be applied to unpublished function versions.")
        name = function.function_name
        storage = response.backend._lambdas
        version = storage.get_function_by_name_or_arn_with_qualifier(name, qualifier)
        return function, version, f"{function.function_arn}:{qualifier}"


def _name(response: Any) -> str:
    return unquote(response.path.rstrip("/").split("/")[3])


def _aliased(response: Any) -> str:
    *_, name, _, alias = response.path.split("/")
    return f"{latest(response, unquote(name)).function_arn}:{unquote(alias)}"
