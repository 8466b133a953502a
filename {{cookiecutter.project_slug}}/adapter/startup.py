"""A startup under way."""

import time

from adapter.facts import Outcome, Phase, StartupBegan, StartupEnded
from adapter.lifespan import Lifespan
from adapter.recorder import Recorder
from adapter.witness import Witness


class Startup:
    """One startup, from asking the app to its answer: in one run of the loop, or in several.

    It states that it began as it is made.
    """

    __slots__ = ("_resumed_ns", "began", "deferred", "error", "lifespan", "recorder", "wall_ns")

    def __init__(self, witness: Witness, ordinal: int, phase: Phase) -> None:
        self.began = StartupBegan(time.time_ns(), ordinal, phase)
        witness(self.began)
        self.recorder = Recorder(witness) if witness.observed else None
        self.lifespan: Lifespan | None = None
        self.error: BaseException | None = None
        """What broke it off, from outside of the lifespan."""
        self.deferred = False
        self.wall_ns = 0
        """Of its runs so far, the present one excluded."""
        self._resumed_ns = 0

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return "failed" if self.lifespan is None or self.error is not None else self.lifespan.outcome

    @property
    def cause(self) -> BaseException | None:
        """The exception behind a failure, if there is one."""
        return self.error if self.lifespan is None or self.error is not None else self.lifespan.error

    def resume(self) -> None:
        """Begin a run."""
        self._resumed_ns = time.perf_counter_ns()
        if self.recorder is not None:
            self.recorder.resume()

    def pause(self) -> None:
        """End the run."""
        if self.recorder is None:
            self.wall_ns += time.perf_counter_ns() - self._resumed_ns
        else:
            self.wall_ns = self.recorder.pause()

    def ended(self) -> StartupEnded | None:
        """What to state about it, which is over; None where nobody observes."""
        if self.recorder is None:
            return None
        failed = self.outcome == "failed"
        keys = () if failed or self.lifespan is None else tuple(map(str, self.lifespan.state))
        error = type(self.cause).__name__ if failed and self.cause is not None else None
        return self.recorder.ended(self.began, self.outcome, keys, error, deferred=self.deferred)
