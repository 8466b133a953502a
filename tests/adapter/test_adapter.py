import functools
import inspect
from collections.abc import Callable
from typing import Any

from adapter import LifespanAdapter
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event


def test_h11_decorators_that_copy_a_functions_names() -> None:
    def traced(handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        @functools.wraps(handler)
        def wrapper(event: Any, context: Any) -> Any:
            names.append(handler.__name__)
            return handler(event, context)

        return wrapper

    names: list[str] = []
    with LifespanAdapter(Recorded()) as handler:
        wrapper = traced(handler)
        assert wrapper(http_event(), None)["statusCode"] == 200
        assert names == ["LifespanAdapter"]
        assert (wrapper.__name__, wrapper.__qualname__) == ("LifespanAdapter", "LifespanAdapter")
        assert (wrapper.__module__, wrapper.__doc__) == ("adapter.adapter", LifespanAdapter.__doc__)
        assert inspect.unwrap(wrapper) is handler


def test_h11_class_keeps_its_own_name() -> None:
    class Handler(LifespanAdapter):
        """One of ours."""

    with Handler(Recorded()) as handler:
        assert (handler.__name__, Handler.__name__) == ("Handler", "Handler")
        assert handler.__doc__ == "One of ours."
