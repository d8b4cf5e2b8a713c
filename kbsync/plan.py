"""What is decided, as values: the Plan of an apply, shown, saved and carried out as it stands, and the Merge of a pull."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from kbsync.commands import Command
from kbsync.diagnostics import Location
from kbsync.messages import Message, message
from kbsync.model import AnswerType, CategoryPath, Content, Status, show_path
from kbsync.settings import Policy

__all__ = [
    "FIELD_NAMES",
    "VALUE_NAMES",
    "Action",
    "BaseKind",
    "CategoryChange",
    "Cause",
    "Change",
    "Cost",
    "Edit",
    "Field",
    "FieldChange",
    "Kind",
    "Match",
    "Merge",
    "Plan",
    "Problem",
    "ProblemKind",
    "Purpose",
    "QuestionChange",
    "Source",
    "TargetRef",
    "Unmanaged",
    "harmful",
    "renamed_paths",
    "value_of",
]


class Action(StrEnum):
    """What happens to one object; a category knows only create, rename and delete."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    MOVE = "move"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"

    @property
    def inverse(self) -> "Action":
        """The action that takes it back; the others do so themselves, with the two sides exchanged."""
        return _INVERSES.get(self, self)


_INVERSES: Mapping[Action, Action] = {
    Action.CREATE: Action.DELETE,
    Action.DELETE: Action.CREATE,
    Action.ENABLE: Action.DISABLE,
    Action.DISABLE: Action.ENABLE,
}


class Cause(StrEnum):
    """Why something changes, from comparing git before (base), git now (desired) and the service (live)."""

    DECLARED = "declared"
    """Git changed it, the service still holds the base."""
    DRIFT = "drift"
    """The console changed it, git did not: applying overwrites the console."""
    CONFLICT = "conflict"
    """Both changed it, differently."""
    UNKNOWN = "unknown"
    """There is no base."""
    UNDONE = "undone"
    """Git is unchanged, and an undo by kbsync reverted it at the service."""


def harmful(causes: Iterable[Cause]) -> Cause:
    """The most dangerous of some causes."""
    return max(causes, key=_HARM.index)


_HARM = (Cause.DECLARED, Cause.UNDONE, Cause.UNKNOWN, Cause.DRIFT, Cause.CONFLICT)


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

    def of(self, content: Content) -> Any:
        """What a content has there."""
        return getattr(content, self.value)

    def differs(self, one: Content, other: Content) -> bool:
        """Whether two contents differ there."""
        return bool(self.of(one) != self.of(other))


FIELD_NAMES: Mapping[Field, Message] = {
    Field.QUESTION: message("question"),
    Field.ANSWER: message("answer"),
    Field.ANSWER_TYPE: message("answer type"),
    Field.CATEGORY: message("category"),
    Field.SIMILAR: message("similar questions"),
    Field.STATUS: message("status"),
}
"""What a field is called inside a sentence, as a value of another message."""

VALUE_NAMES: Mapping[AnswerType | Status, Message] = {
    AnswerType.TEXT: message("plain text"),
    AnswerType.RICH: message("rich text"),
    Status.ENABLED: message("enabled"),
    Status.DISABLED: message("disabled"),
}
"""The values that have names."""


