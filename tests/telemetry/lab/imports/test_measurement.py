from telemetry.lab.imports.measurement import STDLIB, by_package, parse_import_times

IMPORT_TIMES = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |   encodings
import time:       200 |        200 | asyncio
import time:        50 |         50 | telemetry.lab.app.target
import time:      1000 |       1000 |       numpy.core
import time:      2000 |       3000 |     numpy
import time:       500 |       3500 |   langid
import time:        40 |         40 |   json
some library says something
import time:       300 |       3840 | service.app
"""


def test_modules_know_their_importer() -> None:
    found = {module.name: module.importer for module in parse_import_times(IMPORT_TIMES)}
    assert found["numpy.core"] == "numpy"
    assert found["numpy"] == "langid"
    assert found["langid"] == found["json"] == "service.app"
    assert found["service.app"] is None


def test_packages_are_sums() -> None:
    found = by_package(parse_import_times(IMPORT_TIMES))
    assert {name: package.ms for name, package in found.items()} == {
        "numpy": 3.0,
        "langid": 0.5,
        STDLIB: 0.04,
        "service": 0.3,
    }
    assert (found["numpy"].modules, found["numpy"].importer, found["service"].importer) == (2, "langid", None)


def test_whole_time_is_with_what_a_package_was_the_first_to_import() -> None:
    found = by_package(parse_import_times(IMPORT_TIMES))
    assert {name: package.whole_ms for name, package in found.items()} == {
        "numpy": 3.0,
        "langid": 3.5,
        STDLIB: 0.04,
        "service": 3.84,
    }
