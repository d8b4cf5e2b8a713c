"""Plans that are shown without a problem can be carried out, their causes are true, and what they promise to keep is kept."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from kbsync.applier import Applier
from kbsync.compare import likeness
from kbsync.diagnostics import Location
from kbsync.model import Category, CategoryPath, Content, Knowledge, MenuType, Question
from kbsync.plan import Action, BaseKind, CategoryChange, Cause, Merge, Plan, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.ports import Ports
from kbsync.puller import Scope, decide
from kbsync.render.text import plan_text
from kbsync.render.words import RenderOptions
from kbsync.settings import Policy, Prune
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.unit.oracle import Failure, main, run

CONTEXT = Context(TargetRef("t", 1), Source("sha256:0", base=BaseKind.GIVEN), Policy(prune=Prune.DELETE))
SHOP, HELP = Category(("Shop",), 1), Category(("Help",), 2)
ROBOT = Category(("Preset",), 9, MenuType.PRESET)
PLACE = Location("kb/a.yaml", 1)


def asked(
    text: str,
    answer: str = "Yes.",
    *,
    path: CategoryPath = ("Shop",),
    pin: str | None = None,
    previously: tuple[str, ...] = (),
    protected: bool = False,
) -> Question:
    """A question; ``pin`` is its id in files and in the service."""
    return Question(Content(text, answer, path), pin, previously, protected, PLACE)


def library(*questions: Question, also: tuple[Category, ...] = ()) -> Knowledge:
    """A library with a shop."""
    return Knowledge((SHOP, *also), questions)


def blocking(plan: Plan) -> list[str]:
    """What stops the plan."""
    return [str(problem.message) for problem in plan.problems if problem.blocking]


def causes(plan: Plan) -> dict[str, list[Cause]]:
    """The causes of every changed field, by the text that the question gets."""
    found: dict[str, list[Cause]] = {}
    for change in plan.changes:
        if isinstance(change, QuestionChange):
            found.setdefault(change.title, []).extend(field.cause for field in change.fields)
    return found


@pytest.mark.parametrize("first", range(20_000, 20_400, 100))
def test_plans_keep_their_word(first: int) -> None:
    """Hundreds of random cases with pins, twins, spellings and undo: no plan breaks a promise."""
    assert run(range(first, first + 100)) == []


def test_the_oracle_tells_what_failed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the suite as many cases run as are asked for, and the seed is told."""
    assert main(["--cases", "3", "--seed", "5"]) == 0
    assert capsys.readouterr().out == "seed 5: 0 of 3 cases fail {}\n"
    monkeypatch.setattr("tests.unit.oracle.run", lambda _seeds: [Failure(5, "kept", "it is gone")])
    assert main(["--cases", "3", "--seed", "5"]) == 1
    assert "5: kept: it is gone\n" in capsys.readouterr().out


# Pins


@pytest.mark.parametrize("kept", ["both", "one", "answers"])
def test_a_swap_by_new_pins_is_gits_own(kept: str) -> None:
    """What git exchanged by pins is declared, whether the base pinned one of the two or none, and beside a console edit."""
    base = library(asked("a", "1", pin="q1" if kept == "one" else None), asked("b", "2"))
    live = library(asked("a", "1", pin="q1"), asked("b", "2" if kept != "answers" else "console", pin="q2"))
    plan = make_plan(library(asked("b", "1", pin="q1"), asked("a", "2", pin="q2")), live, base, context=CONTEXT)
    assert causes(plan)["b"] == [Cause.DECLARED]
    assert causes(plan)["a"] == [Cause.DECLARED, *([Cause.DRIFT] if kept == "answers" else [])]


def test_a_pinned_question_renamed_on_both_sides_is_a_conflict() -> None:
    """Where neither the live nor the declared text was at the base, git does not win unasked."""
    live = library(asked("console", pin="q1"))
    plan = make_plan(library(asked("git", pin="q1")), live, library(asked("was", pin="q1")), context=CONTEXT)
    assert causes(plan)["git"] == [Cause.CONFLICT]


