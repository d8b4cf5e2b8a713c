"""Places in files, and what is wrong there: values without a format, made by readers and checks, drawn by renderers."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from kbsync.messages import Message, plural

__all__ = ["Diagnostic", "Location", "Related", "Rule", "Severity", "has_errors", "sort_diagnostics", "tally"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text file; ``line`` and ``column`` count from 1, columns in characters.

    ``path`` is in POSIX form and counts from the top of the repository, or from the current directory where there is none:
    a plan is the same from wherever it is made, and a review finds the file. In a table ``cell`` is what spreadsheets call the
    place: ``Sheet1!C14``.
    """

    path: str
    line: int = 1
    column: int = 1
    cell: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.cell}" if self.cell else f"{self.short}:{self.column}"

    @property
    def short(self) -> str:
        """File and line."""
        return f"{self.path}:{self.line}"


class Severity(StrEnum):
    """How much a finding matters: an error stops every command, a warning is shown, a note explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Rule(Enum):
    """Every kind of finding: a stable code (the name) and a slug (the value, also its name under ``checks:``).

    KB1xx the text of a file, KB2xx settings, KB3xx what a knowledge file declares, KB4xx content checks,
    KB5xx tables.
    """

    KB101 = "unreadable-file"
    KB102 = "not-utf-8"
    KB103 = "control-character"
    KB104 = "duplicate-key"
    KB105 = "yaml-syntax"
    KB106 = "yaml-tag"
    KB107 = "merge-key"
    KB108 = "bad-alias"
    KB109 = "too-deep"
    KB110 = "file-too-large"
    KB111 = "unknown-key"
    KB112 = "wrong-type"
    KB113 = "missing-key"
    KB114 = "wrong-value"
    KB115 = "symbolic-link"
    KB116 = "empty-text"
    KB117 = "too-many-faults"
    KB118 = "text-cut-short"
    KB119 = "not-the-content"
    KB120 = "file-left-out"
    KB121 = "lines-joined"
    KB201 = "settings-missing"
    KB202 = "bad-endpoint"
    KB203 = "endpoint-or-region"
    KB204 = "target-name"
    KB205 = "unknown-default-target"
    KB206 = "unknown-check"
    KB207 = "duplicate-application"
    KB301 = "duplicate-question"
    KB302 = "similar-taken"
    KB303 = "repeated-text"
    KB304 = "duplicate-id"
    KB305 = "previous-text-in-use"
    KB306 = "previous-text-claimed-twice"
    KB307 = "duplicate-category"
    KB308 = "category-path"
    KB309 = "no-category"
    KB310 = "answer-file"
    KB311 = "unknown-target"
    KB312 = "removed-and-declared"
    KB401 = "near-duplicate"
    KB402 = "same-but-for-form"
    KB403 = "placeholder"
    KB404 = "invisible-character"
    KB405 = "markup-in-text"
    KB406 = "rich-without-markup"
    KB407 = "long-answer"
    KB408 = "space-at-the-ends"
    KB409 = "category-nearly-declared"
    KB410 = "unsafe-markup"
    KB411 = "unicode-form"
    KB412 = "pasted-text"
    KB413 = "broken-markup"
    KB414 = "doubtful-link"
    KB501 = "cell-too-long"
    KB502 = "unreadable-table"
    KB503 = "table-columns"
    KB504 = "not-a-text"
    KB505 = "merged-cells"
    KB506 = "faulty-row"
    KB507 = "row-repeated"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that belongs to a finding, such as the first of two duplicate keys."""

    location: Location
    message: Message


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in one place.

    ``source`` is the text of the line at ``location`` (no line end), kept for the caret under it; empty when there is none.
    ``width`` is how many characters the caret underlines. ``above`` is the line before, for what is read against it.
    """

    rule: Rule
    severity: Severity
    message: Message
    location: Location
    hint: Message | None = None
    source: str = ""
    width: int = 1
    related: tuple[Related, ...] = ()
    above: str = ""


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding stops the work."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Order findings by place, then by code, so that a report reads like the files."""
    return tuple(sorted(diagnostics, key=lambda found: (found.location, found.rule.name, str(found.message))))


def of_changed(
    diagnostics: Iterable[Diagnostic], declared: Iterable[Location], changed: Collection[Location]
) -> tuple[Diagnostic, ...]:
    """The findings in entries that change, or that speak of one, and those in no entry; an entry reaches up to the next one."""
    starts: dict[str, list[int]] = {}
    for location in sorted(declared):
        starts.setdefault(location.path, []).append(location.line)
    places = {(location.path, location.line) for location in changed}

    def is_told(location: Location) -> bool:
        lines = starts.get(location.path, ())
        before = bisect_right(lines, location.line)
        return not before or (location.path, lines[before - 1]) in places

    return tuple(
        found
        for found in diagnostics
        if is_told(found.location) or any(is_told(other.location) for other in found.related if other.location in changed)
    )


def tally(diagnostics: Collection[Diagnostic]) -> Message:
    """How many findings there are of each severity, and in how many files."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    return plural(
        "{found} in {count} file",
        "{found} in {count} files",
        found=tuple(words.fill(count=counts[severity]) for severity, words in _COUNTED.items() if counts[severity]),
        count=len({diagnostic.location.path for diagnostic in diagnostics}),
    )


_COUNTED = {
    Severity.ERROR: plural("{count} error", "{count} errors"),
    Severity.WARNING: plural("{count} warning", "{count} warnings"),
    Severity.NOTE: plural("{count} note", "{count} notes"),
}
