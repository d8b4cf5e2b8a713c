"""The puller: a pure function from the three libraries and their plan to what is written into the files.

The plan holds the cause of every difference. Where applying it would overwrite a change made in the console, the puller takes
that change over, unless git changed the same field.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kbsync.diagnostics import Location
from kbsync.errors import SafetyRefusal
from kbsync.messages import Message, message, plural
from kbsync.model import CategoryPath, Content, Knowledge, MenuType, path_after, show_path
from kbsync.plan import (
    Action,
    CategoryChange,
    Cause,
    Change,
    Edit,
    Field,
    Kind,
    Match,
    Merge,
    Plan,
    ProblemKind,
    QuestionChange,
    renamed_paths,
)
from kbsync.planner import is_picked, meant, picks
from kbsync.planner.categories import stored_names
from kbsync.planner.removals import added_in_console

__all__ = ["Clash", "Decision", "Scope", "decide"]

NOWHERE = Location("")
"""The place of a live question that no file ever declared; such a question clashes with nothing."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a pull is to take over: ``everything`` also what git never declared, ``presets`` also the system's own questions.

    ``theirs`` settles clashes for the console. ``only`` is a shell pattern on question, category path or file.
    """

    everything: bool = False
    presets: bool = False
    theirs: bool = False
    only: str | None = None

    def picks(self, *names: str) -> bool:
        """Whether something of these names is to be taken over."""
        return self.only is None or picks(self.only, names)


@dataclass(frozen=True, slots=True)
class Clash:
    """Git and the console both changed a question; ``field`` is None where one side took the whole question away.

    ``git`` and ``console`` are what the sides hold, None for the one that took it away. Where both gave a category another
    title they are its paths, and ``question`` is the path that the files give it.
    """

    location: Location
    question: str
    field: Field | None
    git: Content | CategoryPath | None
    console: Content | CategoryPath | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, what clashed, and what a user should know; ``undeclared`` counts live questions left alone.

    ``wrong_pins`` are the plan's words on pins that name another question: it is left alone, as is the entry where its text
    names none.
    """

    merge: Merge
    clashes: tuple[Clash, ...] = ()
    notes: tuple[Message, ...] = ()
    undeclared: int = 0
    wrong_pins: tuple[Message, ...] = ()


def decide(desired: Knowledge, live: Knowledge, base: Knowledge | None, plan: Plan, *, scope: Scope) -> Decision:
    """Decide what of the console's changes, which the plan would overwrite, is written into the files.

    Where no declared question is live, and none was at the base, everything is taken over: the first import. Without a base
    the console's side is taken for every declared question, and nothing is removed from the files. Raises SafetyRefusal when
    the service holds no question at all.
    """
    if desired.questions and not live.questions:
        raise SafetyRefusal(
            message("the service holds no question at all, and the files hold {count}", count=len(desired.questions)),
            [message("name another target with --target; to empty the files, delete them")],
        )
    names = stored_names(desired, live, base)
    desired, base = desired.called(names), base and base.called(stored_names(base, live, base))
    wrong = tuple(problem.message for problem in plan.problems if problem.kind is ProblemKind.WRONG_PIN)
    is_first = not wrong and _is_first(base, plan)
    only = scope.only and meant(scope.only, desired, live, base)
    scope = replace(scope, everything=scope.everything or is_first, only=only)
    tree = find_tree(desired, plan.changes, picks=scope.picks, theirs=scope.theirs)
    judge = _Judge(desired, live, base, tree=tree, scope=scope)
    for change in plan.changes:
        if isinstance(change, QuestionChange) and (scope.only is None or is_picked(change, scope.only)):
            judge.question(change)
    edits = judge.edits()
    new = _new_questions(desired, live, base, plan, scope=scope)
    added = tuple(tree.in_files(content) for content in new.coming)
    dropped, kept = tree.dropped([*_staying(desired, edits, judge.removed, tree), *added])
    dropped = frozenset(path for path in dropped if scope.picks(show_path(path)))
    declared = tree.added(live, added, whole=is_first and scope.only is None)
    merge = _in_words_of_files(Merge(edits, tuple(judge.removed), added, tree.retitled, dropped, declared), names)
    notes = _notes(desired, live, base, new=new, kept=tuple(map(show_path, kept)))
    return Decision(merge, (*tree.clashes, *judge.clashes), tuple(notes), new.left, wrong)


def _in_words_of_files(merge: Merge, names: Mapping[CategoryPath, CategoryPath]) -> Merge:
    """A merge with the titles of the files, where the service stores them in another form."""
    said = {stored: declared for declared, stored in names.items()}
    said |= {path_after(stored, merge.renamed): path_after(declared, merge.renamed) for stored, declared in said.items()}

    def home(content: Content) -> Content:
        return replace(content, category=path_after(content.category, said))

    return replace(
        merge,
        edits=tuple(replace(edit, content=home(edit.content)) for edit in merge.edits),
        added=tuple(map(home, merge.added)),
        renamed={path_after(old, said): path_after(new, said) for old, new in merge.renamed.items()},
        dropped=frozenset(path_after(path, said) for path in merge.dropped),
        declared=tuple(path_after(path, said) for path in merge.declared),
    )


