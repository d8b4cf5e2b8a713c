"""Findings in each format: text with the line of the file and a caret, JSON, SARIF, GitHub's annotations and JUnit XML.

The formats for programs are English, because programs compare their words and keep them over time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from rich.cells import cell_len, set_cell_size

from kbsync import __version__
from kbsync.diagnostics import Diagnostic, Location, Rule, Severity, tally
from kbsync.display import visible
from kbsync.messages import Message, message
from kbsync.render.explanations import EXPLANATIONS
from kbsync.render.formats import Level, command, within_limit
from kbsync.render.results import document, json_text
from kbsync.render.text_page import Style, TextPage
from kbsync.render.words import RenderOptions, Words

__all__ = ["diagnostics_text", "explanations_json"]

SEVERITIES: dict[Severity, Message] = {
    Severity.ERROR: message("error"),
    Severity.WARNING: message("warning"),
    Severity.NOTE: message("note"),
}

_GRAVITY = (Severity.NOTE, Severity.WARNING, Severity.ERROR)
"""What stands last is what is read first in a terminal."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A line in three parts, made visible, tabs as one mark: what is ``marked`` may be empty at the end of a line."""

    before: str
    marked: str
    after: str


def diagnostics_text(diagnostics: Sequence[Diagnostic], options: RenderOptions = RenderOptions()) -> str:
    """Draw findings, errors last, a blank line between them, with their number by rule and by severity at the end."""
    words, page = Words(options.language), TextPage(options)
    for found in sorted(diagnostics, key=lambda found: _GRAVITY.index(found.severity)):
        _draw(page, found, width=options.width, words=words)
        page.blank()
    counts = Counter(found.rule for found in diagnostics)
    if len(counts) < len(diagnostics):
        for rule, count in counts.most_common():
            page.line((f"{count:>5}  ", Style.PLAIN), (f"{rule.name} {rule.value}", Style.QUIET))
    page.line((words.say(tally(diagnostics)) if diagnostics else words("No findings."), Style.TITLE))
    return page.text()


def _draw(page: TextPage, found: Diagnostic, *, width: int, words: Words) -> None:
    severity = f"{words.say(SEVERITIES[found.severity])}[{found.rule.name} {found.rule.value}]"
    style = Style.DANGER if found.severity is Severity.ERROR else Style.TITLE
    page.line((f"{found.location}: ", Style.TITLE), (severity, style), (f" {words.say(found.message)}", Style.PLAIN), hang=2)
    number = str(found.location.line)
    if found.source.strip():
        if found.above.strip():
            above = _first(visible(found.above, newlines=False), width - len(number) - 6)
            page.line((f"{found.location.line - 1:>{len(number)}} │ {above}", Style.QUIET), indent=2)
        _source(page, number, snippet(found, columns=width - len(number) - 6), style)
    indent = len(number) + 3
    if found.hint:
        page.line((f"= {words('hint:')} ", Style.QUIET), (words.say(found.hint), Style.PLAIN), indent=indent, hang=2)
    for related in found.related:
        page.line((f"= {related.location}: ", Style.QUIET), (words.say(related.message), Style.PLAIN), indent=indent, hang=2)


def _source(page: TextPage, number: str, shown: Snippet, style: Style) -> None:
    margin = " " * len(number)
    page.line(
        (f"{number} │ ", Style.QUIET), (shown.before, Style.PLAIN), (shown.marked, style), (shown.after, Style.PLAIN), indent=2
    )
    carets = "^" * max(1, cell_len(shown.marked))
    page.line((f"{margin} │ ", Style.QUIET), (" " * cell_len(shown.before) + carets, style), indent=2)


