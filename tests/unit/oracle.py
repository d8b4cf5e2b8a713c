"""Whether plans keep their word, judged on random cases by rules that share no code with the planner.

A case knows which live question each declared one really is, because base, files and library were made from one another by
edits. The plan is carried out on a library in memory, and what it promised is looked up there. In the suite a few hundred
cases run; ``python -m tests.unit.oracle --cases 15000 --seed 7`` runs as many as are asked for.
"""

import argparse
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from kbsync.applier import Applier, OnFailure
from kbsync.diagnostics import Location
from kbsync.errors import StalePlan
from kbsync.model import AnswerType, Category, CategoryPath, Content, Knowledge, MenuType, Question, RemovalLine, Status
from kbsync.plan import BaseKind, CategoryChange, Cause, Field, Match, Plan, ProblemKind, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.planner.undo import invert
from kbsync.ports import Ports
from kbsync.report import ApplyReport
from kbsync.settings import Policy, Prune
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore, Quirks

__all__ = ["Case", "Failure", "judge", "make_case", "run"]

TEXTS = (
    "Where is it?",
    "where is it?",
    "Where  is it?",
    "Ｗhere is it?",
    "How long does it take?",
    "How long does it take to arrive?",
    "Who pays the postage?",
    "Can I return it [unused]?",
    "Caf\u00e9?",
    "Cafe\u0301?",
    "Do you open on Sundays?",
    "Is there a warranty?",
)
ANSWERS = ("Yes.", "No.", "It depends on the day.", "R\u00e9sum\u00e9.", "Re\u0301sume\u0301.")
WORDINGS = ("w1", "w2", "w3", "W3")
TITLES = ("Shop", "shop", "Shop ", "Ｓhop", "Help")
CHILDREN = ("One", "one", "One ", "Two")
PRESET: CategoryPath = ("Preset", "Robot")
PLACE = Location("kb/a.yaml", 1)


@dataclass(slots=True)
class Entry:
    """One question while a case is made; ``key`` is the id of the live question that it really is, None for a new one."""

    key: str | None
    text: str
    answer: str
    path: CategoryPath
    similar: tuple[str, ...] = ()
    status: Status = Status.ENABLED
    kind: AnswerType = AnswerType.TEXT
    pin: str | None = None
    earlier: tuple[str, ...] = ()
    protected: bool = False

    def content(self) -> Content:
        """The value that it is."""
        return Content(self.text, self.answer, self.path, self.kind, self.similar, self.status)


@dataclass(slots=True)
class Shelf:
    """One category while a case is made; ``key`` is the id of the live one that it really is."""

    key: int | None
    path: CategoryPath
    owned: bool = False
    earlier: tuple[str, ...] = ()


@dataclass(slots=True)
class Side:
    """One of the three libraries while a case is made."""

    shelves: list[Shelf] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def copy(self) -> "Side":
        """The same, to be edited by somebody else."""
        return Side([replace(each) for each in self.shelves], [replace(each) for each in self.entries], [*self.removed])

    def texts(self) -> set[str]:
        """The texts of its questions."""
        return {each.text for each in self.entries}

    def rename(self, shelf: Shelf, title: str) -> bool:
        """Give a category another title, with everything below it; False where the title is taken."""
        old, new = shelf.path, (*shelf.path[:-1], title)
        if any(each.path == new for each in self.shelves):
            return False
        everything: list[Shelf | Entry] = [*self.shelves, *self.entries]
        for each in everything:
            if each.path[: len(old)] == old:
                each.path = (*new, *each.path[len(old) :])
        return True


@dataclass(frozen=True, slots=True)
class Case:
    """Three libraries, the policy, and what is true of them."""

    seed: int
    desired: Knowledge
    live: Knowledge
    base: Knowledge | None
    prune: Prune
    refuses_duplicates: bool
    meant: dict[str, str | None]
    """For each declared text the id of the live question that it really is."""
    was: dict[str, Content]
    """For each live id what it was at the base, if git declared it."""
    guarded: frozenset[str]
    """Live ids that the base protects."""
    retitled: bool
    """Whether some category has another path on one side."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A promise that a plan did not keep."""

    seed: int
    kind: str
    detail: str


