"""A coverage report in its formats, kept whole in golden files; the proposals are knowledge that can be read."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.conversations.coverage import Coverage, Reading, Served, Tally, UnansweredQuestion, cover
from kbsync.diagnostics import Diagnostic, Severity
from kbsync.files import load_tree
from kbsync.model import Content, Knowledge
from kbsync.render.coverage import coverage_json, coverage_markdown, coverage_text, coverage_yaml
from kbsync.render.words import RenderOptions
from tests.golden import check_golden
from tests.unit.talk import BOT, NOVEMBER, library, live, session, spoken, week

GOLDEN = Path(__file__).parent / "golden"
NOTHING = Coverage(0, Tally(), (), (), 0, 0, robots=0, reading=Reading())


def report() -> Coverage:
    """The sample week, explained by the live library."""
    return cover(week(), library(), reading=Reading(), live=live())


def everything() -> Coverage:
    """The same with what one person asked, unmasked, by a chatbot that nobody could make out, with many wordings."""
    many = UnansweredQuestion(tuple(f"Is it the {number}th?" for number in range(9)), 9, 9, NOVEMBER)
    found = cover(week(), library(), reading=Reading(min_count=1, masked=False))
    return replace(found, gaps=(many, *found.gaps), robots=0)


@pytest.mark.parametrize("sample", [report, everything])
@pytest.mark.parametrize("draw", [coverage_text, coverage_json, coverage_markdown, coverage_yaml])
def test_a_report_is_drawn_whole(draw: Callable[[Coverage], str], sample: Callable[[], Coverage]) -> None:
    """Each sample in each format is as its golden file has it."""
    check_golden(GOLDEN / f"{draw.__name__}_{sample.__name__}.txt", draw(sample()))


@pytest.mark.parametrize("draw", [coverage_text, coverage_json, coverage_markdown, coverage_yaml])
def test_no_person_is_named(draw: Callable[[Coverage], str]) -> None:
    """No account stands in any format, neither a user's nor a person's who served."""
    drawn = draw(report())
    assert [name for name in ("ann", "ben", "dee", "eve", "kim", "Kim", "Cy", BOT, "12345678") if name in drawn.split()] == []


@pytest.mark.parametrize("draw", [coverage_text, coverage_markdown, coverage_yaml])
def test_nothing_found_is_said(draw: Callable[[Coverage], str]) -> None:
    """A report without gaps says so, and the proposals are an empty file."""
    assert draw(NOTHING).strip()
    assert load_tree({"a.yaml": coverage_yaml(NOTHING).encode()}, shown_as="k", settings=False).diagnostics == ()


def proposed(coverage: Coverage, *files: str) -> tuple[Knowledge, list[Diagnostic]]:
    """What the proposals declare beside other files, and what is wrong with them."""
    tree = {f"{number}.yaml": text.encode() for number, text in enumerate([coverage_yaml(coverage), *files])}
    loaded = load_tree(tree, shown_as="knowledge", settings=False)
    return loaded.knowledge, [found for found in loaded.diagnostics if found.severity is Severity.ERROR]


DECLARED = """\
category: Shipping
questions:
  - {question: Do you ship abroad?, answer: No., status: disabled}
  - {question: May I pay later?, answer: After 14 days., previously: [Invoice please]}
"""


def test_proposals_are_knowledge() -> None:
    """They stand beside the files that were looked at without an error, and say what was asked."""
    knowledge, errors = proposed(report(), DECLARED)
    assert errors == []
    first = knowledge.questions[0].content
    assert first == Content("Can I return it?", "TODO", ("TODO",), similar=("Can I returns it?",))
    assert [question.content.question for question in knowledge.questions[1:2]] == ["Hi there!"]


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8))
def test_whatever_is_asked_the_proposals_can_be_read(texts: list[str]) -> None:
    """No text of a user breaks the file, and what can be shown in it comes back as it was asked."""
    talk = [session(str(number), spoken("ann", text)) for number, text in enumerate(texts)]
    coverage = cover(talk, Knowledge(), reading=Reading(min_count=1, masked=False))
    knowledge, errors = proposed(coverage)
    assert errors == []
    assert [question.content.question for question in knowledge.questions] == [gap.text for gap in coverage.gaps]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markdown_fits_a_comment(language: str) -> None:
    """However much there is, a comment takes it, and the rest is counted."""
    gaps = tuple(UnansweredQuestion((f"{number} " + "很长的问题" * 30,), 1, 1, NOVEMBER, "👍" * 500) for number in range(2000))
    served = tuple(Served(f"{number} @everyone" * 90, 1, NOVEMBER) for number in range(2000))
    drawn = coverage_markdown(replace(NOTHING, gaps=gaps, served=served), RenderOptions(language=language))
    assert 30_000 < len(drawn.encode("utf-16-le")) / 2 < 65_536
    assert "2000" in drawn
    assert "@everyone" not in drawn


def test_json_holds_all_of_it() -> None:
    """Machines get every wording and every figure."""
    found = json.loads(coverage_json(everything()))
    assert found["format_version"] == "1.0"
    assert len(found["gaps"][0]["also"]) == 8
    assert found["messages"]["unanswered"] == everything().tally.unanswered


def test_what_is_too_rare_to_show_is_counted() -> None:
    """Answers that nobody declared and that were served too rarely are told by their number."""
    drawn = " ".join(coverage_text(replace(NOTHING, served_rare=3)).split())
    assert "served in fewer than 2 sessions, not shown: 3" in drawn
