"""The workflows that ``kbsync init`` wrote, from nothing to a second applied merge: step by step, and by nektos/act."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from kbsync.cli.app import run
from kbsync.rehearsal import DEMO
from kbsync.usecases.context import RunContext
from tests.fakes.clock import FakeClock
from tests.flows.runner import Runner, executable, filled
from tests.flows.site import CATEGORY, CHEQUES, QUESTIONS, VARS, Site
from tests.forges import needs_act, node_is_there, worths

BRANCH = "rel/next"
PLACE = "bots/知识 库"
EVENTS = {"plan": "pull_request", "apply": "push", "drift": "schedule"}

KNOWN: dict[str, str | None] = {
    **VARS,
    "vars.KBSYNC_PULL_REQUESTS": None,
    "secrets.KBSYNC_SECRET_KEY": DEMO.secret,
    "github.repository": "shop/knowledge",
    "github.ref": f"refs/heads/{BRANCH}",
    "github.event.repository.default_branch": BRANCH,
    "github.event.pull_request.number": "7",
    "github.event.pull_request.head.repo.full_name": "shop/knowledge",
    "github.event.pull_request.user.login": "anna",
}

PLAYED = {
    "actions/checkout": "true",
    "actions/setup-python": "true",
    "actions/upload-artifact": 'rm -rf "$KEPT/$NAME" && cp -r "$GIVEN" "$KEPT/$NAME"',
    "actions/download-artifact": 'mkdir -p "$GIVEN" && cp -r "$KEPT/$NAME/." "$GIVEN"',
}
"""Foreign actions for act, which has the repository checked out already."""


@dataclass
class Steps:
    """Plays the jobs of a workflow whose conditions hold."""

    runner: Runner

    def run(self, name: str) -> tuple[bool, str]:
        """How a workflow ended, and its log and summary."""
        jobs = yaml.safe_load((self.runner.project / f".github/workflows/kbsync-{name}.yml").read_text(encoding="utf-8"))["jobs"]
        known: dict[str, str | None] = dict(KNOWN)
        known |= {f"needs.{job}.outputs.{it}": None for job, told in jobs.items() for it in told.get("outputs", ())}
        ok, said, succeeded = True, "", set[str]()
        for job, told in jobs.items():
            condition = str(told.get("if", "always()"))
            needed = {told["needs"]} if isinstance(told.get("needs"), str) else set(told.get("needs", ()))
            if (needed <= succeeded or "cancelled()" in condition) and worth(condition, known) == "true":
                done = self.runner.job(f"kbsync-{name}.yml", job, known)
                ok, said = ok and done.ok, said + done.log + done.summary
                succeeded |= {job} if done.ok else set()
                found = {f"steps.{step}.outputs.{it}": value for step, its in done.steps.items() for it, value in its.items()}
                known |= {f"needs.{job}.outputs.{it}": filled(text, found) for it, text in told.get("outputs", {}).items()}
        return ok, said


def worth(condition: str, known: Mapping[str, str | None]) -> str:
    """What a condition comes to; GitHub's own evaluator says it where it is there."""
    text = " ".join(condition.removeprefix("${{").removesuffix("}}").split())
    return worths([text], known)[0] if node_is_there() else filled(f"${{{{ {text} }}}}", known)


