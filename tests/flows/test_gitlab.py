"""GitLab's pipeline, as ``kbsync init`` writes it, run for real by gitlab-ci-local; and the comment of a merge request."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from kbsync.cli.app import run
from kbsync.rehearsal import DEMO
from kbsync.usecases.context import RunContext
from tests.fakes.clock import FakeClock
from tests.fakes.console import Console
from tests.fakes.git_repos import GitRepos, needs_variables
from tests.flows.runner import ACTIONS, executable
from tests.flows.site import CATEGORY, CHEQUES, Site, opened_site
from tests.forges import NODE, needs_node

COMMENT = ACTIONS / "report" / "gitlab.py"

WRAPPING = "  - question: Do you wrap gifts?\n    answer: Yes.\n"

PREDEFINED = (
    "CI_DEFAULT_BRANCH,CI_COMMIT_BRANCH,CI_PIPELINE_SOURCE,CI_PROJECT_ID,CI_MERGE_REQUEST_IID,"
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME,CI_MERGE_REQUEST_PROJECT_ID,CI_MERGE_REQUEST_PROJECT_URL"
)
"""What the tests say in the forge's place."""


@dataclass
class Pipeline:
    """How jobs ended, and what they said."""

    ok: bool
    log: str


@dataclass
class GitLab:
    """A site whose project was begun by init, and gitlab-ci-local in it."""

    site: Site
    place: Path
    """The clone of this pipeline."""

    def another(self) -> "GitLab":
        """A clone of what is pushed now, for the pipeline of the next merge."""
        place = self.place.with_name(f"{self.place.name}-next")
        self.site.tree.git("clone", "--quiet", self.site.tree.git("remote", "get-url", "origin"), str(place))
        return GitLab(self.site, place)

    def jobs(self, *names: str, **variables: str) -> Pipeline:
        """Run jobs of a pipeline one after the other, as its runner does."""
        known = {"KBSYNC_SECRET_KEY": DEMO.secret, "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main", **variables}
        given = [word for name, value in known.items() for word in ("--variable", f"{name}={value}")]
        runner = ["node", str(NODE / "node_modules" / "gitlab-ci-local" / "src" / "index.js")]
        fixed = ["--force-shell-executor", "--no-evaluate-rule-changes", "--no-color"]
        log, ok = "", True
        for name in names:
            done = subprocess.run(
                [*runner, *fixed, *given, name],
                cwd=self.place,
                env=self.site.runner.environ,
                capture_output=True,
                text=True,
                check=False,
            )
            log, ok = log + done.stdout + done.stderr, ok and done.returncode == 0
        return Pipeline(ok, log)

    def merge(self, **variables: str) -> Pipeline:
        """What is merged is planned; somebody starts the manual job."""
        return self.jobs("kbsync-plan", "kbsync-apply", **variables)

    def mr(self, *names: str, **variables: str) -> Pipeline:
        """The jobs of a merge request's pipeline."""
        known = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_COMMIT_BRANCH": "",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_PROJECT_ID": "1",
            "CI_PROJECT_ID": "1",
        }
        return self.jobs(*names, **{**known, **variables})

    def plan(self) -> dict[str, Any]:
        """The plan that was made last."""
        return dict(json.loads((self.place / "kbsync-results" / "plan.json").read_text(encoding="utf-8")))

    def answer(self) -> str | None:
        """What customers are told about the parcel."""
        return self.site.answers().get("When will my parcel arrive?")


