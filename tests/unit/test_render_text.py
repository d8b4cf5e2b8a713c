"""Plans, reports and receipts as text, kept whole in golden files."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kbsync.commands import Command
from kbsync.messages import message
from kbsync.model import AnswerType, Content, Status
from kbsync.plan import Action, CategoryChange, Cause, Field, FieldChange, Match, Plan, QuestionChange
from kbsync.render.text import plan_text, receipt_text
from kbsync.render.text_page import folded
from kbsync.render.words import RenderOptions
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt
from tests.golden import check_golden
from tests.unit import plan_purposes, plans


def report_text(report: ApplyReport, options: RenderOptions = RenderOptions()) -> str:
    """What a receipt's page says below who ran it and when."""
    return receipt_text(Receipt(report, "", "", ""), options).partition("\n\n")[2]


GOLDEN = Path(__file__).parent / "golden"


def drawn(plan: Plan, *, width: int = 100, color: bool = False, language: str = "en", verbose: bool = False) -> str:
    """A plan as text with the sample digest."""
    return plan_text(plan, RenderOptions(width, color, language, verbose), digest=plans.DIGEST)


def flat(plan: Plan) -> str:
    """A plan as text on one line, for words that may be wrapped."""
    return " ".join(drawn(plan).split())


def compare(name: str, text: str) -> None:
    """Compare with a golden file in which escape codes can be read."""
    check_golden(GOLDEN / f"text_{name}.txt", text.replace("\x1b", "␛"))


@pytest.mark.parametrize(
    "sample",
    [
        plans.empty,
        plans.everything,
        plans.dangerous,
        plans.conflicts,
        plans.chinese,
        plans.long_prose,
        plans.hostile,
        plans.offline,
        plan_purposes.drift,
        plan_purposes.no_drift,
        plan_purposes.undo,
        plan_purposes.edited_removals,
        plan_purposes.narrowed,
    ],
)
def test_a_plan_reads_like_a_proof(sample: Callable[[], Plan]) -> None:
    """Each sample plan is drawn for a hundred columns without colour as its golden file has it."""
    compare(sample.__name__, drawn(sample()))


def test_colour_is_added_to_the_same_words() -> None:
    """With colour, removals are struck and additions underlined, so that colour is never the only sign."""
    compare("color", drawn(plans.conflicts(), color=True))


def test_a_narrow_page_puts_labels_above() -> None:
    """At sixty columns the text has the whole width."""
    compare("narrow", drawn(plans.everything(), width=60))


WORDS = ["中", "问题，", "好。", "“中”", "（git）", "第 4 个", "共 12 个，", "git ", "x" * 9, "é ", "日" * 12]


@given(st.lists(st.sampled_from(WORDS)), st.integers(16, 60))
def test_chinese_is_folded_by_its_rules_of_printing(parts: list[str], width: int) -> None:
    """No line begins with what closes, nor with what a number counts; nothing is lost, and nothing is too wide."""
    text = "".join(parts)
    lines = folded(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cell_len, lines), default=0) <= width
    assert [line for line in lines[1:] if line[:1] in ("，", "。", "）", "”", "个")] == []


def test_a_plan_speaks_chinese() -> None:
    """The fixed words come from the Chinese catalogue, the library's own words stay."""
    compare("zh", drawn(plans.chinese(), language="zh"))


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    """Chinese characters count as the two columns that they take."""
    for sample in (plans.chinese(), plans.everything(), plans.hostile(), plans.long_prose()):
        assert max(cell_len(line) for line in drawn(sample, width=width).splitlines()) <= width


def test_a_log_cannot_be_commanded() -> None:
    """A line of an answer that a CI runner would carry out is broken by a dot."""
    answer = "::stop-commands::x\n  ::add-mask::y\n##[error]z ##vso[task]"
    text = drawn(plans.plan_of(plans.update(plans.RETURNS, replace(plans.RETURNS, answer=answer), Field.ANSWER)))
    created = QuestionChange(Action.CREATE, None, None, replace(plans.RETURNS, answer=answer), Cause.DECLARED)
    text += drawn(plans.plan_of(created))
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "##[" not in text
    assert "##vso[" not in text


