"""What a pattern picks: the same for plans and for pulls."""

import pytest

from kbsync.diagnostics import Location
from kbsync.model import Category, Content, Knowledge, Question
from kbsync.plan import Action, CategoryChange, Cause, QuestionChange
from kbsync.planner import is_known, is_picked, meant, picks

PLACE = Location("knowledge/shop/Payment.yaml", 3, 5)
CONTENT = Content("Can I pay by card?", "Yes.", ("Shop", "Payment"))


@pytest.mark.parametrize("pattern", ["*CARD*", "can i pay by card?", "shop / *", "payment.yaml", "Knowledge/Shop/*.yaml"])
def test_a_pattern_picks_by_text_category_and_file(pattern: str) -> None:
    """Capitals do not matter, and a file has two names."""
    change = QuestionChange(Action.CREATE, None, None, CONTENT, Cause.DECLARED, location=PLACE)
    library = Knowledge(questions=(Question(CONTENT, location=PLACE),))
    assert is_picked(change, pattern)
    assert is_known(pattern, None, library)


@pytest.mark.parametrize("pattern", ["card", "Shop", "shop/*", ""])
def test_a_pattern_is_of_the_whole_name(pattern: str) -> None:
    """A word of a question picks nothing without stars."""
    assert not picks(pattern, (CONTENT.question, "Shop / Payment"), PLACE)


def test_a_category_is_picked_under_both_its_titles() -> None:
    """Who names the old title means the rename too."""
    change = CategoryChange(Action.RENAME, 1, ("Shop", "Paying"), ("Shop", "Payment"), Cause.DECLARED)
    assert is_picked(change, "*Paying")
    assert is_picked(change, "*Payment")


def test_an_empty_category_is_known() -> None:
    """It needs no question, and no change."""
    assert is_known("Shop", Knowledge((Category(("Shop",)),)))
    assert not is_known("Shops", Knowledge((Category(("Shop",)),)), None)


def among(pattern: str, *texts: str) -> list[str]:
    """The questions of these texts that a pattern picks, in the category ``Shop [old]`` of ``kb/a[1].yaml``."""
    place = Location("kb/a[1].yaml", 1)
    library = Knowledge(questions=tuple(Question(Content(text, "", ("Shop [old]",)), location=place) for text in texts))
    return [text for text in texts if picks(meant(pattern, None, library), (text,))]


@pytest.mark.parametrize(
    ("pattern", "picked"),
    [
        ("What is [beta]?", ["What is [beta]?"]),
        ("what is [BETA]?", ["What is [beta]?"]),
        ("What is b?", ["What is b?"]),
        ("what is b?", ["what is b?"]),
        ("What is [beta]*", ["What is [beta]?"]),
        ("What is [ab]?", ["What is b?", "what is b?"]),
        ("What is ?*", ["What is [beta]?", "What is b?", "what is b?"]),
        ("*", ["*"]),
    ],
)
def test_a_pattern_means_the_very_text_first(pattern: str, picked: list[str]) -> None:
    """Wildcards and brackets are letters where a question has them, and capitals count where a text is just so."""
    texts = ["What is [beta]?", "What is b?", "what is b?", *(["*"] if pattern == "*" else [])]
    assert among(pattern, *texts) == picked


@pytest.mark.parametrize("pattern", ["Shop [old]", "a[1].yaml", "kb/a[1].yaml"])
def test_brackets_are_letters_in_categories_and_files_too(pattern: str) -> None:
    """What is there under that very name is meant."""
    place = Location("kb/a[1].yaml", 1)
    library = Knowledge(questions=(Question(Content("a", "", ("Shop [old]",)), location=place),))
    assert is_known(pattern, library)
    assert picks(meant(pattern, library), ("a", "Shop [old]"), place)