def _is_first(base: Knowledge | None, plan: Plan) -> bool:
    is_known = any(isinstance(change, QuestionChange) and change.before is not None for change in plan.changes)
    return (base is None or not base.questions) and not plan.unchanged and not is_known


@dataclass(frozen=True, slots=True)
class CategoryTree:
    """The categories of the files and how they differ from the live ones.

    ``retitled`` maps declared paths to new paths, by live titles that the pull takes over; ``pending`` maps live paths to the
    declared paths that an apply will give them. ``missing`` are declared categories that were deleted in the console, parents
    first. ``clashes`` are those that have a new title on both sides.
    """

    declared: frozenset[CategoryPath]
    retitled: Mapping[CategoryPath, CategoryPath]
    pending: Mapping[CategoryPath, CategoryPath]
    missing: tuple[CategoryPath, ...]
    clashes: tuple[Clash, ...] = ()

    def in_files(self, live: Content) -> Content:
        """A live question as the files write it: under the titles of git that the service does not have yet."""
        return replace(live, category=path_after(live.category, self.pending))

    def after(self, declared: CategoryPath) -> CategoryPath:
        """What the files call a declared category once the pull is done."""
        return path_after(declared, self.retitled)

    def dropped(self, staying: Iterable[Content]) -> tuple[frozenset[CategoryPath], tuple[CategoryPath, ...]]:
        """The missing categories that leave the files, and those that stay because ``staying`` questions are in them."""
        used = _with_parents(staying)
        return frozenset(path for path in self.missing if path not in used), tuple(filter(used.__contains__, self.missing))

    def added(self, live: Knowledge, questions: Iterable[Content], *, whole: bool) -> tuple[CategoryPath, ...]:
        """The live categories to declare in the files: the ``whole`` tree, or those of the added questions."""
        used = _with_parents(questions)
        known = self.declared | {self.after(path) for path in self.declared}
        return tuple(
            category.path
            for category in live.categories
            if category.menu is MenuType.ORDINARY and category.path not in known and (whole or category.path in used)
        )


def find_tree(
    desired: Knowledge, changes: Iterable[Change], *, picks: Callable[[str, str], bool], theirs: bool = False
) -> CategoryTree:
    """The tree by a plan's changes; a new title is taken over where ``picks`` accepts the old and the new path.

    ``theirs`` takes those over too that git changed as well.
    """
    categories = [change for change in changes if isinstance(change, CategoryChange)]
    renamed = renamed_paths(categories)
    drifted = [change for change in categories if change.cause is Cause.DRIFT]
    clashing = [change for change in categories if change.cause is Cause.CONFLICT]
    taken = [*drifted, *clashing] if theirs else drifted
    retitled: dict[CategoryPath, CategoryPath] = {}
    for live, declared in sorted(renamed_paths(taken).items(), key=lambda pair: len(pair[1])):
        if picks(show_path(declared), show_path(live)):
            # Below its parents as the files call them: git may have renamed those, and live does not say so yet.
            retitled[declared] = (*path_after(declared[:-1], retitled), live[-1])
    missing = [change.after for change in drifted if change.action is Action.CREATE and change.after is not None]
    return CategoryTree(
        frozenset(category.path for category in desired.categories),
        retitled,
        {live: declared for live, declared in renamed.items() if declared not in retitled},
        tuple(sorted(missing, key=lambda path: (len(path), path))),
        () if theirs else tuple(_category_clashes(clashing, picks)),
    )


def _category_clashes(changes: Iterable[CategoryChange], picks: Callable[[str, str], bool]) -> Iterator[Clash]:
    for change in changes:
        if picks(show_path(change.after or ()), show_path(change.before or ())):
            yield Clash(change.location or NOWHERE, change.title, None, git=change.after, console=change.before)


def _with_parents(contents: Iterable[Content]) -> set[CategoryPath]:
    return {content.category[:size] for content in contents for size in range(1, len(content.category) + 1)}