@given(
    st.lists(st.text(st.characters(exclude_categories=()), min_size=1, max_size=30), min_size=6, max_size=6),
    st.integers(20, 120),
)
def test_any_text_is_drawn_within_the_page(texts: list[str], width: int) -> None:
    """Whatever stands in a library, nothing fails, no line is too wide, and no control character is left."""
    before, after = (Content(question, answer, (title,)) for question, answer, title in (texts[:3], texts[3:]))
    change = replace(plans.update(before, after), base=plans.PARCEL, cause=Cause.CONFLICT)
    text = drawn(plans.plan_of(change), width=width)
    assert max(cell_len(line) for line in text.split("\n")) <= width
    assert not [each for each in text if unicodedata.category(each) in ("Cc", "Cs") and each != "\n"]


def test_an_empty_plan_says_why_it_is_empty() -> None:
    """One sentence tells an up-to-date library from an empty one, an offline comparison and a blocked plan."""
    assert "live as declared (questions: 40)" in drawn(plans.empty())
    assert "git declares no question" in drawn(replace(plans.empty(), unchanged=0))
    assert "the same as in the base" in drawn(replace(plans.offline(), changes=()))
    blocked = replace(plans.empty(), problems=plans.dangerous().problems)
    assert "No changes\n" in drawn(blocked)
    assert "Nothing is live any more" in drawn(replace(plan_purposes.undo(), changes=(), problems=()))
    assert "Nothing to do" not in drawn(blocked)


def test_unmanaged_objects_are_counted_in_an_empty_plan_too() -> None:
    """What stays beside git is counted and named even when there is nothing to do; what git dropped has a part of its own."""
    text = drawn(replace(plans.empty(), unmanaged=plans.everything().unmanaged))
    assert text.endswith(
        "Not declared in git, left as they are: questions 1, categories 0.\n"
        "  你喜欢什么颜色? (Small talk)\n"
        "The service's own (presets), left as they are: questions 1, categories 1.\n"
    )


def test_what_the_service_owns_is_one_line() -> None:
    """Presets are counted; who asks for more gets their names."""
    plan = replace(plans.empty(), unmanaged=plans.everything().unmanaged)
    assert "Who are you?" not in drawn(plan)
    assert drawn(plan, verbose=True).endswith(
        "questions 1, categories 1.\n"
        "  Who are you? (System preset category / Ask robot information)\n"
        "  System preset category / Small talk\n"
    )


def test_twenty_unmanaged_objects_are_named_at_most() -> None:
    """A library of thousands does not bury the plan; the rest is counted, with the way to see it."""
    crowd = plan_purposes.narrowed().unmanaged
    assert "more (-v names" not in drawn(replace(plans.empty(), unmanaged=crowd[:20]))
    many = replace(plans.empty(), unmanaged=crowd)
    assert drawn(many).endswith("  … and 2 more (-v names all)\n")
    assert drawn(many, verbose=True).endswith("  Small talk 22? (Small talk)\n")


def test_the_headline_is_the_first_and_the_last_word() -> None:
    """It stands right below the title and right above what is asked, dangers first."""
    headline = "1 to delete, 1 to disable, 1 category to delete; 1 to enable; at most 4 calls, about 1 s"
    whole = [line for line in drawn(plans.dangerous()).splitlines() if line]
    asked = [line for line in plan_text(plans.dangerous(), digest="d", steps=False).splitlines() if line]
    assert (whole[1], asked[-1]) == (headline, headline)
    assert whole[whole.index(headline, 2) + 1].startswith("── To apply ──")


def test_dangers_and_the_question_fit_on_one_screen() -> None:
    """After a plan that is longer than a terminal, its dangers are named again beside the question, each on one line."""
    plan = plans.everything()
    last = drawn(plan, width=80).splitlines()[-22:]
    assert "- Delete: Is there a Christmas sale?" in last
    assert "- Disable: 你是机器人吗?" in last
    assert "~ Update (console edit): How do I return something?" in last
    assert drawn(plans.plan_of(*plans.moves(1), plan.changes[-2]), width=80).count("Is there a Christmas sale?") == 1
    many = drawn(replace(plan, changes=plan.changes * 4), width=80).splitlines()[-22:]
    assert "… and 8 more above" in many
    long = replace(plans.RETURNS, question="why " * 100)
    gone = QuestionChange(Action.DELETE, "1", long, None, Cause.DECLARED)
    text = drawn(replace(plan, changes=(gone, *plan.changes)), width=80)
    assert next(line for line in text.splitlines()[-22:] if line.startswith("- Delete: why")).endswith("…")


