"""Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), which code scanning and editors read.

The words are English, because code scanning keeps findings over time and compares them.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from kbsync import __version__
from kbsync.diagnostics import Diagnostic, Location, Rule
from kbsync.messages import Message
from kbsync.render.json_documents import json_text
from kbsync.render.words import RenderOptions

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def diagnostics_sarif(diagnostics: Sequence[Diagnostic], _options: RenderOptions = RenderOptions()) -> str:
    """Write one run with every rule there is and one result for each finding."""
    rules = list(Rule)
    driver = {"name": "kbsync", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    seen: Counter[str] = Counter()
    results = []
    for found in diagnostics:
        fingerprint = _fingerprint(found)
        seen[fingerprint] += 1
        results.append({**_result(found, rules), "partialFingerprints": {"kbsync/v1": f"{fingerprint}:{seen[fingerprint]}"}})
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    words = rule.value.split("-")
    return {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in words),
        "shortDescription": {"text": " ".join(words).capitalize()},
    }


def _result(found: Diagnostic, rules: list[Rule]) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": found.location.line,
        "startColumn": found.location.column,
        "endColumn": found.location.column + max(found.width, 1),
    }
    if found.source:
        region["snippet"] = {"text": found.source}
    result: dict[str, Any] = {
        "ruleId": found.rule.name,
        "ruleIndex": rules.index(found.rule),
        "level": found.severity.value,
        "message": {"text": _text(found.message, found.hint)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(found.location), "region": region}}],
    }
    if found.related:
        result["relatedLocations"] = [
            {**_related(each.location), "id": number, "message": {"text": str(each.message)}}
            for number, each in enumerate(found.related, start=1)
        ]
    return result


def _related(location: Location) -> dict[str, Any]:
    region = {"startLine": location.line, "startColumn": location.column}
    return {"physicalLocation": {"artifactLocation": _artifact(location), "region": region}}


def _artifact(location: Location) -> dict[str, str]:
    """A URI relative to the repository; a path may hold spaces and Chinese."""
    return {"uri": quote(location.path, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}


def _text(message: Message, hint: Message | None) -> str:
    return f"{message}\n{hint}" if hint else str(message)


def _fingerprint(found: Diagnostic) -> str:
    """What stays the same when lines above the finding come and go."""
    parts = (found.rule.name, found.location.path, found.source.strip() or str(found.message))
    return sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
