"""The steps of the workflows, run as they are written, against the embedded service over HTTP and a git remote."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kbsync.pacing.clock import SystemClock
from kbsync.planfile import read_plan_or_receipt
from kbsync.report import Receipt
from kbsync.sandbox.account import DEMO
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.harness import writes
from tests.flows.runner import Job, Runner

SETTINGS = """\
version: 1
targets:
  shop: {{endpoint: "{endpoint}", sdkappid: {sdkappid}, calls_per_second: 500}}
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

VARS = {"vars.KBSYNC_TARGET": "shop", "inputs.allow-remove": "", "inputs.overwrite-conflicts": "false"}
SECRET = {"secrets.KBSYNC_SECRET_KEY": DEMO.secret}


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
        return planned, self.apply(planned.steps["plan"]["digest"], **known)

    def plan(self) -> Job:
        """The first job of apply.yml."""
        return self.runner.job("apply.yml", "plan", {**VARS, **SECRET})

    def apply(self, digest: str, **known: str) -> Job:
        """The second job of apply.yml, with inputs such as ``allow_remove``."""
        inputs = {f"inputs.{name.replace('_', '-')}": value for name, value in known.items()}
        return self.runner.job("apply.yml", "apply", {**VARS, **SECRET, "needs.plan.outputs.digest": digest, **inputs})

    def artifact(self, name: str) -> Path:
        """A file in an artifact; the artifact is there for the next upload no more."""
        return self.runner.place / "artifacts" / name

    def answers(self) -> dict[str, str]:
        """What customers are told, by question."""
        return {str(each["question"]): str(each["answer"]) for each in self.service.snapshot()["questions"]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site whose first commit is pushed and not applied."""
    repos = GitRepos(tmp_path)
    _, tree = repos.shared("work")
    service = Service(None, clock=SystemClock(), account=replace(DEMO, calls_per_second=1000))
    server = SandboxServer(service)
    server.start()
    program = tmp_path / "kbsync"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kbsync "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    github = {
        "GITHUB_SERVER_URL": "https://git.invalid",
        "GITHUB_REPOSITORY": "shop/knowledge",
        "GITHUB_RUN_ID": "42",
        "GITHUB_ACTOR": "editor",
    }
    environ = {**{name: value for name, value in repos.environ.items() if not name.startswith("KBSYNC_")}, "LC_ALL": "C", **github}
    tree.git("rm", "--quiet", "knowledge/a.yaml")
    tree.write({".gitignore": ".kbsync/\n", "knowledge/kbsync.yaml": SETTINGS.format(endpoint=server.address, sdkappid=DEMO.sdkappid)})
    found = Site(tree, service, Runner(tree.path, tmp_path, environ, program))
    found.commit()
    try:
        yield found
    finally:
        server.stop()
        service.close()


def test_merge_applies_exactly_what_was_planned(site: Site) -> None:
    """After a merge the library holds the files, the receipt names the digest's plan, and the remote knows the commit."""
    planned, applied = site.merge()
    assert planned.ok and applied.ok, planned.log + applied.log
    outputs = planned.steps["plan"]
    assert {name: outputs[name] for name in ("changes", "creates", "updates", "removals", "exit-code")} == {
        "changes": "2",
        "creates": "2",
        "updates": "0",
        "removals": "0",
        "exit-code": "3",
    }
    assert outputs["digest"] in planned.summary
    assert site.answers()["When will my parcel arrive?"] == "In 3 days."
    receipt = read_plan_or_receipt(site.artifact("kbsync-receipt-1") / "receipt.json")
    assert isinstance(receipt, Receipt)
    assert receipt.actor == "editor"
    head, mark = site.tree.git("rev-parse", "HEAD"), site.tree.git("ls-remote", "origin", "refs/kbsync/applied/shop")
    assert mark.split()[0] == head


def test_plan_writes_nothing(site: Site) -> None:
    """The plan job looks at the library and leaves it as it is."""
    assert site.plan().ok
    assert writes(site.service) == []


def test_another_digest_is_refused(site: Site) -> None:
    """A plan file that is not the approved one is not carried out: exit code 6, and the summary says why."""
    site.plan()
    applied = site.apply(f"sha256:{'0' * 64}")
    assert (applied.ok, applied.steps["apply"]["exit-code"]) == (False, "6")
    assert "the plan is not the one that was approved" in applied.summary
    assert writes(site.service) == []


def test_what_moved_since_the_plan_is_told(site: Site) -> None:
    """An edit between plan and approval makes the plan stale: exit code 7, and the summary names the question."""
    planned = site.plan()
    category = site.service.console.category(*CATEGORY.split(" / "))
    site.service.console.add_question("When will my parcel arrive?", "Soon.", category=category)
    applied = site.apply(planned.steps["plan"]["digest"])
    assert applied.steps["apply"]["exit-code"] == "7"
    assert "When will my parcel arrive?" in applied.summary
    assert site.answers()["When will my parcel arrive?"] == "Soon."
