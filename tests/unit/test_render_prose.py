"""The difference of two texts, as readers see it."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbsync.render.prose import Mark, Omission, Piece, difference, fold
from tests.shares import examples

MARKS = {Mark.SAME: "{}", Mark.REMOVED: "[-{}-]", Mark.ADDED: "{{+{}+}}"}
ALPHABET = "ab ,.\n我是的สวัรคあ\u0301👨\u200d👩🇫🇷\ud800"


def marked(before: str, after: str) -> str:
    """The difference on one line, in the way of ``git diff --word-diff``."""
    return "".join(MARKS[piece.mark].format(piece.text) for piece in difference(before, after))


def sides(pieces: tuple[Piece, ...]) -> tuple[str, str]:
    """Both texts, rebuilt from the pieces."""
    before = "".join(piece.text for piece in pieces if piece.mark is not Mark.ADDED)
    return before, "".join(piece.text for piece in pieces if piece.mark is not Mark.REMOVED)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Within 3 working days.", "Within 5 working days.", "Within [-3-]{+5+} working days."),
        ("Weekends do not count.", "Weekends do count, sadly.", "Weekends do [-not -]count{+, sadly+}."),
        ("The cat. The dog.", "The cat. The bird. The dog.", "The cat. {+The bird. +}The dog."),
        ("a\n- one\n- two\n", "a\n- one\n- one and a half\n- two\n", "a\n- one\n{+- one and a half\n+}- two\n"),
        ("Hello world", "Hello, world", "Hello{+,+} world"),
        ("one two", "one two three", "one two{+ three+}"),
        ("see (this)", "see (and this)", "see ({+and +}this)"),
        ("Don't stop at 3.14", "Don't stop at 3.15", "Don't stop at [-3.14-]{+3.15+}"),
        ("", "new", "{+new+}"),
        ("gone", "", "[-gone-]"),
        ("", "", ""),
    ],
)
def test_words_are_marked_where_there_are_spaces(before: str, after: str, expected: str) -> None:
    """A changed word is marked as a whole, an added sentence from its start."""
    assert marked(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("我是一个机器人。", "我是智能客服机器人。", "我是[-一个-]{+智能客服+}机器人。"),
        ("配送时间。退货政策。", "配送时间。支付方式。退货政策。", "配送时间。{+支付方式。+}退货政策。"),
        ("東京タワーはどこですか", "東京ドームはどこですか", "東京[-タワー-]{+ドーム+}はどこですか"),
        ("สวัสดีครับ ยินดีต้อนรับ", "สวัสดีค่ะ ยินดีต้อนรับ", "สวัสดี[-ครับ-]{+ค่ะ+} ยินดีต้อนรับ"),
        ("请拨打 400 电话", "请拨打 800 电话", "请拨打 [-400-]{+800+} 电话"),
    ],
)
def test_characters_are_marked_where_there_are_none(before: str, after: str, expected: str) -> None:
    """Chinese, Japanese and Thai are compared character by character, never inside one."""
    assert marked(before, after) == expected


def test_little_in_common_is_no_confetti() -> None:
    """Two texts that share a word or two by chance are shown one after the other."""
    before, after = "Send it back within 14 days.", "Please ask the shop where you bought it instead."
    assert [piece.mark for piece in difference(before, after)] == [Mark.REMOVED, Mark.ADDED]


def test_an_addition_to_a_short_text_keeps_it() -> None:
    """A short answer that grows is not taken for a new one."""
    assert marked("Yes.", "Yes. " + "We do so on every day of the year. " * 5)[:6] == "Yes.{+"


def test_islands_between_changes_are_joined() -> None:
    """A short word between two longer changes is part of the change."""
    before, after = (
        "As promised we always deliver to Germany, no charge",
        "As promised we never ship to Austria, no charge",
    )
    assert marked(before, after) == ("As promised we [-always deliver to Germany-]{+never ship to Austria+}, no charge")


@given(st.text(ALPHABET, max_size=60), st.text(ALPHABET, max_size=60))
def test_pieces_rebuild_both_texts(before: str, after: str) -> None:
    """Nothing is lost or invented; no piece is empty and no two neighbours have one mark."""
    pieces = difference(before, after)
    assert sides(pieces) == (before, after)
    assert all(piece.text for piece in pieces)
    assert all(left.mark is not right.mark for left, right in pairwise(pieces))


@settings(max_examples=examples(20))
@given(st.integers(0, 9), st.integers(15_000, 25_000))
def test_large_texts_are_marked_just_as_well(seed: int, size: int) -> None:
    """A changed word in a long answer is a changed word, though lines are aligned first."""
    chance = random.Random(seed)
    words = [chance.choice(["we", "ship", "it", "soon.\n", "客服", "…"]) for _ in range(size)]
    changed = [*words[: size // 3], "today", *words[size // 3 : size // 2], *words[size // 2 + 1 :]]
    before, after = " ".join(words), " ".join(changed)
    pieces = difference(before, after)
    assert sides(pieces) == (before, after)
    assert sum(len(piece.text) for piece in pieces if piece.mark is not Mark.SAME) < 60


@pytest.mark.long
@pytest.mark.parametrize("letters", ["ab \n", "我们的x"])
def test_a_megabyte_in_which_nothing_aligns_is_compared(letters: str) -> None:
    """What would take hours to compare word for word is compared more coarsely, and nothing is lost."""
    chance = random.Random(1)
    before, after = ("".join(chance.choices(letters, k=1_000_000)) + end for end in ("x", "y"))
    assert sides(difference(before, after)) == (before, after)


def test_thousands_of_lines_that_all_differ_are_replaced_as_a_whole() -> None:
    """Where even the lines are too many to be aligned in bounded time, one side is removed and the other added."""
    before, after = ("".join(f"{side}{line}\n" for line in range(4_100)) for side in "ab")
    assert difference(before, after) == (Piece(Mark.REMOVED, before), Piece(Mark.ADDED, after))


def test_long_unchanged_text_is_folded_at_words() -> None:
    """Whole words of context stay next to a change, and what is left out is counted."""
    before = "first line stays\n" * 20 + "old" + "\nlast line stays" * 20
    start, kept, *middle, last = fold(difference(before, before.replace("old", "new")), context=20)
    assert (start, last) == (Omission(323, 19), Omission(304, 19))
    assert kept == Piece(Mark.SAME, "first line stays\n")
    assert middle == [Piece(Mark.REMOVED, "old"), Piece(Mark.ADDED, "new"), Piece(Mark.SAME, "\nlast line stays")]


def test_short_unchanged_text_is_not_folded() -> None:
    """Folding that would save less than its own mark is not done."""
    pieces = difference("one " * 12 + "old", "one " * 12 + "new")
    assert fold(pieces) == pieces


def test_text_without_changes_folds_to_its_start() -> None:
    """Where nothing changed, the beginning stands for the whole."""
    assert fold((Piece(Mark.SAME, "word " * 40),), context=10) == (Piece(Mark.SAME, "word word"), Omission(191, 0))


def test_a_word_longer_than_the_context_is_cut() -> None:
    """An address without spaces is cut between characters rather than shown in full."""
    pieces = (Piece(Mark.ADDED, "x"), Piece(Mark.SAME, "a" * 300), Piece(Mark.ADDED, "y"))
    assert [len(part.text) for part in fold(pieces, context=30) if isinstance(part, Piece)] == [1, 30, 30, 1]


LINK = '<a href="https://pay.example/a/long/way/to/the/cashier">'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{'word ' * 30}{LINK}Pay now, and old", f"{'word ' * 30}{LINK}Pay now, and new"),
        (f"old words and then {LINK}Pay{' word' * 30}", f"new words and then {LINK}Pay{' word' * 30}"),
        (f"{LINK}Pay{' word' * 30}", f"{LINK.replace('pay.example', 'other.example')}Pay{' word' * 30}"),
    ],
)
def test_a_tag_is_not_cut(before: str, after: str) -> None:
    """Context begins before a tag and ends behind it: half of one would read as text, and hide where its word leads."""
    kept = "".join(part.text for part in fold(difference(before, after), context=20) if isinstance(part, Piece))
    assert ("https://" in kept, kept.count("<"), "cashier" in kept) == (True, kept.count(">"), True)
    assert Omission in map(type, fold(difference(before, after), context=20))


@given(st.text(ALPHABET, max_size=300), st.integers(0, 50))
def test_folding_leaves_out_nothing_but_what_it_counts(text: str, context: int) -> None:
    """Shown text and gaps together have the length of the whole."""
    pieces = (Piece(Mark.ADDED, "x"), *((Piece(Mark.SAME, text),) if text else ()), Piece(Mark.ADDED, "y"))
    lengths = [part.characters if isinstance(part, Omission) else len(part.text) for part in fold(pieces, context=context)]
    assert sum(lengths) == len(text) + 2
