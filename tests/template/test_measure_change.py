"""The workflows that measure a pull request and comment on it: their steps, run as a runner would."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from string import ascii_letters
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.template.building import building, run
from tests.template.test_workflows import workflow
from tests.template.trees import git

KEPT = Path(__file__).parents[1] / "telemetry" / "report" / "kept" / "lab.jsonl"
LIFESPAN = Path("service") / "lifespan.py"
SLOWER = '        __import__("time").sleep(0.5)\n'
MARK = "<!-- What measure.yml found -->"
TABLE = "what  before  after\n─────────────────\nrequest, init  12 [11, 13]  14\n"
TABLE_SHOWN = f"{MARK}\nMeasured by turns with the commit before, on one machine:\n\n```text\n{TABLE}\n```\n"


def zipped(**files: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.txt", text)
    return whole.getvalue()


class GitHub:
    """What the script asks of GitHub, and what it told it."""

    def __init__(self, archive: bytes | None, comments: list[dict[str, Any]]) -> None:
        self.archive = archive
        self.comments = comments
        self.pulls = [{"number": 41, "head": {"sha": "older"}}, {"number": 42, "head": {"sha": "commit"}}]
        self.written: list[tuple[str, str, Any]] = []
        self.asked: list[str] = []

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        self.asked.append(path)
        if path.endswith("/pulls"):
            assert query == {"state": ["open"], "head": ["stranger:a&b=c"]}
            return self.pulls
        if path.endswith("/actions/runs/7/artifacts"):
            size = len(self.archive or b"")
            return {"artifacts": [] if self.archive is None else [{"id": 9, "size_in_bytes": size}]}
        if path.endswith("/actions/artifacts/9/zip"):
            return self.archive
        assert path.endswith("/issues/42/comments")
        first = 100 * (int(query["page"][0]) - 1)
        return self.comments[first : first + 100]


@contextmanager
def served(github: GitHub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            found = github.answer(path.path, parse_qs(path.query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(found if isinstance(found, bytes) else json.dumps(found).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            github.written.append((self.command, self.path, body))
            assert self.headers["Authorization"] == "Bearer token"
            self.send_response(201)
            self.end_headers()

        do_PATCH = do_POST  # noqa: N815  # http.server's name

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def comment(github: GitHub) -> subprocess.CompletedProcess[str]:
    (step,) = workflow("comment.yml")["jobs"]["comment"]["steps"]
    assert step["shell"] == "python"
    with served(github) as address:
        return subprocess.run(
            [sys.executable, "-c", step["run"]],
            env={
                "GITHUB_API_URL": address,
                "GITHUB_REPOSITORY": "team/service",
                "TOKEN": "token",
                "RUN": "7",
                "OWNER": "stranger",
                "BRANCH": "a&b=c",
                "COMMIT": "commit",
            },
            capture_output=True,
            text=True,
            check=False,
        )


def by(login: str, number: int, body: str) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


def test_comparison_becomes_a_comment() -> None:
    github = GitHub(zipped(comparison=TABLE), [])
    assert comment(github).returncode == 0
    assert github.written == [("POST", "/repos/team/service/issues/42/comments", {"body": TABLE_SHOWN})]


def test_own_comment_is_renewed() -> None:
    others = [by("stranger", number, f"{MARK} mine") for number in range(100)]
    github = GitHub(zipped(comparison=TABLE), [*others, by("github-actions[bot]", 500, f"{MARK}\nbefore")])
    assert comment(github).returncode == 0
    assert github.written == [("PATCH", "/repos/team/service/issues/comments/500", {"body": TABLE_SHOWN})]


@pytest.mark.parametrize(
    "text",
    ["```\n@everyone", "\x1b[31mred", "right\u202eleft", "tab\there", "x" * 20_001],
    ids=["out-of-the-block", "escape", "direction", "tab", "long"],
)
def test_other_text_is_refused(text: str) -> None:
    github = GitHub(zipped(comparison=text), [])
    done = comment(github)
    assert done.returncode == 1
    assert "no comparison does" in done.stderr
    assert github.written == []


def test_large_artifact_is_not_even_fetched() -> None:
    incompressible = "".join(Random(7).choices(ascii_letters, k=60_000))  # noqa: S311  # no secret
    github = GitHub(zipped(comparison=incompressible), [])
    done = comment(github)
    assert done.returncode == 1
    assert not any(path.endswith("/zip") for path in github.asked)
    assert github.written == []


def test_number_in_the_artifact_counts_for_nothing() -> None:
    github = GitHub(zipped(comparison=TABLE, number="1"), [])
    assert comment(github).returncode == 0
    assert [path for _, path, _ in github.written] == ["/repos/team/service/issues/42/comments"]


@pytest.mark.parametrize(("archive", "sha"), [(None, "commit"), (zipped(comparison=TABLE), "newer")])
def test_nothing_to_say(archive: bytes | None, sha: str) -> None:
    github = GitHub(archive, [])
    github.pulls[1]["head"] = {"sha": sha}
    assert comment(github).returncode == 0
    assert github.written == []


def test_what_runs_foreign_code_may_only_read() -> None:
    measure, after = workflow("measure.yml"), workflow("comment.yml")
    assert list(measure["on"]) == ["pull_request"]
    assert [job["permissions"] for job in measure["jobs"].values()] == [{"contents": "read"}]
    assert list(after["on"]) == ["workflow_run"]
    assert after["on"]["workflow_run"]["workflows"] == [measure["name"]]
    (job,) = after["jobs"].values()
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert not any("uses" in step for step in job["steps"])


RECORDER = f"""#!/bin/sh
echo "$*" >> told
side=$2
for word; do case "$word" in OUT=*) cp {KEPT} "$side/${{word#OUT=}}" ;; esac; done
"""
"""In the place of `make`: writes down what it was told, and puts records where they are to be."""


def test_commits_take_turns(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    """The steps as they are, on records of a run that was kept: so this takes seconds."""
    merged(baked, home, tmp_path / "head")
    summary = tmp_path / "summary"
    programs = {"bin/make": RECORDER, "head/.venv/bin/python": f'#!/bin/sh\nexec {sys.executable} "$@"\n'}
    for name, text in programs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    env = {**home, "PATH": f"{tmp_path / 'bin'}:{home['PATH']}", "GITHUB_STEP_SUMMARY": str(summary)}
    job = workflow("measure.yml")["jobs"]["measure"]
    *_, install, measure, compare, _, limit = job["steps"]
    for step in (install, measure, compare):
        run("bash", "-e", "-c", step["run"], cwd=tmp_path, env={**env, **job["env"], **step.get("env", {})})

    slower = {
        one: SLOWER in (tmp_path / one / LIFESPAN).read_text(encoding="utf-8") for one in ("base", "head")
    }
    assert slower == {"base": False, "head": True}
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert told[:2] == ["-C base .venv/.measures", "-C head .venv/.measures"]
    sides = ["base", "head", "head", "base", "base", "head", "head", "base", "base", "head"]
    assert [line.split()[1] for line in told[2:]] == sides
    assert told[4] == "-C head records OUT=../rounds/head/2.jsonl SEED=2"
    comparison = (tmp_path / "comparison.txt").read_text(encoding="utf-8")
    assert comparison.startswith("base.jsonl -> head.jsonl: ms, mean [95 %]")
    assert f"```text\n{comparison}```\n" in summary.read_text(encoding="utf-8")
    assert comment(github := GitHub(zipped(comparison=comparison), [])).returncode == 0
    assert len(github.written) == 1

    for condition, code in (("startup.mean > 9000s", "holds"), ("startup.mean > 1ms", "fails")):
        done = subprocess.run(
            ["bash", "-e", "-c", limit["run"]],
            cwd=tmp_path,
            env={**env, **limit["env"], "LIMIT": condition},
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"{code}: not {condition}" in done.stdout + done.stderr
        assert (done.returncode == 0) is (code == "holds")


def test_commit_without_the_means_says_so(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    merged(baked, home, tmp_path / "head", makefile="help:\n")
    *_, install, _, _, _, _ = workflow("measure.yml")["jobs"]["measure"]["steps"]
    with pytest.raises(AssertionError, match="::error::The commit before cannot be measured"):
        run("bash", "-e", "-c", install["run"], cwd=tmp_path, env=home)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_steps_tell_a_slower_startup(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    """Two commits of a project take turns; the second one's startup waits for half a second more."""
    head = merged(baked, home, tmp_path / "head")
    summary = tmp_path / "summary"
    env = {**building(home, tmp_path / "stamp"), "GITHUB_STEP_SUMMARY": str(summary)}
    del env["MAKEFLAGS"]
    job = workflow("measure.yml")["jobs"]["measure"]
    numbers = {**job["env"], "ROUNDS": "2", "ENVIRONMENTS": "3"}
    *_, install, measure, compare, _, _ = job["steps"]
    for step in (install, measure, compare):
        run("bash", "-e", "-c", step["run"], cwd=tmp_path, env={**env, **numbers, **step.get("env", {})})
    assert head.is_dir()

    text = summary.read_text(encoding="utf-8")
    comparison = (tmp_path / "comparison.txt").read_text(encoding="utf-8")
    (startup,) = (line for line in comparison.splitlines() if line.startswith("startup in INIT"))
    before, after, *_ = (float(cell.split(" ")[0]) for cell in startup.split("  ") if cell[:1].isdigit())
    assert after > before + 300
    assert comparison in text
    assert comment(GitHub(zipped(comparison=comparison), [])).returncode == 0


def merged(baked: Path, home: dict[str, str], head: Path, makefile: str | None = None) -> Path:
    """A project as a runner checks it out: at a merge, whose first parent is the base, perhaps an old one."""
    shutil.copytree(baked, head)
    if makefile is not None:
        (head / "Makefile").write_text(makefile, encoding="utf-8")
    git(head, home, "init", "--quiet", "--initial-branch=main")
    git(head, home, "add", "--all")
    git(head, home, "commit", "--quiet", "--message=base")
    git(head, home, "switch", "--quiet", "--create", "change")
    text = (head / LIFESPAN).read_text(encoding="utf-8")
    before, begins, after = text.partition('        with preload("model"):\n')
    (head / LIFESPAN).write_text(f"{before}{SLOWER}{begins}{after}", encoding="utf-8")
    git(head, home, "commit", "--quiet", "--all", "--message=change")
    git(head, home, "switch", "--quiet", "main")
    git(head, home, "merge", "--quiet", "--no-ff", "--message=merge", "change")
    return head
