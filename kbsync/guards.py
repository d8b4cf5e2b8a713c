"""Whether a plan may be carried out: the safety brakes and the consents, judged on the plan alone before anything is sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from kbsync.display import shorten
from kbsync.errors import SafetyRefusal
from kbsync.messages import Message, message, plural
from kbsync.plan import Action, BaseKind, Cause, Change, Plan, Problem, ProblemKind, Purpose, QuestionChange, harmful
from kbsync.settings import Drift

__all__ = ["Consent", "console_edits", "objections", "refuse_unsafe", "removal_count", "stops", "undone_changes"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What is agreed to for one apply.

    ``remove`` is the exact number of removals; ``overwrite_conflicts`` lets git win where both sides edited, ``overwrite_drift``
    where only the console did, or an undo.
    """

    remove: int | None = None
    overwrite_conflicts: bool = False
    overwrite_drift: bool = False


def refuse_unsafe(plan: Plan, consent: Consent | None = None) -> None:
    """Raise SafetyRefusal with every reason why a plan may not be carried out.

    Without ``consent``, because it was checked before, only what no consent can allow is a reason.
    """
    reasons = objections(plan, consent) if consent is not None else tuple(_unfit(plan))
    if reasons:
        raise SafetyRefusal(message("the plan is not applied; nothing was changed"), reasons)


def objections(plan: Plan, consent: Consent) -> tuple[Message, ...]:
    """Every reason not to apply, each with its figure, its limit and the way past; empty when the plan may be applied."""
    return (
        *_unfit(plan),
        *(problem.message for problem in plan.problems if stops(problem, plan)),
        *_conflicts(plan, consent),
        *_drift(plan, consent),
        *_removals(plan, consent),
        *_brakes(plan, consent),
    )


def stops(problem: Problem, plan: Plan) -> bool:
    """Whether a plan may not be applied for a problem.

    A diverged history is a note where the base was named by hand, and in a drift or an offline plan, which is never applied.
    """
    if problem.kind is ProblemKind.DIVERGED:
        return plan.source.base is not BaseKind.GIVEN and not (plan.offline or plan.purpose is Purpose.DRIFT)
    return problem.blocking


def removal_count(plan: Plan) -> int:
    """How many objects customers lose because git stopped declaring them; a line under ``removed`` is consent by itself."""
    return sum(change.removal and not change.reviewed for change in plan.changes)


def console_edits(plan: Plan) -> tuple[Change, ...]:
    """What a plan overwrites that only the console changed.

    Removals have a consent of their own, as conflicts have, but those that a line under ``removed`` asks for.
    """
    return _overwritten(plan, Cause.DRIFT)


def undone_changes(plan: Plan) -> tuple[Change, ...]:
    """What a plan does again although an undo took it back, removals as for ``console_edits``."""
    return _overwritten(plan, Cause.UNDONE)


def _overwritten(plan: Plan, cause: Cause) -> tuple[Change, ...]:
    changes = (change for change in plan.changes if harmful(change.causes) is cause)
    return tuple(change for change in changes if change.reviewed or not change.removal)


def update_count(plan: Plan) -> int:
    """How many live questions change otherwise; a question with two changes counts once."""
    return len({change.id for change in _questions(plan) if not change.removal and change.action is not Action.CREATE})


def _questions(plan: Plan) -> Iterator[QuestionChange]:
    return (change for change in plan.changes if isinstance(change, QuestionChange))


def _unfit(plan: Plan) -> Iterator[Message]:
    if plan.purpose is Purpose.DRIFT:
        yield message("this shows what the console changed and is no plan to apply: kbsync plan makes one")
    if plan.offline:
        yield message("the plan was made offline, without looking at the service: plan again with access to it")


def _conflicts(plan: Plan, consent: Consent) -> Iterator[Message]:
    conflicts = [change.title for change in plan.changes if change.cause is Cause.CONFLICT]
    if conflicts and not consent.overwrite_conflicts:
        yield message(
            "{count} changed both in git and in the console, such as “{example}”: bring the console's side into git with "
            "kbsync pull, or let git win with --overwrite-conflicts",
            count=len(conflicts),
            example=conflicts[0],
        )


def _drift(plan: Plan, consent: Consent) -> Iterator[Message]:
    if plan.policy.drift is not Drift.REFUSE or consent.overwrite_drift:
        return
    edits, again = (dict.fromkeys(shorten(each.title) for each in found) for found in (console_edits(plan), undone_changes(plan)))
    if edits:
        yield plural(
            "{count} console edit would be overwritten: {names}; take it into git with kbsync pull, or let git win with "
            "--overwrite-drift, or always with policy.drift: overwrite in kbsync.yaml; until then merges wait",
            "{count} console edits would be overwritten: {names}; take them into git with kbsync pull, or let git win with "
            "--overwrite-drift, or always with policy.drift: overwrite in kbsync.yaml; until then merges wait",
            count=len(edits),
            names=" · ".join(edits),
        )
    if again:
        yield plural(
            "{count} change that an undo took back would be made again: {names}; revert it in git, or make it again with "
            "--overwrite-drift, or always with policy.drift: overwrite in kbsync.yaml; until then merges wait",
            "{count} changes that an undo took back would be made again: {names}; revert them in git, or make them again with "
            "--overwrite-drift, or always with policy.drift: overwrite in kbsync.yaml; until then merges wait",
            count=len(again),
            names=" · ".join(again),
        )


def _removals(plan: Plan, consent: Consent) -> Iterator[Message]:
    removals = removal_count(plan)
    if removals and consent.remove is None:
        yield message(
            "the plan removes {count}: look at the removals and, if they are meant, add --allow-remove {count}",
            count=removals,
        )
    elif consent.remove is not None and removals != consent.remove:
        yield message(
            "--allow-remove {allowed} does not equal the number of removals in this plan, {count}: look at them again",
            allowed=consent.remove,
            count=removals,
        )


def _brakes(plan: Plan, consent: Consent) -> Iterator[Message]:
    policy = plan.policy
    # Taking an apply back removes what it created, however much that was: there the exact number is consent enough.
    agreed = plan.purpose is Purpose.UNDO and consent.remove == removal_count(plan)
    figures = (
        ("max_update_percent", update_count(plan), policy.max_update_percent),
        ("max_remove_percent", 0 if agreed else sum(change.removal for change in _questions(plan)), policy.max_remove_percent),
    )
    for name, count, percent in figures:
        limit = max(policy.floor, plan.managed * percent // 100)
        if count > limit:
            yield message(
                "{count} of {managed} managed questions would change at once; {name} is {percent} (at most {limit} here): "
                "check that this is meant, then raise policy.{name} in kbsync.yaml or apply a part with --only",
                count=count,
                managed=plan.managed,
                name=name,
                percent=percent,
                limit=limit,
            )
