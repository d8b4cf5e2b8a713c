"""What is wrong in a file, as a value. Producers never know how it will be shown; renderers never know who found it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from kbsync.locations import Location
from kbsync.messages import Message

__all__ = ["Diagnostic", "Related", "Rule", "Severity", "has_errors", "sort_diagnostics"]


class Severity(StrEnum):
    """How much a finding matters: an error stops every command, a warning is shown, a note explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(Enum):
    """Every kind of finding: a stable code (the name) and a slug (the value, also its name under ``checks:``).

    KB1xx the text of a file, KB2xx settings, KB3xx what a knowledge file declares, KB4xx content checks.
    """

    KB101 = "unreadable-file"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that belongs to a finding, such as the first of two duplicate keys."""

    location: Location
    message: Message


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in one place.

    ``source`` is the text of the line at ``location`` (no line end), kept for the caret under it; empty when there is none.
    ``width`` is how many characters the caret underlines.
    """

    rule: Rule
    severity: Severity
    message: Message
    location: Location
    hint: Message | None = None
    source: str = ""
    width: int = 1
    related: tuple[Related, ...] = ()


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding stops the work."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Order findings by place, then by code, so that a report reads like the files."""
    return tuple(sorted(diagnostics, key=lambda found: (found.location, found.rule.name, str(found.message))))