def make_case(seed: int) -> Case:
    """A case, always the same for a seed."""
    chance = Random(seed)
    before = _made(chance)
    live, git = before.copy(), before.copy()
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        _console(live, chance)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        _commit(git, chance)
    pinned = chance.random() < 0.5
    if pinned:
        _pin(git, live, chance)
        if chance.random() < 0.3:
            for entry in before.entries:
                entry.pin = entry.key if chance.random() < 0.5 else None
    for entry in git.entries:
        entry.protected = entry.protected or chance.random() < 0.1
    if chance.random() < 0.2:
        # A line for whatever is live, or for nothing; now and then the base has it already.
        line = chance.choice([*sorted(live.texts()), *TEXTS])
        git.removed.append(line)
        if chance.random() < 0.3 and line not in before.texts():
            before.removed.append(line)
    _tidy(git)
    base = None if chance.random() < 0.1 else _knowledge(before, files=True)
    places = [{shelf.key: shelf.path for shelf in side.shelves} for side in (before, live, git)]
    shared = set(places[0]) | set(places[1]) | set(places[2])
    retitled = any(len({place[key] for place in places if key in place}) > 1 for key in shared if key is not None)
    robot = Question(Content("Are you a robot?", "Yes, one.", PRESET), id="preset")
    presets = (Category(PRESET[:1], 1, MenuType.PRESET), Category(PRESET, 2, MenuType.PRESET))
    found = _knowledge(live, files=False)
    return Case(
        seed,
        _knowledge(git, files=True),
        Knowledge((*presets, *found.categories), (*found.questions, robot)),
        base,
        chance.choice(list(Prune)),
        chance.random() < 0.5,
        {entry.text: entry.key for entry in git.entries},
        {entry.key: entry.content() for entry in before.entries if entry.key is not None},
        frozenset(entry.key for entry in before.entries if entry.protected and entry.key is not None),
        retitled,
    )


def _made(chance: Random) -> Side:
    side = Side()
    numbers = iter(range(100, 200))
    for title in chance.sample(TITLES, chance.randint(1, 3)):
        side.shelves.append(Shelf(next(numbers), (title,), owned=chance.random() < 0.15))
        for child in chance.sample(CHILDREN, chance.randint(0, 2)):
            side.shelves.append(Shelf(next(numbers), (title, child), owned=chance.random() < 0.1))
    for number, text in enumerate(chance.sample(TEXTS, chance.randint(1, 6))):
        side.entries.append(
            Entry(
                f"q{number}",
                text,
                chance.choice(ANSWERS),
                chance.choice(side.shelves).path,
                (WORDINGS[number],) if number < len(WORDINGS) and chance.random() < 0.4 else (),
                Status.DISABLED if chance.random() < 0.2 else Status.ENABLED,
                protected=chance.random() < 0.15,
            )
        )
    return side


def _edit(side: Side, chance: Random) -> None:
    """What either side may do to one question."""
    if not side.entries:
        return
    entry = chance.choice(side.entries)
    match chance.randrange(4):
        case 0:
            entry.answer = chance.choice(ANSWERS)
        case 1:
            entry.status = chance.choice(list(Status))
        case 2 if side.shelves:
            entry.path = chance.choice(side.shelves).path
        case _:
            entry.kind = chance.choice(list(AnswerType))


