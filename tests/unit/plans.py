"""Sample plans that cover every action, cause and kind of text; the tests of all renderers draw the same ones."""

from dataclasses import replace

from kbsync.commands import Command
from kbsync.diagnostics import Location
from kbsync.messages import message
from kbsync.model import AnswerType, Content, Status
from kbsync.plan import (
    Action,
    BaseKind,
    CategoryChange,
    Cause,
    Change,
    Cost,
    Field,
    FieldChange,
    Kind,
    Match,
    Plan,
    Problem,
    ProblemKind,
    QuestionChange,
    Source,
    TargetRef,
    Unmanaged,
)

__all__ = ["DIGEST", "chinese", "conflicts", "dangerous", "empty", "everything", "hostile", "long_prose", "offline"]

DIGEST = "sha256:5f0c6a1d9b7e4c3382aa10c4d7f0e6b95b1d2c3e4f5061728394a5b6c7d8e9f0"
PARCEL = Content(
    question="When will my parcel arrive?",
    answer="Usually within 3 working days. Weekends and public holidays do not count.\n\nYou get a tracking number by e-mail.\n",
    category=("Shipping", "Delivery times"),
    similar=("How long does delivery take?", "Where is my parcel?"),
)
RETURNS = Content(
    question="How do I return something?",
    answer="Send it back within 14 days. The label is in the parcel.",
    category=("Shipping", "Returns"),
)
ROBOT = Content(
    question="你是机器人吗?",
    answer="我是一个机器人,可以帮助您解决问题。如果需要人工客服,请回复“人工”。",
    category=("System preset category", "Ask robot information"),
    similar=("你是人吗?", "你是真人还是机器人?"),
)
_SOURCE = Source(
    knowledge="sha256:aa11",
    commit="3f9c2d7e5b1a48c6907d2e1f3a4b5c6d7e8f9012",
    base_commit="b7e1f0a2c3d4e5f60718293a4b5c6d7e8f901234",
    base=BaseKind.APPLIED,
)
_TARGET = TargetRef("production", 1400000000)


def plan_of(*changes: Change, calls: dict[str, int] | None = None, seconds: float = 0.0) -> Plan:
    """A plan for production, compared with what was last applied."""
    cost = Cost(calls or {}, seconds)
    return Plan(_TARGET, _SOURCE, changes, cost=cost, managed=40, unchanged=40 - len(changes))


def update(before: Content, after: Content, *fields: Field, cause: Cause = Cause.DECLARED) -> QuestionChange:
    """One update of a live question, of the fields that differ unless they are named; all have the one cause."""
    fields = fields or tuple(field for field in Field if getattr(before, field) != getattr(after, field))
    return QuestionChange(
        Action.UPDATE,
        "1400000000-q-0001",
        before,
        after,
        cause,
        fields=tuple(FieldChange(field, cause) for field in fields),
        base=before if cause is Cause.DECLARED else after,
        location=Location("knowledge/shipping.yaml", 12, 5),
    )


def empty() -> Plan:
    """Everything is as declared."""
    return plan_of()


def everything() -> Plan:
    """Every action and every cause, for questions and categories, with unmanaged and lapsed questions."""
    changes = (*_category_changes(), *_question_changes(), *_status_changes(), *_removals())
    plan = plan_of(
        *changes, calls={Command.UPDATE: 4, Command.ADD: 1, Command.BATCH_SET: 4, Command.ADD_CATEGORY: 3}, seconds=2.6
    )
    return replace(plan, unmanaged=_UNMANAGED, problems=(_WITHHELD,))


def dangerous() -> Plan:
    """Nothing but what takes answers away, and a problem that stops it."""
    refused = Problem(
        ProblemKind.PROTECTED,
        message("“{question}” is protected and cannot be removed", question="How do I reach a human?"),
        Location("knowledge/contact.yaml", 3, 5),
    )
    return replace(plan_of(*_status_changes(), *_removals(), calls={Command.BATCH_SET: 4}, seconds=0.8), problems=(refused,))