def value_of(content: Content, field: Field) -> Message | str:
    """A field's value for people: a name, or the text itself; ``—`` for an empty list."""
    match field:
        case Field.ANSWER_TYPE:
            return VALUE_NAMES[content.answer_type]
        case Field.STATUS:
            return VALUE_NAMES[content.status]
        case Field.CATEGORY:
            return show_path(content.category)
        case Field.SIMILAR:
            return " · ".join(content.similar) or "—"
        case _:
            return content.question if field is Field.QUESTION else content.answer


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
    ``base`` is what git last applied, where there is a base. ``fields`` are those that differ, in the order of ``Field``:
    a category that is only renamed is none of them. ``match`` and ``confidence`` (percent) are how it was recognised.
    ``location`` is where git declares it, for a removal where the base declared it. A status change of a question that
    changes otherwise too is a QuestionChange of its own, after the other: its ``before`` is the other's ``after``.
    ``removal`` marks what happens because git stopped declaring the question: every delete, and a disable under
    ``prune: disable``; ``reviewed`` is one that a line under ``removed`` asks for, and ``location`` that line.
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
    removal: bool = False
    reviewed: bool = False

    def __post_init__(self) -> None:
        _check_sides(self.action, self.before, self.after)
        if not self._names_every_difference():
            raise ValueError("a change names every field in which its sides differ")
        if self.action is Action.DELETE and not self.removal:
            object.__setattr__(self, "removal", True)

    @property
    def causes(self) -> frozenset[Cause]:
        """The causes of the whole and of its fields."""
        return frozenset({self.cause, *(each.cause for each in self.fields)})

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

    @property
    def touched(self) -> tuple[Field, ...]:
        """The fields that it is about: those that differ, and all of them for a create or a delete."""
        if self.before is None or self.after is None:
            return tuple(Field)
        return tuple(each.field for each in self.fields)

    @property
    def calls(self) -> tuple[Command, ...]:
        """The commands that it takes, in order; a status command is shared by a batch."""
        if self.after is not None and self.action is Action.CREATE:
            return (Command.ADD, Command.BATCH_SET) if self.after.status is Status.DISABLED else (Command.ADD,)
        if self.action in (Action.ENABLE, Action.DISABLE, Action.DELETE):
            return (Command.BATCH_SET,)
        needed = {Command.UPDATE_SIMILAR if part is Field.SIMILAR else Command.UPDATE for part in self.touched}
        return tuple(command for command in (Command.UPDATE, Command.UPDATE_SIMILAR) if command in needed)

    def _names_every_difference(self) -> bool:
        """What is shown is what its fields name, so nothing may differ beside them but a category that is renamed."""
        if self.before is None or self.after is None:
            return True
        silent = {*Field} - {Field.CATEGORY, *self.touched}
        return not any(part.differs(self.before, self.after) for part in silent)

    def inverse(self) -> "QuestionChange":
        """The change that takes it back."""
        return replace(self, action=self.action.inverse, before=self.after, after=self.before, removal=False, reviewed=False)


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What happens to one category: ``before`` and ``after`` are its paths, ``id`` its CategoryId unless it is created."""

    action: Action
    id: int | None
    before: CategoryPath | None
    after: CategoryPath | None
    cause: Cause
    location: Location | None = None

    def __post_init__(self) -> None:
        if self.action not in _CATEGORY_CALLS:
            raise ValueError("a category can be created, renamed or deleted")
        _check_sides(self.action, self.before, self.after)

    @property
    def removal(self) -> bool:
        """Whether customers lose it."""
        return self.action is Action.DELETE

    @property
    def causes(self) -> frozenset[Cause]:
        """Its one cause."""
        return frozenset({self.cause})

    @property
    def reviewed(self) -> bool:
        """Never: no line of a file asks for it by name."""
        return False

    @property
    def kind(self) -> Kind:
        """Always a category."""
        return Kind.CATEGORY

    @property
    def title(self) -> str:
        """Its path as people write it."""
        return show_path(self.after or self.before or ())

    @property
    def calls(self) -> tuple[Command, ...]:
        """The one command that it takes."""
        return (_CATEGORY_CALLS[self.action],)

    def inverse(self) -> "CategoryChange":
        """The change that takes it back."""
        return replace(self, action=self.action.inverse, before=self.after, after=self.before)


_CATEGORY_CALLS: Mapping[Action, Command] = {
    Action.CREATE: Command.ADD_CATEGORY,
    Action.RENAME: Command.UPDATE_CATEGORY,
    Action.DELETE: Command.DEL_CATEGORY,
}

Change = CategoryChange | QuestionChange


def _check_sides(action: Action, before: object, after: object) -> None:
    if (before is None) != (action is Action.CREATE):
        raise ValueError("a create, and only a create, has no before")
    if (after is None) != (action is Action.DELETE):
        raise ValueError("a delete, and only a delete, has no after")


def renamed_paths(changes: Iterable[Change]) -> dict[CategoryPath, CategoryPath]:
    """The category renames of a plan, by their effect on paths: for ``model.path_after``."""
    return {
        change.before: change.after
        for change in changes
        if isinstance(change, CategoryChange) and change.before is not None and change.after is not None
    }


class ProblemKind(StrEnum):
    """Kinds of reasons why a plan must not be carried out."""

    CONFLICT = "conflict"
    AMBIGUOUS = "ambiguous"
    WRONG_PIN = "wrong-pin"
    MISSING_CATEGORY = "missing-category"
    PROTECTED = "protected"
    INCOMPLETE = "incomplete"
    WITHHELD = "withheld"
    DIVERGED = "diverged"
    """The files lack, or may lack, what was applied since: a note, and an apply refuses unless the base was named by hand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the planner could not decide or would not do; ``blocking`` problems stop an apply, the others inform."""

    kind: ProblemKind
    message: Message
    location: Location | None = None
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live object that git does not declare; it stays as it is.

    ``formerly_declared`` means that git declared it once, and ``declared`` is what a question then was, as far as that is known:
    what is held back so counts as declared at the base. ``enabled`` means that customers get the answer, if it is a question;
    ``preset`` that the service made it and owns it.
    """

    kind: Kind
    id: str
    title: str
    category: CategoryPath
    formerly_declared: bool = False
    enabled: bool = True
    preset: bool = False
    declared: Content | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What carrying out the plan takes: calls by command, and seconds at the target's limit without delays."""

    calls: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TargetRef:
    """Which application a plan is for. It names no host: where to send is the settings' business."""

    name: str
    sdkappid: int