def _console(live: Side, chance: Random) -> None:
    """One edit in the console."""
    free = [text for text in TEXTS if text not in live.texts()]
    match chance.randrange(7):
        case 0 if live.entries:
            live.entries.remove(chance.choice(live.entries))
        case 1 if live.entries:
            chance.choice(live.entries).text = chance.choice(free)
        case 2:
            # Now and then a twin of a text that is there.
            text = chance.choice(TEXTS if chance.random() < 0.2 else free)
            path = chance.choice(live.shelves).path
            live.entries.append(Entry(f"c{chance.randrange(10**9)}", text, chance.choice(ANSWERS), path))
        case 3:
            shelf = chance.choice(live.shelves)
            live.rename(shelf, chance.choice(TITLES if len(shelf.path) == 1 else CHILDREN))
        case 4:
            path = (chance.choice(TITLES),)
            if all(shelf.path != path for shelf in live.shelves):
                live.shelves.append(Shelf(chance.randrange(300, 10**9), path))
        case _:
            _edit(live, chance)


def _commit(git: Side, chance: Random) -> None:
    """One edit in the files."""
    free = [text for text in TEXTS if text not in git.texts()]
    match chance.randrange(8):
        case 0 if git.entries:
            gone = chance.choice(git.entries)
            git.entries.remove(gone)
            git.removed += [gone.text][chance.randrange(2) :]
        case 1 if git.entries:
            entry = chance.choice(git.entries)
            entry.earlier = (entry.text,)
            entry.text = chance.choice(free)
        case 2 if git.entries:
            chance.choice(git.entries).text = chance.choice(free)
        case 3 if git.shelves:
            git.entries.append(Entry(None, chance.choice(free), chance.choice(ANSWERS), chance.choice(git.shelves).path))
        case 4 if git.shelves:
            shelf = chance.choice(git.shelves)
            title = shelf.path[-1]
            if git.rename(shelf, chance.choice(TITLES if len(shelf.path) == 1 else CHILDREN)):
                shelf.earlier = (title,)
        case 5 if git.shelves:
            shelf = chance.choice(git.shelves)
            inside = [each for each in git.shelves if each.path[: len(shelf.path)] == shelf.path]
            git.shelves = [each for each in git.shelves if each not in inside]
            paths = {each.path for each in inside}
            git.entries = [each for each in git.entries if each.path not in paths]
        case 6:
            path = (chance.choice(TITLES),)
            if all(shelf.path != path for shelf in git.shelves):
                git.shelves.append(Shelf(None, path))
        case _:
            _edit(git, chance)


def _pin(git: Side, live: Side, chance: Random) -> None:
    """Pins: right ones, a swap by pins, and wrong ones."""
    ids = [entry.key for entry in live.entries if entry.key is not None]
    there = [entry for entry in git.entries if entry.key in ids]
    for entry in there:
        entry.pin = entry.key if chance.random() < 0.6 else None
    kind = chance.randrange(3)
    if kind == 0 and len(there) > 1:
        one, other = chance.sample(there, 2)
        one.text, other.text = other.text, one.text
        one.pin, other.pin = one.key, other.key
    elif kind == 1 and git.entries:
        used = {entry.pin for entry in git.entries}
        free = [key for key in (*ids, "preset", "nowhere") if key not in used]
        if free:
            chance.choice(git.entries).pin = chance.choice(free)


def _tidy(git: Side) -> None:
    """Take out former names and lines that a file may not have: of what is still declared, and what two say was theirs."""
    texts, paths = git.texts(), {shelf.path for shelf in git.shelves}
    for entry in git.entries:
        entry.earlier = tuple(text for text in entry.earlier if text not in texts)
        texts.update(entry.earlier)
    git.removed = [text for text in dict.fromkeys(git.removed) if text not in texts]
    for shelf in git.shelves:
        shelf.earlier = tuple(title for title in shelf.earlier if (*shelf.path[:-1], title) not in paths)
        paths.update((*shelf.path[:-1], title) for title in shelf.earlier)


