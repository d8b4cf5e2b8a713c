"""The planner: a pure function from desired, live and base to the Plan, and the one place that decides a change.

The same libraries in any order give the same plan.
"""

from dataclasses import dataclass

from kbsync.diagnostics import Location
from kbsync.model import Knowledge
from kbsync.ordering import cost_of, in_order
from kbsync.plan import Change, Plan, Problem, Purpose, Source, TargetRef
from kbsync.planner.categories import plan_categories, stored_names, told_names
from kbsync.planner.matching import BaseIndex, keep_wordings, match_questions
from kbsync.planner.memory import Memory
from kbsync.planner.questions import is_unchanged, plan_questions, protected_disables
from kbsync.planner.refusals import foresee_refusals
from kbsync.planner.removals import idle_lines, plan_removals, with_additions
from kbsync.planner.selection import left_out, meant, select
from kbsync.settings import Policy, Prune

__all__ = ["Context", "make_plan"]


@dataclass(frozen=True, slots=True)
class Context:
    """The context of a plan: its target, commits and policy.

    ``rate`` is in calls a second and command. ``offline`` means that the base stands in for the live library. ``only``
    is a shell pattern on question, category path or file: everything else is left out of the plan. ``memory`` is what receipts
    record about the base. ``warnings`` are problems of the commits, not of their content.
    """

    target: TargetRef
    source: Source
    policy: Policy = Policy()
    rate: float = 5.0
    offline: bool = False
    only: str | None = None
    purpose: Purpose = Purpose.SYNC
    memory: Memory | None = None
    warnings: tuple[Problem, ...] = ()


def make_plan(desired: Knowledge, live: Knowledge, base: Knowledge | None, *, context: Context) -> Plan:
    """Decide every change that makes ``live`` equal to ``desired``.

    ``base`` is the knowledge last applied. Without it the plan is two-way: causes are unknown, and nothing is removed outside
    authoritative categories but what a line under ``removed`` names.
    """
    is_drift = context.purpose is Purpose.DRIFT
    names = stored_names(desired, live, base)
    renamed_by_service = [*told_names(desired, names)]
    desired = desired.called(names)
    base = base and base.called(stored_names(base, live, base))
    said = BaseIndex(base, live)
    categories = plan_categories(desired, live, base)
    matches = keep_wordings(match_questions(desired, live, base, work=categories, keeps=context.policy.prune is Prune.KEEP), said)
    removals = plan_removals(
        desired,
        live,
        said,
        matches=matches,
        work=categories,
        # In a drift everything that git does not declare is the console's, whatever an apply would do with it.
        prune=Prune.KEEP if is_drift else context.policy.prune,
    )
    if is_drift:
        removals = with_additions(removals, live, desired, work=categories)
    everything: list[Change] = [*categories.changes, *plan_questions(matches, said, work=categories), *removals.changes]
    if context.memory is not None:
        everything = [context.memory.tell(change) for change in everything]
    chosen = select(everything, context.only and meant(context.only, desired, live, base))
    changes = in_order(chosen)
    problems = [
        *renamed_by_service,
        *categories.problems,
        *matches.problems,
        *removals.problems,
        *protected_disables(matches, said),
    ]
    problems += [] if is_drift else [*foresee_refusals(changes, live), *idle_lines(desired, live, said)]
    return Plan(
        target=context.target,
        source=context.source,
        changes=changes,
        unmanaged=removals.unmanaged,
        problems=(*context.warnings, *sorted(problems, key=_by_weight), *left_out(context.only, chosen, of=everything)),
        policy=context.policy,
        cost=cost_of(changes, rate=context.rate, live=[item.content.status for item in live.questions]),
        managed=len(matches.pairs) + removals.owned,
        unchanged=sum(is_unchanged(pair, categories) for pair in matches.pairs),
        offline=context.offline,
        only=context.only,
        purpose=context.purpose,
    )


def _by_weight(problem: Problem) -> tuple[bool, str, Location, str]:
    """What stops an apply first, then by kind, then by place."""
    return (not problem.blocking, problem.kind, problem.location or Location(""), str(problem.message))
