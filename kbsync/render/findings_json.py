"""Findings as JSON for other programs; fields are added, never renamed, within one ``format_version``.

The words are English, because programs compare them.
"""

from collections.abc import Sequence
from typing import Any

from kbsync.diagnostics import Diagnostic, Location, Severity
from kbsync.render.json_documents import document
from kbsync.render.words import RenderOptions


def diagnostics_json(diagnostics: Sequence[Diagnostic], _options: RenderOptions = RenderOptions()) -> str:
    """Write findings in the order given, with their number by severity."""
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
