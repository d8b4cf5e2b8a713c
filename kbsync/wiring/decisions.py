"""What a pull is asked for and what it comes to, as values. How it is decided belongs to ``pulling``."""

from dataclasses import dataclass

from kbsync.files.merge import Merge
from kbsync.locations import Location
from kbsync.messages import Message
from kbsync.model import Content, show_path
from kbsync.plan import Field

__all__ = ["Clash", "Decision", "Wanted", "shown"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a pull is to take over: ``everything`` also what git never declared, ``presets`` also the system's own questions.

    ``theirs`` settles clashes for the console. ``only`` is a shell pattern on question, category path or file.
    """

    everything: bool = False
    presets: bool = False
    theirs: bool = False
    only: str | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Git and the console both changed something; ``field`` is None where one side took the whole question away."""

    location: Location
    question: str
    field: Field | None
    git: str
    console: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, what clashed, and what a user should know; ``undeclared`` counts live questions left alone."""

    merge: Merge
    clashes: tuple[Clash, ...] = ()
    notes: tuple[Message, ...] = ()
    undeclared: int = 0


def shown(content: Content | None, field: Field | None) -> str:
    """What one side says in a clash, for people."""
    if content is None or field is None:
        return "removed"
    value = getattr(content, field.value)
    if field is Field.CATEGORY:
        return show_path(value)
    if field is Field.SIMILAR:
        return ", ".join(value)
    return value if isinstance(value, str) else str(value.name).lower()