def test_a_text_that_the_base_pinned_elsewhere_tells_nothing() -> None:
    """The base of a pinned question is never one that the base pinned to another id."""
    base = library(asked("a", pin="q1"), asked("b"))
    live = library(asked("c", pin="q1"), asked("d", pin="q2"))
    plan = make_plan(library(asked("a", pin="q2", previously=("d",)), asked("e", pin="q1")), live, base, context=CONTEXT)
    assert causes(plan)["a"] == [Cause.CONFLICT]


@pytest.mark.parametrize("stranger", ["unmanaged", "preset", "declared"])
def test_a_pin_on_another_question_than_the_text_names_stops_the_plan(stranger: str) -> None:
    """Both candidates are named, whether the pin is on what git never declared, a preset or another declared question."""
    path = ("Preset",) if stranger == "preset" else ("Shop",)
    others = [asked("other")] if stranger == "declared" else []
    base = library(asked("mine", protected=True), *others)
    live = library(asked("mine", pin="q1"), asked("other", path=path, pin="q2"), also=(ROBOT,))
    plan = make_plan(library(asked("mine", pin="q2"), *others), live, base, context=CONTEXT)
    assert any("mine, id q1; other, id q2" in words for words in blocking(plan))
    assert not [change for change in plan.changes if change.id == "q1"]


def test_a_pin_on_a_preset_for_a_question_that_is_gone_stops_the_plan() -> None:
    """The service's own question does not become one that git declared elsewhere."""
    live = library(asked("robot?", path=("Preset",), pin="p"), also=(ROBOT,))
    plan = make_plan(library(asked("mine", pin="p")), live, library(asked("mine")), context=CONTEXT)
    assert any("robot?, id p" in words for words in blocking(plan))


@pytest.mark.parametrize("how", ["base", "previously"])
def test_a_pin_that_is_confirmed_renames(how: str) -> None:
    """A pin of the base, or an earlier text beside it, says that the pin is meant."""
    base = library(asked("old", pin="q1" if how == "base" else None))
    desired = library(asked("new", pin="q1", previously=("old",) if how == "previously" else ()), asked("fresh"))
    plan = make_plan(desired, library(asked("old", pin="q1")), base, context=CONTEXT)
    assert blocking(plan) == []
    assert causes(plan)["new"] == [Cause.DECLARED]


LONG = "How long does it take until a parcel arrives at my place?"
MINE, PINNED, THEIRS = asked("mine"), asked("mine", pin="q9"), asked("theirs", "Console.", pin="q9")


@pytest.mark.parametrize(
    ("declared", "base", "live"),
    [
        ([PINNED], None, [THEIRS]),
        ([PINNED], None, [replace(THEIRS, content=replace(THEIRS.content, category=("Preset",)))]),
        ([asked("new", pin="q9"), MINE], [MINE], [replace(MINE, id="q1"), THEIRS]),
        ([PINNED], [replace(MINE, id="q1")], [THEIRS]),
        ([asked(LONG, pin="q9")], [asked(LONG, pin="q1")], [asked(f"{LONG}!", pin="q9")]),
        ([replace(PINNED, previously=("older",))], [MINE, asked("theirs")], [THEIRS]),
        ([asked("new", pin="q9"), replace(THEIRS, id=None)], [THEIRS], [THEIRS]),
    ],
    ids=["no base", "preset", "new text", "deleted", "alike", "merged", "taken over"],
)
def test_a_pin_that_nothing_confirms_stops_the_plan(
    declared: list[Question], base: list[Question] | None, live: list[Question]
) -> None:
    """It overwrites nothing in the library and, in a pull, nothing in the files: the entry and the live question stay."""
    desired, found = library(*declared), library(*live, also=(ROBOT,))
    said = None if base is None else library(*base)
    plan = make_plan(desired, found, said, context=CONTEXT)
    told = "an entry of its own" if len(declared) > 1 and base == [THEIRS] else "neither the base nor previously"
    assert any(told in words for words in blocking(plan))
    assert plan.changes == ()
    decision = decide(desired, found, said, plan, scope=Scope(everything=True))
    assert (decision.merge, len(decision.wrong_pins)) == (Merge(), 1)


