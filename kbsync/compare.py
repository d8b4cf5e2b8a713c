"""In which fields two questions differ, how alike two wordings are, and the form in which they are compared."""

import re
import unicodedata
from collections.abc import Iterable

from kbsync.model import Content
from kbsync.plan import Field

__all__ = ["changed_fields", "folded", "forms", "likeness"]

SPACE_OF_FIGURES = re.compile(r" (?<=\d ) *(?=\d)")
"""Space that separates figures: ``1.5 kg`` is not ``15 kg``, but ``e mail`` is ``email``."""


def changed_fields(live: Content, desired: Content) -> tuple[Field, ...]:
    """The fields in which two questions differ, in the order of ``Field``; nothing when they are equal."""
    if live == desired:
        return ()
    # Loaded only for records that differ: importing deepdiff costs more than comparing a whole library for equality.
    from deepdiff import DeepDiff  # noqa: PLC0415

    one, other = ({field.value: field.of(content) for field in Field} for content in (live, desired))
    found = DeepDiff(one, other).affected_root_keys
    return tuple(field for field in Field if field.value in found)


def likeness(one: str, other: str) -> int:
    """How alike two wordings are, in percent: 100 for equal texts, case and surrounding space aside."""
    from rapidfuzz import fuzz  # noqa: PLC0415

    return round(fuzz.ratio(one.strip().casefold(), other.strip().casefold()))


def folded(texts: Iterable[str]) -> str:
    """Texts without case and width, a null between two."""
    return unicodedata.normalize("NFKC", "\0".join([text.replace("\0", " ") for text in texts])).casefold()


def forms(texts: Iterable[str]) -> list[str]:
    """Texts without case, width, punctuation and space: what is left decides whether two wordings are the same.

    All are folded at once: punctuation, space and controls become a space.
    """
    joined = folded(texts)
    letters = {*joined} - {"\0"}
    separators = "".join(sorted(sign for sign in letters if unicodedata.category(sign)[0] in "PZC"))
    spaced = re.sub(f"[\n{re.escape(separators.replace(' ', ''))}]", " ", joined)
    kept = SPACE_OF_FIGURES.sub("\n", spaced) if any(map(str.isdecimal, letters)) else spaced
    return kept.replace(" ", "").replace("\n", " ").split("\0")
