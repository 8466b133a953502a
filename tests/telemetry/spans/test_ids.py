import random
import time

from telemetry.spans.propagation import new_span_id, new_trace_id


def test_trace_ids_begin_with_the_time() -> None:
    before = int(time.time())
    seconds = new_trace_id() >> 96
    assert before <= seconds <= int(time.time())


def test_ids_do_not_follow_a_cloned_seed() -> None:
    drawn = set()
    for _ in range(2):
        random.seed(1)
        drawn |= {new_trace_id(), new_span_id()}
    assert len(drawn) == 4
