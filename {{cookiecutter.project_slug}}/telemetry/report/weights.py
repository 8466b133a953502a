"""The weights of an experiment's arms, read as the adapter reads them: what it refuses never ran."""

from adapter.placement import PlacementError, Weights, parse_weights
from telemetry.report.errors import UnusableError


def weights_from(text: str) -> Weights:
    """Read `init=50,first_invocation=50`.

    Raises:
        UnusableError: The adapter would refuse it at INIT.
    """
    try:
        return parse_weights(text)
    except PlacementError as error:
        raise UnusableError(f"{error}.") from None


def weights_or_none(text: str) -> Weights | None:
    """Read weights of a record, which may be anything."""
    try:
        return parse_weights(text)
    except PlacementError:
        return None
