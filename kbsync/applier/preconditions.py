"""Whether a plan still fits the live library, object by object, and the reason if it does not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kbsync.applier.polling import PathChanges, Snapshot, differing
from kbsync.display import cut
from kbsync.errors import StalePlan
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Knowledge, Question, same_title, show_path
from kbsync.plan import FIELD_NAMES, CategoryChange, Field, Plan, QuestionChange, value_of

WIDTH = 60
"""Characters of a text that are enough to recognise it in a report."""

LEAD = 20
"""Characters shown before the first difference of two long texts."""


class State(StrEnum):
    """Where the object of one change stands before anything is sent."""

    PENDING = "pending"
    ALREADY = "already"
    PARTIAL = "partial"
    """A question to be created exists as wanted, but for its status, which ``add_chitchat`` cannot set."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One state for each change of the plan. ``adopted`` maps creates that already happened to the question's id."""

    states: tuple[State, ...]
    adopted: Mapping[int, str] = field(default_factory=dict)


def check_preconditions(plan: Plan, live: Knowledge) -> Standing:
    """Compare each touched object with its ``before`` and ``after``.

    Raises StalePlan with everything that is in neither state, all at once: such a plan was reviewed for another library.
    """
    check = _PreconditionCheck(plan, Snapshot(live))
    states = tuple(check.state(index) for index in range(len(plan.changes)))
    moved = tuple(dict.fromkeys(check.moved))
    if moved:
        raise StalePlan(
            message("the live library moved since the plan was made, so nothing was changed"),
            moved,
            hint=message("make the plan again, review it and apply the new one"),
        )
    return Standing(states, check.adopted)


class _PreconditionCheck:
    def __init__(self, plan: Plan, live: Snapshot) -> None:
        self._changes = plan.changes
        self._live = live
        self._path_changes = PathChanges(plan.changes)
        self._chains: dict[str, list[QuestionChange]] = defaultdict(list)
        self._targets: dict[int, CategoryPath | None] = {}
        for change in plan.changes:
            if isinstance(change, QuestionChange) and change.id is not None:
                self._chains[change.id].append(change)
            elif isinstance(change, CategoryChange) and change.id is not None:
                self._targets[change.id] = change.after
        self._paths = self._reachable()
        self.moved: list[Message] = []
        self.adopted: dict[int, str] = {}

    def _reachable(self) -> frozenset[CategoryPath]:
        """Every path that exists or will, once the plan's categories are made."""
        live = {category.path for category in self._live.categories.values()}
        made = {change.after for change in self._changes if isinstance(change, CategoryChange) and change.after}
        return frozenset(live | made | {self._path_changes.of(path) for path in live})

    def state(self, index: int) -> State:
        """Where one change stands; what moved is added to ``moved``."""
        change = self._changes[index]
        if isinstance(change, CategoryChange):
            return self._category(change)
        if change.before is None:
            return self._create(index, change)
        return self._question(change, change.before)

    def _category(self, change: CategoryChange) -> State:
        if change.id is None:
            return self._category_create(change.after or (), change)
        before = change.before or ()
        live = self._live.categories.get(change.id)
        if live is None and change.after is None:
            return State.ALREADY if self._live.knowledge.complete else State.PENDING
        allowed = {path for path in (before, change.after, self._path_changes.of(before)) if path is not None}
        parents = {path[:-1] for path in allowed}
        if (
            live is None
            or live.path[:-1] not in parents
            or not any(same_title(live.path, path) for path in (before, change.after))
        ):
            self.moved.append(_category_moved(change.id, before, None if live is None else live.path))
            return State.PENDING
        if same_title(live.path, change.after):
            return State.ALREADY
        self._new_title_is_free(change.id, change.after)
        return State.PENDING

    def _new_title_is_free(self, identifier: int, path: CategoryPath | None) -> None:
        holder = None if path is None else self._live.at(path)
        if path is not None and holder is not None and self._targets.get(holder, path) == path:
            self.moved.append(
                message(
                    "category {path} exists now ({holder}), and the plan renames category {id} to it",
                    path=show_path(path),
                    holder=holder,
                    id=identifier,
                )
            )

    def _category_create(self, path: CategoryPath, change: CategoryChange) -> State:
        holder = self._live.at(path)
        if holder is not None and self._targets.get(holder, path) == path:
            return State.ALREADY
        if len(path) > 1 and path[:-1] not in self._paths:
            self.moved.append(_category_gone(path[:-1], change.title))
        return State.PENDING

    def _create(self, index: int, change: QuestionChange) -> State:
        after = change.after
        assert after is not None  # noqa: S101  (a change without before has an after)
        strangers = [q for q in self._live.called(after.question, besides=self._chains) if q.content.question == after.question]
        if not strangers:
            self._category_exists(after.category, change)
            return State.PENDING
        found = {holder.id: differing(holder.content, after, self._path_changes) for holder in strangers}
        holder = min(strangers, key=lambda question: len(found[question.id]))
        others = found[holder.id]
        if others and others != (Field.STATUS,):
            self.moved.append(_text_taken(after.question, holder, others))
            return State.PENDING
        self.adopted[index] = holder.id or ""
        return State.PARTIAL if others else State.ALREADY

    def _question(self, change: QuestionChange, before: Content) -> State:
        identifier = change.id or ""
        live = self._live.questions.get(identifier)
        chain = self._chains[identifier]
        if live is None:
            if any(link.after is None for link in chain):
                return State.ALREADY if self._live.knowledge.complete else State.PENDING
            self.moved.append(message("question “{question}” ({id}) is gone", question=before.question, id=identifier))
            return State.PENDING
        moved = [part for part in Field if not self._allowed(part, live.content, chain)]
        self.moved.extend(_field_moved(live, part, chain[0].before or before) for part in moved)
        if change.after is None:
            return State.PENDING
        if not differing(live.content, change.after, self._path_changes, among=change.touched):
            return State.ALREADY
        if change.after.question not in (before.question, live.content.question):
            self._text_is_free(change.after.question)
        if change.after.category not in (before.category, live.content.category):
            self._category_exists(change.after.category, change)
        return State.PENDING

    def _allowed(self, part: Field, live: Content, chain: list[QuestionChange]) -> bool:
        states = [state for link in chain for state in (link.before, link.after) if state is not None]
        return not all(differing(live, state, self._path_changes, among=(part,)) for state in states)

    def _text_is_free(self, text: str) -> None:
        holders = [q for q in self._live.called(text, besides=self._chains) if q.content.question == text]
        self.moved.extend(_text_taken(text, holder) for holder in holders)

    def _category_exists(self, path: CategoryPath, change: QuestionChange) -> None:
        if path not in self._paths:
            self.moved.append(_category_gone(path, change.title))


