"""What the console changed since the base, as the plan that would take it back."""

from dataclasses import replace

from kbsync.errors import HistoryUnavailable, Misuse
from kbsync.messages import message
from kbsync.plan import Kind, Plan, Problem, ProblemKind, Purpose
from kbsync.planner import make_plan
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.git import formerly_declared
from kbsync.usecases.plan import planner_context, prepare, reading

__all__ = ["find_drift"]


def find_drift(call: Call, *, base: str | None) -> tuple[Plan, Exit]:
    """What it would take to bring the live library back to the base: all of it is the console's doing.

    Raises Misuse without a base, HistoryUnavailable for one that cannot be compared, and ServiceError.
    """
    ready = prepare(call, base=base)
    knowledge = ready.history.knowledge
    if ready.history.untold is not None:
        raise HistoryUnavailable(message("drift cannot be told: {reason}", reason=ready.history.untold))
    if knowledge is None:
        raise Misuse(
            message("drift is counted from the base, and there is none"),
            hint=message("apply once, or name a commit with --base REV"),
        )
    with reading(call, ready.workspace, ready.target) as reader:
        live = reader.read()
    context = replace(planner_context(ready), purpose=Purpose.DRIFT, warnings=())
    drift = make_plan(knowledge, live, knowledge, context=context)
    added = [change.title for change in drift.changes if change.kind is Kind.QUESTION and change.removal]
    formerly, untold = formerly_declared(added, ready.workspace, ready.target, history=ready.history)
    if formerly or untold:
        context = replace(context, formerly_declared=formerly, warnings=(_cut(),) if untold else ())
        drift = make_plan(knowledge, live, knowledge, context=context)
    return drift, Exit.PENDING if drift.changes else Exit.DONE


def _cut() -> Problem:
    words = message(
        "what is new here may be what git took out earlier: not all of its history is in this clone (git fetch --unshallow)"
    )
    return Problem(ProblemKind.WITHHELD, words, blocking=False)
