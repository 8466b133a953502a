"""Lambda's operations that moto takes too easily: updates, versions, aliases, tags, concurrency."""

import json
import uuid
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from moto.awslambda.models import LambdaBackend, LambdaStorage
from moto.awslambda.responses import LambdaResponse

from tests.lambda_api.options import Options
from tests.lambda_api.refusals import conflict, invalid, missing, stale_revision
from tests.lambda_api.settings import check_settings
from tests.lambda_api.state import (
    Function,
    begin_update,
    check_revision,
    check_settled,
    state_of,
)
from tests.lambda_api.versions import Versions

Answer: TypeAlias = tuple[int, dict[str, Any], str]
Operation: TypeAlias = Callable[[Any], Any]
"""Takes moto's response object, which knows the request."""

REPLACED: Final = (
    "update_function_configuration",
    "update_function_code",
    "publish_version",
    "list_versions_by_function",
)
GUARDED: Final = (
    "create_function",
    "create_alias",
    "update_alias",
    "tag_resource",
    "put_function_concurrency",
)
"""Those that moto does after a check."""
VERSIONS_A_PAGE: Final = 50
LEFT_FREE: Final = 100
"""Environments of an account that no function may reserve."""


class Operations:
    """Methods have the names of moto's, which they replace."""

    def __init__(self, options: Options, versions: Versions) -> None:
        self._options, self._versions = options, versions

    def install(self) -> None:
        """Put them into moto; comes before the server starts."""
        target: Any = LambdaResponse
        for name in REPLACED:
            setattr(target, name, replacing(getattr(self, name)))
        for name in GUARDED:
            setattr(target, name, _guarded(getattr(self, name), getattr(target, name)))
        model: Any = LambdaBackend
        model.delete_function = lambda backend, name, qualifier=None: self._versions.delete(
            backend, name, qualifier
        )
        storage: Any = LambdaStorage
        storage.publish_version = lambda store, name, description="": self._versions.publish(
            store, name, description
        )

    def create_function(self, response: Any, original: Operation) -> Any:
        """Check the configuration, too."""
        check_settings(response.json_body)
        return original(response)

    def update_function_configuration(self, response: Any) -> Answer:
        """Begin an update of $LATEST, which is pending for a while."""
        body = response.json_body
        function = self._changed(response, body)
        check_settings(body)
        begin_update(function)
        return _answer(200, function.update_configuration(body))

    def update_function_code(self, response: Any) -> Answer:
        """Begin an update of $LATEST's code, likewise."""
        body = response.json_body
        function = self._changed(response, body)
        begin_update(function)
        function.update_function_code(body)
        if body.get("Publish"):
            version = self._versions.publish(response.backend._lambdas, function.function_name)
            return _answer(200, version.get_configuration())
        return _answer(200, function.get_configuration())

    def publish_version(self, response: Any) -> Answer:
        """Publish $LATEST, unless an update is pending."""
        body = json.loads(response.body) if response.body else {}
        function = latest(response, unquote(response.path.rstrip("/").split("/")[-2]))
        check_settled(function)
        check_revision(function, body.get("RevisionId"))
        expected = body.get("CodeSha256")
        if expected and expected != function.code_sha_256:
            raise invalid(
                f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST "
                f"({function.code_sha_256}). Please try again with the CodeSHA256 in $LATEST."
            )
        storage = response.backend._lambdas
        version = self._versions.publish(storage, function.function_name, body.get("Description"))
        return _answer(201, version.get_configuration())

    def list_versions_by_function(self, response: Any) -> Answer:
        """List them page by page."""
        function = latest(response, unquote(response.path.rstrip("/").split("/")[-2]))
        found = list(response.backend.list_versions_by_function(function.function_name))
        begin = int(response.querystring.get("Marker", ["0"])[0])
        size = int(response.querystring.get("MaxItems", [str(VERSIONS_A_PAGE)])[0])
        end = begin + min(size, VERSIONS_A_PAGE)
        page = {"Versions": [version.get_configuration() for version in found[begin:end]]}
        return _answer(200, page | ({"NextMarker": str(end)} if end < len(found) else {}))

    def create_alias(self, response: Any, original: Operation) -> Any:
        """Refuse a name that is taken as Lambda does."""
        function = latest(response, unquote(response.path.rsplit("/", 2)[-2]))
        name = response.json_body["Name"]
        if name in response.backend._lambdas._get_function_aliases(function.function_name):
            raise conflict(f"Alias already exists: {function.function_arn}:{name}")
        return original(response)

    def update_alias(self, response: Any, original: Operation) -> Any:
        """Check the alias's revision, and give it another one."""
        function = latest(response, unquote(response.path.rsplit("/")[-3]))
        alias = response.backend.get_alias(unquote(response.path.rsplit("/", 1)[-1]), function.function_name)
        check_alias_revision(alias, response.json_body.get("RevisionId"))
        answer = original(response)
        alias.revision_id = str(uuid.uuid4())
        return answer[0], answer[1], json.dumps(alias.to_json())

    def tag_resource(self, response: Any, original: Operation) -> Any:
        """Tag functions only."""
        arn = unquote(response.path.rsplit("/", 1)[-1])
        if len(arn.split(":")) > 7:
            raise invalid("Tags on function aliases and versions are not supported.")
        if wrong := [name for name in response.json_body["Tags"] if name.startswith("aws:")]:
            raise invalid(f"aws: prefixed tag key names are not allowed for external use: {wrong[0]}")
        return original(response)

    def put_function_concurrency(self, response: Any, original: Operation) -> Any:
        """Leave the account's other functions something."""
        function = latest(response, unquote(response.path.rsplit("/", 2)[-2]))
        asked = int(response.json_body["ReservedConcurrentExecutions"])
        others = reserved_by_others(response.backend, function)
        if asked > self._options.concurrency - others - LEFT_FREE:
            raise invalid(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{LEFT_FREE}]."
            )
        return original(response)

    def _changed(self, response: Any, body: dict[str, Any]) -> Function:
        """Return the function that a call changes, once it may.

        Raises:
            RefusedError: It may not.
        """
        function = latest(response, unquote(response.path.rsplit("/", 2)[-2]))
        check_settled(function)
        check_revision(function, body.get("RevisionId"))
        return function


