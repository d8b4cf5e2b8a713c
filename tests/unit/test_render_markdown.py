"""The comment on a pull request: what it says, what cannot happen to it, and what stays when not all fits."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kbsync.model import AnswerType, Content, Status
from kbsync.plan import Action, Cause, Field, Plan, Purpose, QuestionChange
from kbsync.render.markdown import plan_markdown
from kbsync.render.markdown_frame import size
from kbsync.render.words import RenderOptions
from kbsync.settings import Drift
from tests.golden import check_golden
from tests.unit import plan_purposes, plans
from tests.unit.hostile_plans import PAYLOADS, hostile_everywhere
from tests.unit.large_plans import large, many_removals, removed_titles

GOLDEN = Path(__file__).parent / "golden"
BUDGET = 60_000
OURS = {"b", "br", "code", "del", "details", "ins", "span", "sub", "summary"}
BLOCKS = {"heading", "paragraph", "bullet_list", "list_item", "blockquote", "html_block", "inline"}


def parsed(markdown: str) -> list[Token]:
    """All tokens, those inside of lines too."""
    tokens = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"]).parse(markdown)
    return [found for token in tokens for found in (token, *(token.children or ()))]


@pytest.mark.parametrize("name", ["empty", "everything", "dangerous", "conflicts", "chinese", "long_prose", "offline", "hostile"])
def test_comments_read_as_agreed(name: str) -> None:
    """Each sample plan is drawn as in its golden file."""
    plan: Plan = getattr(plans, name)()
    check_golden(GOLDEN / f"markdown_{name}.md", plan_markdown(plan, digest=plans.DIGEST))


@pytest.mark.parametrize("name", ["drift", "no_drift", "undo", "edited_removals", "narrowed"])
def test_each_purpose_has_a_page_of_its_own(name: str) -> None:
    """A drift tells what the console did, an undo what it takes back, a part that it is one."""
    plan: Plan = getattr(plan_purposes, name)()
    check_golden(GOLDEN / f"markdown_{name}.md", plan_markdown(plan, digest=plans.DIGEST))


def test_a_chinese_comment_reads_as_agreed() -> None:
    """The fixed words are Chinese where that is asked for."""
    drawn = plan_markdown(plans.everything(), RenderOptions(language="zh_CN.UTF-8"), digest=plans.DIGEST)
    check_golden(GOLDEN / "markdown_everything_zh.md", drawn)


def test_the_marker_is_the_first_line() -> None:
    """A later run finds the comment of its target by the first line, which no target name can break."""
    assert plan_markdown(plans.empty(), digest="d").startswith("<!-- kbsync plan: production -->\n")
    assert plan_markdown(hostile_everywhere("--> x"), digest="d").startswith("<!-- kbsync plan: ~2D~~2D~~3E~~20~x -->\n")


def test_a_policy_that_overwrites_asks_nobody_about_console_edits() -> None:
    """The advice about them stands only where an apply would stop for them."""
    plan = plans.conflicts()
    allowed = replace(plan, policy=replace(plan.policy, drift=Drift.OVERWRITE))
    assert ["edited in the console: to keep" in plan_markdown(each, digest="d") for each in (plan, allowed)] == [True, False]


def test_what_an_apply_asks_for_stands_at_the_top() -> None:
    """Before the first change a reviewer knows what will be asked."""
    drawn = plan_markdown(plans.dangerous(), digest="d")
    assert (
        drawn.index("### To apply\n\n- <span>2</span> removals wait")
        < drawn.index("### This plan cannot")
        < drawn.index("### Removals")
    )


def test_a_comment_names_no_option() -> None:
    """Who reads it has no command line: the inputs of the workflow and the line to write are named. Undo is typed by hand."""
    for plan in (plans.dangerous(), plans.conflicts(), plans.everything()):
        asked = plan_markdown(plan, digest="d").partition("### To apply\n\n")[2].partition("\n\n")[0]
        assert asked
        assert "--" not in asked


def test_many_moves_are_one_line() -> None:
    """Moves from one category to one other are counted in one line, with their names below it."""
    drawn = plan_markdown(plans.plan_of(*plans.moves(40)), digest="d")
    assert "<b>Moved</b> (40)</summary>\n\n- **Move** 40 questions: Shipping / Returns → Returns\n  > Question" in drawn
    assert "Question" in drawn.split("→ Returns\n")[1]
    assert drawn.count("**Move**") == 1


def test_a_figure_stays_with_its_unit() -> None:
    """No line of the headline ends between a number and what it counts."""
    assert "12\u00a0calls, about 3\u00a0s**" in plan_markdown(plans.everything(), digest="d")


def test_old_and_new_text_do_not_touch() -> None:
    """Where marks are not drawn, what goes and what comes are two words."""
    assert "</del><ins>" not in plan_markdown(plans.everything(), digest="d")


def test_what_the_service_owns_is_counted() -> None:
    """Presets are one clause of the small print, and no list."""
    drawn = plan_markdown(plans.everything(), digest="d")
    assert "The service's own (presets), left as they are: questions 1, categories 1." in drawn
    assert "Who are you?" not in drawn


@pytest.mark.no_cover
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_marks_anything_up(payload: str, purpose: Purpose) -> None:
    """Whatever a text holds, the parser sees only the structure and the tags that kbsync writes."""
    plan = replace(hostile_everywhere(payload), purpose=purpose)
    tokens = parsed(plan_markdown(plan, digest=payload))
    html = [token.content for token in tokens if token.type in ("html_inline", "html_block")]
    tags = {tag for content in html for tag in re.findall(r"</?([^\s/>]+)", content)}
    assert tags <= OURS | {"!--"}
    assert not [
        token.type for token in tokens if token.type in ("link_open", "image", "fence", "code_block", "code_inline", "table_open")
    ]
    assert {re.sub("_(open|close)$", "", token.type) for token in tokens if token.block} <= BLOCKS


@pytest.mark.no_cover
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_reaches_the_filters_after_the_parser(payload: str) -> None:
    """Mentions, references, emoji and addresses are broken by an element, and no line begins with a stranger's text."""
    drawn = plan_markdown(hostile_everywhere(payload), digest="d")
    outside_code = re.sub("<code>.*?</code>", "", drawn)
    texts = "\n".join(token.content for token in parsed(outside_code) if token.type == "text")
    assert not re.search(r"@everyone|#123|!123|GH-123|:tada:|https?://|www\.|me@", texts)
    assert not re.search(r"^\s*(::|##\[|/close)", drawn, re.MULTILINE)
    assert [line for line in drawn.split("\n") if "-->" in line] == [drawn.split("\n", 1)[0]]