@pytest.mark.parametrize(
    ("entry", "base", "live"),
    [
        (asked("mine", pin="q9"), None, "mine"),
        (asked("mine", pin="q9", previously=("theirs",)), None, "theirs"),
        (asked("mine", pin="q9"), asked("mine", pin="q9"), "renamed there"),
        (asked("renamed here", pin="q9"), asked("mine", pin="q9"), "mine"),
        (asked("renamed here", pin="q9"), asked("mine"), "mine"),
        (asked(LONG, pin="q9"), asked(LONG), f"{LONG}!"),
    ],
)
def test_a_pin_that_is_right_keeps_its_word(entry: Question, base: Question | None, live: str) -> None:
    """By the live text, an earlier one, the base's pin or text, or clearly the same wording: it is that question."""
    said = None if base is None else library(base)
    plan = make_plan(library(entry), library(asked(live, pin="q9")), said, context=CONTEXT)
    assert (blocking(plan), {change.id for change in plan.changes} - {"q9"}) == ([], set())
    assert not plan.unmanaged
    assert plan.managed == 1


@pytest.mark.parametrize("now", ["mine", "renamed there"])
def test_beside_a_wrong_pin_everything_else_is_what_it_is(now: str) -> None:
    """The question that the pin names stays its own, and the pinned entry is found by its text or by the base's pin."""
    base = library(asked("mine", pin="q1"), asked("other"))
    live = library(asked(now, pin="q1"), asked("other", pin="q2"))
    plan = make_plan(library(asked("mine", pin="q2"), asked("other")), live, base, context=CONTEXT)
    assert any(f"{now}, id q1; other, id q2" in words for words in blocking(plan))
    assert causes(plan) == ({} if now == "mine" else {"mine": [Cause.DRIFT]})


# What the applier would refuse


@pytest.mark.parametrize(("prune", "stays"), [(Prune.KEEP, True), (Prune.DISABLE, True), (Prune.DELETE, False)])
def test_a_rename_to_a_live_text_is_a_problem(prune: Prune, stays: bool) -> None:
    """A text that stays with a live question cannot be given to another one; one that the plan removes can."""
    base = library(asked("old", pin="q1"), asked("new"))
    live = library(asked("old", pin="q1"), asked("new", pin="q2"))
    desired = library(asked("new", pin="q1", previously=("old",)))
    plan = make_plan(desired, live, base, context=replace(CONTEXT, policy=Policy(prune=prune)))
    assert any("another live question (id q2)" in words for words in blocking(plan)) is stays


def test_a_twin_that_has_the_text_already_is_the_question() -> None:
    """A text that one of two live twins may keep is given to nobody else."""
    live = library(asked("old", pin="q1"), asked("new", pin="q2"), asked("new", pin="q3"))
    desired = library(asked("new", previously=("old",)), asked("third", pin="q2", previously=("x",)))
    assert blocking(make_plan(desired, live, library(asked("old"), asked("x", pin="q2")), context=CONTEXT)) == []


@pytest.mark.parametrize("count", [2, 3])
def test_texts_that_go_round_in_a_circle_are_a_problem(count: int) -> None:
    """A service may refuse a text that is still there, and one of a circle has to go first."""
    names = "abc"[:count]
    pins = {name: f"q{number}" for number, name in enumerate(names)}
    live = library(*(asked(name, pin=pin) for name, pin in pins.items()))
    desired = library(*(asked(names[number - 1], pin=pins[name]) for number, name in enumerate(names)))
    plan = make_plan(desired, live, live, context=CONTEXT)
    assert len(blocking(plan)) == 1
    assert "a → " in blocking(plan)[0]


