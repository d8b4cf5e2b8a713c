"""The parts of a plan: what happens to one object, why, and how it was recognised."""

from dataclasses import dataclass
from enum import StrEnum

from kbsync.locations import Location
from kbsync.model import CategoryPath, Content, show_path

__all__ = ["Action", "CategoryChange", "Cause", "Change", "Field", "FieldChange", "Kind", "Match", "QuestionChange"]


class Action(StrEnum):
    """What happens to one object; a category knows only create, rename and delete."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    MOVE = "move"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"


class Cause(StrEnum):
    """Why something changes, from comparing git before (base), git now (desired) and the service (live)."""

    DECLARED = "declared"
    """Git changed it, the service still holds the base."""
    DRIFT = "drift"
    """The console changed it, git did not: applying overwrites the console."""
    CONFLICT = "conflict"
    """Both changed it, differently."""
    UNKNOWN = "unknown"
    """There is no base to tell."""


class Kind(StrEnum):
    """What kind of object."""

    CATEGORY = "category"
    QUESTION = "question"


class Field(StrEnum):
    """The parts of a question that can differ."""

    QUESTION = "question"
    ANSWER = "answer"
    ANSWER_TYPE = "answer_type"
    CATEGORY = "category"
    SIMILAR = "similar"
    STATUS = "status"


class Match(StrEnum):
    """How a declared question was recognised in the live library."""

    ID = "id"
    TEXT = "text"
    PREVIOUSLY = "previously"
    SAME_ANSWER = "same-answer"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs between ``before`` and ``after``, and why."""

    field: Field
    cause: Cause


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """What happens to one question.

    ``before`` is the live value, the precondition (None for a create); ``after`` is the goal (None for a delete);
    ``base`` is what git last applied, where there is a base. ``calls`` names the commands it takes, in order; a status
    command is shared by a batch. ``match`` and ``confidence`` (percent) say how it was recognised. ``location`` is where
    git declares it, for a removal where the base declared it. A status change of a question that changes otherwise too
    is a QuestionChange of its own, after the other: its ``before`` is the other's ``after``. ``removal`` marks what happens
    because git stopped declaring the question: every delete, and a disable under ``prune: disable``.
    """

    action: Action
    id: str | None
    before: Content | None
    after: Content | None
    cause: Cause
    fields: tuple[FieldChange, ...] = ()
    base: Content | None = None
    location: Location | None = None
    match: Match = Match.TEXT
    confidence: int = 100
    calls: tuple[str, ...] = ()
    removal: bool = False

    def __post_init__(self) -> None:
        if (self.before is None) != (self.action is Action.CREATE):
            raise ValueError("a create, and only a create, has no before")
        if (self.after is None) != (self.action is Action.DELETE):
            raise ValueError("a delete, and only a delete, has no after")
        if self.action is Action.DELETE and not self.removal:
            object.__setattr__(self, "removal", True)

    @property
    def kind(self) -> Kind:
        """Always a question."""
        return Kind.QUESTION

    @property
    def title(self) -> str:
        """The text that names it to people: the new one where there is one."""
        content = self.after or self.before
        assert content is not None  # noqa: S101  (__post_init__ leaves no such change)
        return content.question


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What happens to one category: ``before`` and ``after`` are its paths, ``id`` its CategoryId unless it is created."""

    action: Action
    id: int | None
    before: CategoryPath | None
    after: CategoryPath | None
    cause: Cause
    location: Location | None = None
    calls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.action not in (Action.CREATE, Action.RENAME, Action.DELETE):
            raise ValueError("a category can be created, renamed or deleted")
        if (self.before is None) != (self.action is Action.CREATE):
            raise ValueError("a create, and only a create, has no before")
        if (self.after is None) != (self.action is Action.DELETE):
            raise ValueError("a delete, and only a delete, has no after")

    @property
    def removal(self) -> bool:
        """Whether customers lose it."""
        return self.action is Action.DELETE

    @property
    def kind(self) -> Kind:
        """Always a category."""
        return Kind.CATEGORY

    @property
    def title(self) -> str:
        """Its path as people write it."""
        return show_path(self.after or self.before or ())


Change = CategoryChange | QuestionChange
