"""What the workflows say is what GitHub understands: each expression by its own evaluator, and which jobs run for whom."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kbsync.usecases.init import Continuous, Project, given_package, new_files
from tests.flows.runner import filled
from tests.forges import complaints, needs_node, worths

ROOT = Path(__file__).parents[1]
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
ENGINES = ["ours", pytest.param("github", marks=needs_node)]

MAIN = {
    "vars.KBSYNC_TARGET": "shop",
    "vars.KBSYNC_PULL_REQUESTS": None,
    "github.event.repository.default_branch": "main",
    "github.repository": "shop/knowledge",
    "github.ref": "refs/heads/main",
    "github.event_name": "push",
}
PULL = {
    **MAIN,
    "github.event.pull_request.head.repo.full_name": "shop/knowledge",
    "github.event.pull_request.user.login": "anna",
}
FORK = {"github.event.pull_request.head.repo.full_name": "eve/knowledge", "vars.KBSYNC_TARGET": None}


def expressions() -> Iterator[str]:
    """Every expression of every workflow: what stands in ``${{ }}``, and the conditions, which need none."""
    for text in WORKFLOWS.values():
        yield from (" ".join(found.split()) for found in re.findall(r"\$\{\{(.*?)\}\}", text, re.DOTALL))
        for job in yaml.safe_load(text)["jobs"].values():
            yield from (str(each["if"]) for each in (job, *job["steps"]) if "if" in each and "${{" not in str(each["if"]))


def names() -> list[str]:
    """What the expressions speak of."""
    bare = re.sub(r"'[^']*'", "", " ".join(expressions()))
    return sorted(set(re.findall(r"\b(?:github|inputs|matrix|needs|runner|secrets|steps|vars)\.[\w.-]+", bare)))


@needs_node
def test_github_reads_every_workflow(tmp_path: Path) -> None:
    """Its own parser has nothing against the workflows of this repository, nor against those that ``kbsync init`` writes."""
    made = new_files(
        tmp_path / 'a "b": $(c)', Project(tmp_path, "v1+[x]!"), continuous=Continuous.GITHUB, package=given_package("kbsync==1")
    )
    started = {file.path.name: file.text for file in made if "workflows" in file.path.parts}
    assert len(started) == 3
    assert complaints({**WORKFLOWS, **started}) == {name: [] for name in (*WORKFLOWS, *started)}


@needs_node
def test_github_refuses_what_is_wrong() -> None:
    """The judge is awake: a context that a condition may not name is found."""
    wrong = "on: push\njobs: {one: {runs-on: ubuntu-latest, if: secrets.KEY != '', steps: [{run: 'true'}]}}\n"
    assert len(complaints({"wrong.yml": wrong})["wrong.yml"]) == 1


@needs_node
@pytest.mark.parametrize("value", ["0", "", "3", "offline", "shop", "refs/heads/main", None])
def test_the_runner_of_the_tests_understands_as_github_does(value: str | None) -> None:
    """Each expression comes to the same with our evaluator as with GitHub's, whatever is known of it, and where nothing is."""
    asked = sorted(set(expressions()))
    for known in (dict.fromkeys(names(), value), {name: value if at % 2 else "main" for at, name in enumerate(names())}):
        assert worths(asked, known) == [filled(f"${{{{ {text} }}}}", known) for text in asked]


def bare(text: str) -> str:
    """An expression on one line, without the braces that a condition may have."""
    return " ".join(text.removeprefix("${{").removesuffix("}}").split())


def runs(workflow: str, known: Mapping[str, str | None], engine: str) -> set[str]:
    """The jobs of a workflow whose conditions hold."""
    jobs: dict[str, Any] = yaml.safe_load(WORKFLOWS[workflow])["jobs"]
    asked = {
        name: " ".join(str(job.get("if", "always()")).removeprefix("${{").removesuffix("}}").split())
        for name, job in jobs.items()
    }
    everything = {**dict.fromkeys(names()), **known}
    if engine == "github":
        found = worths(asked.values(), everything)
    else:
        found = [filled(f"${{{{ {text} }}}}", everything) for text in asked.values()]
    return {name for name, worth in zip(asked, found, strict=True) if worth == "true"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param({}, {"plan", "apply"}, id="merged"),
        pytest.param({"github.event_name": "workflow_dispatch"}, {"plan", "apply"}, id="by hand"),
        pytest.param({"github.ref": "refs/tags/main"}, {"apply"}, id="a tag called main"),
        pytest.param({"github.ref": "refs/heads/other"}, {"apply"}, id="by hand on another branch"),
        pytest.param({"vars.KBSYNC_TARGET": None}, {"apply"}, id="nothing set up"),
        pytest.param(
            {"github.event.repository.default_branch": "trunk", "github.ref": "refs/heads/trunk"}, {"plan", "apply"}, id="trunk"
        ),
    ],
)
def test_only_the_default_branch_is_applied(known: dict[str, str | None], expected: set[str], engine: str) -> None:
    """The apply needs the plan, and is skipped with it: its own condition is none."""
    assert runs("apply.yml", {**MAIN, **known}, engine) == expected
    assert yaml.safe_load(WORKFLOWS["apply.yml"])["jobs"]["apply"]["needs"] == "plan"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param({"needs.plan.outputs.results": "there"}, {"plan", "comment"}, id="a branch of ours"),
        pytest.param({}, {"plan"}, id="a plan that could not begin"),
        pytest.param({**FORK, "needs.offline.outputs.results": "there"}, {"offline"}, id="a fork"),
        pytest.param({"github.event.pull_request.user.login": "dependabot[bot]"}, {"offline"}, id="Dependabot"),
        pytest.param(
            {"vars.KBSYNC_PULL_REQUESTS": "offline", "needs.offline.outputs.results": "there"},
            {"offline", "comment"},
            id="offline",
        ),
        pytest.param(
            {"vars.KBSYNC_TARGET": None, "needs.offline.outputs.results": "there"}, {"offline", "comment"}, id="nothing set up"
        ),
    ],
)
def test_who_gets_which_plan(known: dict[str, str | None], expected: set[str], engine: str) -> None:
    """The live plan for those who may have the secret, the offline one for all others, a comment where the token may write."""
    assert runs("plan.yml", {**PULL, **known}, engine) == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("event", "expected"), [("push", set()), ("pull_request", set()), ("schedule", {"weekly"}), ("workflow_dispatch", {"weekly"})]
)
def test_what_a_push_leaves_out_runs_every_week(event: str, expected: set[str], engine: str) -> None:
    """With the locks each time; with other releases, every moment and act only by the clock or by hand."""
    assert runs("ci.yml", {**MAIN, "github.event_name": event}, engine) == {"test", "systems"} | expected


@needs_node
@pytest.mark.parametrize(
    ("changes", "digest", "environment"),
    [
        ("0", "sha256:0", "shop-plan"),
        ("2", "sha256:0", "shop"),
        (None, "sha256:0", "shop"),
        ("0", None, "shop"),
        ("0", "", "shop"),
    ],
)
def test_github_asks_reviewers_unless_a_plan_is_known_to_be_empty(
    changes: str | None, digest: str | None, environment: str
) -> None:
    """By its own rules, where a missing output equals '0'."""
    text = yaml.safe_load(WORKFLOWS["apply.yml"])["jobs"]["apply"]["environment"]
    known = {**MAIN, "needs.plan.outputs.changes": changes, "needs.plan.outputs.digest": digest}
    assert worths([bare(text)], known) == [environment]
