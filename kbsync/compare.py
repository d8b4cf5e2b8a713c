"""In which fields two questions differ, and how alike two wordings are."""

from kbsync.model import Content
from kbsync.plan import Field

__all__ = ["changed_fields", "likeness"]


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