@pytest.mark.no_cover
def test_a_huge_plan_fits_and_hides_no_removal() -> None:
    """Fourteen million characters become one comment that names all 123 removals and says what it leaves out, and where."""
    drawn = plan_markdown(large(), digest="d", budget=BUDGET)
    assert size(drawn) <= BUDGET
    assert [title for title in removed_titles() if title not in drawn] == []
    assert "**This comment is cut to fit. Everything is in the plan artifact.**" in drawn
    assert drawn.index("### Removals (123)") < drawn.index("<details>")


def test_removals_are_shortened_before_any_is_left_out() -> None:
    """A thousand removals have no room for all their details, but each is named."""
    drawn = plan_markdown(many_removals(1000), digest="d", budget=BUDGET)
    assert size(drawn) <= BUDGET
    assert drawn.count("\n- ") == 1001 + 2
    assert "not even named" not in drawn


@pytest.mark.no_cover
def test_removals_without_room_are_counted_loudly() -> None:
    """Ten thousand removals cannot be named: the comment says so at its top and counts the rest by category."""
    drawn = plan_markdown(many_removals(10_000), digest="d", budget=BUDGET)
    assert size(drawn) <= BUDGET
    told = re.search(r"(\d+) dangerous changes are not even named here: read the whole plan before you approve\.", drawn)
    assert told
    assert drawn.count("\n- ") == 10_000 - int(told[1]) + 2 + 2
    assert re.search(r"Offers \d+ \(\d+\) · Offers", drawn)


