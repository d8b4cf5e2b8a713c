"""The planner by example: each file in ``cases/`` tells one story in YAML, the text beside it is what a reviewer reads."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from kbsync.files import load_tree
from kbsync.guards import Consent, objections
from kbsync.model import Category, Knowledge, MenuType, Question, show_path
from kbsync.plan import BaseKind, Plan, Source, TargetRef
from kbsync.planfile import decode, encode_plan
from kbsync.planner import Context, make_plan
from kbsync.puller import Scope, decide
from kbsync.render.text import plan_text
from kbsync.render.words import RenderOptions
from kbsync.settings import Policy, Prune
from tests.golden import check_golden

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def read(text: str) -> Knowledge:
    """Knowledge as the files of a case declare it."""
    loaded = load_tree({"shipping.yaml": text.encode()}, shown_as="knowledge", settings=False)
    assert [str(found.message) for found in loaded.diagnostics] == []
    return loaded.knowledge


def read_live(text: str, *, complete: bool) -> Knowledge:
    """Knowledge as the service would tell it: ids everywhere, no places; it may hold what files may not, such as twins."""
    found = load_tree({"live.yaml": text.encode()}, shown_as="live", settings=False).knowledge
    return Knowledge(
        tuple(_live(category, 100 + number) for number, category in enumerate(found.categories)),
        tuple(Question(question.content, id=question.id) for question in found.questions),
        complete=complete,
    )


def _live(category: Category, identifier: int) -> Category:
    """A category as the service tells it; the one with the service's own title is a preset."""
    menu = MenuType.PRESET if category.path[0] == "System preset category" else MenuType.ORDINARY
    return Category(category.path, identifier, menu)


def planned(story: Mapping[str, Any]) -> Plan:
    """The plan that a case asks for."""
    policy = dict(story.get("policy", {}))
    context = Context(
        TargetRef("production", 1400000000),
        Source(
            "sha256:0",
            base=BaseKind.GIVEN if "base" in story else BaseKind.NONE,
            base_commit="4f2a91c07d" if "base" in story else None,
        ),
        replace(Policy(**policy), prune=Prune(policy.get("prune", "keep"))),
        only=story.get("only"),
    )
    return make_plan(
        read(story["desired"]),
        read_live(story["live"], complete=story.get("complete", True)),
        read(story["base"]) if "base" in story else None,
        context=context,
    )


def pulled(story: Mapping[str, Any], plan: Plan) -> Iterator[str]:
    """What a pull makes of the same three libraries, a line for each thing."""
    desired, live = read(story["desired"]), read_live(story["live"], complete=story.get("complete", True))
    decision = decide(desired, live, read(story["base"]), plan, scope=Scope(**story["pull"]))
    yield from ("", *map(str, decision.notes), "Pull writes:")
    for old, new in decision.merge.renamed.items():
        yield f"- category {show_path(old)} is called {show_path(new)}"
    for path in sorted(decision.merge.dropped):
        yield f"- category {show_path(path)} goes"
    for edit in decision.merge.edits:
        yield f"- {edit.content.question}: {', '.join(edit.fields)} (in {show_path(edit.content.category)})"
    for place in decision.merge.removed:
        yield f"- the question at {place} goes"
    for content in decision.merge.added:
        yield f"- {content.question} is new (in {show_path(content.category)})"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    """The story ends in the plan that stands beside it, and in the reasons why it may not be applied."""
    story = yaml.safe_load(path.read_text(encoding="utf-8"))
    plan = planned(story)
    reasons = objections(plan, Consent(**(story.get("consent") or {})))
    verdict = "\n".join(["", "Apply refuses:", *(f"- {reason}" for reason in reasons)]) if reasons else "\nApply agrees."
    told = f"{story['about']}\n\n{plan_text(plan, RenderOptions(width=100), digest='sha256:0')}{verdict}\n"
    if "pull" in story:
        told += "\n".join([*pulled(story, plan), ""])
    check_golden(path.with_suffix(".txt"), told)
    assert decode(encode_plan(plan), name="plan") == plan