@pytest.fixture
def gitlab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLab]:
    """A project in its first commit, which is pushed and not applied; its runner finds pip and kbsync installed."""
    with opened_site(tmp_path) as site:
        needs_variables(site.tree)  # the runner asks git for ``ls-files --deduplicate``, which is as old
        settings = (site.tree.path / "knowledge" / "kbsync.yaml").read_text(encoding="utf-8").replace("  shop:", "  production:")
        (site.tree.path / "knowledge" / "kbsync.yaml").unlink()
        monkeypatch.chdir(site.tree.path)
        assert run(["init", "--ci", "gitlab", "--package", "kbsync==1"], context=RunContext(clock=FakeClock(), environ={})) == 0
        executable(tmp_path / "bin" / "pip", "exit 0")
        # All that the runner needs of it is a copy of the files.
        copy = 'for to; do :; done; mkdir -p "$to"; tar --exclude=./.gitlab-ci-local -cf - . | tar -xf - -C "$to"'
        executable(tmp_path / "bin" / "rsync", copy)
        ignored = ".kbsync/\n.gitlab-ci-local/\nkbsync-receipt/\nkbsync-results/\n"
        site.tree.write({"knowledge/kbsync.yaml": settings, ".gitignore": ignored})
        site.commit()
        found = {name: value for name, value in site.runner.environ.items() if not name.startswith("GITHUB")}
        site.runner.environ = {**found, "HOME": str(tmp_path), "GCL_IGNORE_PREDEFINED_VARS": PREDEFINED}
        yield GitLab(site, site.tree.path)


@needs_node
@pytest.mark.long
def test_from_init_to_a_second_applied_merge(gitlab: GitLab) -> None:
    """Without an edit by hand in what init wrote; the second merge is planned against what the first left."""
    first = gitlab.merge()
    assert first.ok, first.log
    assert gitlab.answer() == "In 3 days."
    gitlab.site.commit("In 2 days.")
    second = gitlab.merge()
    assert second.ok, second.log
    assert gitlab.answer() == "In 2 days."
    assert (gitlab.place / "kbsync-receipt" / "report.html").is_file()
    assert "In 2 days." in (gitlab.place / "kbsync-results" / "library.html").read_text(encoding="utf-8")


@needs_node
@pytest.mark.long
def test_two_merges_planned_side_by_side_are_both_applied(gitlab: GitLab) -> None:
    """The second was planned before the first was applied, as when both wait for somebody; it touches another question."""
    assert gitlab.merge().ok
    gitlab.site.commit("In 2 days.")
    assert gitlab.jobs("kbsync-plan").ok
    gitlab.site.commit("In 2 days.", more=CHEQUES + WRAPPING)
    second = gitlab.another()
    assert second.jobs("kbsync-plan").ok
    first = gitlab.jobs("kbsync-apply")
    assert first.ok, first.log
    assert (gitlab.answer(), "Do you wrap gifts?" in gitlab.site.answers()) == ("In 2 days.", False)
    last = second.jobs("kbsync-apply")
    assert last.ok, last.log
    assert (gitlab.answer(), "Do you wrap gifts?" in gitlab.site.answers()) == ("In 2 days.", True)


@needs_node
@pytest.mark.long
def test_what_is_refused_names_the_way_on(gitlab: GitLab) -> None:
    """A stale plan, a conflict and a removal end red, in words that name the new pipeline and the number."""
    assert gitlab.merge().ok
    console = Console(gitlab.site.service)
    question = console.question("When will my parcel arrive?")
    gitlab.site.commit("In 2 days.")
    assert gitlab.jobs("kbsync-plan").ok
    console.edit_question(question, answer="Soon.")
    stale = gitlab.jobs("kbsync-apply")
    assert (stale.ok, "Start a new pipeline of this branch" in stale.log, gitlab.answer()) == (False, True, "Soon."), stale.log
    conflict = gitlab.merge()
    assert (conflict.ok, "Start a new pipeline of this branch" in conflict.log, gitlab.answer()) == (False, True, "Soon.")
    decided = gitlab.merge(KBSYNC_APPLY_OVERWRITE_CONFLICTS="true")
    assert (decided.ok, gitlab.answer()) == (True, "In 2 days."), decided.log
    gitlab.site.commit("In 2 days.", more="")
    assert not gitlab.merge().ok
    removed = gitlab.merge(KBSYNC_APPLY_ALLOW_REMOVE="1")
    assert (removed.ok, "Do you wrap gifts?" in gitlab.site.answers()) == (True, False), removed.log


