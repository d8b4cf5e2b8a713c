"""Sample plans that are read otherwise than a plan to apply: a drift, an undo, a part, and removals that meet an edit."""

from dataclasses import replace

from kbsync.diagnostics import Location
from kbsync.messages import message
from kbsync.model import Status
from kbsync.plan import (
    Action,
    BaseKind,
    CategoryChange,
    Cause,
    Field,
    FieldChange,
    Kind,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Source,
    Unmanaged,
)
from tests.unit.plans import PARCEL, RETURNS, ROBOT, everything, plan_of, update

__all__ = ["drift", "edited_removals", "narrowed", "no_drift", "undo"]


def drift() -> Plan:
    """Everything that a console can do, as the way back to the base that the planner makes of it."""
    drifted = Cause.DRIFT
    place = Location("knowledge/shipping.yaml", 12, 5)
    edited = replace(
        PARCEL, answer=PARCEL.answer.replace("3 working", "5 working"), similar=("Where is my parcel?", "When does it come?")
    )
    off = replace(ROBOT, status=Status.DISABLED)
    on = replace(RETURNS, question="Do you ship abroad?")
    changes = (
        CategoryChange(Action.CREATE, None, None, ("Payment",), drifted, place),
        CategoryChange(Action.RENAME, 12, ("Shipping", "Sendings"), ("Shipping", "Delivery times"), drifted, place),
        QuestionChange(Action.CREATE, None, None, replace(RETURNS, question="Tell me a joke"), drifted, location=place),
        update(edited, PARCEL, Field.ANSWER, Field.SIMILAR, cause=drifted),
        replace(update(replace(RETURNS, category=("Orders",)), RETURNS, Field.CATEGORY, cause=drifted), action=Action.MOVE),
        replace(
            update(replace(RETURNS, question="Can I return it?"), RETURNS, Field.QUESTION, cause=drifted), action=Action.RENAME
        ),
        replace(update(off, ROBOT, Field.STATUS, cause=drifted), action=Action.ENABLE),
        replace(update(on, replace(on, status=Status.DISABLED), Field.STATUS, cause=drifted), action=Action.DISABLE),
        QuestionChange(Action.DELETE, "1400000000-q-0400", replace(RETURNS, question="Is there a sale?"), None, drifted),
    )
    unmanaged = (Unmanaged(Kind.QUESTION, "1400000000-q-0300", "Who are you?", ("Small talk",)),)
    plan = plan_of(*changes, calls={"update_chitchat": 9}, seconds=1.8)
    return replace(plan, unmanaged=unmanaged, purpose=Purpose.DRIFT)


def no_drift() -> Plan:
    """The console holds what git said."""
    return replace(plan_of(), purpose=Purpose.DRIFT)


def undo() -> Plan:
    """Takes back a created, a changed and a deleted question and a created category; one question changed again since."""
    declared = Cause.DECLARED
    place = Location("knowledge/shipping.yaml", 12, 5)
    changes = (
        QuestionChange(Action.CREATE, None, None, ROBOT, declared, location=place),
        replace(update(replace(PARCEL, answer="Tomorrow."), PARCEL, Field.ANSWER), base=None),
        QuestionChange(Action.DELETE, "1400000000-q-0002", RETURNS, None, declared, location=place),
        CategoryChange(Action.DELETE, 31, ("Shipping", "Returns"), None, declared, place),
    )
    again = message("{title} is not taken back: it was changed since", title="Can I pay by card?")
    kept = Problem(ProblemKind.WITHHELD, again, place, blocking=False)
    plan = plan_of(*changes, calls={"update_chitchat": 1, "batch_set_chitchat": 1}, seconds=0.4)
    source = Source(knowledge="sha256:aa11", base=BaseKind.NONE)
    return replace(plan, source=source, problems=(kept,), purpose=Purpose.UNDO, undoes="2026-11-20T09:00:00Z")


def edited_removals() -> Plan:
    """One side took a question away that the other edited: deleted, disabled, and deleted in the console."""
    conflict = Cause.CONFLICT
    live = replace(RETURNS, answer="Send it back within 30 days.", category=("Orders",), similar=("Can I return it?",))
    goal = replace(ROBOT, status=Status.DISABLED)
    place = Location("knowledge/shipping.yaml", 12, 5)
    changes = (
        QuestionChange(Action.DELETE, "1400000000-q-0002", live, None, conflict, base=RETURNS, location=place),
        QuestionChange(
            Action.DISABLE,
            "1400000000-q-0100",
            ROBOT,
            goal,
            conflict,
            fields=(FieldChange(Field.STATUS, conflict),),
            base=replace(ROBOT, similar=()),
            location=place,
            removal=True,
        ),
        QuestionChange(Action.CREATE, None, None, replace(PARCEL, answer="Tomorrow."), conflict, base=PARCEL, location=place),
    )
    return plan_of(*changes, calls={"batch_set_chitchat": 2, "add_chitchat": 1}, seconds=0.6)


def narrowed() -> Plan:
    """A part of a plan, beside more unmanaged questions than a page lists."""
    crowd = tuple(Unmanaged(Kind.QUESTION, f"q{n}", f"Small talk {n}?", ("Small talk",)) for n in range(1, 23))
    return replace(everything(), only="*card*", changes=everything().changes[2:3], unmanaged=crowd, problems=())
