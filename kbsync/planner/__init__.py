"""The planner: a pure function from desired, live and base to the Plan. It is the one place that decides a change.

It reaches no file, no clock and no service; the same input in any order gives the same plan.
"""

from dataclasses import dataclass, replace

from kbsync.locations import Location
from kbsync.messages import message
from kbsync.model import CategoryPath, Knowledge, Question, Status
from kbsync.ordering import cost_of, in_order
from kbsync.plan import Change, Plan, Problem, ProblemKind, Purpose, Source, TargetRef
from kbsync.planner.additions import with_additions, with_lapsed
from kbsync.planner.categories import CategoryWork, plan_categories
from kbsync.planner.digest import knowledge_digest
from kbsync.planner.matching import Matches, match_questions
from kbsync.planner.questions import is_unchanged, plan_questions
from kbsync.planner.removals import Removals, plan_removals
from kbsync.planner.selection import select
from kbsync.settings import Policy, Prune

__all__ = ["Context", "knowledge_digest", "make_plan"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan is made under: for whom, from which commits, with which policy.

    ``rate`` is in calls a second and command. ``offline`` means that the base stands in for the live library. ``only``
    is a shell pattern on question, category path or file: everything else is left out of the plan. ``once`` holds the
    texts of questions that git declared before the base and took out: none of them is new in the console. ``warnings`` are
    what is known of the commits and not of their content.
    """

    target: TargetRef
    source: Source
    policy: Policy = Policy()
    rate: float = 5.0
    offline: bool = False
    only: str | None = None
    purpose: Purpose = Purpose.SYNC
    once: frozenset[str] = frozenset()
    warnings: tuple[Problem, ...] = ()


def make_plan(desired: Knowledge, live: Knowledge, base: Knowledge | None, *, context: Context) -> Plan:
    """Decide everything that an apply may do to make ``live`` what ``desired`` says.

    ``base`` is what git said when it was last applied; None plans two-way: causes stay unknown and nothing is removed
    outside authoritative categories.
    """
    categories = plan_categories(desired, live, base)
    matches = match_questions(desired, live, base, categories.final)
    # In a drift everything that git does not declare is the console's, whatever an apply would do with it.
    policy = replace(context.policy, prune=Prune.KEEP) if context.purpose is Purpose.DRIFT else context.policy
    removals = plan_removals(desired, live, base, matches=matches, work=categories, policy=policy)
    removals = with_lapsed(removals, context.once)
    if context.purpose is Purpose.DRIFT:
        removals = with_additions(removals, desired, live, final=categories.final)
    questions = plan_questions(matches, base=base, final=categories.final)
    everything: list[Change] = [*categories.changes, *questions, *removals.changes]
    chosen = select(everything, context.only) if context.only else everything
    changes = in_order(chosen)
    problems = _problems(desired, live, base, categories=categories, matches=matches, removals=removals)
    problems = (*context.warnings, *problems)
    if len(chosen) < len(everything):
        problems = (*problems, _left_out(context.only, matched=len(chosen), left=len(everything) - len(chosen)))
    return Plan(
        target=context.target,
        source=context.source,
        changes=changes,
        unmanaged=removals.unmanaged,
        problems=problems,
        policy=context.policy,
        cost=cost_of(changes, rate=context.rate, live=[item.content.status for item in live.questions]),
        managed=len(matches.pairs) + removals.owned,
        unchanged=sum(is_unchanged(pair, categories.final) for pair in matches.pairs),
        offline=context.offline,
        only=context.only,
        purpose=context.purpose,
    )


def _problems(
    desired: Knowledge,
    live: Knowledge,
    base: Knowledge | None,
    *,
    categories: CategoryWork,
    matches: Matches,
    removals: Removals,
) -> tuple[Problem, ...]:
    missing = _missing_categories(desired, live, categories)
    found = [*categories.problems, *matches.problems, *missing, *removals.problems, *_protected(matches, base)]
    if not live.complete and matches.new:
        found.append(_perhaps_there(len(matches.new)))
    return tuple(sorted(found, key=_by_weight))


def _by_weight(problem: Problem) -> tuple[bool, str, Location, str]:
    """What stops an apply first, then by kind, then by place."""
    return (not problem.blocking, problem.kind, problem.location or Location(""), str(problem.message))


def _left_out(pattern: str | None, *, matched: int, left: int) -> Problem:
    words = (
        message("only what matches {pattern} is planned; changes left out: {count}", count=left, pattern=pattern)
        if matched
        else message("nothing is to be done for what matches {pattern}; changes left out: {count}", count=left, pattern=pattern)
    )
    return Problem(ProblemKind.WITHHELD, words, blocking=False)


def _protected(matches: Matches, base: Knowledge | None) -> list[Problem]:
    """Protected questions that a plan would disable: customers had them at the base, and git now says otherwise.

    One that is missing counts too, and whatever it is called live: else a plan that was cut off could not be finished.
    """
    had = {question.content.question for question in (base.questions if base else ()) if _is_enabled(question)}
    enabled = [(pair.desired, pair.live.content.question) for pair in matches.pairs if _is_enabled(pair.live)]
    return [
        Problem(
            ProblemKind.PROTECTED,
            message("{text} is protected and would be disabled: take protected or status out", text=desired.content.question),
            desired.location,
        )
        for desired, called in [*enabled, *((question, "") for question in matches.new)]
        if desired.protected and not _is_enabled(desired) and had & {called, desired.content.question, *desired.previously}
    ]


def _is_enabled(question: Question) -> bool:
    return question.content.status is Status.ENABLED


def _perhaps_there(count: int) -> Problem:
    return Problem(
        ProblemKind.INCOMPLETE,
        message(
            "the live listing is incomplete, and questions that seem to be missing may be there already ({count}): plan again",
            count=count,
        ),
    )


def _missing_categories(desired: Knowledge, live: Knowledge, categories: CategoryWork) -> list[Problem]:
    declared = {category.path for category in desired.categories}
    known = declared | {categories.final(category.path) for category in live.categories}
    first: dict[CategoryPath, Problem] = {}
    for question in desired.questions:
        path = question.content.category
        if path not in known and path not in first:
            first[path] = Problem(
                ProblemKind.MISSING_CATEGORY,
                message(
                    "category {path} exists neither in the files nor in the service: declare it under categories, "
                    "or correct the path",
                    path=" / ".join(path),
                ),
                question.location,
            )
    return list(first.values())
