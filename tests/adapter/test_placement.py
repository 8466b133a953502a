import pytest

from adapter import LifespanAdapter
from adapter.errors import SettingError
from adapter.placement import Placement, PlacementError, placement_from
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event


def test_default_is_init() -> None:
    assert placement_from({}) == "init"


@pytest.mark.parametrize("word", ["init", "first_invocation", "every_invocation"])
def test_placement_is_read(word: str) -> None:
    assert placement_from({"LIFESPAN_PLACEMENT": word}) == word


@pytest.mark.parametrize("word", ["", "INIT", "eager", "init "])
def test_wrong_placement_is_named(word: str) -> None:
    with pytest.raises(PlacementError) as caught:
        placement_from({"LIFESPAN_PLACEMENT": word})
    assert str(caught.value) == (
        f"LIFESPAN_PLACEMENT is {word!r}; choices are: init, first_invocation, every_invocation"
    )


def test_wrong_argument_is_named() -> None:
    with pytest.raises(SettingError, match="placement is 'lazy'"):
        LifespanAdapter(Recorded(), placement="lazy")  # type: ignore[arg-type] # that is the point


def test_init_starts_at_construction(inside_lambda: None) -> None:
    app = Recorded()
    with LifespanAdapter(app, placement="init") as handler:
        assert app.log == ["startup"]
        handler(http_event(), None)
    assert app.log == ["startup", "request", "shutdown"]


def test_init_waits_outside_lambda() -> None:
    app = Recorded()
    with LifespanAdapter(app, placement="init") as handler:
        assert app.log == []
        handler(http_event(), None)
        assert app.log == ["startup", "request"]


@pytest.mark.parametrize("placement", ["first_invocation", "every_invocation"])
def test_others_wait_for_an_event(inside_lambda: None, placement: Placement) -> None:
    app = Recorded()
    with LifespanAdapter(app, placement=placement) as handler:
        assert app.log == []
        handler(http_event(), None)
        assert app.log == ["startup", "request"]


def test_first_invocation_starts_once() -> None:
    app = Recorded()
    with LifespanAdapter(app, placement="first_invocation") as handler:
        for _ in range(3):
            handler(http_event(), None)
    assert app.log == ["startup", "request", "request", "request", "shutdown"]