def conflicts() -> Plan:
    """Git and the console both changed one answer; the console alone changed another; a third is unknown."""
    console = replace(PARCEL, answer=PARCEL.answer.replace("3 working", "5 working"), status=Status.DISABLED)
    declared = replace(PARCEL, answer=PARCEL.answer.replace("3 working", "4 working"))
    both = QuestionChange(
        Action.UPDATE,
        "1400000000-q-0001",
        console,
        replace(declared, status=Status.DISABLED),
        Cause.CONFLICT,
        fields=(FieldChange(Field.ANSWER, Cause.CONFLICT),),
        base=PARCEL,
        location=Location("knowledge/shipping.yaml", 12, 5),
    )
    drifted = update(replace(RETURNS, answer="Send it back within 30 days."), RETURNS, Field.ANSWER, cause=Cause.DRIFT)
    unknown = update(ROBOT, replace(ROBOT, answer_type=AnswerType.RICH), Field.ANSWER_TYPE, cause=Cause.UNKNOWN)
    problem = Problem(
        ProblemKind.CONFLICT,
        message("“{question}” was changed in git and in the console", question=PARCEL.question),
        both.location,
    )
    plan = plan_of(both, drifted, replace(unknown, base=None), calls={Command.UPDATE: 3}, seconds=0.6)
    return replace(plan, problems=(problem,))


def chinese() -> Plan:
    """Chinese prose: a changed answer, a changed question, one similar question more and one less."""
    after = replace(
        ROBOT,
        answer="我是智能客服机器人,可以帮您解答问题。如果需要人工客服,请回复“人工”。",
        similar=("你是人吗?", "你是不是机器人?"),
    )
    renamed = QuestionChange(
        Action.RENAME,
        "1400000000-q-0100",
        replace(ROBOT, question="你是人工智能吗?", similar=()),
        replace(ROBOT, similar=()),
        Cause.DECLARED,
        fields=(FieldChange(Field.QUESTION, Cause.DECLARED),),
        location=Location("knowledge/机器人.yaml", 8, 5),
        match=Match.WORDING,
        confidence=87,
    )
    changed = update(ROBOT, after, Field.ANSWER, Field.SIMILAR)
    return plan_of(changed, renamed, calls={Command.UPDATE: 2, Command.UPDATE_SIMILAR: 1}, seconds=0.6)


def long_prose() -> Plan:
    """A long answer with two small changes far apart, one rewritten answer, one new answer of many lines."""
    paragraphs = [
        f"Paragraph {number} explains one more thing that customers often ask about and stays as it is." for number in range(1, 9)
    ]
    before = replace(PARCEL, answer="\n\n".join(paragraphs))
    edited = [
        paragraphs[0].replace("one more", "another"),
        *paragraphs[1:6],
        paragraphs[6].replace("often", "rarely"),
        paragraphs[7],
    ]
    after = replace(PARCEL, answer="\n\n".join(edited))
    rewritten = replace(RETURNS, answer="Please ask the shop where you bought the goods; we cannot take them.")
    created = QuestionChange(
        Action.CREATE,
        None,
        None,
        replace(PARCEL, question="What can I order?", answer="\n".join(f"- item {number}" for number in range(1, 31))),
        Cause.DECLARED,
        location=Location("knowledge/shop.yaml", 2, 5),
    )
    changes = (update(before, after, Field.ANSWER), update(RETURNS, rewritten, Field.ANSWER), created)
    return plan_of(*changes, calls={Command.UPDATE: 2, Command.ADD: 1}, seconds=0.4)


def hostile() -> Plan:
    """Texts that try to command a terminal, to hide, to reorder, or to be markup."""
    nasty = replace(
        RETURNS,
        question="Pay \x1b[2Jhere? <script>alert(1)</script> | `x` @everyone",
        answer="Send money to \u202elanigiro\u202c \u200bnow.\n</details> ```\n::error::gone\n[link](javascript:alert(1)) [bold]",
        similar=("a\u00adb", "line\u2028break"),
    )
    return plan_of(update(RETURNS, nasty, Field.QUESTION, Field.ANSWER, Field.SIMILAR), calls={Command.UPDATE: 1}, seconds=0.2)