def _knowledge(side: Side, *, files: bool) -> Knowledge:
    categories = tuple(
        Category(shelf.path, authoritative=shelf.owned, previously=shelf.earlier, location=PLACE)
        if files
        else Category(shelf.path, shelf.key)
        for shelf in side.shelves
    )
    questions = tuple(
        Question(
            entry.content(),
            entry.pin if files else entry.key,
            entry.earlier if files else (),
            entry.protected and files,
            replace(PLACE, line=number + 10) if files else None,
        )
        for number, entry in enumerate(side.entries)
    )
    return Knowledge(categories, questions, removed=tuple(RemovalLine(text, PLACE) for text in side.removed) if files else ())


def judge(case: Case) -> list[Failure]:
    """Every promise that the plan of a case does not keep."""
    kind = BaseKind.NONE if case.base is None else BaseKind.GIVEN
    context = Context(TargetRef("t", 1), Source("sha256:0", base=kind), Policy(prune=case.prune))
    plan = make_plan(case.desired, case.live, case.base, context=context)
    found = [*_pins(case, plan), *_causes(case, plan), *_promises(case, plan), *_lines(case, plan)]
    if not any(problem.blocking for problem in plan.problems):
        store = FakeStore(case.live, quirks=Quirks(refuse_duplicates=case.refuses_duplicates))
        report = _applied(plan, store)
        if isinstance(report, str):
            found.append(("refused", report))
        else:
            after = store.knowledge()
            found += [*_arrived(case, after), *_kept(case, plan, after)]
            if not found:
                found += _undone(case, report, store)
    return [Failure(case.seed, name, detail) for name, detail in found]


def _applied(plan: Plan, store: FakeStore) -> ApplyReport | str:
    """Carry a plan out; a sentence where that does not end well."""
    try:
        report = Applier(Ports(store, store), clock=FakeClock(), meter=store, workers=1).apply(
            plan, on_failure=OnFailure.CONTINUE
        )
    except StalePlan as stale:
        return f"stale: {'; '.join(map(str, stale.moved))}"
    if report.finished:
        return report
    bad = [f"{plan.changes[each.change].title}: {each.reason}" for each in report.outcomes if not each.outcome.good]
    return "; ".join([*bad, *(f"{each.field}: {each.reason}" for each in report.mismatches)])


Found = Iterator[tuple[str, str]]


def _pins(case: Case, plan: Plan) -> Found:
    """A pin on another live question than the entry's own stops the plan, unless the base or an earlier text speaks for it.

    One on its own question that the base knows by this pin, or by the text that both sides still have, is never called wrong.
    """
    live = {item.id: item.content.question for item in case.live.questions}
    pins = {item.id for item in case.desired.questions if item.id is not None}
    at_base = {(item.id, item.content.question) for item in (case.base.questions if case.base else ())}
    known = {text for _, text in at_base} | {key for key, _ in at_base}
    stopped = any(problem.blocking for problem in plan.problems)
    doubted = {problem.location for problem in plan.problems if problem.kind is ProblemKind.WRONG_PIN}
    for item in case.desired.questions:
        text, meant = item.content.question, case.meant[item.content.question]
        named = live.get(item.id)
        if named is None:
            continue
        if item.id == meant and meant is not None:
            was = case.was[meant].question
            by_pin = (item.id, was) in at_base and text not in known - {was} and (text == was or was not in case.meant)
            if item.location in doubted and (by_pin or named in (text, *item.previously)):
                yield "right pin", f"{text} is {meant} ({named}) and its pin is called wrong"
        elif _bare(named) != _bare(text) and named not in item.previously and not stopped:
            rival = live.get(meant) == text and meant not in pins
            if rival or not {named, item.id} & known:
                yield "wrong pin", f"{text} is {meant}, pinned to {item.id} ({named})"


def _causes(case: Case, plan: Plan) -> Found:
    """Each cause follows from what git, the base and the library hold; where a pairing is a guess, nothing is said."""
    if any(problem.kind is ProblemKind.WRONG_PIN for problem in plan.problems):
        return
    for change in plan.changes:
        if not isinstance(change, QuestionChange) or change.removal or change.after is None:
            continue
        if case.base is None and change.cause is not Cause.UNKNOWN:
            yield "cause", f"{change.title}: {change.cause} without a base"
        if case.base is not None:
            yield from _create_cause(case, change) if change.before is None else _field_causes(case, change, change.after)


