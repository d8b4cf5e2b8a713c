"""One apply under faults and the one after it: everything that is promised about the two, and what broke of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kbsync.applier import OnFailure
from kbsync.errors import KbsyncError
from kbsync.model import Knowledge
from kbsync.plan import Action, Plan, ProblemKind
from kbsync.report import ApplyReport, Outcome
from tests.endurance.bench import Bench, Side, dishonest, library, refused, unlike, untouched

__all__ = ["Trial", "endure", "judged", "settled"]

RUNS = 3
"""Runs after which an undisturbed library is as declared: one, and one more for each thing that it had to wait for."""


@dataclass
class Trial:
    """What came of a case. ``wrong`` is empty when every promise was kept; ``report`` is None when nothing was begun."""

    wrong: list[str] = field(default_factory=list)
    report: ApplyReport | None = None
    refused: bool = False
    """The plan was not to be carried out at all, with or without faults."""

    @property
    def unknown(self) -> bool:
        """Whether the report left something open."""
        return self.report is not None and any(each.outcome is Outcome.UNKNOWN for each in self.report.outcomes)


def endure(bench: Bench, side: Side, faults: Sequence[str], *, on_failure: OnFailure = OnFailure.STOP) -> Trial:
    """Apply with the faults, judge the report, then run again without faults and judge the library."""
    before = library(bench.service)
    plan = bench.plan(side)
    if refused(plan):
        return Trial(refused=True)
    trial = Trial()
    bench.break_with(*faults)
    try:
        trial.report = bench.apply(plan, on_failure=on_failure)
    except KbsyncError as error:
        if library(bench.service) != before:
            trial.wrong.append(f"changed something and then raised: {error}")
    bench.mend()
    if trial.report is not None:
        trial.wrong += judged(trial.report, before, library(bench.service))
    trial.wrong += settled(bench, side, before)
    return trial


def judged(report: ApplyReport, before: Knowledge, after: Knowledge) -> list[str]:
    """What is wrong with a report, by the library before and after it."""
    done = all(outcome.outcome in (Outcome.APPLIED, Outcome.ALREADY) for outcome in report.outcomes)
    return [
        *dishonest(report, after),
        *(f"touched: {name}" for name in untouched(report.plan, before, after)),
        *(f"twins: {name}" for name in _new_twins(before, after)),
        *(f"no reason: {each.outcome}" for each in report.outcomes if each.reason is None and _needs_reason(each.outcome)),
        *(["calls itself finished and is not"] if report.finished and not done else []),
    ]


def _needs_reason(outcome: Outcome) -> bool:
    return outcome not in (Outcome.APPLIED, Outcome.ALREADY)


def settled(bench: Bench, side: Side, before: Knowledge) -> list[str]:
    """Run undisturbed until nothing is left to do; what is wrong with the library then, compared with ``before``."""
    plan: Plan = bench.plan(side)
    touched: list[str] = []
    for _ in range(RUNS):
        if refused(plan):
            return [f"the next run is refused: {[str(problem.message) for problem in plan.problems]}"]
        earlier = library(bench.service)
        report = bench.apply(plan)
        bench.clock.move(60)
        touched += untouched(plan, earlier, library(bench.service))
        shown, plan = plan, bench.plan(side)
        if not plan.changes:
            break
        if report.finished and not _was_withheld(shown, plan):
            return [f"a finished apply leaves {[(change.action, change.title) for change in plan.changes]}"]
    live = library(bench.service)
    return [
        *(f"never ends: {change.action} {change.title}" for change in plan.changes),
        *unlike(side, live),
        *(f"touched in the end: {name}" for name in touched),
        *(f"lost: {name}" for name in _lost(plan, before, live)),
    ]


def _was_withheld(shown: Plan, left: Plan) -> bool:
    """Whether a plan withheld all that is left, as a rename in doubt: once the declared text is live, the other is surplus."""
    warned = any(problem.kind is ProblemKind.WITHHELD for problem in shown.problems)
    kept = {item.id for item in shown.unmanaged}
    return warned and all(change.action is Action.DELETE and change.id in kept for change in left.changes)


def _new_twins(before: Knowledge, after: Knowledge) -> list[str]:
    had = Counter(question.content.question for question in before.questions)
    has = Counter(question.content.question for question in after.questions)
    return [name for name, count in has.items() if count > max(1, had[name])]


def _lost(plan: Plan, before: Knowledge, after: Knowledge) -> list[str]:
    """Questions that the plan in the end calls unmanaged and that are not there any more."""
    here = {question.id for question in after.questions}
    theirs = {item.id for item in plan.unmanaged}
    return [each.content.question for each in before.questions if each.id in theirs and each.id not in here]
