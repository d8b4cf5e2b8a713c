"""The search for partners finds what comparing everything would find."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from kbsync.checks.alike import alike

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


def test_what_stands_everywhere_finds_nobody() -> None:
    """In a large library a pair is found by what is rare in it, not by what everybody says."""
    many = [f"{chr(0x4E00 + number)} where is the order" for number in range(20_000)]
    told = [(one, other) for one, other, _ in alike([*many, "a quaint zebra crossing", "a quaint zebras crossing"], 0.9)]
    assert told == [(20_000, 20_001)]
