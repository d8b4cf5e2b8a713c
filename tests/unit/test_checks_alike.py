"""The search for partners finds what comparing everything would find."""

import random
import re
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from kbsync.checks.alike import FEW, TOGETHER, alike, alike_to, find_near_duplicates
from kbsync.model import Content, Knowledge, Question

WORDS = st.lists(
    st.sampled_from(["how", "do", "i", "pay", "return", "my", "parcel", "parcle", "退货", "怎么"]), min_size=1, max_size=8
)
FORMS = st.lists(st.one_of(WORDS.map(" ".join), st.text("abc 退", min_size=1, max_size=12)), max_size=25)
LETTERS = "etaoinshrdlucmfwypvbgk退货怎么办运费"
Edits = list[tuple[int, str, bool]]
EDITS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["", *LETTERS]), st.booleans()), max_size=12)


def edited(form: str, edits: Edits) -> str:
    """The form with letters put in, taken out or exchanged."""
    for at, letter, over in edits:
        form = form[:at] + letter + form[at + over :]
    return form


SHARES = st.one_of(st.sampled_from([0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]), st.floats(0.7, 1.0))


def brute(forms: list[str], threshold: float) -> set[tuple[int, int]]:
    """The pairs that comparing each with each finds."""
    return {
        (earlier, later)
        for earlier, later in combinations(range(len(forms)), 2)
        if fuzz.ratio(forms[earlier], forms[later], score_cutoff=threshold * 100)
    }


@given(FORMS, SHARES, st.sampled_from([0, 10, TOGETHER]))
def test_every_pair_is_found(forms: list[str], threshold: float, together: int) -> None:
    """No pair that is alike enough is missed, none is told twice, and none is told that is not, whatever is held at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kbsync.checks.alike.TOGETHER", together)
        told = [(earlier, later) for earlier, later, _ in alike(forms, threshold)]
    assert sorted(told) == sorted(brute(forms, threshold))


@given(st.text(LETTERS, min_size=15, max_size=45), st.lists(EDITS, max_size=12), SHARES)
def test_every_wording_is_found_by_its_edited_copies(form: str, edits: list[Edits], threshold: float) -> None:
    """Wordings of many different letters without figures, each a few letters from the first: just like enough, and just not."""
    forms = list(dict.fromkeys([form, *(copy for each in edits if (copy := edited(form, each)))]))
    assert sorted((earlier, later) for earlier, later, _ in alike(forms, threshold)) == sorted(brute(forms, threshold))


@given(FORMS, st.sampled_from([0.7, 0.9, 1.0]), st.sets(st.integers(0, 24)), st.booleans())
def test_what_is_new_is_compared_with_everything(forms: list[str], threshold: float, some: set[int], much: bool) -> None:
    """The same pairs as of the whole, but for those of which neither is new; however many are new."""
    fresh = sorted(place for place in some if place < len(forms))
    expected = sorted(pair for pair in alike(forms, threshold) if pair[0] in fresh or pair[1] in fresh)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kbsync.checks.alike.FEW", 0 if much else FEW)
        told = sorted(alike_to(fresh, forms, threshold))
    assert [pair[:2] for pair in told] == [pair[:2] for pair in expected]
    assert [pair[2] for pair in told] == pytest.approx([pair[2] for pair in expected])


@pytest.mark.no_cover
def test_a_large_library_is_searched_completely() -> None:
    """Few words make many wordings that are alike; neither the size of a library nor that of its alphabet takes a pair away."""
    dice = random.Random(7)
    words = ["parcel", "order", "refund", "card", "invoice", "address", "退货", "运费", "地址", "发票"]
    forms = sorted({"".join(dice.choices(words, k=dice.randint(2, 7))) for _ in range(1_500)})
    forms += [f"parcel{chr(0x4E00 + number)}refund{chr(0x4E00 + number % 20)}" for number in range(300)]
    told = {(earlier, later) for earlier, later, _ in alike(forms, 0.9)}
    assert told == brute(forms, 0.9)
    assert len(told) > 50


def library(forms: list[str]) -> Knowledge:
    """A question for every two wordings, without case, punctuation or space that would not count."""
    pairs = zip(forms[::2], forms[1::2], strict=False)
    return Knowledge((), tuple(Question(Content(one, "Yes.", ("Shop",), similar=(other,))) for one, other in pairs))


@given(st.lists(st.text("abc退12", min_size=1, max_size=9), max_size=24), st.sampled_from([0.7, 0.9]), st.booleans())
def test_the_findings_are_those_of_comparing_each_with_each(forms: list[str], threshold: float, much: bool) -> None:
    """Two questions are told once, if any wording of one is like one of the other and has the same figures in it."""
    known = library(forms)
    expected = set()
    for one, other in combinations(known.questions, 2):
        texts = [(one.content.question, *one.content.similar), (other.content.question, *other.content.similar)]
        for first, second in product(*texts):
            alike_enough = fuzz.ratio(first, second, score_cutoff=threshold * 100) and first != second
            if alike_enough and re.findall(r"\d+", first) == re.findall(r"\d+", second):
                expected.add((id(one), id(other)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kbsync.checks.alike.FEW", 0 if much else FEW)
        told = [id(finding.question) for finding in find_near_duplicates(known, {"threshold": threshold})]
    assert sorted(told) == sorted(other for _, other in expected)


def test_where_all_is_like_all_an_end_is_made() -> None:
    """Each question like each other is many findings, and the first ones tell as much."""
    many = library([f"where is the order of {chr(0x4E00 + number)}" for number in range(200)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kbsync.checks.alike.MOST", 25)
        assert 1 < sum(1 for _ in find_near_duplicates(many, {})) <= 25