def latest(response: Any, name: str) -> Function:
    """Return $LATEST of a function.

    Raises:
        RefusedError: There is none, or the name is that of a version or an alias.
    """
    plain, _, qualifier = name.rpartition(":function:")[2].partition(":")
    if qualifier not in {"", "$LATEST"}:
        raise invalid(f"only $LATEST can be changed, and not {name}")
    entry = response.backend._lambdas._functions.get(plain)
    if entry is None:
        raise missing(f"Function not found: {plain}")
    return entry["latest"]


def reserved_by_others(backend: Any, function: Function) -> int:
    """Return how many environments the account's other functions have reserved."""
    names = {found.function_name: found for found in backend.list_functions() if not state_of(found).version}
    names.pop(function.function_name, None)
    return sum(int(found.reserved_concurrency or 0) for found in names.values())


def check_alias_revision(alias: Any, given: object) -> None:
    """Check the revision that a call expects of an alias, if it does.

    Raises:
        RefusedError: It is another one.
    """
    if given and given != alias.revision_id:
        raise stale_revision()


def replacing(operation: Operation) -> Operation:
    """Return what can stand in the place of a method of moto's class."""

    def answer(response: Any) -> Any:
        return operation(response)

    return answer


def _guarded(operation: Callable[[Any, Operation], Any], original: Operation) -> Operation:
    def answer(response: Any) -> Any:
        return operation(response, original)

    return answer


def _answer(status: int, body: dict[str, Any]) -> Answer:
    return status, {"status": status}, json.dumps(body)
