"""Plans whose every text tries to be something else: markup, a mention, a command, the end of what it stands in."""

from dataclasses import replace

from kbsync.diagnostics import Location
from kbsync.messages import message
from kbsync.model import AnswerType, Content
from kbsync.plan import (
    Action,
    CategoryChange,
    Cause,
    Field,
    Kind,
    Plan,
    Problem,
    ProblemKind,
    QuestionChange,
    TargetRef,
    Unmanaged,
)
from tests.unit.plans import plan_of, update

__all__ = ["PAYLOADS", "hostile_everywhere"]

PAYLOADS = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '"><svg onload=window.pwned=1>',
    "<a href='javascript:window.pwned=1'>go</a>",
    "</textarea></style></script></title></details></article><b>",
    "-->",
    "```",
    "~~~",
    "@everyone",
    "owner/name#123 and #123 and GH-123 and !123",
    ":tada:",
    "https://evil.example/ www.evil.example me@evil.example",
    "::set-output name=x::y",
    "%0A::error::gone",
    "\n::error::gone\n/close\n# heading\n- item\n\n    code\n> [!CAUTION]\n",
    "##[error]gone",
    "- item",
    "1. item",
    "# heading",
    "    code",
    "{{ 7 * 7 }}{% raw %}{{ config }}",
    "[link](javascript:alert(1)) ![image](https://evil.example/x.png) [[wiki]]",
    "$\\frac{1}{2}$ <!-- hidden",
    "a | b | c\n--|--|--",
    "\u202eright to left\u202c \x1b[2J \x00 \ud800",
)


def hostile_everywhere(payload: str) -> Plan:
    """The payload in every field of a plan that can hold somebody else's text."""
    before = Content(payload, payload, (payload, "b"), AnswerType.RICH, (payload, "same"))
    after = replace(before, answer=f"<p>{payload}</p>", category=("a", payload), similar=(f"{payload}!", "same"))
    place = Location(payload, 1, 1)
    changes = (
        CategoryChange(Action.CREATE, None, None, (payload,), Cause.DECLARED, location=place),
        CategoryChange(Action.RENAME, 3, (payload, "old"), (payload, "new"), Cause.DECLARED),
        CategoryChange(Action.DELETE, 4, (payload, "gone"), None, Cause.DECLARED),
        QuestionChange(Action.CREATE, None, None, after, Cause.DECLARED, location=place),
        QuestionChange(Action.DELETE, payload, before, None, Cause.DRIFT, location=place),
        QuestionChange(Action.DELETE, payload, before, None, Cause.CONFLICT, base=after, location=place),
        update(before, after, Field.ANSWER, Field.CATEGORY, Field.SIMILAR, cause=Cause.CONFLICT),
        update(replace(before, answer_type=AnswerType.TEXT), replace(after, question=f"{payload}?")),
    )
    problems = tuple(
        Problem(ProblemKind.CONFLICT, message("“{question}” changed", question=payload), place, blocking=blocking)
        for blocking in (True, False)
    )
    unmanaged = tuple(Unmanaged(kind, payload, payload, (payload,), lapsed) for kind in Kind for lapsed in (True, False))
    return replace(plan_of(*changes), target=TargetRef(payload, 1), only=payload, problems=problems, unmanaged=unmanaged)