def test_a_chain_of_texts_is_no_circle() -> None:
    """A text that is freed first can be taken."""
    live = library(asked("a", pin="q1"), asked("b", pin="q2"), asked("c", pin="q3"))
    desired = library(asked("b", pin="q1"), asked("c", pin="q2"), asked("d", pin="q3"))
    assert blocking(make_plan(desired, live, live, context=CONTEXT)) == []


@pytest.mark.parametrize("only", ["Help", "Shop / Old", "*moved*"])
def test_a_part_that_does_not_empty_a_category_is_a_problem(only: str) -> None:
    """A category is deleted only by a plan that takes everything out of it, categories below it included."""
    below, old = Category(("Help", "Below"), 3), Category(("Shop", "Old"), 4)
    moved = asked("moved", path=("Shop", "Old"))
    base = library(moved, asked("gone", path=("Help", "Below")), also=(HELP, below, old))
    live = library(replace(moved, id="q1"), asked("gone", path=("Help", "Below"), pin="q2"), also=(HELP, below, old))
    plan = make_plan(library(asked("moved")), live, base, context=replace(CONTEXT, only=only))
    deleted = [change.before for change in plan.changes if change.action is Action.DELETE]
    assert bool(blocking(plan)) is (only == "Help")
    assert (("Help",) in deleted) is (only == "Help")


@pytest.mark.parametrize("listed", [True, False])
def test_a_question_of_a_preset_category_that_is_not_listed_is_a_problem(listed: bool) -> None:
    """Where the service lists no question of its own categories, creating one there might only add a copy."""
    shown = [asked("who?", path=("Preset",), pin="p")] if listed else []
    plan = make_plan(
        library(asked("new?", path=("Preset",)), asked("mine")), library(*shown, also=(ROBOT,)), None, context=CONTEXT
    )
    assert ("the service lists no question" in " ".join(blocking(plan))) is not listed


# Spellings


def tree(*paths: CategoryPath, live: bool = False) -> tuple[Category, ...]:
    """Categories, with ids where they are live."""
    return tuple(Category(path, 100 + number if live else None) for number, path in enumerate(paths))


@pytest.mark.parametrize("titles", [("One", "one"), ("One", "One "), ("One", "Ｏne")])
@pytest.mark.parametrize("missing", [0, 1])
def test_siblings_that_are_spelled_alike_are_told_apart(titles: tuple[str, str], missing: int) -> None:
    """Also while their parent is renamed in the console, the one that is gone is made anew and the other stays itself."""
    paths = [("Shop", title) for title in titles]
    base = Knowledge(tree(("Shop",), *paths), tuple(asked(title, path=path) for title, path in zip(titles, paths, strict=True)))
    there = titles[1 - missing]
    live = Knowledge(tree(("Store",), ("Store", there), live=True), (asked(there, path=("Store", there), pin="q"),))
    plan = make_plan(base, live, base, context=CONTEXT)
    changes = [(change.action, change.after) for change in plan.changes if isinstance(change, CategoryChange)]
    assert changes == [(Action.RENAME, ("Shop",)), (Action.CREATE, paths[missing])]


def test_an_earlier_title_wins_over_a_spelling() -> None:
    """A new category beside a renamed one does not take the live category of that one."""
    desired = Knowledge((Category(("Shop",)), Category(("shop",), previously=("Ｓhop",))))
    base = Knowledge(tree(("Ｓhop",)))
    plan = make_plan(desired, Knowledge(tree(("Ｓhop",), live=True)), base, context=CONTEXT)
    assert [(change.action, change.after) for change in plan.changes] == [(Action.CREATE, ("Shop",)), (Action.RENAME, ("shop",))]


def test_two_new_spellings_of_one_live_category_take_nothing() -> None:
    """Which of them the service has is not known, so it stays and both are made."""
    plan = make_plan(Knowledge(tree(("Shop",), ("shop",))), Knowledge(tree(("Ｓhop",), live=True)), Knowledge(), context=CONTEXT)
    assert [change.action for change in plan.changes] == [Action.CREATE, Action.CREATE]


