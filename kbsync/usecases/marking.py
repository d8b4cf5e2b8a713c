"""The applied ref around an apply: is the plan's base still the last one applied, and which commit is it now.

How the ref is moved safely is ``history``'s part.
"""

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable, StalePlan
from kbsync.history.applied_ref import advance_applied, read_applied, seen_applied
from kbsync.messages import Message, message
from kbsync.plan import BaseKind, Plan, ProblemKind, Purpose
from kbsync.settings import Target
from kbsync.usecases.planning import History, is_shared

__all__ = ["check_applied_ref", "move_applied_ref", "moves_applied_ref"]


def moves_applied_ref(plan: Plan, *, history: History) -> bool:
    """Whether a finished apply of this plan moves the applied ref.

    The plan must be of a whole commit, with nothing held back for want of a complete listing, and that commit must not be
    the last one applied already.
    """
    source = plan.source
    whole = history.repository is not None and plan.only is None and source.commit is not None
    held = any(problem.kind is ProblemKind.INCOMPLETE for problem in plan.problems)
    return whole and not held and (source.base, source.base_commit) != (BaseKind.APPLIED, source.commit)


def check_applied_ref(plan: Plan, target: Target, *, history: History) -> str | None:
    """The commit that the applied ref names now, to be asked under the lock and before anything is written.

    Raises StalePlan when it is neither the one that the plan was made with nor the plan's own: an older plan must not be
    applied over a newer one, and the same plan may be applied again. Raises HistoryUnavailable when it cannot be asked.
    """
    if history.repository is None or not moves_applied_ref(plan, history=history):
        return None
    if plan.source.base not in (BaseKind.APPLIED, BaseKind.NONE):
        # Whatever it names is left behind: the base was named by hand, perhaps because this leads to no commit.
        return seen_applied(history.repository, target.name, shared=is_shared(target))
    now = read_applied(history.repository, target.name, shared=is_shared(target))
    if now not in (plan.source.base_commit, plan.source.commit):
        raise StalePlan(
            message("another commit was applied since this plan was made; nothing was changed"),
            [
                message(
                    "the plan counts from {planned}, {target} now has {now}",
                    planned=short_commit(plan.source.base_commit),
                    target=target.name,
                    now=short_commit(now),
                )
            ],
            hint=message("plan again"),
        )
    return now


def move_applied_ref(plan: Plan, target: Target, *, history: History, seen: str | None) -> tuple[Message, ...]:
    """Advance the applied ref from where it was seen, still under the lock; the notes say why where it stays."""
    commit = plan.source.commit
    if plan.purpose is Purpose.UNDO:
        return (message("The files still say what was taken back: revert their commit, or the next apply brings it back."),)
    if history.repository is not None and plan.only is None and commit is None:
        return (message("The files differ from every commit, so the next plan's base stays where it was: commit them."),)
    if not moves_applied_ref(plan, history=history) or history.repository is None or commit is None:
        return ()
    try:
        advance_applied(history.repository, target.name, commit, expected=seen, shared=is_shared(target))
    except HistoryUnavailable as problem:
        return (problem.message, *((problem.hint,) if problem.hint else ()))
    return ()
