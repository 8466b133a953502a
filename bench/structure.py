"""How a project is built, in counts: its files, who imports them, and the path of a request through them.

`python -m bench.structure` counts the checkout that it stands in, `--tree PATH` another one, so that two can
be compared by the same rules. Files are read; a startup and a request really run, in processes of their own.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench import calls
from bench.calls import MOMENTS, PARTS, CallTrace, Stay
from bench.function import ROOT
from bench.structure_counts import SMALL, counted

FOLDER: Final = "{{cookiecutter.project_slug}}"
RULES: Final = """\
what the words mean:
  files         Python files of adapter/, telemetry/, artifact/ and service/; not those of tests/ and bench/
  median lines  without __init__.py files that hold nothing but a docstring
  importer      another of these files that imports the module or a name in it, wherever in the file: at its
                top, in a function, for types only; it counts once. `from package import name` is an import of
                the package where that binds the name, else of its module `name`. What only tests/ and bench/
                import has no importer here. __init__.py and __main__.py are found by their place: nobody is
                asked who imports them, but what they import counts
  folder        the files directly in it, __init__.py included
  call          of a function of these files, in the thread that serves the request; a coroutine counts when
                it begins, not when it goes on; comprehensions are no calls, nor is what runs while one of
                these files is imported
  stay          consecutive calls in the same file; a call in another file begins the next stay
  return        a stay in a file that had been left before: stays less files
  to the app    the part that ends where the app is called for the first time
  depth         most such calls inside each other
  request       the fourth GET /tickets/{id} of an HTTP API, Starlette, its span recorded for the X-Ray daemon
  startup       inside Lambda, all imports done: from the first call that composes the handler to the last
  modules       that INIT adds to those of the runtime client, Mangum and the framework
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Count and print; return 2 when there is no project to count, 1 when it does not run."""
    given = _parser().parse_args(argv)
    tree: Path = given.tree.resolve()
    project = tree / FOLDER if (tree / FOLDER).is_dir() else tree
    if not (project / "adapter").is_dir():
        sys.stderr.write(f"structure: {given.tree} is no checkout of the template and no generated project\n")
        return 2
    try:
        sys.stdout.write(_output(project, given))
    except RuntimeError as error:
        sys.stderr.write(
            f"structure: the project does not run (--files counts without running it)\n{error}\n"
        )
        return 1
    return 0


def _output(project: Path, given: argparse.Namespace) -> str:
    if given.path:
        traces = {label: calls.run(project, parts).traces[given.path] for parts, label in PARTS.items()}
        return "\n".join(line for label, trace in traces.items() for line in _path(given.path, label, trace))
    found = counted(project, run=not given.files)
    if given.json:
        return json.dumps(found, indent=1) + "\n"
    return "\n".join(_tables(found)) + "\n"


def _tables(found: dict[str, Any]) -> Iterator[str]:
    yield from _room_table(found["rooms"])
    yield from _lists(found)
    if "init" in found:
        yield from _init_table(found["init"])
        yield from _trace_table(found["traces"])


def _room_table(rooms: dict[str, Any]) -> Iterator[str]:
    heads = ("", "files", "lines", "median lines", "one importer", f"under {SMALL} too", "largest folder")
    yield from _table(
        heads,
        (
            (
                room,
                row["files"],
                row["lines"],
                _text(row["median_lines"]),
                f"{row['one_importer']} ({row['share_with_one_importer'] or 0:.0%})",
                row["small_with_one_importer"],
                "{}: {}".format(*row["largest_folder"]) if row["largest_folder"] else "-",
            )
            for room, row in rooms.items()
        ),
    )


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _lists(found: dict[str, Any]) -> Iterator[str]:
    yield from _list(
        f"files under {SMALL} lines with exactly one importer",
        (f"{row['file']}, {row['lines']}, by {row['importer']}" for row in found["small_with_one_importer"]),
    )
    yield from _list("files that no other imports (entry points, or left over)", found["without_importer"])
    yield from _list(
        "file names used more than once",
        (f"{name}: {', '.join(paths)}" for name, paths in found["basenames"].items()),
    )


def _list(title: str, items: Any) -> Iterator[str]:
    lines = list(items)
    yield f"{title}: {len(lines)}"
    yield from (f"  {line}" for line in lines)
    yield ""


def _init_table(inits: dict[str, Any]) -> Iterator[str]:
    rows = ((name, row["modules"], row["own"]) for name, row in inits.items())
    yield from _table(("added to INIT", "modules", "of them own"), rows)


def _trace_table(traces: dict[str, Any]) -> Iterator[str]:
    heads = ("", "own files", "stays", "returns", "calls", "depth", "to the app: files", "stays", "returns")
    yield from _table(
        heads,
        (
            (
                name,
                *(trace[count] for count in ("files", "stays", "returns", "calls", "depth")),
                *(trace["to_app"][count] for count in ("files", "stays", "returns")),
            )
            for name, trace in traces.items()
        ),
    )


def _table(heads: Sequence[str], rows: Any) -> Iterator[str]:
    texts = [heads, *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(heads))]
    for first, *rest in texts:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells)).rstrip()
    yield ""


def _path(moment: str, label: str, trace: CallTrace) -> Iterator[str]:
    counts = trace.counts()
    yield (
        f"{MOMENTS[moment]}, {label}: {counts['stays']} stays in {counts['files']} files, "
        f"{counts['calls']} calls, depth {counts['depth']}"
    )
    seen = 0
    for number, stay in enumerate(trace.stays, 1):
        yield f"{number:>4} {'  ' * (stay.calls[0].depth - 1)}{stay.file}: {', '.join(_functions(stay))}"
        if seen < trace.before_app <= seen + len(stay.calls):
            yield "     -- here the app is called --"
        seen += len(stay.calls)
    yield ""


def _functions(stay: Stay) -> Iterator[str]:
    for function, same in itertools.groupby(call.function for call in stay.calls):
        times = len(list(same))
        yield function if times == 1 else f"{function} x{times}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.structure",
        description=__doc__,
        epilog=RULES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--tree",
        type=Path,
        default=ROOT,
        metavar="PATH",
        help="a checkout of the template, or a generated project",
    )
    parser.add_argument("--files", action="store_true", help="count what can be read, and run nothing")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="for machines, with both paths")
    shown.add_argument("--path", choices=MOMENTS, help="list the stays of a request or of a startup instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
