"""A function's configuration and versions: read, changed under a RevisionId, published, deleted."""

from typing import Any, Final

from telemetry.lab.aws.marker import TAG, is_ours
from telemetry.lab.aws.refusals import BUSY, CHANGED, GONE, code_of, explained_without
from telemetry.lab.aws.state import State, state_of
from telemetry.lab.aws.stopping import Sleep, pauses
from telemetry.report.aws.clients import explained
from telemetry.report.errors import UnusableError

PATIENCE: Final = 900.0
"""Seconds that a change may take. Lambda takes minutes for a snapshot."""
CONFLICTS: Final = 120.0
"""Seconds in which a change is tried again that Lambda refuses because of one before it."""
DELETION: Final = 20.0
"""The same of a deletion."""


class Function:
    """One function; `sleep` waits between two looks at it, and may raise to give up."""

    def __init__(self, client: Any, name: str, sleep: Sleep) -> None:
        self.client = client
        self.name = name
        self.sleep = sleep

    def read(self, qualifier: str | None = None) -> State:
        """Read the configuration, or that of a version or an alias.

        Raises:
            UnusableError: AWS refuses, or the variables cannot be read.
        """
        which = {} if qualifier is None else {"Qualifier": qualifier}
        with explained(f"function {self.name}"):
            found = self.client.get_function_configuration(FunctionName=self.name, **which)
        return state_of(found)

    def at_rest(self, qualifier: str | None = None) -> State:
        """Wait until nothing is under way, whether it went well or not.

        Raises:
            UnusableError: It takes too long.
        """
        for pause in pauses(PATIENCE):
            state = self.read(qualifier)
            if state.is_ready or state.has_failed:
                return state
            self.sleep(pause)
        raise UnusableError(f"{self._called(qualifier)}: not ready after {PATIENCE:.0f} s.")

    def settled(self, qualifier: str | None = None) -> State:
        """Wait until it is ready.

        Raises:
            UnusableError: It has failed, or takes too long.
        """
        state = self.at_rest(qualifier)
        if state.has_failed:
            why = state.reason or "it does not say why"
            raise UnusableError(f"{self._called(qualifier)}: Lambda could not make it ready: {why}")
        return state

    def _called(self, qualifier: str | None) -> str:
        return f"function {self.name}" if qualifier is None else f"function {self.name}, version {qualifier}"

    def update(self, before: State, wanted: State) -> State:
        """Change memory, variables and SnapStart from `before` to `wanted`, and wait for it.

        Raises:
            UnusableError: AWS refuses, or somebody else has changed the function meanwhile.
        """
        for pause in pauses(CONFLICTS):
            try:
                with explained_without(f"function {self.name}", wanted.variables):
                    self._update(before, wanted)
            except UnusableError as error:
                before = self._tried_again(error, before, wanted)
                if before.is_like(wanted):  # done already: an answer was lost
                    return before
                self.sleep(pause)
            else:
                return self._changed_to(wanted)
        raise UnusableError(
            f"function {self.name}: other changes of it were under way for {CONFLICTS:.0f} s."
        )

    def _changed_to(self, wanted: State) -> State:
        now = self.settled()
        if now.is_like(wanted):
            return now
        raise UnusableError(f"function {self.name}: Lambda has not changed it as it was told.")

    def _update(self, before: State, wanted: State) -> None:
        self.client.update_function_configuration(
            FunctionName=self.name,
            RevisionId=before.revision_id,
            MemorySize=wanted.memory_mb,
            Environment={"Variables": dict(wanted.variables)},
            SnapStart={"ApplyOn": "PublishedVersions" if wanted.snap_start else "None"},
        )

    def publish(self, before: State, description: str) -> State:
        """Publish what `before` says, and wait until it can be invoked.

        An unchanged function is not published again: its last version comes back, as it was described.

        Raises:
            UnusableError: AWS refuses, or somebody else has changed the function meanwhile.
        """
        for pause in pauses(CONFLICTS):
            try:
                with explained(f"function {self.name}"):
                    made = self.client.publish_version(
                        FunctionName=self.name, RevisionId=before.revision_id, Description=description
                    )
            except UnusableError as error:
                before = self._tried_again(error, before, before)
                self.sleep(pause)
            else:
                return self.settled(str(made["Version"]))
        raise UnusableError(
            f"function {self.name}: other changes of it were under way for {CONFLICTS:.0f} s."
        )

    def _tried_again(self, error: UnusableError, before: State, wanted: State) -> State:
        """Return the state from which to try once more.

        Raises:
            UnusableError: There is no use: AWS refuses for good, or somebody else has changed the function.
        """
        if code_of(error) not in BUSY | CHANGED:
            raise error
        now = self.at_rest()
        if now.is_like(before) or now.is_like(wanted):
            return now
        raise UnusableError(
            f"function {self.name}: somebody else has changed it while it was measured."
        ) from error

    def versions(self) -> dict[str, str]:
        """Return the numbers of the published versions, with their descriptions.

        Raises:
            UnusableError: AWS refuses.
        """
        with explained(f"function {self.name}"):
            pages = self.client.get_paginator("list_versions_by_function").paginate(FunctionName=self.name)
            return {
                found["Version"]: found.get("Description", "")
                for page in pages
                for found in page["Versions"]
                if found["Version"] != "$LATEST"
            }

    def delete_version(self, version: str) -> None:
        """Delete a version of a run; one that is gone already is no error.

        Raises:
            UnusableError: AWS refuses, as where an alias of somebody else points to it.
            ValueError: It is no version: without one, the whole function would be deleted.
        """
        if not version.isdecimal():
            raise ValueError(version)
        for pause in pauses(DELETION):
            error = self._refused_deletion(version)
            if error is None:
                return
            if code_of(error) not in BUSY:
                raise error
            self.sleep(pause)
        if error := self._refused_deletion(version):
            raise error

    def _refused_deletion(self, version: str) -> UnusableError | None:
        try:
            with explained(f"function {self.name}, version {version}"):
                self.client.delete_function(FunctionName=self.name, Qualifier=version)
        except UnusableError as error:
            return None if code_of(error) in GONE else error
        return None

    def delete_versions(self, description: str | None = None) -> list[str]:
        """Delete the versions of one run, or of all runs, and return their numbers.

        Raises:
            UnusableError: AWS refuses.
        """
        ours = [
            version
            for version, text in self.versions().items()
            if (is_ours(text) if description is None else text == description)
        ]
        for version in ours:
            self.delete_version(version)
        return ours

    def tag(self, arn: str, value: str) -> None:
        """Put the marker of a run on the function, for `make deploy` to see.

        Raises:
            UnusableError: AWS refuses.
        """
        with explained(f"function {self.name}"):
            self.client.tag_resource(Resource=arn, Tags={TAG: value})

    def untag(self, arn: str) -> None:
        """Take the marker away.

        Raises:
            UnusableError: AWS refuses.
        """
        with explained(f"function {self.name}"):
            self.client.untag_resource(Resource=arn, TagKeys=[TAG])

    def tags(self, arn: str) -> dict[str, str]:
        """Return the function's tags.

        Raises:
            UnusableError: AWS refuses.
        """
        with explained(f"function {self.name}"):
            return dict(self.client.list_tags(Resource=arn).get("Tags", {}))
