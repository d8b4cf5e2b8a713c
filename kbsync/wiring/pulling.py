"""What the console's changes mean for the files: which are taken over, which clash with git, which are none of git's business.

The planner has already told causes apart; here they are turned round. How files are edited belongs to ``files``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from kbsync.files.merge import Edit, Merge, final_path
from kbsync.locations import Location
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Knowledge, MenuType, Question, show_path
from kbsync.plan import Action, CategoryChange, Cause, Field, Kind, Match, Plan, QuestionChange
from kbsync.settings import Target
from kbsync.store import Reader
from kbsync.wiring.planning import History, plan_against
from kbsync.wiring.retitled import find_dropped, find_retitled, missing_categories
from kbsync.wiring.workspace import Workspace

__all__ = ["Clash", "Decision", "Wanted", "decide", "decide_against"]


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

    location: Location | None
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


def decide(desired: Knowledge, live: Knowledge, base: Knowledge | None, plan: Plan, *, wanted: Wanted) -> Decision:
    """Turn a plan, which would undo what the console did, into what brings it into the files.

    Without a base nobody can tell who changed what: then the console's side is taken for every declared question, and
    nothing is taken out of the files.
    """
    if not desired.questions and (base is None or not base.questions):
        wanted = replace(wanted, everything=True)
    judge = _Judge(desired, live, base, plan, wanted)
    for change in plan.changes:
        if isinstance(change, QuestionChange):
            judge.question(change)
    return judge.decision()


def decide_against(reader: Reader, workspace: Workspace, target: Target, *, history: History, wanted: Wanted) -> Decision:
    """Look at the whole live library and decide. Raises ServiceError."""
    live = reader.read()
    plan = plan_against(_Seen(live), workspace, target, history=history)
    return decide(workspace.knowledge, live, history.knowledge, plan, wanted=wanted)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A library that has been read: the plan and the decision are about the same moment."""

    live: Knowledge

    def read(self) -> Knowledge:
        return self.live


