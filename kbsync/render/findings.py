"""Findings for programs: JSON, SARIF, GitHub's annotations and JUnit XML.

The words are English, because programs compare them and keep them over time.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from kbsync import __version__
from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.display import visible
from kbsync.messages import message
from kbsync.render.explanations import EXPLANATIONS
from kbsync.render.json_documents import document, json_text
from kbsync.render.words import Words
from kbsync.render.workflow_commands import Level, command, within_limit

__all__ = ["diagnostics_github", "diagnostics_json", "diagnostics_junit", "diagnostics_sarif", "explanations_json"]

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
