"""The steps of the workflows, run as they are written, against the embedded service over HTTP and a git remote."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kbsync.pacing.clock import SystemClock
from kbsync.planfile import read_plan_or_receipt
from kbsync.report import Receipt
from kbsync.sandbox.account import DEMO
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.harness import writes
from tests.flows.runner import ROOT, Job, Runner, executable

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

VARS = {"vars.KBSYNC_TARGET": "shop", "inputs.allow-remove": "", "inputs.overwrite-conflicts": "false"}
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
        return planned, self.apply(planned.steps["plan"]["digest"], **known)

    def plan(self) -> Job:
        """The first job of apply.yml."""
        return self.runner.job("apply.yml", "plan", {**VARS, **SECRET})

    def apply(self, digest: str, **known: str) -> Job:
        """The second job of apply.yml, with inputs such as ``allow_remove``."""
        inputs = {f"inputs.{name.replace('_', '-')}": value for name, value in known.items()}
        return self.runner.job("apply.yml", "apply", {**VARS, **SECRET, "needs.plan.outputs.digest": digest, **inputs})

    def night(self) -> Job:
        """Both jobs of drift.yml; the second where the first succeeds."""
        looked = self.runner.job("drift.yml", "drift", {**VARS, **SECRET})
        assert looked.ok, looked.log
        code = looked.steps["drift"]["exit-code"]
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
        return {str(each["question"]): str(each["answer"]) for each in self.service.snapshot()["questions"]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site whose first commit is pushed and not applied."""
    repos = GitRepos(tmp_path)
    _, tree = repos.shared("work")
    service = Service(None, clock=SystemClock(), account=replace(DEMO, calls_per_second=1000))
    server = SandboxServer(service)
    server.start()
    program = executable(tmp_path / "bin" / "kbsync", f'exec "{sys.executable}" -m kbsync "$@"')
    executable(tmp_path / "bin" / "gh", f'exec "{sys.executable}" "{ROOT}/tests/fakes/gh.py" "$@"')
    environ = {
        **{name: value for name, value in repos.environ.items() if not name.startswith(("KBSYNC_", "GITHUB_"))},
        "LC_ALL": "C",
        "PATH": f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "FAKE_GH": str(tmp_path / "github.json"),
        "GITHUB_SERVER_URL": "https://git.invalid",
        "GITHUB_REPOSITORY": "shop/knowledge",
        "GITHUB_RUN_ID": "42",
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


def test_merge_applies_exactly_what_was_planned(site: Site) -> None:
    """After a merge the library holds the files, the receipt names the digest's plan, and the remote knows the commit."""
    planned, applied = site.merge()
    assert applied.ok, applied.log
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


def test_removals_wait_for_the_agreed_number(site: Site) -> None:
    """A merge never removes by itself: the apply is refused until somebody starts it with the number of removals."""
    site.merge()
    site.commit(more="")
    planned, refused = site.merge()
    assert planned.steps["plan"]["removals"] == "1"
    assert refused.steps["apply"]["exit-code"] == "6"
    agreed = site.apply(planned.steps["plan"]["digest"], allow_remove="1")
    assert agreed.ok, agreed.log
    assert "Do you take cheques?" not in site.answers()


def test_empty_plan_moves_the_mark(site: Site) -> None:
    """A merge that changes nothing for customers is applied all the same, so that the next plan counts from it."""
    site.merge()
    head = site.commit(more=f"{CHEQUES}# a remark\n")
    before = len(writes(site.service))
    planned, applied = site.merge()
    assert (planned.steps["plan"]["changes"], applied.ok, len(writes(site.service))) == ("0", True, before)
    assert site.tree.git("ls-remote", "origin", "refs/kbsync/applied/shop").startswith(head)


def test_pull_request_has_one_comment(site: Site) -> None:
    """The comment of the first plan is changed by the second, and holds its digest; people's own comments are left alone."""
    mark = "<!-- kbsync report: plan shop -->"
    person = {"id": 1, "number": 1, "place": "repos/shop/knowledge/issues/7/comments", "state": "open", "user": {"type": "User"}}
    site.github.write_text(json.dumps({"entries": [{**person, "body": mark}], "calls": []}), encoding="utf-8")
    site.review()
    site.commit("In 2 days.")
    planned, commented = site.review()
    assert commented.ok, commented.log
    mine, comment = site.entries()
    assert mine["body"] == mark
    assert comment["body"].startswith(f"{mark}\n<!-- kbsync plan: shop -->\n")
    assert planned.steps["plan"]["digest"] in comment["body"]


def test_texts_are_no_arguments(site: Site) -> None:
    """Comment and issue travel by standard input, whatever their length."""
    site.review()
    calls = json.loads(site.github.read_text(encoding="utf-8"))["calls"]
    assert max(len(word) for call in calls for word in call) < 100


def test_invalid_files_replace_the_comment(site: Site) -> None:
    """When there is no plan the comment says so, annotations name the line, and the jobs' check is red."""
    site.review()
    site.commit("[<b>]")
    planned, commented = site.review()
    assert (planned.ok, planned.steps["plan"]["exit-code"], commented.ok) == (False, "5", True)
    assert "::error file=knowledge/faq.yaml,line=4" in planned.log
    body = site.entries()[0]["body"]
    assert "## No plan for shop" in body
    assert "https://git.invalid/shop/knowledge/actions/runs/42" in body
    assert "answer: [&lt;b&gt;]" in body


def test_fork_is_planned_without_secret_or_service(site: Site) -> None:
    """A pull request from a fork is compared with the branch it wants to join; the service is not asked."""
    site.tree.commit({"knowledge/faq.yaml": QUESTIONS.format(category=CATEGORY, answer="In 2 days.") + CHEQUES})
    site.runner.environ["GITHUB_BASE_REF"] = "main"
    site.tree.git("fetch", "--quiet", "origin")
    job = site.runner.job("plan.yml", "offline", {"vars.KBSYNC_TARGET": "shop"})
    assert job.ok, job.log
    assert (job.steps["plan"]["updates"], job.steps["plan"]["changes"]) == ("1", "1")
    assert "Made without looking at the live library" in job.summary
    assert site.service.log == ()


def test_offline_names_a_target_where_no_variable_is_set(site: Site) -> None:
    """Before anything is set up the target is called production, and a repository without one is told."""
    job = site.runner.job("plan.yml", "offline", {"vars.KBSYNC_TARGET": ""})
    assert not job.ok
    assert "there is no target production in kbsync.yaml" in job.log


def test_drift_is_one_issue(site: Site) -> None:
    """What the console changed opens an issue; the next night changes it; when it is gone the issue is closed."""
    site.merge()
    assert site.night().ok
    console = site.service.console
    question = console.question("When will my parcel arrive?")
    for answer in ("Soon.", "Later."):
        console.edit_question(question, answer=answer)
        assert site.night().ok
    (issue,) = site.entries()
    assert issue["title"] == "Drift: shop was edited in the console"
    assert "Later." in issue["body"]
    assert "<code>kbsync pull</code> takes the edits into the files instead." in issue["body"]
    console.edit_question(question, answer="In 3 days.")
    site.night()
    assert [each["state"] for each in site.entries()] == ["closed"]


def test_refusal_of_github_fails_the_step(site: Site) -> None:
    """A token without the right is an error of the job, in the words of gh, and no traceback."""
    site.review()
    site.github.write_text(json.dumps({"entries": [], "calls": [], "refuse": True}), encoding="utf-8")
    commented = site.runner.job("plan.yml", "comment", PULL)
    assert not commented.ok
    assert "HTTP 403" in commented.log
    assert "Traceback" not in commented.log
