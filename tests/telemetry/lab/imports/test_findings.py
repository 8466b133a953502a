from dataclasses import replace

from telemetry.lab.imports.children import OwnImport, Survey
from telemetry.lab.imports.findings import Findings, Use, why_unwatched
from telemetry.lab.imports.lazy import candidates, obstacle
from telemetry.lab.imports.measurement import STDLIB
from telemetry.lab.imports.serving import Served, Watched

FREE = OwnImport("/app/main.py", (3,), ("np",), "", unused=False)
FIXED = OwnImport("/app/main.py", (4,), ("pd",), "line 9 uses it while the file is imported", unused=False)
SURVEY = Survey(
    stdlib=frozenset({"json", "re"}),
    distributions={},
    native=frozenset({"numpy", "orjson"}),
    own=frozenset({"shop"}),
    loaded=frozenset(),
    importers={"et_xmlfile": ()},
    own_imports={
        "numpy": (FREE,),
        "orjson": (FREE,),
        "pandas": (FREE, FIXED),
        "json": (FREE,),
        "shop": (FREE,),
    },
)


def findings(*ran: set[str]) -> Findings:
    served = Served(None, 0.0, (None,) * len(ran))
    return Findings(
        app="shop:app",
        folders=(),
        python=(3, 12, 1),
        survey=SURVEY,
        compiled={},
        source={},
        shipped=(),
        events=len(ran),
        error="",
        watched=Watched(served, frozenset(), tuple(map(frozenset, ran))),
    )


def test_use_is_told_by_event() -> None:
    found = findings({"shop", "numpy"}, {"shop", "re"}, {"shop"})
    told = {name: found.use(name) for name in ("shop", "numpy", "orjson", "boto3", STDLIB)}
    assert told == {
        "shop": Use("ran", (0, 1, 2)),
        "numpy": Use("ran", (0,)),
        "orjson": Use("cannot tell"),
        "boto3": Use("did not run"),
        STDLIB: Use("ran", (1,)),
    }


def test_python_that_cannot_tell_says_which_one_can() -> None:
    why = why_unwatched((3, 11, 7))
    assert "3.12 or newer" in why
    # pip takes from a file with hashes nothing beside it.
    assert "pip install -r requirements.txt &&" in why
    assert not why_unwatched((3, 12, 0))


def test_the_dearest_that_can_be_moved_are_tried() -> None:
    whole = {"orjson": 5.0, "numpy": 90.0, "pandas": 200.0, "json": 300.0, "shop": 900.0}
    assert candidates(SURVEY, whole, []) == ["numpy", "orjson"]
    assert candidates(SURVEY, whole, ["pandas", "orjson"]) == ["orjson"]


def test_why_an_import_cannot_be_moved() -> None:
    assert obstacle(SURVEY, "numpy") == ""
    assert obstacle(SURVEY, "pandas") == "main.py, line 9 uses it while the file is imported"
    assert obstacle(SURVEY, "shop") == "only packages that are installed are tried"
    assert obstacle(SURVEY, "et_xmlfile") == "no file of the app itself imports it while it is imported"
    assert obstacle(SURVEY, "absent") == "the app and its startup do not import it"


def test_package_by_the_name_that_pip_knows_or_of_one_of_its_modules() -> None:
    found = replace(SURVEY, distributions={"et_xmlfile": ["et-xmlfile"], "PIL": ["pillow"]})
    assert obstacle(found, "Et.XMLfile") == "its code is imported as et_xmlfile; name that"
    assert obstacle(found, "et_xmlfile.xmlfile") == "its code is imported as et_xmlfile; name that"
    assert obstacle(found, "pillow") == "the app and its startup do not import it"