def _field_causes(case: Case, change: QuestionChange, goal: Content) -> Found:
    was, now = case.was.get(change.id or ""), next(item.content for item in case.live.questions if item.id == change.id)
    if case.meant.get(goal.question) != change.id or was is None or _is_disguised(case, change):
        return
    for each in change.fields:
        if each.field is Field.CATEGORY and case.retitled:
            continue
        said, holds, wants = (getattr(side, each.field.value) for side in (was, now, goal))
        true = Cause.DECLARED if said == holds else Cause.DRIFT if said == wants else Cause.CONFLICT
        if each.cause is not true:
            yield "cause", f"{goal.question}: {each.field} is {true} and is called {each.cause}; match {change.match}"


def _is_disguised(case: Case, change: QuestionChange) -> bool:
    """Whether only a pin of the base could tell what a question was.

    The console gave it the text that another had at the base, or neither side calls it as the base did.
    """
    pinned = set() if case.base is None else {item.id for item in case.base.questions if item.id is not None}
    if change.id in pinned:
        return False
    texts = {item.id: item.content.question for item in case.live.questions}
    item = next(each for each in case.desired.questions if each.content.question == change.title)
    own, now = case.was[change.id or ""].question, texts[change.id]
    if own != now and (own in texts.values() or own not in (change.title, *(item.previously if item.id == change.id else ()))):
        return True
    return any(key != change.id and was.question == now for key, was in case.was.items())


def _create_cause(case: Case, change: QuestionChange) -> Found:
    key = case.meant.get(change.title)
    was = None if key is None else case.was.get(key)
    if key is None and change.base is None and change.cause is not Cause.DECLARED:
        yield "cause", f"{change.title} is new in git and is called {change.cause}"
    if was is not None and change.after == was and change.cause is not Cause.DRIFT and not case.retitled:
        yield "cause", f"{change.title} was deleted in the console and is called {change.cause}"


def _promises(case: Case, plan: Plan) -> Found:
    """What may never stand in a plan, with or without a problem."""
    texts = {item.content.question for item in case.desired.questions}
    texts |= {text for item in case.desired.questions for text in item.previously}
    # Whoever has no pin knows a question of the base by its text, whatever became of the one that had it.
    texts |= {item.content.question for item in (case.base.questions if case.base else ()) if item.id is None}
    pins = {item.id for item in case.desired.questions}
    live = {item.id: item.content for item in case.live.questions}
    shelves = {item.id: item for item in case.live.categories}
    stopped = any(problem.blocking for problem in plan.problems)
    for change in plan.changes:
        if isinstance(change, CategoryChange):
            if change.id is not None and shelves[change.id].menu is not MenuType.ORDINARY:
                yield "preset", f"{change.title} is the service's own"
            continue
        # A question that the console called otherwise is another one to whoever has no pin.
        guarded = change.id in case.guarded and live[change.id].question == case.was[change.id].question
        if change.removal and guarded and case.base is not None:
            yield "protected", f"{change.title} is removed"
        stranger = change.id is not None and change.id not in case.was and change.id not in pins
        if stranger and not change.removal and live[change.id].question not in texts and not stopped:
            alike = change.match is Match.WORDING and _bare(change.title) == _bare(live[change.id].question)
            if not alike:
                yield "stranger", f"{live[change.id].question} was never git's and becomes {change.title} by {change.match}"


