"""The search for partners finds what comparing everything would find."""

import random
from itertools import combinations
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from kbsync.checks.alike import WORK, alike, alike_to

WORDS = st.lists(
    st.sampled_from(["how", "do", "i", "pay", "return", "my", "parcel", "parcle", "退货", "怎么"]), min_size=1, max_size=8
)
FORMS = st.lists(st.one_of(WORDS.map(" ".join), st.text("abc 退", min_size=1, max_size=12)), max_size=25)


@given(FORMS, st.sampled_from([0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]))
def test_a_small_library_is_searched_completely(forms: list[str], threshold: float) -> None:
    """No pair that is alike enough is missed, none is told twice, and none is told that is not."""
    expected = {
        (earlier, later)
        for earlier, later in combinations(range(len(forms)), 2)
        if fuzz.ratio(forms[earlier], forms[later], score_cutoff=threshold * 100)
    }
    told = [(earlier, later) for earlier, later, _ in alike(forms, threshold)]
    assert sorted(told) == sorted(expected)


@given(FORMS, st.sampled_from([0.7, 0.9, 1.0]), st.sets(st.integers(0, 24)), st.booleans())
def test_what_is_new_is_compared_with_everything(forms: list[str], threshold: float, some: set[int], much: bool) -> None:
    """The same pairs as of the whole, told in the same order, but for those of which neither is new; however many are new."""
    fresh = sorted(place for place in some if place < len(forms))
    expected = [pair for pair in alike(forms, threshold) if pair[0] in fresh or pair[1] in fresh]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kbsync.checks.alike.WORK", 0 if much else WORK)
        told = list(alike_to(fresh, forms, threshold))
    assert [pair[:2] for pair in told] == [pair[:2] for pair in expected]
    assert [pair[2] for pair in told] == pytest.approx([pair[2] for pair in expected])


class Looked(list[str]):
    """Wordings that count how often one of them was looked at for a comparison."""

    times = 0

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        self.times += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("count", [2_500, 10_000])
def test_a_large_library_costs_no_more_comparisons_than_a_small_one(count: int) -> None:
    """Each with each would be fifty million; it stays at about what the work is limited to, however alike the wordings are."""
    dice = random.Random(7)
    words = ["parcel", "order", "refund", "card", "invoice", "address", "退货", "运费", "地址", "发票"]
    forms = Looked("".join(dice.choices(words, k=6)) + str(number) for number in range(count))
    assert sum(1 for _ in alike(forms, 0.9)) > 0
    assert 0 < forms.times < 3 * WORK


def test_what_stands_everywhere_finds_nobody() -> None:
    """In a large library a pair is found by what is rare in it, not by what everybody says."""
    many = [f"{chr(0x4E00 + number)} where is the order" for number in range(20_000)]
    told = [(one, other) for one, other, _ in alike([*many, "a quaint zebra crossing", "a quaint zebras crossing"], 0.9)]
    assert told == [(20_000, 20_001)]