class _Judge:
    def __init__(self, desired: Knowledge, live: Knowledge, base: Knowledge | None, plan: Plan, wanted: Wanted) -> None:
        self._desired = desired
        self._live = live
        self._base = base
        self._plan = plan
        self._wanted = wanted
        self._live_by_id = {question.id: question for question in live.questions}
        self._by_place = {question.location: question for question in desired.questions}
        retitled = find_retitled(desired, live, plan.changes)
        self._renamed = {old: new for old, new in retitled.items() if self._is_wanted(show_path(old), show_path(new))}
        self._pending = {
            change.before: change.after
            for change in plan.changes
            if isinstance(change, CategoryChange) and change.before and change.after and change.after not in self._renamed
        }
        self._fields: dict[tuple[Location, str | None], list[Field]] = {}
        self._removed: list[Location] = []
        self._new: set[str | None] = set()
        self._clashes: list[Clash] = []

    def question(self, change: QuestionChange) -> None:
        """Take one change of the plan over, or not."""
        contents = [content for content in (change.before, change.after) if content is not None]
        names = [content.question for content in contents] + [show_path(content.category) for content in contents]
        if not self._is_wanted(*names, *([change.location.path] if change.location else [])):
            return
        if change.removal:
            self._undeclared(change)
        elif change.action is Action.CREATE:
            self._deleted(change)
        elif change.location is not None:
            for field in self._taken(change):
                self._fields.setdefault((change.location, change.id), []).append(field)

    def decision(self) -> Decision:
        """Everything that was taken over, with the additions and the categories."""
        edits = tuple(
            Edit(place, self._settled(self._live_by_id[number]), tuple(fields))
            for (place, number), fields in self._fields.items()
        )
        added = tuple(self._additions())
        staying = [*self._staying(edits), *added]
        dropped, kept = find_dropped(missing_categories(self._plan.changes), self._renamed, staying)
        dropped = frozenset(path for path in dropped if self._is_wanted(show_path(path)))
        merge = Merge(edits, tuple(self._removed), added, self._renamed, dropped, self._declared(added))
        return Decision(merge, tuple(self._clashes), tuple(self._notes(kept)), self._unmanaged() - len(added))

    def _taken(self, change: QuestionChange) -> Iterator[Field]:
        """The fields of which the console's side is taken; those that clash are noted."""
        for one in change.fields:
            if one.field is Field.CATEGORY and change.before and change.after:
                now = final_path(change.after.category, self._renamed)
                if now == change.before.category:
                    continue
            clashes = one.cause is Cause.CONFLICT or (one.cause is Cause.UNKNOWN and self._base is not None)
            is_declared_rename = one.field is Field.QUESTION and change.match is Match.PREVIOUSLY
            if one.cause is Cause.DRIFT or (clashes and self._wanted.theirs):
                yield one.field
            elif clashes:
                self._clash(change, one.field)
            elif one.cause is Cause.UNKNOWN and not is_declared_rename:
                yield one.field

    def _deleted(self, change: QuestionChange) -> None:
        """A declared question that live lacks: deleted in the console if the base had it, and new in git otherwise."""
        said = self._by_place.get(change.location)
        if change.location is None or said is None or change.cause in (Cause.DECLARED, Cause.UNKNOWN):
            return
        if not self._live.complete:
            return
        if self._wanted.theirs or (change.cause is Cause.DRIFT and not said.protected):
            self._removed.append(change.location)
        else:
            self._clash(change, None)

    def _undeclared(self, change: QuestionChange) -> None:
        """A live question that git does not declare: new in the console, or taken out in git while the console changed it."""
        if change.base is None:
            self._new.add(change.id)
        elif change.cause is Cause.CONFLICT:
            self._clash(change, None)

    def _additions(self) -> Iterator[Content]:
        known = {item.id for item in self._plan.unmanaged if item.kind is Kind.QUESTION and not item.lapsed}
        menus = {category.path: category.menu for category in self._live.categories}
        declared = {final_path(category.path, self._renamed) for category in self._desired.categories}
        for question in self._live.questions:
            content = question.content
            if question.id not in self._new and (question.id or "") not in known:
                continue
            settled = self._settled(question)
            if menus.get(content.category) is MenuType.PRESET:
                is_due = self._wanted.presets
            else:
                is_due = self._wanted.everything or (self._base is not None and settled.category in declared)
            if is_due and self._is_wanted(content.question, show_path(content.category)):
                yield settled

    def _declared(self, added: tuple[Content, ...]) -> tuple[CategoryPath, ...]:
        """The categories that come to the tree: all at the first import, later those of the questions that come."""
        if not self._wanted.everything:
            return ()
        tree = {category.path for category in self._desired.categories}
        used = {content.category[:size] for content in added for size in (1, 2)}
        is_first = not self._desired.questions and self._wanted.only is None
        return tuple(
            category.path
            for category in self._live.categories
            if category.menu is MenuType.ORDINARY and category.path not in tree and (is_first or category.path in used)
        )

    def _staying(self, edits: tuple[Edit, ...]) -> Iterator[Content]:
        moved = {edit.location: edit.content for edit in edits if Field.CATEGORY in edit.fields}
        for question in self._desired.questions:
            if question.location not in self._removed:
                content = question.content if question.location is None else moved.get(question.location, question.content)
                yield replace(content, category=final_path(content.category, self._renamed))

    def _settled(self, question: Question) -> Content:
        """A live question as the files would say it: with the titles that git gives and the service does not have yet."""
        return replace(question.content, category=final_path(question.content.category, self._pending))

    def _unmanaged(self) -> int:
        menus = {category.path: category.menu for category in self._live.categories}
        items = [item for item in self._plan.unmanaged if item.kind is Kind.QUESTION and not item.lapsed]
        return len(self._new) + sum(menus.get(item.category) is not MenuType.PRESET for item in items)

    def _notes(self, kept: tuple[CategoryPath, ...]) -> Iterator[Message]:
        if self._base is None and self._desired.questions:
            yield message("There is no base: the console's side is taken for every declared question, and none is removed.")
        if not self._live.complete:
            yield message("The live listing is incomplete: nothing is removed from the files.")
        for path in kept:
            yield message(
                "Category {path} is gone in the console and stays in the files: they have questions in it.", path=show_path(path)
            )

    def _clash(self, change: QuestionChange, field: Field | None) -> None:
        git = "declared" if change.after and field is None else _shown(change.after, field)
        console = "changed" if change.before and field is None else _shown(change.before, field)
        self._clashes.append(Clash(change.location, change.title, field, git, console))

    def _is_wanted(self, *names: str) -> bool:
        pattern = self._wanted.only
        return pattern is None or any(fnmatchcase(name, pattern) for name in names)


def _shown(content: Content | None, field: Field | None) -> str:
    if content is None or field is None:
        return "removed"
    value = getattr(content, field.value)
    if field is Field.CATEGORY:
        return show_path(value)
    if field is Field.SIMILAR:
        return ", ".join(value)
    return value if isinstance(value, str) else str(value.name).lower()
