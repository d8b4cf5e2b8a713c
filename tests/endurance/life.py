"""The life of one library: git and the console edit it in turn, applies are disturbed and killed, some are taken back."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from kbsync.applier import OnFailure
from kbsync.errors import KbsyncError
from kbsync.model import Knowledge, MenuType, Question, path_after
from kbsync.plan import CategoryChange, Plan
from kbsync.planner.undo import invert
from kbsync.report import ApplyReport
from tests.endurance.bench import FREE, Bench, Died, Side, library, refused
from tests.endurance.storms import rules
from tests.endurance.trial import judged, settled
from tests.fakes.console import Console
from tests.fakes.libraries import declared, live_libraries

__all__ = ["Life"]

T = TypeVar("T")
places = st.integers(0, 99)
workers = st.sampled_from([1, 1, 3])
faults = st.lists(rules(), max_size=3).map(tuple)


class Life(RuleBasedStateMachine):
    """Every step is one that people, CI or a bad network take; what is promised is looked at after each apply.

    ``applies`` counts them over all lives. The service is behind a real port and is judged by its own snapshot.
    """

    applies = 0

    def __init__(self) -> None:
        super().__init__()
        self._bench: Bench | None = None
        self._strangers = 0
        self._last: tuple[ApplyReport, Knowledge] | None = None
        """The last apply, with the library before it, while nobody changed anything since."""

    @initialize(live=live_libraries(), desired=declared())
    def begin(self, live: Knowledge, desired: Knowledge) -> None:
        """A console that was in use before git came."""
        self._bench = Bench.make(live, port=True)
        self._side = Side(desired, None)

    @property
    def bench(self) -> Bench:
        """The service of this life."""
        assert self._bench is not None
        return self._bench

    def teardown(self) -> None:
        """In the end an undisturbed run makes the library as declared."""
        if self._bench is None:
            return
        try:
            if not refused(self.bench.plan(self._side)):
                wrong = settled(self.bench, self._side, library(self.bench.service))
                assert wrong == [], wrong
        finally:
            self.bench.close()

    @rule(desired=declared(), words=faults, on_failure=st.sampled_from(OnFailure), workers=workers)
    def merge(self, desired: Knowledge, words: tuple[str, ...], on_failure: OnFailure, workers: int) -> None:
        """Git changes, and CI applies it."""
        self._side = Side(desired, self._side.base)
        self.apply(words=words, on_failure=on_failure, workers=workers)

    @rule(place=places)
    def console_adds(self, place: int) -> None:
        """A question that git never heard of."""
        homes = [each for each in library(self.bench.service).categories if each.menu is MenuType.ORDINARY]
        if homes:
            self._strangers += 1
            home = _at(place, homes, key=lambda each: each.path)
            Console(self.bench.service).add_question(f"Stranger {self._strangers}?", "Ours.", category=home.id or 0)
        self._passed()

    @rule(place=places, answer=st.sampled_from(["Console.", "Yes."]), wording=st.booleans())
    def console_edits(self, place: int, answer: str, *, wording: bool) -> None:
        """An answer, and sometimes its question, is changed by hand."""
        for found in self._found(place):
            text = f"{found.content.question} (please)" if wording else None
            Console(self.bench.service).edit_question(found.id or "", answer=answer, question=text)
        self._passed()

    @rule(place=places)
    def console_deletes(self, place: int) -> None:
        """A question is deleted by hand."""
        for found in self._found(place):
            Console(self.bench.service).delete_question(found.id or "")
        self._passed()

    @rule(place=places, title=st.sampled_from(["A", "C", "Two"]))
    def console_retitles(self, place: int, title: str) -> None:
        """A category gets another title by hand, if no other beside it has that."""
        live = library(self.bench.service)
        paths = {each.path for each in live.categories}
        free = [it for it in live.categories if it.menu is MenuType.ORDINARY and (*it.path[:-1], title) not in paths]
        if free:
            Console(self.bench.service).rename_category(_at(place, free, key=lambda each: each.path).id or 0, title)
        self._passed()

    @rule(words=faults, on_failure=st.sampled_from(OnFailure), workers=workers)
    def apply(self, words: tuple[str, ...], on_failure: OnFailure, workers: int) -> None:
        """One run of CI, in whatever weather; only a finished one moves the base."""
        plan = self.bench.plan(self._side)
        if refused(plan):
            return
        self.bench.workers = workers
        report = self._applied(plan, words, on_failure)
        if report is not None and report.finished:
            self._side = Side(self._side.desired, self._side.desired)

    @rule(dies_at=st.integers(1, 30))
    def killed(self, dies_at: int) -> None:
        """A run of CI whose machine goes away in the middle; it leaves nothing behind but what the service did."""
        plan, before = self.bench.plan(self._side), library(self.bench.service)
        if refused(plan):
            return
        self.bench.workers = 1
        with contextlib.suppress(Died):
            self.bench.apply(plan, dies_at=dies_at)
        Life.applies += 1
        self._passed()
        assert list(self._robbed(plan, before)) == []

    @rule()
    def undo(self) -> None:
        """The last apply, with nothing in between, is taken back to the letter.

        No precondition of the rule: whether an apply finished depends on its threads, and Hypothesis must draw the same again.
        """
        if self._last is None or not self._last[0].finished:
            return
        report, before = self._last
        plan = invert(report, library(self.bench.service), policy=FREE, rate=5.0)
        assert not refused(plan)
        back = self._applied(plan, (), OnFailure.STOP)
        assert back is not None
        assert back.finished
        assert _contents(library(self.bench.service)) == _contents(before)

    def _applied(self, plan: Plan, words: tuple[str, ...], on_failure: OnFailure) -> ApplyReport | None:
        """Carry a plan out and judge what came of it; None when the run ended before it began."""
        Life.applies += 1
        before = library(self.bench.service)
        self.bench.break_with(*words)
        try:
            report = self.bench.apply(plan, on_failure=on_failure)
        except KbsyncError:
            assert library(self.bench.service) == before
            report = None
        self.bench.mend()
        self._passed()
        assert list(self._robbed(plan, before)) == []
        if report is not None:
            assert judged(report, before, library(self.bench.service)) == []
            self._last = (report, before)
        return report

    def _robbed(self, plan: Plan, before: Knowledge) -> Iterator[str]:
        """Strangers that are gone or changed, though git owns no category that they were in, by its new title if it got one."""
        renamed = {it.before: it.after for it in plan.changes if isinstance(it, CategoryChange) and it.before and it.after}
        owned = {each.path for each in self._side.desired.categories if each.authoritative}
        now = {each.id: each.content for each in library(self.bench.service).questions}
        for each in before.questions:
            path, text = path_after(each.content.category, renamed), each.content.question
            if text.startswith("Stranger") and not {path[:1], path} & owned:
                found = now.get(each.id)
                if found is None or (found.question, found.answer) != (text, each.content.answer):
                    yield text

    def _found(self, place: int) -> list[Question]:
        found = library(self.bench.service).questions
        return [_at(place, found, key=lambda each: (each.content.question, each.content.answer))] if found else []

    def _passed(self) -> None:
        """Time goes by, and the last apply is not the last thing that happened."""
        self._last = None
        self.bench.clock.move(60)


def _at(place: int, found: Sequence[T], *, key: Callable[[T], tuple[str, ...]]) -> T:
    """One of them, by a number that was drawn before anybody knew how many there are."""
    return sorted(found, key=key)[place % len(found)]


def _contents(knowledge: Knowledge) -> set[object]:
    return {each.content for each in knowledge.questions} | {each.path for each in knowledge.categories}