class BaseKind(StrEnum):
    """Where the base came from."""

    NONE = "none"
    GIVEN = "given"
    APPLIED = "applied"
    MERGE_BASE = "merge-base"


@dataclass(frozen=True, slots=True)
class Source:
    """The git side of a plan.

    ``knowledge`` is the digest of the desired knowledge; ``commit`` is where it was read, None if the working tree
    differs from every commit; ``base_commit`` and ``base`` are what it was compared with besides the live library.
    """

    knowledge: str
    commit: str | None = None
    base_commit: str | None = None
    base: BaseKind = BaseKind.NONE


class Purpose(StrEnum):
    """What a plan is for."""

    SYNC = "sync"
    """Make the service equal to the files."""
    DRIFT = "drift"
    """Show what the console changed, as the way back to the base; it is for reading only."""
    UNDO = "undo"
    """Take an apply back."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An ordered, complete list of changes for one target.

    ``managed`` is the number of live questions that git declares or declared: what the policy's percentages are of.
    ``unchanged`` is how many declared questions already are as declared. ``offline`` plans compare with the base in
    place of the live library and can be shown, never applied. ``only`` is the pattern that the plan was narrowed to:
    carrying out a part does not make the commit the one last applied. ``undoes`` is when the apply began that an undo takes back.
    """

    target: TargetRef
    source: Source
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    problems: tuple[Problem, ...] = ()
    policy: Policy = Policy()
    cost: Cost = Cost()
    managed: int = 0
    unchanged: int = 0
    offline: bool = False
    only: str | None = None
    purpose: Purpose = Purpose.SYNC
    undoes: str | None = None

    @property
    def outlived(self) -> tuple[Unmanaged, ...]:
        """The questions that git gave up and customers still get when this is applied; a drift and an undo are not about them."""
        if self.purpose is not Purpose.SYNC:
            return ()
        return tuple(item for item in self.unmanaged if item.kind is Kind.QUESTION and item.formerly_declared and item.enabled)


@dataclass(frozen=True, slots=True)
class Edit:
    """Some fields of ``content`` for the declared question whose text stands at ``location``.

    ``earlier`` are texts to be added to its ``previously``.
    """

    location: Location
    content: Content
    fields: tuple[Field, ...]
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """All changes of the knowledge files that a pull, an import or an editing command makes at once.

    ``removed`` are the places of questions, ``added`` the new ones in the order of writing. ``lines`` are, by the place of a
    removed question, the texts to be added to ``removed`` of its document; ``restored`` texts leave it. ``renamed`` maps a
    declared category to its new path, parents and children each; ``dropped`` categories leave the tree, ``declared`` ones are
    new in it.
    """

    edits: tuple[Edit, ...] = ()
    removed: tuple[Location, ...] = ()
    added: tuple[Content, ...] = ()
    renamed: Mapping[CategoryPath, CategoryPath] = field(default_factory=dict)
    dropped: frozenset[CategoryPath] = frozenset()
    declared: tuple[CategoryPath, ...] = ()
    lines: Mapping[Location, tuple[str, ...]] = field(default_factory=dict)
    restored: frozenset[str] = frozenset()