def test_a_spelling_is_not_taken_from_the_question_that_has_it() -> None:
    """A live question whose very text another one declares is not paired by likeness."""
    desired = library(asked("Where?"), asked("where?", pin="q2"))
    live = library(asked("where?", pin="q1"), asked("other", pin="q2"))
    plan = make_plan(desired, live, None, context=CONTEXT)
    assert not [change for change in plan.changes if change.id == "q1"]


# Renames in bounded work


def crowd(count: int, kind: str) -> tuple[Knowledge, Knowledge, Knowledge]:
    """Files, library and base where every wording of one file changed, in git or in the console."""
    number = "第{}号" if kind == "chinese" else "number {}"
    old = [f"How long does parcel {number.format(at * 7919)} take to arrive at my place?" for at in range(count)]
    new = [text.replace("parcel", "the parcel") for text in old]
    answers = ["The same."] * count if kind == "one answer" else [f"Answer {at}." for at in range(count)]
    before = [asked(text, answer) for text, answer in zip(old, answers, strict=True)]
    after = [asked(text, answer) for text, answer in zip(new, answers, strict=True)]
    live = [replace(item, id=f"q{at}") for at, item in enumerate(after if kind == "console" else before)]
    return library(*(before if kind == "console" else after)), library(*live), library(*before)