def _lines(case: Case, plan: Plan) -> Found:
    """A line under ``removed`` takes its question and no other, keeps what the base protects, and tells the console's edits."""
    lines = {line.text for line in case.desired.removed}
    live = {item.id: item.content for item in case.live.questions}
    going = {change.id: change for change in plan.changes if isinstance(change, QuestionChange) and change.removal}
    for key, change in going.items():
        was, now = case.was.get(key or ""), live[key]
        if case.prune is Prune.KEEP and not change.reviewed:
            yield "line", f"{now.question} leaves under keep without a line"
        if not change.reviewed:
            continue
        if not lines & {now.question, *((was.question,) if was else ())}:
            yield "line", f"{now.question} leaves without a line of its own"
        if was is not None and case.base is not None and was.question == now.question and not case.retitled:
            true = Cause.DECLARED if was == now else Cause.CONFLICT
            if change.cause is not true and was.question not in {line.text for line in case.base.removed}:
                yield "line", f"{now.question} is {true} and is called {change.cause}"
    if case.base is None or any(problem.blocking for problem in plan.problems):
        return
    known = {item.content.question for item in case.base.questions}
    declared = {change.id for change in plan.changes if change.after is not None}
    for key, content in live.items():
        if content.question in lines & known and key not in going and key not in declared:
            yield "line", f"{content.question} has a line and stays"


def _arrived(case: Case, after: Knowledge) -> Found:
    """After the apply every declared question is there, once, as declared, under its pinned id."""
    paths = {item.path for item in after.categories}
    names = {item.path: _form_there(item.path, paths) for item in (*case.desired.categories, *case.live.categories)}
    yield from (("category", f"{item.path} is missing") for item in case.desired.categories if names[item.path] not in paths)
    there = Counter(item.content.question for item in case.live.questions)
    count = Counter(item.content.question for item in after.questions)
    by_id = {item.id: item.content for item in after.questions}
    before = {item.id for item in case.live.questions}
    for item in case.desired.questions:
        text = item.content.question
        wanted = _composed(replace(item.content, category=names[item.content.category]))
        if wanted not in map(_composed, by_id.values()):
            now = [each for each in by_id.values() if each.question == text]
            yield "arrived", f"{text} is not as declared: {now}"
        elif item.id in before and _composed(by_id.get(item.id)) != wanted:
            yield "arrived", f"{text} is not the question with the pinned id"
        elif count[text] > max(1, there[text]):
            yield "twin", f"{text} is there {count[text]} times"


def _kept(case: Case, plan: Plan, after: Knowledge) -> Found:
    """What the plan does not name is as it was: same id, same content, same category by its id."""
    touched = {change.id for change in plan.changes}
    places = [{item.path: item.id for item in side.categories} for side in (case.live, after)]
    now = {item.id: item.content for item in after.questions}
    for item in case.live.questions:
        if item.id in touched:
            continue
        held = now.get(item.id)
        if held is None or replace(held, category=item.content.category) != item.content:
            yield "kept", f"{item.content.question} is not as it was: {held}"
        elif places[1].get(held.category) != places[0].get(item.content.category):
            yield "kept", f"{item.content.question} is in {held.category}, was in {item.content.category}"
    yield from (("kept", f"{item.title} is unmanaged and touched") for item in plan.unmanaged if item.id in touched)


def _undone(case: Case, report: ApplyReport, store: FakeStore) -> Found:
    """The way back touches nothing that the apply did not touch, takes back what nobody touched since, and can be carried out."""
    chance = Random(case.seed)
    began, ended = case.live, store.knowledge()
    edited = _meddle(store, chance) if chance.random() < 0.6 else set()
    found = store.knowledge()
    back = invert(report, found, policy=Policy(prune=case.prune), rate=5.0)
    ours = _touched(began, ended)
    for change in back.changes:
        if change.id is not None and change.id not in ours:
            yield "undo", f"{change.title} ({change.id}) is no business of the apply"
    if any(problem.blocking for problem in back.problems):
        return
    done = _applied(back, store)
    if isinstance(done, str):
        yield "undo refused", done
        return
    yield from _returned(began, found, store.knowledge())
    now = {item.id: item.content for item in store.knowledge().questions}
    for item in began.questions:
        if item.id in edited or item.id not in now or edited & {"category"}:
            continue
        if now[item.id] != item.content:
            yield "undo", f"{item.content.question} is not as it was: {now[item.id]}"