@pytest.mark.no_cover
@pytest.mark.parametrize("payload", ["$", "@a", "\U0001f600"])
def test_texts_that_grow_when_escaped_still_fit(payload: str) -> None:
    """The limit holds for texts of which every character is escaped or counted twice."""
    plan = hostile_everywhere(payload * 5000)
    assert size(plan_markdown(plan, digest="d", budget=30_000)) <= 30_000


def test_a_budget_that_cannot_hold_the_warnings_is_refused() -> None:
    """A comment without its counts and warnings is not drawn."""
    with pytest.raises(ValueError, match="at least 30000"):
        plan_markdown(plans.empty(), digest="d", budget=1000)


def test_a_count_by_category_never_breaks_the_limit() -> None:
    """What is counted is known only after the names are placed; long categories then take room from names."""
    removals = [
        QuestionChange(Action.DELETE, str(n), Content(f"Is offer {n} still good?", "", (category,)), None, Cause.DECLARED)
        for n, category in enumerate([f"A{n % 8}" for n in range(2000)] + ["$" * 24 + str(n % 8) for n in range(1500)])
    ]
    assert size(plan_markdown(plans.plan_of(*removals), digest="d", budget=BUDGET)) <= BUDGET


def test_what_is_hard_to_see_is_told() -> None:
    """Blanks that come or go are drawn, a status beside other fields is named, long values say how much is missing."""
    before = replace(plans.RETURNS, answer="One two")
    after = replace(
        before, answer="One two\n", status=Status.DISABLED, similar=tuple(f"{n} {'x' * 900}" for n in range(9)), category=("B",)
    )
    drawn = plan_markdown(plans.plan_of(plans.update(before, after)), digest="d")
    assert "One two<ins><b>↵<br></b></ins>" in drawn
    assert "**Status**<br><del>enabled</del> → <ins><b>disabled</b></ins>" in drawn
    assert "and 4 more" in drawn


def test_a_disabling_because_of_git_is_told() -> None:
    """A question that is disabled because git stopped declaring it says so."""
    (disabled,) = (change for change in plans.everything().changes if change.action is Action.DISABLE)
    assert isinstance(disabled, QuestionChange)
    drawn = plan_markdown(plans.plan_of(replace(disabled, removal=True)), digest="d")
    assert "no longer in git" in drawn


def test_similar_questions_that_only_leave_are_struck() -> None:
    """A set that only gets smaller shows what leaves and how many stay."""
    before = replace(plans.RETURNS, similar=("a", "b"))
    drawn = plan_markdown(plans.plan_of(plans.update(before, replace(before, similar=("a",)), Field.SIMILAR)), digest="d")
    assert "**Similar questions**<br><del>b</del> · 1 unchanged" in drawn


def test_a_rich_answer_is_read_as_text_with_its_source_behind_it() -> None:
    """A comment shows what customers read, and the markup to whoever opens it."""
    old = replace(plans.RETURNS, answer_type=AnswerType.RICH, answer="<p>Within <b>14</b> days.</p>")
    drawn = plan_markdown(plans.plan_of(plans.update(old, replace(old, answer="<p>Within <b>30</b> days.</p>"))), digest="x")
    assert "<br>Within <del><span>1</span>4</del> <ins><b><span>3</span>0</b></ins>" in drawn
    assert "> <details><summary>Source</summary>&#60;p&#62;Within " in drawn
    long = replace(old, answer="<p>Within <b>14</b> days after the parcel has come back, at any of our shops, by card.</p>")
    new = plan_markdown(plans.plan_of(QuestionChange(Action.CREATE, None, None, long, Cause.DECLARED)), digest="x")
    assert "unchanged" not in new
    assert "by card.&#60;/p&#62;</details>" in new