@pytest.mark.parametrize("kind", ["one answer", "many answers", "console", "chinese"])
def test_renames_take_bounded_work(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many questions take little more than twice as many comparisons, and the same are recognised."""
    counts = []
    for count in (60, 120, 240):
        compared: list[str] = []

        def counted(one: str, other: str, compared: list[str] = compared) -> int:
            compared.append(one)
            return likeness(one, other)

        monkeypatch.setattr("kbsync.planner.renames.likeness", counted)
        plan = make_plan(*crowd(count, kind), context=CONTEXT)
        counts.append(len(compared))
        stays = {change.id for change in plan.changes if change.action is Action.RENAME} | {item.id for item in plan.unmanaged}
        assert len(stays) == count or kind != "one answer"
        assert not [change for change in plan.changes if change.action is Action.DELETE and kind == "one answer"]
    assert all(more <= 2.4 * less for less, more in pairwise(counts))
    assert counts[-1] <= 6 * 240 * 8


@pytest.mark.parametrize("count", [12, 40])
def test_many_doubtful_wordings_are_told_in_few_words(count: int) -> None:
    """A problem names the first candidates and counts the others; a note says where not all were compared. Nothing goes."""
    texts = [f"Text {chr(0x4E00 + at)}" for at in range(count)]
    base = library(*(asked(text, "The same.") for text in texts))
    live = library(*(asked(text, "The same.", pin=f"q{at}") for at, text in enumerate(texts)))
    others = [asked(f"Other {chr(0x5E00 + at)}", "The same.") for at in range(count)]
    plan = make_plan(library(*others), live, base, context=CONTEXT)
    assert all(len(words) < 2000 for words in blocking(plan))
    assert any("… (+" in words for words in blocking(plan)) or count == 40
    noted = any("40 questions left one file at once" in str(problem.message) for problem in plan.problems)
    assert noted is (count == 40)
    assert not [change for change in plan.changes if change.action is Action.DELETE]


# What pull leaves out


def worded(text: str, *similar: str, pin: str | None = None) -> Question:
    """A question with similar ones."""
    return Question(Content(text, "Yes.", ("Shop",), similar=similar), pin, location=PLACE)


@pytest.mark.parametrize("known", [True, False])
def test_wordings_that_no_file_can_hold_stay(known: bool) -> None:
    """Shared ones, control characters, and what is a question already: the first apply of what pull wrote changes nothing."""
    live = library(
        worded("a", "fine", "shared", "b", "a", "bell\x07", " ", pin="q1"), worded("b", "shared", "own", pin="q2"), worded("c")
    )
    pulled = library(worded("a", "fine", "shared"), worded("b", "own"))
    plan = make_plan(pulled, live, pulled if known else None, context=CONTEXT)
    assert (plan.changes, blocking(plan), plan.unchanged) == ((), [], 2)
    notes = [str(problem.message) for problem in plan.problems]
    assert any("bell" in note for note in notes)
    assert any("b keeps" in note and "shared" in note for note in notes)


@pytest.mark.parametrize("taken", ["out", "over"])
def test_a_wording_that_git_took_away_goes(taken: str) -> None:
    """One that the base declared is removed, also where another question gets it now."""
    base = library(worded("a", "w", "own"), worded("b"))
    live = library(worded("a", "w", "own", pin="q1"), worded("b", pin="q2"))
    plan = make_plan(library(worded("a", "own"), worded("b", *(["w"] if taken == "over" else []))), live, base, context=CONTEXT)
    goals = {change.title: change.after for change in plan.changes if isinstance(change, QuestionChange)}
    assert goals["a"] is not None
    assert goals["a"].similar == ("own",)
    assert blocking(plan) == []


# Unicode forms


@pytest.mark.parametrize("part", ["question", "answer", "similar"])
def test_a_form_that_the_service_stores_otherwise_comes_to_rest(part: str) -> None:
    """What git changed in form alone is planned once; applied, it is left as the service stores it, with a note."""
    forms = {"question": ("caf\u00e9", "cafe\u0301"), "answer": ("R\u00e9", "Re\u0301"), "similar": ("\u00e9", "e\u0301")}[part]
    plain = Content("q", "a", ("Shop",))
    values: list[dict[str, Any]] = [{part: (form,) if part == "similar" else form} for form in forms]
    composed, loose = (replace(plain, **value) for value in values)
    live = library(Question(composed, "q1"))
    desired = library(Question(loose, location=PLACE))
    assert len(make_plan(desired, live, library(Question(composed)), context=CONTEXT).changes) == 1
    plan = make_plan(desired, live, desired, context=CONTEXT)
    assert (plan.changes, plan.unchanged, len(plan.problems)) == ((), 1, 1)
    assert "another Unicode form" in str(plan.problems[0].message)
    console = library(Question(loose, "q1"))
    assert len(make_plan(live, console, library(Question(composed)), context=CONTEXT).changes) == 1


@pytest.mark.parametrize("part", ["question", "answer", "similar"])
def test_an_apply_ends_well_where_the_service_composes(part: str) -> None:
    """The read-back takes another Unicode form for arrived, and the plan shows the difference."""
    before = Content("caf\u00e9", "R\u00e9sum\u00e9", ("Shop",), similar=("\u00e9t\u00e9",))
    forms: dict[str, Any] = {"question": "cafe\u0301", "answer": "Re\u0301sume\u0301", "similar": ("e\u0301te\u0301",)}
    live, desired = library(Question(before, "q1")), library(Question(replace(before, **{part: forms[part]}), "q1"))
    plan = make_plan(desired, live, live, context=CONTEXT)
    assert "\u27e8U+0301\u27e9" in plan_text(plan, RenderOptions(width=100), digest="sha256:0")

    class Composing(FakeStore):
        def _stored(self, text: str) -> str:
            return unicodedata.normalize("NFC", text)

        def set_similar(self, identifier: str, similar: Sequence[str]) -> None:
            super().set_similar(identifier, [self._stored(text) for text in similar])

    store = Composing(live)
    assert Applier(Ports(store, store), clock=FakeClock(), meter=store).apply(plan).finished


def test_a_form_that_is_another_question_is_no_spelling_of_this_one() -> None:
    """Where git declares both forms, neither is left as the other."""
    both = library(asked("cafe\u0301", pin="q1"), asked("caf\u00e9", pin="q2"))
    live = library(asked("caf\u00e9", pin="q1"), asked("cafe\u0301", pin="q2"))
    plan = make_plan(both, live, both, context=CONTEXT)
    assert {change.id for change in plan.changes} == {"q1", "q2"}