@dataclass
class Act:
    """Has nektos/act run a workflow on this machine, without containers."""

    site: Site
    place: Path

    def run(self, name: str) -> tuple[bool, str]:
        """How a workflow ended, and what act said."""
        event = self.place / "event.json"
        pull = {"number": 7, "head": {"repo": {"full_name": "shop/knowledge"}}, "user": {"login": "anna"}}
        about = {"repository": {"full_name": "shop/knowledge", "default_branch": BRANCH}, "ref": f"refs/heads/{BRANCH}"}
        event.write_text(json.dumps({**about, "pull_request": pull} if name == "plan" else about), encoding="utf-8")
        workflow = self.place / f"kbsync-{name}.yml"
        text = (self.site.tree.path / ".github" / "workflows" / workflow.name).read_text(encoding="utf-8")
        # The two keys of spring 2026, as the page on CI says.
        workflow.write_text(re.sub(r"^ *(queue: max|deployment: false).*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
        foreign = [
            word
            for action, commit in sorted(set(re.findall(r"uses: (actions/[\w-]+)@(\w{40})", text + self._action())))
            for word in ("--local-repository", f"{action}@{commit}={self._played(action)}")
        ]
        words = [
            *(EVENTS[name], "-W", workflow, "-e", event, "-P", "ubuntu-latest=-self-hosted", "--remote-name", "forge"),
            *("--no-cache-server", "--action-offline-mode", "--var", "KBSYNC_TARGET=shop", *foreign),
            *("-s", f"KBSYNC_SECRET_KEY={DEMO.secret}", "-s", "GITHUB_TOKEN=token", "--env", f"KEPT={self.place / 'kept'}"),
        ]
        (self.place / "kept").mkdir(exist_ok=True)
        environ = {it: value for it, value in self.site.runner.environ.items() if not it.startswith("GITHUB_")}
        done = subprocess.run(
            [str(shutil.which("act", path=environ["PATH"])), *map(str, words)],
            cwd=self.site.tree.path,
            env={**environ, "HOME": str(self.place)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    def _action(self) -> str:
        return (self.site.tree.path / ".github" / "actions" / "kbsync" / "action.yml").read_text(encoding="utf-8")

    def _played(self, action: str) -> Path:
        place = self.place / action
        place.mkdir(parents=True, exist_ok=True)
        names = ["fetch-depth", "persist-credentials", "python-version", "name", "path", "overwrite"]
        names += ["if-no-files-found", "retention-days"]
        given = {"NAME": "${{ inputs.name }}", "GIVEN": "${{ inputs.path }}"}
        step = {"run": PLAYED[action], "shell": "bash", "env": given}
        told = {"name": action, "inputs": {key: {} for key in names}, "runs": {"using": "composite", "steps": [step]}}
        (place / "action.yml").write_text(json.dumps(told), encoding="utf-8")
        return place


def begun(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with another branch and another directory, in which init found nothing, and links by the names of results."""
    tree = site.tree
    tree.git("push", "--quiet", "origin", f"HEAD:{BRANCH}")
    tree.git("fetch", "--quiet", "origin")
    tree.git("symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{BRANCH}")
    (tree.path / "bots").mkdir()
    tree.git("mv", "knowledge", PLACE)
    settings = (tree.path / PLACE / "kbsync.yaml").read_text(encoding="utf-8")
    (tree.path / PLACE / "kbsync.yaml").unlink()
    monkeypatch.chdir(tree.path)
    assert run(["init", "--dir", PLACE, "--package", "kbsync==1"], context=RunContext(clock=FakeClock(), environ={})) == 0
    for name in ("plan.json", "comment.md", "receipt.json", "report.md"):
        (tree.path / name).symlink_to(tree.path.parent / "outside")
    tree.commit({f"{PLACE}/kbsync.yaml": settings})
    site.runner.project = tree.path


@pytest.mark.long
@pytest.mark.parametrize("engine", ["steps", pytest.param("act", marks=needs_act)])
def test_from_init_to_a_second_applied_merge(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    """Without an edit by hand in what init wrote; a night before the first merge is green."""
    begun(site, monkeypatch)
    forge: Steps | Act = Steps(site.runner)
    if engine == "act":
        site.tree.git("remote", "add", "forge", "https://github.com/shop/knowledge")
        links = f'mkdir -p "$4/bin"; ln -s /bin/true "$4/bin/python"; ln -s {tmp_path}/bin/kbsync "$4/bin/kbsync"'
        executable(tmp_path / "bin" / "python3", f'case "$3" in venv) {links} ;; *) exec {sys.executable} "$@" ;; esac')
        site.runner.environ["PATH"] += f":{Path(sys.executable).parent}"
        forge = Act(site, tmp_path)
    ok, said = forge.run("drift")
    assert (ok, "Nothing applied yet" in said or engine == "act") == (True, True), said
    for answer in ("In 3 days.", "In 2 days."):
        head = site.tree.commit({f"{PLACE}/faq.yaml": QUESTIONS.format(category=CATEGORY, answer=answer) + CHEQUES})
        ok, said = forge.run("plan")
        assert ok, said
        (comment,) = site.entries()
        assert answer.removeprefix("In ").split()[0] in comment["body"]
        site.tree.git("push", "--quiet", "origin", f"HEAD:{BRANCH}")
        ok, said = forge.run("apply")
        assert ok, said
        assert site.answers()["When will my parcel arrive?"] == answer
        assert site.tree.git("ls-remote", "origin", "refs/kbsync/applied/*").split()[0] == head
    assert not (tmp_path / "outside").exists()