def _field_moved(question: Question, field: Field, expected: Content) -> Message:
    """One field of a question holds neither what the plan found nor what it wants."""
    wanted, found = _excerpts(value_of(expected, field), value_of(question.content, field))
    return message(
        "question “{question}” ({id}), {field}: it is “{found}” now, the plan was made when it was “{expected}”",
        question=expected.question,
        id=question.id,
        field=FIELD_NAMES[field],
        found=found,
        expected=wanted,
    )


def _text_taken(text: str, holder: Question, fields: tuple[Field, ...] = ()) -> Message:
    """A question that the plan did not know has a text that the plan gives to another."""
    if not fields:
        return message(
            "question “{question}” exists now ({id}), and the plan renames another question to it", question=text, id=holder.id
        )
    return message(
        "question “{question}”, which the plan creates, exists now ({id}) with another {fields}",
        question=text,
        id=holder.id,
        fields=tuple(FIELD_NAMES[field] for field in fields),
    )


def _category_gone(path: CategoryPath, title: str) -> Message:
    """A category that the plan needs is not in the library any more."""
    return message("category {category}, which “{title}” needs, is gone", category=show_path(path), title=title)


def _category_moved(identifier: int, expected: CategoryPath, found: CategoryPath | None) -> Message:
    """A category that the plan renames or deletes has another title, is gone, or its new title is taken."""
    if found is None:
        return message("category {category} ({id}) is gone", category=show_path(expected), id=identifier)
    return message(
        "category {id} is called {found} now, the plan was made when it was called {expected}",
        id=identifier,
        found=show_path(found),
        expected=show_path(expected),
    )


def _excerpts(one: Message | str, other: Message | str) -> tuple[Message | str, Message | str]:
    """The same part of two texts, around the first difference; names stay as they are."""
    if isinstance(one, Message) or isinstance(other, Message):
        return one, other
    pairs = enumerate(zip(one, other, strict=False))
    first = next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
    start = 0 if max(len(one), len(other)) <= WIDTH else max(0, first - LEAD)
    return cut(" ".join(one.splitlines()), WIDTH, start=start), cut(" ".join(other.splitlines()), WIDTH, start=start)