def snippet(found: Diagnostic, *, columns: int) -> Snippet:
    """Cut the line at the fault; where it is wider than ``columns`` its ends give way, the fault the last."""
    start = min(found.location.column - 1, len(found.source))
    end = start + max(found.width, 1)
    before, marked, after = (
        visible(part, newlines=False) for part in (found.source[:start], found.source[start:end], found.source[end:].rstrip())
    )
    room = max(columns, 20)
    marked = _first(marked, room // 2)
    before = _last(before, room - cell_len(marked) - min(cell_len(after), room // 4))
    return Snippet(before, marked, _first(after, room - cell_len(before) - cell_len(marked)))


def _first(text: str, columns: int) -> str:
    """The start of a text in at most ``columns`` columns, an ellipsis where something is left out."""
    return text if cell_len(text) <= columns else f"{set_cell_size(text, max(columns - 1, 0)).rstrip()}…"


def _last(text: str, columns: int) -> str:
    kept = text
    while cell_len(kept) > columns:
        kept = f"…{kept[1 + max(1, (cell_len(kept) - columns) // 2) :]}"
    return kept


_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.NOTE: Level.NOTICE}


def diagnostics_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Findings in the order given, with their number by severity; fields are added, never renamed, within one version."""
    counts = {severity.value: sum(found.severity is severity for found in diagnostics) for severity in Severity}
    return document(counts=counts, diagnostics=[_finding(found) for found in diagnostics])


def _finding(found: Diagnostic) -> dict[str, Any]:
    return {
        "code": found.rule.name,
        "rule": found.rule.value,
        "severity": found.severity.value,
        "message": str(found.message),
        "hint": str(found.hint) if found.hint else None,
        "location": {**_place(found.location), "width": found.width},
        "related": [{"message": str(each.message), "location": _place(each.location)} for each in found.related],
    }


def _place(location: Location) -> dict[str, Any]:
    return {"path": location.path, "line": location.line, "column": location.column}


def explanations_json(rules: Sequence[Rule]) -> str:
    """What rules mean, each with an example and what to do."""
    told = ((rule, EXPLANATIONS[rule]) for rule in rules)
    return document(
        rules=[
            {"code": rule.name, "rule": rule.value, "what": str(one.what), "mend": str(one.mend), "example": one.example}
            for rule, one in told
        ]
    )


def diagnostics_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), which code scanning and editors read: one run with every rule."""
    driver = {"name": "kbsync", "version": __version__, "rules": [_rule(rule) for rule in Rule]}
    seen: Counter[str] = Counter()
    results = []
    for found in diagnostics:
        fingerprint = _fingerprint(found)
        seen[fingerprint] += 1
        results.append({**_result(found), "partialFingerprints": {"kbsync/v1": f"{fingerprint}:{seen[fingerprint]}"}})
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    words = rule.value.split("-")
    return {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in words),
        "shortDescription": {"text": " ".join(words).capitalize()},
    }


def _result(found: Diagnostic) -> dict[str, Any]:
    end = {"endColumn": found.location.column + max(found.width, 1)}
    snippet = {"snippet": {"text": found.source}} if found.source else {}
    result: dict[str, Any] = {
        "ruleId": found.rule.name,
        "ruleIndex": [*Rule].index(found.rule),
        "level": found.severity.value,
        "message": {"text": _said(found)},
        "locations": [_region(found.location, {**end, **snippet})],
    }
    if found.related:
        result["relatedLocations"] = [
            {**_region(each.location, {}), "id": number, "message": {"text": str(each.message)}}
            for number, each in enumerate(found.related, start=1)
        ]
    return result


def _region(location: Location, more: dict[str, Any]) -> dict[str, Any]:
    """A place by a URI relative to the repository; a path may hold spaces and Chinese."""
    artifact = {"uri": quote(location.path, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
    region = {"startLine": location.line, "startColumn": location.column, **more}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _fingerprint(found: Diagnostic) -> str:
    """What stays the same when lines are added or removed above the finding."""
    parts = (found.rule.name, found.location.path, found.source.strip() or str(found.message))
    return sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def diagnostics_github(diagnostics: Sequence[Diagnostic]) -> str:
    """The most important findings as workflow commands; where some are withheld, a last notice gives their number.

    Important is an error before a warning before a note, and the first finding of each rule before repetitions.
    """
    said = {_LEVELS[severity]: [*map(_command, _by_importance(diagnostics, severity))] for severity in Severity}
    return "".join(f"{line}\n" for line in within_limit(said, message("Run kbsync validate to see all."), Words()))


def _by_importance(diagnostics: Sequence[Diagnostic], severity: Severity) -> list[Diagnostic]:
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, Diagnostic]] = []
    for found in diagnostics:
        if found.severity is severity:
            ranked.append((seen[found.rule.name], found))
            seen[found.rule.name] += 1
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


def _command(found: Diagnostic) -> str:
    place = found.location
    properties: dict[str, str | int] = {
        "file": place.path,
        "line": place.line,
        "col": place.column,
        "endColumn": place.column + max(found.width, 1) - 1,
        "title": f"{found.rule.name} {found.rule.value}",
    }
    return command(_LEVELS[found.severity], _said(found), properties)


def diagnostics_junit(diagnostics: Sequence[Diagnostic]) -> str:
    """JUnit XML for CI servers without annotations: one suite a file, errors as failures, the rest as passed cases with text.

    Without findings there is one passed case, because CI servers take a report without cases for a broken one.
    """
    root = ET.Element("testsuites", name="kbsync")
    ordered = sorted(diagnostics, key=lambda found: found.location.path)
    for path, group in groupby(ordered, key=lambda found: found.location.path):
        _suite(root, path, [*group])
    if not diagnostics:
        suite = ET.SubElement(root, "testsuite", name="kbsync", tests="1", failures="0", errors="0")
        ET.SubElement(suite, "testcase", classname="kbsync", name="No findings.")
    _count(root, diagnostics)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, path: str, findings: Sequence[Diagnostic]) -> None:
    suite = ET.SubElement(root, "testsuite", name=visible(path))
    _count(suite, findings)
    for found in findings:
        name = f"{found.rule.name} {found.rule.value} ({found.location.line}:{found.location.column})"
        attributes = {"classname": visible(path), "name": name, "file": visible(path), "line": str(found.location.line)}
        case = ET.SubElement(suite, "testcase", attributes)
        body = f"{found.location}: {_said(found)}"
        if found.severity is Severity.ERROR:
            failure = ET.SubElement(case, "failure", type=found.rule.name, message=visible(str(found.message)))
            failure.text = visible(body)
        else:
            ET.SubElement(case, "system-out").text = visible(f"{found.severity.value}: {body}")


def _count(element: ET.Element, findings: Sequence[Diagnostic]) -> None:
    failures = sum(found.severity is Severity.ERROR for found in findings)
    element.attrib.update(tests=str(max(1, len(findings))), failures=str(failures), errors="0")


def _said(found: Diagnostic) -> str:
    """The message, with the hint on a line of its own."""
    return f"{found.message}\n{found.hint}" if found.hint else str(found.message)