@needs_node
@pytest.mark.long
def test_a_merge_request_is_planned_as_it_would_be_merged(gitlab: GitLab) -> None:
    """Its branch lacks a later merge, which the plan does not take back; a fork's has no secret and is planned the same way."""
    assert gitlab.merge().ok
    tree = gitlab.site.tree
    tree.git("checkout", "--quiet", "-b", "offer")
    hours = f"category: {CATEGORY}\nquestions: [{{question: When are you open?, answer: Always.}}]\n"
    offered = tree.commit({"knowledge/hours.yaml": hours})
    tree.git("checkout", "--quiet", "main")
    gitlab.site.commit("In 2 days.")
    assert gitlab.merge().ok
    project = tree.git("remote", "get-url", "origin")
    origin = Path(project.removeprefix("file://"))
    origin.with_name(f"{origin.name}.git").symlink_to(origin)
    fork = {"KBSYNC_SECRET_KEY": "", "CI_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_URL": project}
    for variables in ({}, fork):
        tree.git("checkout", "--quiet", "-B", "offer", offered)
        found = gitlab.mr("kbsync-plan", **variables)
        assert found.ok, found.log
        plan = gitlab.plan()
        assert [(each["action"], each["after"]["question"]) for each in plan["changes"]] == [("create", "When are you open?")]
        assert plan["offline"] is bool(variables)


FAKE = """\
for last; do :; done
case "$1" in plan | apply) echo '{"changes": [], "digest": "sha256:1"}' > "$last" ;; esac
echo text"""
"""A kbsync that writes where it is told, by the shell, which follows every link."""

WRITTEN = {"plan.json", "plan.html", "comment.md", "kbsync.xml", "kbsync.env"}
RECEIVED = {"receipt.json", "report.html"}


