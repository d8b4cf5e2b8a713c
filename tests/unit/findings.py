"""Sample findings for the tests of all formats: tabs, Chinese, long lines, hidden characters, related places."""

from dataclasses import replace
from typing import Any

from kbsync.diagnostics import Diagnostic, Location, Related, Rule, Severity
from kbsync.messages import message

__all__ = ["finding", "samples"]


def finding(severity: Severity = Severity.ERROR, line: int = 1, **changes: Any) -> Diagnostic:
    """A finding of which only the given parts matter."""
    found = Diagnostic(Rule.KB101, severity, message("it is wrong"), Location("knowledge/a.yaml", line, 1))
    return replace(found, **changes)


def samples() -> tuple[Diagnostic, ...]:
    """One of each kind of difficulty."""
    long_line = "    answer: " + "word " * 60 + "WRONG" + " word" * 60
    return (
        Diagnostic(
            Rule.KB101,
            Severity.ERROR,
            message("the key “{key}” stands twice in one mapping", key="答案"),
            Location("knowledge/机器人.yaml", 8, 5),
            hint=message("remove one of the two"),
            source="    答案: 我是智能客服",
            width=2,
            related=(Related(Location("knowledge/机器人.yaml", 6, 5), message("it stands here first")),),
        ),
        Diagnostic(
            Rule.KB101,
            Severity.WARNING,
            message("“{word}” is not what it seems", word="pay\u202elap"),
            Location("knowledge/a.yaml", 120, 5),
            source="\t你好\tpay\u202elap now",
            width=7,
        ),
        Diagnostic(
            Rule.KB101,
            Severity.NOTE,
            message("100% of this, and more: it\nis one note"),
            Location("knowledge/a, b.yaml", 3, 313),
            source=long_line,
            width=5,
        ),
        Diagnostic(
            Rule.KB101,
            Severity.ERROR,
            message("the file cannot be read as UTF-8"),
            Location("knowledge/\udce9t\udce9.yaml"),
            hint=message("save it as UTF-8"),
        ),
        Diagnostic(
            Rule.KB101, Severity.ERROR, message("a value is missing"), Location("knowledge/a.yaml", 4, 14), source="  - question:"
        ),
    )