def offline() -> Plan:
    """Compared with the merge base in place of the live library, from a working tree with uncommitted changes."""
    source = replace(_SOURCE, commit=None, base=BaseKind.MERGE_BASE)
    after = replace(PARCEL, answer=PARCEL.answer.replace("3 working", "2 working"))
    return replace(plan_of(update(PARCEL, after, Field.ANSWER)), source=source, offline=True)


def moves(count: int) -> tuple[QuestionChange, ...]:
    """As many questions that go from one category to another."""
    return tuple(
        replace(
            update(
                replace(RETURNS, question=f"Question {number}?"),
                replace(RETURNS, question=f"Question {number}?", category=("Returns",)),
                Field.CATEGORY,
            ),
            action=Action.MOVE,
        )
        for number in range(count)
    )


def _category_changes() -> tuple[Change, ...]:
    return (
        CategoryChange(
            Action.CREATE,
            None,
            None,
            ("Payment",),
            Cause.DECLARED,
            location=Location("knowledge/payment.yaml", 2, 5),
        ),
        CategoryChange(
            Action.RENAME,
            12,
            ("Shipping", "Delivery"),
            ("Shipping", "Delivery times"),
            Cause.DECLARED,
            location=Location("knowledge/shipping.yaml", 4, 9),
        ),
    )


def _question_changes() -> tuple[Change, ...]:
    after = replace(
        PARCEL,
        answer=PARCEL.answer.replace("3 working", "5 working"),
        similar=("How long does delivery take?", "When does it come?"),
    )
    renamed = replace(
        update(RETURNS, replace(RETURNS, question="How can I return something?"), Field.QUESTION),
        action=Action.RENAME,
        match=Match.PREVIOUSLY,
    )
    moved = replace(
        update(RETURNS, replace(RETURNS, category=("Orders", "After the sale")), Field.CATEGORY),
        action=Action.MOVE,
    )
    created = QuestionChange(
        Action.CREATE,
        None,
        None,
        Content("Can I pay by card?", "Yes: Visa and Mastercard.", ("Payment",), AnswerType.TEXT, ("Do you take cards?",)),
        Cause.DECLARED,
        location=Location("knowledge/payment.yaml", 6, 5),
    )
    drifted = update(replace(RETURNS, answer="Send it back within 30 days."), RETURNS, Field.ANSWER, cause=Cause.DRIFT)
    return (created, update(PARCEL, after, Field.ANSWER, Field.SIMILAR), renamed, moved, drifted)


def _status_changes() -> tuple[Change, ...]:
    off = replace(ROBOT, status=Status.DISABLED)
    disabled = replace(update(ROBOT, off, Field.STATUS), action=Action.DISABLE)
    on = replace(RETURNS, question="Do you ship abroad?")
    enabled = replace(update(replace(on, status=Status.DISABLED), on, Field.STATUS), action=Action.ENABLE)
    return (disabled, enabled)


def _removals() -> tuple[Change, ...]:
    gone = QuestionChange(
        Action.DELETE,
        "1400000000-q-0200",
        replace(RETURNS, question="Is there a Christmas sale?", answer="Yes, until 24 December.", category=("Offers",)),
        None,
        Cause.DECLARED,
        location=Location("knowledge/offers.yaml", 4, 5),
    )
    category = CategoryChange(Action.DELETE, 30, ("Offers",), None, Cause.DECLARED)
    return (gone, category)


_UNMANAGED = (
    Unmanaged(
        Kind.QUESTION, "1400000000-q-0300", "Who are you?", ("System preset category", "Ask robot information"), preset=True
    ),
    Unmanaged(Kind.QUESTION, "1400000000-q-0301", "你喜欢什么颜色?", ("Small talk",)),
    Unmanaged(Kind.QUESTION, "1400000000-q-0302", "Is there a summer sale?", ("Offers",), formerly_declared=True),
    Unmanaged(Kind.CATEGORY, "77", "Small talk", ("System preset category", "Small talk"), preset=True),
)
_WITHHELD = Problem(
    ProblemKind.WITHHELD,
    message("{count} question stays because removals are off (policy.prune: keep)", count=1),
    Location("knowledge/kbsync.yaml", 9, 3),
    blocking=False,
)