@pytest.mark.parametrize("places", [("", "kbsync-results/", "kbsync-receipt/"), ("whole",)], ids=["files", "directories"])
@pytest.mark.parametrize("goal", ["there", "dangling", "target's"])
def test_no_link_of_a_branch_is_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: tuple[str, ...], goal: str
) -> None:
    """Whatever lies by the names of plan, comment, report and receipt, in the branch or in the one that it wants to join."""
    repos = GitRepos(tmp_path)
    _, tree = repos.shared("work")
    monkeypatch.chdir(tree.path)
    assert run(["init", "--ci", "gitlab", "--package", "kbsync==1"], context=RunContext(clock=FakeClock(), environ={})) == 0
    outside = tmp_path / "outside"
    outside.mkdir()
    pipeline = yaml.safe_load((tree.path / ".gitlab" / "kbsync.yml").read_text(encoding="utf-8"))
    tree.git("branch", "offer", tree.commit({}))
    for place in places:
        for name in WRITTEN | RECEIVED if place != "whole" else ("kbsync-results", "kbsync-receipt"):
            link = tree.path / (name if place == "whole" else f"{place}{name}")
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(outside / name)
            if goal == "there":
                (outside / name).mkdir(exist_ok=True) if place == "whole" else (outside / name).write_text("kept")
    tree.commit({})
    tree.git("push", "--quiet", "origin", "main")
    if goal == "target's":
        tree.git("checkout", "--quiet", "offer")
        tree.commit({"offer.txt": "offer"})
    before = sorted((path.name, path.is_file() and path.read_text()) for path in outside.rglob("*"))
    executable(tmp_path / "bin" / "kbsync", FAKE)
    known = {
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "KBSYNC_APPROVED_CHANGES": "0",
        "KBSYNC_APPROVED_DIGEST": "sha256:1",
    }
    environ = {**repos.environ, **known, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    for job, names in (("kbsync-plan", WRITTEN), ("kbsync-apply", RECEIVED)):
        script = ["bash", "-e", "-o", "pipefail", "-c", "\n".join(pipeline[job]["script"])]
        done = subprocess.run(script, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert before == sorted((path.name, path.is_file() and path.read_text()) for path in outside.rglob("*"))
        (kept,) = pipeline[job]["artifacts"]["paths"]
        assert {path.name for path in Path(kept).iterdir() if path.is_file() and not path.is_symlink()} == names
        assert not Path(kept.rstrip("/")).is_symlink()


@contextmanager
def served() -> Iterator[tuple[str, list[dict[str, Any]], list[str]]]:
    """GitLab's notes of one merge request: the address, the notes, and the tokens that were shown."""
    notes: list[dict[str, Any]] = []
    tokens: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, value: object, code: int = 200) -> None:
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        def do_GET(self) -> None:
            tokens.append(self.headers["PRIVATE-TOKEN"])
            page = int(dict(parse_qsl(urlsplit(self.path).query)).get("page", "1"))
            self._answer({"id": 5} if self.path.endswith("/user") else notes[100 * (page - 1) : 100 * page])

        def do_POST(self) -> None:
            if self.headers["PRIVATE-TOKEN"] == "narrow":
                self._answer({"message": "insufficient_scope"}, 403)
                return
            notes.append({"id": len(notes) + 1, "author": {"id": 5}, **self._sent()})
            self._answer(notes[-1], 201)

        def do_PUT(self) -> None:
            notes[int(self.path.rpartition("/")[2]) - 1].update(self._sent())
            self._answer({})

        def _sent(self) -> dict[str, Any]:
            return dict(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v4", notes, tokens
    finally:
        server.shutdown()
        server.server_close()


def commented(tmp_path: Path, address: str, body: str, token: str = "wide") -> subprocess.CompletedProcess[str]:
    """Run the program of the job kbsync-comment."""
    (tmp_path / "comment.md").write_text(body, encoding="utf-8")
    environ = {
        "CI_API_V4_URL": address,
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "KBSYNC_GITLAB_TOKEN": token,
    }
    command = [sys.executable, "-I", str(COMMENT), "comment.md"]
    return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)


def test_a_merge_request_has_one_comment(tmp_path: Path) -> None:
    """It is changed in place, also behind a hundred others; the same first line of somebody else's is left alone."""
    mark = "<!-- kbsync plan: production -->"
    with served() as (address, notes, tokens):
        notes.extend({"id": at + 1, "author": {"id": 6}, "body": mark} for at in range(150))
        assert [commented(tmp_path, address, f"{mark}\n{body}\n").returncode for body in ("first", "second")] == [0, 0]
    assert [each["body"] for each in notes[149:]] == [mark, f"{mark}\nsecond\n"]
    assert set(tokens) == {"wide"}


def test_a_token_that_may_not_comment_is_told(tmp_path: Path) -> None:
    """In GitLab's own words, with what the token needs, and without the token."""
    with served() as (address, _, _):
        done = commented(tmp_path, address, "x\n", token="narrow")
    assert (done.returncode, "insufficient_scope" in done.stderr, "scope api" in done.stderr) == (1, True, True)
    assert "narrow" not in done.stdout + done.stderr


def test_a_key_of_the_environment_reaches_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan names the environment that the apply deploys to, without deploying to it."""
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--ci", "gitlab"], context=RunContext(clock=FakeClock(), environ={})) == 0
    jobs = yaml.safe_load((tmp_path / ".gitlab" / "kbsync.yml").read_text(encoding="utf-8"))
    assert jobs["kbsync-plan"]["environment"] == {"name": jobs["kbsync-apply"]["environment"], "action": "access"}
    assert "KBSYNC_SECRET_KEY" not in str(jobs["kbsync-comment"])
    assert (tmp_path / ".gitlab" / "kbsync-comment.py").read_bytes() == COMMENT.read_bytes()