def test_moves_of_one_kind_are_one_line() -> None:
    """Many questions that go from one category to one other are a count; their names are one option away."""
    text = drawn(plans.plan_of(*plans.moves(40)))
    assert "── Moved (40) ──" in text
    assert "~ Move: 40 questions (-v names them)\n    Shipping / Returns → Returns\n" in text
    assert "Question 2?" not in text
    assert "Question 2?" in drawn(plans.plan_of(*plans.moves(40)), verbose=True)
    assert "Question 2?" in drawn(plans.plan_of(*plans.moves(3)))
    danger = tuple(
        replace(change, cause=Cause.DRIFT, fields=(FieldChange(Field.CATEGORY, Cause.DRIFT),)) for change in plans.moves(40)
    )
    assert "Question 2?" in drawn(plans.plan_of(*danger))


def test_old_and_new_never_touch() -> None:
    """In colour, where no marks stand around them, an arrow keeps what goes from what comes."""
    after = replace(plans.RETURNS, answer=plans.RETURNS.answer.replace("14", "30"))
    text = drawn(plans.plan_of(plans.update(plans.RETURNS, after, Field.ANSWER)), color=True)
    assert "1430" not in re.sub("\x1b.*?m", "", text)
    assert "14→30" in re.sub("\x1b.*?m", "", text)


@pytest.mark.no_cover
@pytest.mark.parametrize("width", range(20, 60))
def test_a_figure_stays_with_its_unit(width: int) -> None:
    """No line begins with the seconds, the percent sign or the word that a number at the end of the line before it counts."""
    renamed = plans.update(plans.RETURNS, replace(plans.RETURNS, question="Can I return it?"), Field.QUESTION)
    plan = plans.plan_of(replace(renamed, match=Match.WORDING, confidence=91), calls={Command.UPDATE: 30}, seconds=6.0)
    plan = replace(plan, unmanaged=plans.everything().unmanaged)
    lines = plan_text(plan, RenderOptions(width), digest="d").splitlines()
    assert not [line for line in lines if re.match(r"\s*(s|%)(?!\w)", line) or re.search(r"(^|\s)\d+$", line)]


def test_calls_by_name_are_for_who_asks() -> None:
    """The vendor's names of the calls stand in no page for readers; -v adds them."""
    assert "batch_set_chitchat" not in drawn(plans.dangerous()) + report_text(report())
    assert "batch_set_chitchat 4" in drawn(plans.dangerous(), verbose=True)
    assert "batch_set_chitchat 2" in report_text(report(), RenderOptions(verbose=True))


def test_an_apply_asks_for_itself() -> None:
    """Where the asking follows, the plan does not end with it."""
    text = plan_text(plans.dangerous(), digest="d", steps=False)
    assert drawn(plans.dangerous()).count("--allow-remove 2") == 1
    assert "To apply" not in text


def test_what_stops_a_plan_is_said_once() -> None:
    """A problem stands at the top and not again under what an apply asks for, and a long title leaves room for the way past."""
    text = flat(plans.dangerous())
    assert text.count("is protected and cannot be removed") == 1
    long = replace(plans.RETURNS, question="why " * 100)
    change = QuestionChange(Action.DELETE, "1", long, None, Cause.CONFLICT, base=plans.RETURNS)
    assert "why…”: bring the console's side into git" in flat(plans.plan_of(change))


@pytest.mark.parametrize(
    ("action", "cause", "words"),
    [
        (Action.CREATE, Cause.DRIFT, "applying makes it again"),
        (Action.DELETE, Cause.DRIFT, "applying takes it away"),
        (Action.CREATE, Cause.UNKNOWN, "not in the library yet"),
        (Action.DELETE, Cause.UNKNOWN, "in the library and not in git"),
        (Action.RENAME, Cause.UNKNOWN, "differs from git"),
    ],
)
def test_a_cause_is_told_with_its_consequence(action: Action, cause: Cause, words: str) -> None:
    """Who changed a thing, and what applying does about it, is said in words."""
    before, after = (None if action is Action.CREATE else ("A",)), (None if action is Action.DELETE else ("B",))
    assert words in flat(plans.plan_of(CategoryChange(action, 1, before, after, cause)))


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.DECLARED, "was in knowledge/shipping.yaml:12 · no longer in git"),
        (Cause.DRIFT, "applying takes it away"),
        (Cause.UNKNOWN, "in the library and not in git"),
    ],
)
def test_disabling_what_git_dropped_is_told_from_a_declared_status(cause: Cause, words: str) -> None:
    """A question that is disabled because git stopped declaring it does not read as if git had changed it."""
    off = plans.update(plans.RETURNS, replace(plans.RETURNS, status=Status.DISABLED), Field.STATUS, cause=cause)
    assert words in flat(plans.plan_of(replace(off, action=Action.DISABLE, removal=True)))


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (Match.ID, "recognised by its id"),
        (Match.PREVIOUSLY, "recognised by “previously”"),
        (Match.SAME_ANSWER, "recognised by its answer, which is the same"),
        (Match.WORDING, "recognised by its wording, 91 % alike"),
    ],
)
def test_a_rename_tells_how_the_question_was_recognised(match: Match, words: str) -> None:
    """What is not an exact match is told, with the figure where there is one."""
    renamed = plans.update(plans.RETURNS, replace(plans.RETURNS, question="Can I return it?"), Field.QUESTION)
    assert words in flat(plans.plan_of(replace(renamed, action=Action.RENAME, match=match, confidence=91)))