class _Judge:
    def __init__(self, desired: Knowledge, live: Knowledge, base: Knowledge | None, *, tree: CategoryTree, scope: Scope) -> None:
        self.removed: list[Location] = []
        self.clashes: list[Clash] = []
        self._live = live
        self._by_id = {question.id: question.content for question in live.questions}
        self._base = base
        self._tree = tree
        self._theirs = scope.theirs
        self._protected = {question.location for question in desired.questions if question.protected}
        self._fields: dict[tuple[Location, str | None], list[Field]] = {}

    def question(self, change: QuestionChange) -> None:
        """Take one change of the plan over, or not."""
        place = change.location or NOWHERE
        if change.removal:
            # Taken out in git while the console changed it; one that git never declared is an addition.
            if change.base is not None and change.cause is Cause.CONFLICT:
                self._clash(change, place, None)
        elif change.action is Action.CREATE:
            self._deleted(change, place)
        else:
            for field in self._taken(change, place):
                self._fields.setdefault((place, change.id), []).append(field)

    def edits(self) -> tuple[Edit, ...]:
        """The declared questions that take over fields of their live ones."""
        return tuple(
            Edit(place, self._tree.in_files(self._by_id[number]), tuple(fields))
            for (place, number), fields in self._fields.items()
        )

    def _taken(self, change: QuestionChange, place: Location) -> Iterator[Field]:
        """The fields of which the console's side is taken; those that clash are noted."""
        for one in change.fields:
            clashes = one.cause is Cause.CONFLICT or (one.cause is Cause.UNKNOWN and self._base is not None)
            is_declared_rename = one.field is Field.QUESTION and change.match is Match.PREVIOUSLY
            if one.cause is Cause.DRIFT or (clashes and self._theirs):
                yield one.field
            elif clashes:
                self._clash(change, place, one.field)
            elif one.cause is Cause.UNKNOWN and not is_declared_rename:
                yield one.field

    def _deleted(self, change: QuestionChange, place: Location) -> None:
        """A declared question that live lacks: deleted in the console if the base had it, and new in git otherwise."""
        if change.cause in (Cause.DECLARED, Cause.UNKNOWN) or not self._live.complete:
            return
        if self._theirs or (change.cause is Cause.DRIFT and place not in self._protected):
            self.removed.append(place)
        else:
            self._clash(change, place, None)

    def _clash(self, change: QuestionChange, place: Location, field: Field | None) -> None:
        self.clashes.append(Clash(place, change.title, field, git=change.after, console=change.before))


@dataclass(frozen=True, slots=True)
class _NewQuestions:
    """Live questions that git does not declare: those to add, the texts that git removed, and the number of the others.

    ``removed`` are the texts under ``removed`` in the files.
    """

    coming: tuple[Content, ...]
    taken_out: tuple[str, ...]
    removed: tuple[str, ...]
    left: int


def _new_questions(desired: Knowledge, live: Knowledge, base: Knowledge | None, plan: Plan, *, scope: Scope) -> _NewQuestions:
    renamed = renamed_paths(plan.changes)
    at_base = set() if base is None else {question.content.question for question in base.questions}
    given_up = {item.id for item in plan.unmanaged if item.formerly_declared and item.title not in at_base}
    undeclared = (_undeclared(plan) | given_up) - {question.id for question in desired.questions}
    added = added_in_console(undeclared, live, desired.categories, final=lambda path: path_after(path, renamed))
    ours = set() if base is None else {question.id for question in added}
    presets = {category.path for category in live.categories if category.menu is MenuType.PRESET}
    coming: list[Content] = []
    taken_out: list[str] = []
    removed: list[str] = []
    left = 0
    lines = {line.text for line in desired.removed}
    for question in live.questions:
        content = question.content
        is_preset = content.category in presets
        if question.id not in undeclared:
            continue
        if content.question in lines:
            removed.append(content.question)
        elif question.id in given_up and not scope.everything:
            taken_out.append(content.question)
        elif not (scope.presets if is_preset else scope.everything or question.id in ours):
            left += not is_preset
        elif scope.picks(content.question, show_path(content.category)):
            coming.append(content)
    return _NewQuestions(tuple(coming), tuple(taken_out), tuple(removed), left)


def _undeclared(plan: Plan) -> set[str | None]:
    """The ids of the live questions that git does not declare and did not declare at the base."""
    unmanaged = {item.id for item in plan.unmanaged if item.kind is Kind.QUESTION and not item.formerly_declared}
    questions = (change for change in plan.changes if isinstance(change, QuestionChange))
    return unmanaged | {change.id for change in questions if change.removal and change.base is None}


def _staying(desired: Knowledge, edits: Collection[Edit], removed: Collection[Location], tree: CategoryTree) -> Iterator[Content]:
    """The questions of the files as the pull leaves them."""
    moved = {edit.location: edit.content for edit in edits if Field.CATEGORY in edit.fields}
    for question in desired.questions:
        if question.location not in removed:
            content = question.content if question.location is None else moved.get(question.location, question.content)
            yield replace(content, category=tree.after(content.category))


def _notes(
    desired: Knowledge, live: Knowledge, base: Knowledge | None, *, new: _NewQuestions, kept: tuple[str, ...]
) -> Iterator[Message]:
    taken_out = new.taken_out
    if base is None and desired.questions:
        yield message("There is no base: the console's side is taken for every declared question, and none is removed.")
    if not live.complete:
        yield message("The live listing is incomplete: nothing is removed from the files.")
    if taken_out:
        said = plural(
            "{count} live question was taken out of git earlier: {example}. It stays out of the files, and customers still "
            "get it; --all takes it in.",
            "{count} live questions were taken out of git earlier, such as {example}: they stay out of the files, and "
            "customers still get them; --all takes them in.",
            count=len(taken_out),
            example=taken_out[0],
        )
        yield said
    for text in new.removed:
        yield message("{text} has a line under removed and stays out of the files; to keep it, take the line out.", text=text)
    for path in kept:
        yield message("Category {path} is gone in the console and stays in the files: they have questions in it.", path=path)
