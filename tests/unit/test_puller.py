"""What pull takes over: every change of the console that git may follow, and none that git made itself."""

from dataclasses import replace
from typing import Any

import pytest

from kbsync.diagnostics import Location
from kbsync.errors import SafetyRefusal
from kbsync.model import AnswerType, Category, CategoryPath, Content, Knowledge, MenuType, Question, Status
from kbsync.plan import Edit, Field, Merge, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.puller import Clash, Decision, Scope, decide
from kbsync.settings import Policy, Prune

A, B = ("A",), ("B",)
SAID = Content("q", "a", A)
PLACE = Location("k/a.yaml", 3, 5)


def files(*contents: Content | Question, tree: tuple[CategoryPath | Category, ...] = (A,)) -> Knowledge:
    """What files declare; the first question is at PLACE, the next ones two lines on."""
    found = [one if isinstance(one, Question) else Question(one) for one in contents]
    placed = [replace(one, location=replace(PLACE, line=3 + 2 * number)) for number, one in enumerate(found)]
    return Knowledge(tuple(_category(one) for one in tree), tuple(placed))


def library(*contents: Content, tree: tuple[CategoryPath | Category, ...] = (A,), complete: bool = True) -> Knowledge:
    """What the service holds; every question has an id by its place."""
    numbered = tuple(replace(_category(one), id=number) for number, one in enumerate(tree, 1))
    return Knowledge(numbered, tuple(Question(one, f"id{number}") for number, one in enumerate(contents)), complete=complete)


def _category(one: CategoryPath | Category) -> Category:
    return one if isinstance(one, Category) else Category(one)


def judged(desired: Knowledge, live: Knowledge, base: Knowledge | None, *, policy: Policy = Policy(), **wanted: Any) -> Decision:
    """The decision about three states."""
    context = Context(TargetRef("t", 1), Source("d"), policy)
    plan = make_plan(desired, live, base, context=context)
    return decide(desired, live, base, plan, scope=Scope(**wanted))


def test_drift_is_taken_field_by_field() -> None:
    """Each field that the console changed comes with its live value; the status comes along."""
    now = Content("q", "b", B, AnswerType.RICH, ("s",), Status.DISABLED)
    said = files(SAID)
    fields = (Field.ANSWER, Field.ANSWER_TYPE, Field.CATEGORY, Field.SIMILAR, Field.STATUS)
    assert judged(said, library(now, tree=(A, B)), said).merge == Merge((Edit(PLACE, now, fields),))


def test_what_git_changed_stays() -> None:
    """A change of git's, a new question of git's, and one that git took out are none of pull's business."""
    base = files(SAID, Content("out", "x", A))
    desired = files(replace(SAID, answer="new"), Content("in", "x", A))
    decision = judged(desired, library(SAID, Content("out", "x", A)), base)
    assert (decision.merge, decision.clashes, decision.undeclared) == (Merge(), (), 0)


def test_both_sides_of_one_field_clash() -> None:
    """And both sides of another field, too; the console's side is taken when asked for."""
    desired = files(replace(SAID, answer="git", similar=("g",), category=B), tree=(A, B, ("C",)))
    live = library(replace(SAID, answer="console", similar=("c", "d"), category=("C",)), tree=(A, B, ("C",)))
    base = files(SAID, tree=(A, B, ("C",)))
    git, console = desired.questions[0].content, live.questions[0].content
    assert judged(desired, live, base).clashes == (
        Clash(PLACE, "q", Field.ANSWER, git, console),
        Clash(PLACE, "q", Field.CATEGORY, git, console),
        Clash(PLACE, "q", Field.SIMILAR, git, console),
    )
    (edit,) = judged(desired, live, base, theirs=True).merge.edits
    assert edit.fields == (Field.ANSWER, Field.CATEGORY, Field.SIMILAR)


def test_the_same_new_question_on_both_sides_clashes() -> None:
    """With a base, a text that both sides added is nobody's drift."""
    decision = judged(files(SAID), library(replace(SAID, answer="b")), files())
    assert [clash.field for clash in decision.clashes] == [Field.ANSWER]


