"""A service that stores a text in a spelling of its own is not given the same question or category again by every plan."""

import unicodedata
from dataclasses import replace

import pytest

from kbsync.diagnostics import Location
from kbsync.model import Category, Content, Knowledge, MenuType, Question, bare
from kbsync.plan import Action, Cause, Match, Plan, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.puller import Scope, decide
from kbsync.settings import Policy, Prune

SHOP = ("Shop",)
CONTEXT = Context(TargetRef("t", 1), Source("sha256:0"))


def live(*texts: str, category: tuple[str, ...] = SHOP) -> Knowledge:
    """A library with a category and some questions in it."""
    questions = tuple(Question(Content(text, "Yes.", category), id=f"q{number}") for number, text in enumerate(texts))
    return Knowledge((Category(SHOP, 1), Category(("Other",), 2)), questions)


def wanted(*texts: str) -> Knowledge:
    """The same in files."""
    return Knowledge((Category(SHOP),), tuple(Question(Content(text, "Yes.", SHOP)) for text in texts))


def planned(desired: Knowledge, there: Knowledge) -> list[tuple[Action, int | str | None]]:
    """What would happen to what."""
    return [(change.action, change.id) for change in make_plan(desired, there, None, context=CONTEXT).changes]


def test_bare_texts() -> None:
    """Blanks, letter case and Unicode form do not count; everything else does."""
    assert bare(" Where  is the\tCAFE\u0301? ") == bare("where is the caf\u00e9?")
    assert bare("Where?") != bare("Where")


def test_a_stored_spelling_is_the_same_question() -> None:
    """It is renamed to what the file says, as recognised by its wording, and never created beside itself."""
    plan: Plan = make_plan(wanted("Cafe\u0301  open? "), live("Caf\u00e9 open?"), None, context=CONTEXT)
    (change,) = plan.changes
    assert isinstance(change, QuestionChange)
    assert (change.action, change.id, change.match) == (Action.RENAME, "q0", Match.WORDING)


def test_an_exact_text_goes_first() -> None:
    """Two questions that differ in case alone stay two where both are there."""
    assert planned(wanted("open?", "OPEN?"), live("OPEN?", "open?")) == []


def test_what_could_be_two_is_none() -> None:
    """Two candidates on either side are not guessed between."""
    assert planned(wanted("open?"), live("Open?", "OPEN?")) == [(Action.CREATE, None)]
    assert planned(wanted("open?", "OPEN?"), live("Open?")) == [(Action.CREATE, None), (Action.CREATE, None)]


def test_another_category_is_another_question() -> None:
    """A question that git never declared is not taken over from elsewhere because it reads alike."""
    assert planned(wanted("open?"), live("Open?", category=("Other",))) == [(Action.CREATE, None)]


def test_a_stored_title_is_the_same_category() -> None:
    """Composed letters and blanks around it are left as they are; another case is renamed; the questions in it do not move."""
    desired = Knowledge((Category(("Cafe\u0301 ",)),), (Question(Content("Open?", "Yes.", ("Cafe\u0301 ",))),))
    there = Knowledge((Category(("Caf\u00e9",), 7),), (Question(Content("Open?", "Yes.", ("Caf\u00e9",)), id="q"),))
    plan = make_plan(desired, there, None, context=CONTEXT)
    assert (plan.changes, ["another Unicode form or without" in str(each.message) for each in plan.problems]) == ((), [True])
    there = Knowledge((Category(("CAF\u00c9",), 7),), (Question(Content("Open?", "Yes.", ("CAF\u00c9",)), id="q"),))
    assert planned(desired, there) == [(Action.RENAME, 7)]


def test_a_title_that_git_changed_is_sent() -> None:
    """Only a title that the base has already is left in the service's form; what git left is known by it, too."""
    there = Knowledge((Category(("Caf\u00e9",), 7),))
    decomposed = Knowledge((Category(("Cafe\u0301",)),))
    plan = make_plan(decomposed, there, there, context=CONTEXT)
    assert [(change.action, change.cause) for change in plan.changes] == [(Action.RENAME, Cause.DECLARED)]
    assert make_plan(decomposed, there, decomposed, context=CONTEXT).changes == ()
    policy = Policy(prune=Prune.DELETE)
    (gone,) = make_plan(Knowledge(), there, decomposed, context=replace(CONTEXT, policy=policy)).changes
    assert (gone.action, gone.id, gone.cause) == (Action.DELETE, 7, Cause.DECLARED)


@pytest.mark.parametrize("said", ["One ", "E\u0301te"])
@pytest.mark.parametrize("who", ["git", "console", "done"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_stored_title_below_a_renamed_parent_is_not_sent(said: str, who: str, *, listed: bool) -> None:
    """Only the parent's title is, whoever renamed it and whether or not a file lists the child; a pull keeps the files' form."""
    stored, old, new = unicodedata.normalize("NFC", said.strip()), "Ship", "Shop" if who != "console" else "Ship"
    there = {"git": "Ship", "console": "Store", "done": "Shop"}[who]

    def files(title: str, *earlier: str) -> Knowledge:
        tree = (Category((title,), previously=earlier), *([Category((title, said))] if listed else []))
        return Knowledge(tree, (Question(Content("q", "a", (title, said)), location=Location("a.yaml")),))

    base, desired = files(old), files(new, *([old] if new != old else []))
    live = Knowledge((Category((there,), 1), Category((there, stored), 2)), (Question(Content("q", "a", (there, stored)), "q1"),))
    plan = make_plan(desired, live, base, context=CONTEXT)
    assert [(change.action, change.id) for change in plan.changes] == ([] if who == "done" else [(Action.RENAME, 1)])
    assert [problem for problem in plan.problems if problem.blocking] == []
    extra = Question(Content("new", "a", (there, stored)), "q2")
    grown = replace(live, questions=(*live.questions, extra))
    plan = make_plan(desired, grown, base, context=CONTEXT)
    merge = decide(desired, grown, base, plan, scope=Scope(everything=True)).merge
    assert [content.category for content in merge.added] == [("Store" if who == "console" else "Shop", said)]
    assert (merge.edits, not listed or merge.declared == ()) == ((), True)


def test_titles_that_look_the_same_are_told_apart_where_both_are_there() -> None:
    """A title in another form is nobody else's: neither a declared one's, nor one of two that could be meant."""
    two = Knowledge((Category(("Shop",), 1), Category(("Shop ",), 2)))
    assert planned(Knowledge((Category(("Shop",)), Category(("Shop ",)))), two) == []
    assert planned(Knowledge((Category(("Shop",)), Category(("Shop ",)))), Knowledge((Category(("Shop",), 1),))) == [
        (Action.CREATE, None)
    ]
    two = Knowledge((Category(("Caf\u00e9",), 1), Category(("Caf\u00e9 ",), 2)))
    assert planned(Knowledge((Category(("Cafe\u0301 ",)),)), two) == [(Action.CREATE, None)]


def test_a_category_of_the_service_is_never_the_same() -> None:
    """A preset that reads alike is left alone, and one that another declaration means too."""
    preset = Knowledge((Category(("HOBBIES",), 1, MenuType.PRESET),))
    assert planned(Knowledge((Category(("Hobbies",)),)), preset) == [(Action.CREATE, None)]
    both = Knowledge((Category(("Shop",)), Category(("SHOP",))))
    assert planned(both, Knowledge((Category(("Shop",), 1),))) == [(Action.CREATE, None)]