def test_every_field_of_a_conflict_shows_three_sides() -> None:
    """Base, console and git stand under each other for each field that both changed, and only for those."""
    base = plans.RETURNS
    live = replace(base, question="Q live", answer_type=AnswerType.RICH, category=("Live",), similar=("live",))
    goal = replace(base, question="Q git", category=("Git",), similar=("git",), status=Status.DISABLED)
    both = tuple(FieldChange(field, Cause.CONFLICT) for field in Field if field not in (Field.ANSWER, Field.STATUS))
    change = replace(plans.update(live, goal), cause=Cause.CONFLICT, fields=(*both, FieldChange(Field.STATUS, Cause.DECLARED)))
    compare("three_sides", drawn(plans.plan_of(replace(change, base=base))))


def test_a_long_base_is_folded_around_the_conflict() -> None:
    """Of a long base only the surroundings of the change are quoted."""
    update = plans.long_prose().changes[0]
    assert isinstance(update, QuestionChange)
    assert update.before is not None
    live = replace(update.before, answer=update.before.answer.replace("Paragraph 8", "Section 8"))
    fields = (FieldChange(Field.ANSWER, Cause.CONFLICT),)
    change = replace(update, base=update.before, before=live, cause=Cause.CONFLICT, fields=fields)
    assert drawn(plans.plan_of(change)).count("Paragraph 4") == 0


def test_a_change_of_nothing_but_space_can_be_seen() -> None:
    """Where only spaces or line ends changed, they are drawn."""
    after = replace(plans.RETURNS, answer=plans.RETURNS.answer.replace("days. ", "days.\n"))
    text = drawn(plans.plan_of(plans.update(plans.RETURNS, after, Field.ANSWER)))
    assert "days.[-␣-]{+↵" in text


def test_a_rich_answer_is_read_as_text() -> None:
    """Its words and addresses are shown, the source with -v; where the source alone differs, that."""
    old = replace(plans.RETURNS, answer_type=AnswerType.RICH, answer='<p>See <a href="https://a.example">here</a>.</p>')
    link = plans.plan_of(plans.update(old, replace(old, answer=old.answer.replace("a.example", "b.example"))))
    assert "See here (https://[-a.example-]{+b.example+})." in drawn(link)
    assert "<p>" not in drawn(link)
    assert 'Source              <p>See <a href="https://[-a.example-]{+b.example+}">' in drawn(link, verbose=True)
    bold = plans.plan_of(plans.update(old, replace(old, answer=f"<b>{old.answer}</b>")))
    assert "{+<b>+}<p>See" in drawn(bold)
    assert "Source" not in drawn(bold, verbose=True)
    turned = plans.plan_of(plans.update(replace(old, answer="See.", answer_type=AnswerType.TEXT), old))
    assert "See{+ here (https://a.example)+}." in drawn(turned)
    new = plans.plan_of(QuestionChange(Action.CREATE, None, None, old, Cause.DECLARED))
    assert "Answer              See here (https://a.example)." in drawn(new)
    assert 'Source              <p>See <a href="https://a.example">here</a>.</p>' in drawn(new, verbose=True)


def test_a_rare_question_is_shown_with_all_it_has() -> None:
    """A created question that is rich and disabled says so; an answer emptied or filled is shown whole."""
    rich = replace(plans.ROBOT, answer_type=AnswerType.RICH, status=Status.DISABLED)
    text = drawn(plans.plan_of(QuestionChange(Action.CREATE, None, None, rich, Cause.DECLARED)))
    assert "Answer type         rich text" in text
    assert "Status              disabled" in text
    emptied = plans.update(plans.RETURNS, replace(plans.RETURNS, answer=""), Field.ANSWER)
    assert "Answer              - Send it back" in drawn(plans.plan_of(emptied))
    filled = plans.update(replace(plans.RETURNS, answer=""), plans.RETURNS, Field.ANSWER)
    assert "Answer              + Send it back" in drawn(plans.plan_of(filled))


