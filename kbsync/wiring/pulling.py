"""What the console's changes mean for the files: which are taken over, which clash with git, which are none of git's business.

The planner has already told causes apart; here they are turned round. How files are edited belongs to ``files``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kbsync.errors import SafetyRefusal
from kbsync.files.merge import Edit, Merge
from kbsync.locations import Location
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Knowledge, MenuType, Question, path_after, show_path
from kbsync.plan import Action, CategoryChange, Cause, Field, Kind, Match, Plan, QuestionChange
from kbsync.planner.selection import is_picked, picks
from kbsync.settings import Target
from kbsync.store import Reader
from kbsync.wiring.decisions import Clash, Decision, Wanted, shown
from kbsync.wiring.planning import History, check_pattern, declared_once, is_cut, plan_against
from kbsync.wiring.retitled import find_dropped, find_retitled, missing_categories
from kbsync.wiring.workspace import Workspace

__all__ = ["decide", "decide_against"]

NOWHERE = Location("")
"""The place of a live question that no file ever declared; such a question clashes with nothing."""


def decide(
    desired: Knowledge,
    live: Knowledge,
    base: Knowledge | None,
    plan: Plan,
    *,
    wanted: Wanted,
    once: frozenset[str] = frozenset(),
    cut: bool = False,
) -> Decision:
    """Turn a plan, which would undo what the console did, into what brings it into the files.

    ``once`` holds the texts of questions that git declared before the base and took out, ``cut`` says that they only may be
    such, because the history is not all here: they are not taken for new. Where no question that git declares is live, and none
    ever was, everything comes: that is the first import. Without a base nobody can tell who changed what: then the console's
    side is taken for every declared question, and nothing is taken out. Raises SafetyRefusal where the service holds nothing.
    """
    if desired.questions and not live.questions:
        raise SafetyRefusal(
            message("the service holds no question at all, and the files hold {count}", count=len(desired.questions)),
            [message("name another target with --target; to empty the files, delete them")],
        )
    is_first = _is_first(base, plan)
    judge = _Judge(
        desired, live, base, plan, wanted=replace(wanted, everything=wanted.everything or is_first), once=once, cut=cut
    )
    for change in plan.changes:
        if isinstance(change, QuestionChange):
            judge.question(change)
    return judge.decision()


def _is_first(base: Knowledge | None, plan: Plan) -> bool:
    is_known = any(isinstance(change, QuestionChange) and change.before is not None for change in plan.changes)
    return (base is None or not base.questions) and not plan.unchanged and not is_known


def decide_against(reader: Reader, workspace: Workspace, target: Target, *, history: History, wanted: Wanted) -> Decision:
    """Look at the whole live library and decide. Raises ServiceError."""
    live = reader.read()
    check_pattern(wanted.only, workspace.knowledge, live, history.knowledge)
    plan = plan_against(_Seen(live), workspace, target, history=history)
    decision = decide(workspace.knowledge, live, history.knowledge, plan, wanted=wanted)
    added = [] if wanted.everything else [content.question for content in decision.merge.added]
    cut = is_cut(history)
    once = frozenset(added) if cut else declared_once(added, workspace, target, history=history)
    return decide(workspace.knowledge, live, history.knowledge, plan, wanted=wanted, once=once, cut=cut) if once else decision


@dataclass(frozen=True, slots=True)
class _Seen:
    """A library that has been read: the plan and the decision are about the same moment."""

    live: Knowledge

    def read(self) -> Knowledge:
        return self.live


class _Judge:
    def __init__(
        self,
        desired: Knowledge,
        live: Knowledge,
        base: Knowledge | None,
        plan: Plan,
        *,
        wanted: Wanted,
        once: frozenset[str],
        cut: bool,
    ) -> None:
        self._desired = desired
        self._live = live
        self._base = base
        self._plan = plan
        self._wanted = wanted
        self._live_by_id = {question.id: question for question in live.questions}
        self._protected = {question.location for question in desired.questions if question.protected}
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
        self._undeclared_left = 0
        self._once, self._cut = once, cut
        self._taken_out: list[str] = []

    def question(self, change: QuestionChange) -> None:
        """Take one change of the plan over, or not."""
        if self._wanted.only is not None and not is_picked(change, self._wanted.only):
            return
        place = change.location or NOWHERE
        if change.removal:
            self._undeclared(change, place)
        elif change.action is Action.CREATE:
            self._deleted(change, place)
        else:
            for field in self._taken(change, place):
                self._fields.setdefault((place, change.id), []).append(field)

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
        return Decision(merge, tuple(self._clashes), tuple(self._notes(kept)), self._undeclared_left)

    def _taken(self, change: QuestionChange, place: Location) -> Iterator[Field]:
        """The fields of which the console's side is taken; those that clash are noted."""
        for one in change.fields:
            if one.field is Field.CATEGORY and change.before and change.after:
                now = path_after(change.after.category, self._renamed)
                if now == change.before.category:
                    continue
            clashes = one.cause is Cause.CONFLICT or (one.cause is Cause.UNKNOWN and self._base is not None)
            is_declared_rename = one.field is Field.QUESTION and change.match is Match.PREVIOUSLY
            if one.cause is Cause.DRIFT or (clashes and self._wanted.theirs):
                yield one.field
            elif clashes:
                self._clash(change, place, one.field)
            elif one.cause is Cause.UNKNOWN and not is_declared_rename:
                yield one.field

    def _deleted(self, change: QuestionChange, place: Location) -> None:
        """A declared question that live lacks: deleted in the console if the base had it, and new in git otherwise."""
        if change.cause in (Cause.DECLARED, Cause.UNKNOWN) or not self._live.complete:
            return
        if self._wanted.theirs or (change.cause is Cause.DRIFT and place not in self._protected):
            self._removed.append(place)
        else:
            self._clash(change, place, None)

    def _undeclared(self, change: QuestionChange, place: Location) -> None:
        """A live question that git does not declare: new in the console, or taken out in git while the console changed it."""
        if change.base is None:
            self._new.add(change.id)
        elif change.cause is Cause.CONFLICT:
            self._clash(change, place, None)

    def _additions(self) -> Iterator[Content]:
        known = {item.id for item in self._plan.unmanaged if item.kind is Kind.QUESTION and not item.lapsed}
        menus = {category.path: category.menu for category in self._live.categories}
        declared = {path_after(category.path, self._renamed) for category in self._desired.categories}
        for question in self._live.questions:
            content = question.content
            if question.id not in self._new and (question.id or "") not in known:
                continue
            settled = self._settled(question)
            is_preset = menus.get(content.category) is MenuType.PRESET
            is_declared = self._base is not None and settled.category in declared
            is_due = self._wanted.presets if is_preset else self._wanted.everything or is_declared
            if content.question in self._once and not self._wanted.everything:
                self._taken_out.append(content.question)
                continue
            if is_due and self._is_wanted(content.question, show_path(content.category)):
                yield settled
            self._undeclared_left += not (is_due or is_preset)

    def _declared(self, added: tuple[Content, ...]) -> tuple[CategoryPath, ...]:
        """The categories that come to the tree: all at the first import, later those of the questions that come."""
        if not self._wanted.everything:
            return ()
        tree = {category.path for category in self._desired.categories}
        used = {content.category[:size] for content in added for size in (1, 2)}
        is_first = _is_first(self._base, self._plan) and self._wanted.only is None
        return tuple(
            category.path
            for category in self._live.categories
            if category.menu is MenuType.ORDINARY and category.path not in tree and (is_first or category.path in used)
        )

    def _staying(self, edits: tuple[Edit, ...]) -> Iterator[Content]:
        moved = {edit.location: edit.content for edit in edits if Field.CATEGORY in edit.fields}
        removed = frozenset(self._removed)
        for question in self._desired.questions:
            if question.location not in removed:
                content = question.content if question.location is None else moved.get(question.location, question.content)
                yield replace(content, category=path_after(content.category, self._renamed))

    def _settled(self, question: Question) -> Content:
        """A live question as the files would say it: with the titles that git gives and the service does not have yet."""
        return replace(question.content, category=path_after(question.content.category, self._pending))

    def _notes(self, kept: tuple[CategoryPath, ...]) -> Iterator[Message]:
        if self._base is None and self._desired.questions:
            yield message("There is no base: the console's side is taken for every declared question, and none is removed.")
        if not self._live.complete:
            yield message("The live listing is incomplete: nothing is removed from the files.")
        if self._taken_out:
            told = {"count": len(self._taken_out), "example": self._taken_out[0]}
            yield message(
                "{count} live questions are new or were taken out of git earlier, such as {example}: this shallow clone cannot "
                "tell, and they stay out of the files; git fetch --unshallow brings what tells, --all takes them in."
                if self._cut
                else "{count} live questions were taken out of git earlier, such as {example}: they stay out of the files, and "
                "customers still get them; --all takes them in.",
                **told,
            )
        for path in kept:
            yield message(
                "Category {path} is gone in the console and stays in the files: they have questions in it.", path=show_path(path)
            )

    def _clash(self, change: QuestionChange, place: Location, field: Field | None) -> None:
        git = "declared" if change.after and field is None else shown(change.after, field)
        console = "changed" if change.before and field is None else shown(change.before, field)
        self._clashes.append(Clash(place, change.title, field, git, console))

    def _is_wanted(self, *names: str) -> bool:
        return self._wanted.only is None or picks(self._wanted.only, names)
