"""Whether a record can come from the log stream that its line came from."""

from telemetry.report.read.origin import Origin, environment_of
from telemetry.report.read.records import SNAP_START, Common, Invocation, Record, Startup


class Writers:
    """Environments that write log streams, as their records prove it.

    An environment writes one stream, and its id is the hash of that stream's name, which no caller is told.
    Only those that were restored from a snapshot draw their id at random.
    """

    def __init__(self) -> None:
        self._expected: dict[str, str] = {}
        """The id that goes with each stream."""
        self._proven: set[str] = set()
        """Ids that were seen in the stream that they go with."""
        self._drawn: set[str] = set()
        """Streams and ids of restored environments, and of those that a snapshot was taken of."""

    def agree(self, record: Record, origin: Origin) -> bool:
        """Take note of a record, and say whether its id goes with its stream, as far as both are known."""
        if origin.stream is None or not isinstance(record, Common):
            return True
        if _is_of_snapshot(record):
            self._drawn |= {origin.stream, record.environment}
        agree = record.environment == self._expected_in(origin.stream)
        if agree:
            self._proven.add(record.environment)
        return agree

    def contradict(self, record: Record, origin: Origin) -> bool:
        """Whether the stream is another environment's, or the record's environment writes another stream."""
        if origin.stream is None or not isinstance(record, Common):
            return False
        stream = origin.stream
        return (self._expected_in(stream) in self._proven and stream not in self._drawn) or (
            record.environment in self._proven and record.environment not in self._drawn
        )

    def _expected_in(self, stream: str) -> str:
        expected = self._expected.get(stream)
        if expected is None:
            expected = self._expected[stream] = environment_of(stream)
        return expected


def _is_of_snapshot(record: Record) -> bool:
    return (isinstance(record, Startup) and record.init_type == SNAP_START) or (
        isinstance(record, Invocation) and record.start == "snapstart"
    )
