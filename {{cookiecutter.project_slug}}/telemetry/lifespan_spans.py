"""When the spans of startups and shutdowns are made: later, once there is an invocation to link."""

from collections.abc import Callable

from opentelemetry.trace import Span, SpanContext

from adapter.facts import EnvironmentStarted, LifespanDied, ShutdownEnded, StartupBegan, StartupEnded
from telemetry.finished_span import FinishedSpan
from telemetry.ids import new_trace_id
from telemetry.lifespan_tree import Place, shutdown_span, startup_spans
from telemetry.span_contexts import child, root


class LifespanSpans:
    """A first startup has a trace of its own, always sampled; a repeat belongs to the invocation it is in."""

    def __init__(self, emit: Callable[[FinishedSpan], None]) -> None:
        self._emit = emit
        self._environment: EnvironmentStarted | None = None
        self._places: dict[int, Place] = {}
        """Of the startups that were not shut down yet, by ordinal."""
        self._lonely: int | None = None
        """The startup in a trace of its own that no invocation has met."""
        self._ended: StartupEnded | None = None
        """What is to become spans then."""

    def environment_started(self, fact: EnvironmentStarted) -> None:
        """Forget spans that were not made: whoever made this process a copy of theirs has made them."""
        self._environment, self._ended = fact, None

    def startup_began(self, fact: StartupBegan, invocation: SpanContext | None) -> SpanContext:
        """Draw the startup's ids."""
        self.release()
        if invocation is not None and fact.ordinal > 1:
            place = Place(child(invocation), parent=invocation)
        else:
            place, self._lonely = Place(root(new_trace_id(), sampled=True)), fact.ordinal
        self._places[fact.ordinal] = place
        return place.context

    def meet(self, invocation: Span) -> None:
        """Link a startup with the first invocation that follows it or holds it, both ways."""
        if self._lonely is None:
            return
        place = self._places[self._lonely]._replace(link=invocation.get_span_context())
        self._places[self._lonely], self._lonely = place, None
        invocation.add_link(place.context)
        self.release()

    def startup_ended(self, fact: StartupEnded) -> None:
        """Make the spans now or when an invocation comes; a failure may be the last that is heard of us."""
        self._ended = fact
        if fact.outcome == "failed" or self._lonely is None:
            self.release()

    def shutdown_ended(self, fact: ShutdownEnded) -> None:
        """Make the shutdown's span, in the trace of its startup."""
        place = self._closed(fact.began.ordinal)
        if place is not None and place.context.trace_flags.sampled:
            self._emit(shutdown_span(fact, place.parent or place.context))

    def died(self, fact: LifespanDied) -> None:
        """Expect no shutdown."""
        self._closed(fact.ordinal)

    def release(self) -> None:
        """Make the spans of a startup that no invocation has followed."""
        fact, self._ended = self._ended, None
        if fact is None:
            return
        ordinal = fact.began.ordinal
        place = self._places.get(ordinal)
        if fact.outcome != "complete":  # no shutdown will come
            self._places.pop(ordinal, None)
            self._lonely = None
        if place is not None and place.context.trace_flags.sampled:
            for span in startup_spans(fact, place, self._environment):
                self._emit(span)

    def _closed(self, ordinal: int) -> Place | None:
        if self._lonely == ordinal:
            self._lonely = None
            self.release()
        return self._places.pop(ordinal, None)