def _returned(began: Knowledge, found: Knowledge, after: Knowledge) -> Found:
    """A question that the way back moves or makes again goes into the very category that it was in, if that is still there."""
    ids = [{item.path: item.id for item in side.categories} for side in (began, found, after)]
    homes = [
        {item.id: place.get(item.content.category) for item in side.questions}
        for place, side in zip(ids, (began, found, after), strict=True)
    ]
    texts = {item.content.question: item.id for item in began.questions}
    for item in after.questions:
        home = homes[0].get(item.id if item.id in homes[1] else texts.get(item.content.question))
        if home in ids[1].values() and homes[2][item.id] not in (home, homes[1].get(item.id)):
            yield "undo", f"{item.content.question} was in {home} and came into {item.content.category} ({homes[2][item.id]})"


def _touched(before: Knowledge, after: Knowledge) -> set[object]:
    """The ids of what differs between two libraries."""
    sides: list[dict[object, object]] = [
        {item.id: item.path for item in side.categories} | {item.id: item.content for item in side.questions}
        for side in (before, after)
    ]
    return {key for key in {*sides[0], *sides[1]} if sides[0].get(key) != sides[1].get(key)}


def _meddle(store: FakeStore, chance: Random) -> set[object]:
    """Edits in the console after the apply; the ids of what was edited."""
    library = store.knowledge()
    ordinary = [item for item in library.categories if item.menu is MenuType.ORDINARY]
    question = chance.choice(library.questions)
    edited: set[object] = {question.id}

    def edit(console: FakeStore) -> None:
        match chance.randrange(5):
            case 0:
                console.update_question(question.id or "", answer="From the console.")
            case 1:
                console.delete_questions([question.id or ""])
            case 2:
                console.update_question(question.id or "", question="From the console?")
            case 3 if ordinary:
                # A category of ours gets another title, and another takes the title that it had.
                one = chance.choice(ordinary)
                if one.id is not None and len(one.path) == 1:
                    console.rename_category(one.id, "Elsewhere")
                    console.add_category(one.path[-1], parent=None)
                    edited.add("category")
            case _ if ordinary:
                place = chance.choice(ordinary).id or 0
                text = chance.choice(TEXTS)
                if all(item.content.question != text for item in library.questions):
                    console.add_question(question=text, answer="!", answer_type=AnswerType.TEXT, category=place, similar=())

    store.edit(edit)
    return edited


def _form_there(path: CategoryPath, paths: Collection[CategoryPath]) -> CategoryPath:
    """The path itself, or the one that a service may have made of it: composed, without outer blanks."""

    def plain(path: CategoryPath) -> list[str]:
        return [unicodedata.normalize("NFC", title).strip() for title in path]

    alike = [each for each in paths if plain(each) == plain(path)]
    return max(alike, key=lambda each: [one == other for one, other in zip(each, path, strict=True)], default=path)


def _composed(content: Content | None) -> Content | None:
    """A content in one Unicode form: what the service holds in another may stay, because it looks the same."""
    if content is None:
        return None
    question, answer = (unicodedata.normalize("NFC", text) for text in (content.question, content.answer))
    return replace(content, question=question, answer=answer)


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def run(seeds: Sequence[int]) -> list[Failure]:
    """The broken promises of many cases."""
    return [failure for seed in seeds for failure in judge(make_case(seed))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run many cases and tell which failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=15000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=20)
    chosen = parser.parse_args(arguments)
    failures = run(range(chosen.seed, chosen.seed + chosen.cases))
    for failure in failures[: chosen.show]:
        sys.stdout.write(f"{failure.seed}: {failure.kind}: {failure.detail}\n")
    failed = {failure.seed for failure in failures}
    kinds = Counter(kind for kind, _ in {(failure.kind, failure.seed) for failure in failures})
    sys.stdout.write(f"seed {chosen.seed}: {len(failed)} of {chosen.cases} cases fail {dict(kinds)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
