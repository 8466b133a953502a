"""Marks the loading of one resource, in the team's own lifespan."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapter.recorder import Recorder


@contextmanager
def preload(name: str) -> Iterator[None]:
    """Measure what the block loads: time, memory, imports.

    `name` is the key under which the lifespan puts the resource into its state, so that what it costs meets
    how often it is used. Blocks of the same name are added up. Where nobody measures (another server, a test,
    no observer, after startup) it does nothing. Raises ValueError for an empty name.
    """
    if not name:
        raise ValueError("preload() needs the name of the state key that it loads, got an empty one")
    recorder = Recorder.current.get()
    block = None if recorder is None else recorder.open(name)
    if recorder is None or block is None:
        yield
        return
    error = None
    try:
        yield
    except BaseException as raised:
        error = type(raised).__name__
        raise
    finally:
        recorder.close(block, error)