def test_without_a_base_the_console_wins_and_nothing_goes() -> None:
    """Only a rename that git declares is git's to make."""
    desired = files(Question(Content("new", "a", A), previously=("q",)), Content("gone", "x", A))
    decision = judged(desired, library(replace(SAID, answer="b"), Content("other", "x", A)), None)
    assert [edit.fields for edit in decision.merge.edits] == [(Field.ANSWER,)]
    assert (decision.merge.removed, decision.merge.added, decision.undeclared) == ((), (), 1)
    assert "There is no base" in str(decision.notes[0])


def test_deleted_questions_go_unless_git_holds_on() -> None:
    """Changed or protected ones clash; an incomplete listing shows nothing as deleted."""
    keeper = Question(Content("kept", "x", A), protected=True)
    base = files(SAID, Content("changed", "x", A), keeper, Content("stays", "x", A))
    desired = files(SAID, Content("changed", "y", A), keeper, Content("stays", "x", A))
    decision = judged(desired, library(Content("stays", "x", A)), base)
    assert decision.merge.removed == (PLACE,)
    assert [(clash.question, clash.git, clash.console) for clash in decision.clashes] == [
        ("changed", Content("changed", "y", A), None),
        ("kept", keeper.content, None),
    ]
    partly = judged(desired, library(Content("stays", "x", A), complete=False), base)
    assert (partly.merge, partly.clashes) == (Merge(), ())
    assert "incomplete" in str(partly.notes[0])


def test_a_question_that_git_took_out_and_the_console_changed_clashes() -> None:
    """Where it would be removed, somebody must look."""
    base = files(SAID, Content("out", "x", A))
    live = library(SAID, Content("out", "y", A))
    (clash,) = judged(files(SAID), live, base, policy=Policy(prune=Prune.DELETE)).clashes
    assert (clash.question, clash.field, clash.git, clash.console) == ("out", None, None, Content("out", "y", A))
    assert judged(files(SAID), live, base, only="q").clashes == ()


def test_a_question_that_git_took_out_stays_out() -> None:
    """Also where pruning would remove it from the service."""
    base = files(SAID, Content("out", "x", A))
    policy = Policy(prune=Prune.DELETE)
    assert judged(files(SAID), library(SAID, Content("out", "x", A)), base, policy=policy).merge == Merge()


@pytest.mark.parametrize("policy", [Policy(), Policy(prune=Prune.DELETE)])
def test_new_questions_come_where_git_declares_the_category(policy: Policy) -> None:
    """Whatever pruning would do with them, and whether git owns the category or not."""
    said = files(SAID, tree=(Category(A, authoritative=True),))
    new = (Content("z", "x", A), Content("b", "x", A), Content("c", "x", B))
    decision = judged(said, library(SAID, *new, tree=(A, B)), said, policy=policy)
    assert (decision.merge.added, decision.undeclared) == (new[:2], 1)


def test_new_questions_come_from_below_a_category_that_git_owns() -> None:
    """In a category that the console made, which is declared with them, but not twice where it is retitled."""
    inner, said = ("A", "In"), files(SAID, tree=(Category(A, authoritative=True),))
    merge = judged(said, library(SAID, Content("z", "x", inner), tree=(A, inner, ("A", "Empty"))), said).merge
    assert (merge.added, merge.declared) == ((Content("z", "x", inner),), (inner,))
    retitled = library(replace(SAID, category=B), Content("z", "x", ("B", "In")), tree=(B, ("B", "In")))
    merge = judged(said, retitled, said).merge
    assert (merge.renamed, merge.declared) == ({A: B}, (("B", "In"),))


def test_presets_come_only_when_asked_for() -> None:
    """They belong to the system, and are not counted as undeclared."""
    said, tree = files(SAID), (A, Category(B, menu=MenuType.PRESET))
    live = library(SAID, Content("preset", "x", B), tree=tree)
    assert (judged(said, live, said).merge, judged(said, live, said).undeclared) == (Merge(), 0)
    assert judged(said, live, said, everything=True).merge == Merge()
    wanted = judged(said, live, said, presets=True)
    assert (wanted.merge.added, wanted.undeclared) == ((Content("preset", "x", B),), 0)


def test_a_category_that_all_its_questions_left_is_renamed() -> None:
    """A parent and its child get their new titles, and no question is moved."""
    said = files(Content("q", "a", ("P", "C")), Content("r", "a", ("P",)), tree=(("P",), ("P", "C")))
    live = library(Content("q", "a", ("P2", "C2")), Content("r", "b", ("P2",)), tree=(("P2",), ("P2", "C2")))
    merge = judged(said, live, said).merge
    assert merge.renamed == {("P",): ("P2",), ("P", "C"): ("P2", "C2")}
    assert [edit.fields for edit in merge.edits] == [(Field.ANSWER,)]
    assert merge.dropped == frozenset()