def test_a_deleted_category_has_no_text_to_show() -> None:
    """A category that the console deleted is told in short."""
    assert "12 · deleted in the console Not" in flat(replace(plan_purposes.drift(), changes=plan_purposes.drift().changes[:1]))


def report(**more: Any) -> ApplyReport:
    """An apply of the sample plan with every outcome."""
    outcomes = (
        ChangeOutcome(0, Outcome.APPLIED, calls=1),
        ChangeOutcome(1, Outcome.ALREADY),
        ChangeOutcome(2, Outcome.REFUSED, message("the service refuses the parameters"), 60003, 1),
        ChangeOutcome(3, Outcome.APPLIED, calls=1),
        ChangeOutcome(4, Outcome.UNKNOWN, message("the answer was lost twice"), None, 2),
        *(ChangeOutcome(index, Outcome.NOT_ATTEMPTED) for index in range(5, 9)),
        *(ChangeOutcome(index, Outcome.APPLIED, calls=1) for index in range(9, 11)),
    )
    mismatch = Mismatch(3, "answer_type", "rich text", "plain text", message("the service ignored the answer type"))
    plan = plans.everything()
    calls = {"update_chitchat": 4, "batch_set_chitchat": 2}
    whole = ApplyReport(plan, outcomes[: len(plan.changes)], (mismatch,), calls, throttled=2, seconds=3.42)
    return replace(whole, **more)


def test_a_report_tells_first_what_did_not_work() -> None:
    """Unknown, refused and skipped changes come before those that were applied."""
    compare("report", report_text(report()))


def test_a_receipt_tells_who_and_when() -> None:
    """A receipt is a report with its actor and its times."""
    receipt = Receipt(report(), "ci@example.com", "2026-03-01T10:00:00Z", "2026-03-01T10:00:04Z")
    compare("receipt", receipt_text(receipt, RenderOptions(width=60)))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "Finished: what git declares is live."),
        ({"plan": replace(plans.everything(), unmanaged=())}, "Finished: everything is live as declared."),
        ({"interrupted": True, "verified": False}, "NOT finished: it was interrupted."),
        ({"verified": False}, "NOT verified: the library could not be read back."),
        ({"outcomes": (ChangeOutcome(0, Outcome.UNKNOWN),)}, "NOT finished. Run kbsync plan"),
    ],
)
def test_a_report_has_a_verdict(changes: dict[str, Any], verdict: str) -> None:
    """The second line says whether the work is done, and what to do if not."""
    done = report(outcomes=(ChangeOutcome(0, Outcome.APPLIED),), mismatches=(), throttled=0, calls={})
    text = report_text(replace(done, **changes))
    assert text.splitlines()[1].startswith(verdict)


def test_the_last_line_counts_what_git_gave_up() -> None:
    """Whoever reads the end of a log alone learns that customers get answers which git no longer declares."""
    twice = tuple(replace(item, id=f"{item.id}{again}") for item in plans.everything().unmanaged for again in "ab")
    many = report(plan=replace(plans.everything(), unmanaged=twice))
    assert report_text(many).splitlines()[-1] == "Customers still get 2 answers that git no longer declares."
    none = report(plan=replace(plans.everything(), unmanaged=()))
    assert "no longer declares" not in report_text(none)


def test_an_undo_reports_what_it_took_back() -> None:
    """A report says what it is about."""
    plan = plan_purposes.undo()
    done = ApplyReport(plan, tuple(ChangeOutcome(index, Outcome.APPLIED) for index in range(len(plan.changes))))
    assert report_text(done).splitlines()[:2] == [
        "Undo for production (SDKAppID 1400000000)",
        "Finished: what was applied is taken back.",
    ]


def test_what_was_not_attempted_says_why() -> None:
    """An interrupted apply says so first, and each change that it did not reach gives the reason."""
    why = message("not started: the apply was stopped before")
    stopped = report(outcomes=(ChangeOutcome(0, Outcome.NOT_ATTEMPTED, why),), mismatches=(), interrupted=True)
    text = report_text(stopped)
    assert text.splitlines()[1].startswith("NOT finished: it was interrupted.")
    assert "      not started: the apply was stopped before\n" in text
