"""What the workflows tell people: the comment of a pull request, the summary of a fork's, the issue of a night's drift."""

import json

import pytest

from kbsync.rehearsal import DEMO
from tests.fakes.console import Console
from tests.flows.site import CATEGORY, CHEQUES, PULL, QUESTIONS, VARS, Site

pytestmark = pytest.mark.no_cover


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


@pytest.mark.parametrize("others", ["", "  sandbox: {driver: sandbox, sdkappid: 7}\ndefault_target: sandbox\n"])
def test_a_fork_has_no_variable_and_is_planned_for_the_only_real_target(site: Site, others: str) -> None:
    """GitHub gives a fork no variables: whatever the target is called, the files tell which one is meant."""
    offer(site, others)
    job = site.runner.job("plan.yml", "offline", {"vars.KBSYNC_TARGET": ""})
    assert job.ok, job.log
    assert (job.steps["plan"]["updates"], "## Plan for <code>shop</code>" in job.summary) == ("1", True)
    assert (site.artifact("kbsync-plan") / "plan.html").is_file()


def test_of_several_real_targets_a_fork_is_planned_for_the_default_one(site: Site) -> None:
    """Nobody guesses: the files say."""
    offer(site, "  other: {region: china, sdkappid: 1}\ndefault_target: other\n")
    assert "## Plan for <code>other</code>" in site.runner.job("plan.yml", "offline", {"vars.KBSYNC_TARGET": ""}).summary


def test_a_pull_request_without_the_key_is_planned_offline(site: Site) -> None:
    """Before the secret is there, and where somebody else than Dependabot gets none, the plan says why it is offline."""
    site.merge()
    offer(site, "")
    site.runner.environ["GITHUB_EVENT_NAME"] = "pull_request"
    job = site.runner.job("plan.yml", "plan", {**PULL, "secrets.KBSYNC_SECRET_KEY": ""})
    assert job.ok, job.log
    assert "::notice title=kbsync::this job has no KBSYNC_SECRET_KEY" in job.log
    assert "Made without looking at the live library" in job.summary
    assert "Made without looking" not in site.review()[0].summary


def test_a_failed_install_shows_its_own_error_only(site: Site) -> None:
    """No second step fails for want of the first: no plan is kept, and nothing looks for one."""
    site.runner.broken = True
    site.runner.environ["PIP_NO_INDEX"] = "1"
    planned = site.runner.job("plan.yml", "plan", {**PULL, "secrets.KBSYNC_SECRET_KEY": "x"})
    assert (planned.ok, planned.log.count("No matching distribution"), "kbsync::" in planned.log) == (False, 1, False)
    assert not (site.runner.place / "artifacts").exists()


def offer(site: Site, settings: str) -> None:
    """A pull request with another answer, and with more in the settings, which is not merged."""
    text = (site.tree.path / "knowledge" / "kbsync.yaml").read_text(encoding="utf-8").replace("policy:", f"{settings}policy:")
    faq = QUESTIONS.format(category=CATEGORY, answer="In 2 days.") + CHEQUES
    site.tree.commit({"knowledge/faq.yaml": faq, "knowledge/kbsync.yaml": text})
    site.runner.environ["GITHUB_BASE_REF"] = "main"
    site.tree.git("fetch", "--quiet", "origin")


def test_drift_before_the_first_apply_is_green(site: Site) -> None:
    """Nothing is applied yet: that is said, no issue is opened, and no night fails."""
    looked = site.runner.job("drift.yml", "drift", {**VARS, "secrets.KBSYNC_SECRET_KEY": DEMO.secret})
    assert (looked.ok, looked.steps["drift"]["exit-code"]) == (True, "0")
    assert "Nothing applied yet" in looked.summary
    assert "No drift" not in looked.summary


def test_drift_is_one_issue(site: Site) -> None:
    """What the console changed opens an issue; the next night changes it; when it is gone the issue is closed."""
    site.merge()
    assert site.night().ok
    console = Console(site.service)
    question = console.question("When will my parcel arrive?")
    for answer in ("Soon.", "Later."):
        console.edit_question(question, answer=answer)
        assert site.night().ok
    (issue,) = site.entries()
    assert issue["title"] == "Drift: shop was edited in the console"
    assert "Later." in issue["body"]
    assert "<code>kbsync pull</code> takes the edits into the files; an apply puts back what git declares." in issue["body"]
    console.edit_question(question, answer="In 3 days.")
    site.night()
    assert [each["state"] for each in site.entries()] == ["closed"]


def test_a_drift_that_is_not_known_closes_nothing(site: Site) -> None:
    """Where no exit code arrives, or one that is no answer, the issue stays open and the job fails."""
    site.merge()
    question = Console(site.service).question("When will my parcel arrive?")
    Console(site.service).edit_question(question, answer="Soon.")
    site.night()
    assert [site.told(code).ok for code in (None, "", "1")] == [False, False, False]
    assert [each["state"] for each in site.entries()] == ["open"]


def test_refusal_of_github_fails_the_step(site: Site) -> None:
    """A token without the right is an error of the job, in the words of gh, and no traceback."""
    site.review()
    site.github.write_text(json.dumps({"entries": [], "calls": [], "refuse": True}), encoding="utf-8")
    commented = site.runner.job("plan.yml", "comment", PULL)
    assert not commented.ok
    assert "HTTP 403" in commented.log
    assert "Traceback" not in commented.log