def test_a_category_whose_pinned_question_was_also_reworded_is_renamed() -> None:
    """The text does not tell where the question went; its id does, and the move is part of the rename."""
    base = files(Question(SAID, id="id0"))
    decision = judged(base, library(replace(SAID, question="new words", category=B), tree=(B,)), base)
    assert decision.merge.renamed == {A: B}
    assert [edit.fields for edit in decision.merge.edits] == [(Field.QUESTION,)]


def test_a_category_whose_questions_went_apart_is_dropped() -> None:
    """Its questions are moved one by one; it stays where git has new questions for it, and that is said."""
    base = files(SAID, Content("r", "x", A), tree=(A,))
    live = library(replace(SAID, category=B), Content("r", "x", ("C",)), tree=(B, ("C",)))
    merge = judged(base, live, base).merge
    assert (merge.renamed, merge.dropped) == ({}, frozenset({A}))
    assert [edit.content.category for edit in merge.edits] == [B, ("C",)]
    more = judged(files(SAID, Content("r", "x", A), Content("new", "x", A)), live, base)
    assert more.merge.dropped == frozenset()
    assert "Category A is gone in the console and stays" in str(more.notes[0])


def test_a_rename_that_git_still_has_to_make_is_not_taken_back() -> None:
    """A question that the console changes in the category's old place keeps the new title."""
    base = files(SAID, Content("r", "x", B), tree=(A, B))
    desired = files(replace(SAID, category=("A2",)), Content("r", "x", B), tree=(Category(("A2",), previously=("A",)), B))
    live = library(replace(SAID, answer="b"), Content("r", "x", A), Content("new", "x", A), tree=(A, B))
    merge = judged(desired, live, base).merge
    assert merge.renamed == {}
    assert {(edit.content.question, edit.content.category, edit.fields) for edit in merge.edits} == {
        ("q", ("A2",), (Field.ANSWER,)),
        ("r", ("A2",), (Field.CATEGORY,)),
    }
    assert merge.added == (Content("new", "x", ("A2",)),)


def test_a_title_that_the_console_took_back_is_followed() -> None:
    """What git renamed and the console renamed back gets its old title again."""
    said = files(Content("q", "a", ("A2",)), tree=(Category(("A2",), previously=("A",)),))
    merge = judged(said, library(SAID), said).merge
    assert (merge.renamed, merge.edits) == ({("A2",): A}, ())


def test_the_first_import_declares_the_tree() -> None:
    """Every ordinary category, used or not, beside an example that is not live; with a pattern only those of what comes."""
    tree = (A, B, ("B", "C"), Category(("All",), menu=MenuType.ALL))
    live = library(SAID, Content("r", "x", ("B", "C")), tree=tree)
    everything = judged(files(tree=()), live, None)
    assert (everything.merge.declared, everything.undeclared) == ((A, B, ("B", "C")), 0)
    assert judged(files(Content("example", "x", ("E",)), tree=(("E",),)), live, None).merge == everything.merge
    assert judged(files(tree=()), live, None, only="r").merge.declared == (B, ("B", "C"))


def test_an_empty_service_is_suspicious() -> None:
    """Nothing is taken out of the files because a wrong target holds nothing."""
    with pytest.raises(SafetyRefusal, match="holds no question at all"):
        judged(files(SAID), library(), files(SAID))


@pytest.mark.parametrize(("theirs", "parent"), [(False, "git"), (True, "console")])
def test_a_new_title_comes_below_the_parent_as_the_files_call_it(theirs: bool, parent: str) -> None:
    """Where both sides renamed the parent, that is git's title, and the console's where it is asked for."""
    base = files(replace(SAID, category=("A", "x")), tree=(A, ("A", "x")))
    desired = files(replace(SAID, category=("git", "x")), tree=(Category(("git",), previously=A), ("git", "x")))
    live = library(replace(SAID, category=("console", "y")), tree=(("console",), ("console", "y")))
    decision = judged(desired, live, base, theirs=theirs)
    assert decision.merge.renamed[("git", "x")] == (parent, "y")
    assert bool(decision.clashes) is not theirs
