"""A site for the workflows: a repository with a remote, the embedded service over HTTP, and a runner that does their steps."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kbsync.limiter.clock import SystemClock
from kbsync.rehearsal import DEMO
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from tests.fakes.console import snapshot
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.runner import ROOT, Job, Runner, executable
from tests.flows.warm import warm_kbsync

__all__ = ["CATEGORY", "CHEQUES", "PULL", "QUESTIONS", "VARS", "Site", "opened_site"]

SETTINGS = """\
version: 1
targets:
  shop: {{endpoint: "{endpoint}", sdkappid: {sdkappid}}}
policy: {{prune: delete}}
"""

CATEGORY = "System preset category / Emotional expression"

QUESTIONS = """\
category: {category}
questions:
  - question: When will my parcel arrive?
    answer: {answer}
"""

CHEQUES = """\
  - question: Do you take cheques?
    answer: Yes, still.
"""

VARS = {
    "vars.KBSYNC_TARGET": "shop",
    "inputs.allow-remove": "",
    "inputs.overwrite-conflicts": "false",
    "inputs.overwrite-drift": "false",
}
SECRET = {"secrets.KBSYNC_SECRET_KEY": DEMO.secret}
PULL = {**VARS, "github.event.pull_request.number": "7"}


@dataclass
class Site:
    """A repository with a remote, the service that its settings name, and a runner."""

    tree: WorkTree
    service: Service
    runner: Runner

    def commit(self, answer: str = "In 3 days.", *, more: str = CHEQUES) -> str:
        """Commit and push the questions with this answer; the commit's id."""
        made = self.tree.commit({"knowledge/faq.yaml": QUESTIONS.format(category=CATEGORY, answer=answer) + more})
        self.tree.git("push", "--quiet", "origin", "HEAD:main")
        return made

    def merge(self, **known: str) -> tuple[Job, Job]:
        """The two jobs of apply.yml: plan, then apply what was planned."""
        planned = self.plan()
        assert planned.ok, planned.log
        outputs = planned.steps["plan"]
        return planned, self.apply(outputs["digest"], outputs["changes"], **known)

    def plan(self) -> Job:
        """The first job of apply.yml."""
        return self.runner.job("apply.yml", "plan", {**VARS, **SECRET})

    def apply(self, digest: str | None, changes: str | None = "1", **known: str) -> Job:
        """The second job of apply.yml, with inputs such as ``allow_remove``; None is an output that the first did not give."""
        inputs = {f"inputs.{name.replace('_', '-')}": value for name, value in known.items()}
        outputs = {"needs.plan.outputs.digest": digest, "needs.plan.outputs.changes": changes}
        return self.runner.job("apply.yml", "apply", {**VARS, **SECRET, **outputs, **inputs})

    def night(self) -> Job:
        """Both jobs of drift.yml; the second where the first succeeds."""
        looked = self.runner.job("drift.yml", "drift", {**VARS, **SECRET})
        assert looked.ok, looked.log
        return self.told(looked.steps["drift"]["exit-code"])

    def told(self, code: str | None) -> Job:
        """The second job of drift.yml; None is an exit code that the first did not give out."""
        return self.runner.job("drift.yml", "report", {**VARS, "needs.drift.outputs.exit-code": code})

    def review(self) -> tuple[Job, Job]:
        """The jobs of plan.yml for somebody who may see the secret: plan, then comment."""
        return self.runner.job("plan.yml", "plan", {**PULL, **SECRET}), self.runner.job("plan.yml", "comment", PULL)

    def artifact(self, name: str) -> Path:
        """The directory that was last uploaded by this name."""
        return self.runner.place / "artifacts" / name

    @property
    def github(self) -> Path:
        """Where the comments and issues are kept."""
        return self.runner.place / "github.json"

    def entries(self) -> list[dict[str, Any]]:
        """The comments and issues that there are."""
        return list(json.loads(self.github.read_text(encoding="utf-8"))["entries"])

    def answers(self) -> dict[str, str]:
        """What customers are told, by question."""
        return {str(each["question"]): str(each["answer"]) for each in snapshot(self.service)["questions"]}


@contextmanager
def opened_site(tmp_path: Path) -> Iterator[Site]:
    """A site below a test's own directory, whose first commit is pushed and not applied."""
    repos = GitRepos(tmp_path)
    _, tree = repos.shared("work")
    service = Service(None, clock=SystemClock(), account=replace(DEMO, calls_per_second=1000))
    server = SandboxServer(service)
    server.start()
    program = executable(tmp_path / "bin" / "kbsync", warm_kbsync())
    executable(tmp_path / "bin" / "gh", f'exec "{sys.executable}" "{ROOT}/tests/fakes/gh.py" "$@"')
    environ = {
        **{name: value for name, value in repos.environ.items() if not name.startswith(("KBSYNC_", "GITHUB_"))},
        "LC_ALL": "C.UTF-8",
        "PATH": f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "FAKE_GH": str(tmp_path / "github.json"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://git.invalid",
        "GITHUB_REPOSITORY": "shop/knowledge",
        "GITHUB_RUN_ID": "42",
        "GITHUB_WORKFLOW_REF": "shop/knowledge/.github/workflows/apply.yml@refs/heads/main",
        "GITHUB_ACTOR": "editor",
    }
    tree.git("rm", "--quiet", "knowledge/a.yaml")
    settings = SETTINGS.format(endpoint=server.address, sdkappid=DEMO.sdkappid)
    tree.write({".gitignore": ".kbsync/\n", "knowledge/kbsync.yaml": settings})
    found = Site(tree, service, Runner(tree.path, tmp_path, environ, program))
    found.commit()
    try:
        yield found
    finally:
        server.stop()
        service.close()
