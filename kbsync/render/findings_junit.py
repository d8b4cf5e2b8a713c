"""Findings as JUnit XML, which CI servers without annotations show: one suite a file, one case a finding."""

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from kbsync.diagnostics import Diagnostic, Severity
from kbsync.display import visible
from kbsync.render.words import RenderOptions, Words


def diagnostics_junit(diagnostics: Sequence[Diagnostic], options: RenderOptions = RenderOptions()) -> str:
    """Write errors as failures, and warnings and notes as passed cases that have something to say.

    Without findings there is one passed case, because CI servers take a report without cases for a broken one.
    """
    words = Words(options.language)
    root = ET.Element("testsuites", name="kbsync")
    ordered = sorted(diagnostics, key=lambda found: found.location.path)
    for path, group in groupby(ordered, key=lambda found: found.location.path):
        _suite(root, path, list(group), words)
    if not diagnostics:
        suite = ET.SubElement(root, "testsuite", name="kbsync", tests="1", failures="0", errors="0")
        ET.SubElement(suite, "testcase", classname="kbsync", name=words("No findings."))
    _count(root, diagnostics)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, path: str, findings: Sequence[Diagnostic], words: Words) -> None:
    suite = ET.SubElement(root, "testsuite", name=visible(path))
    _count(suite, findings)
    for found in findings:
        said = visible(words.say(found.message))
        name = f"{found.rule.name} {found.rule.value} ({found.location.line}:{found.location.column})"
        attributes = {"classname": visible(path), "name": name, "file": visible(path), "line": str(found.location.line)}
        case = ET.SubElement(suite, "testcase", attributes)
        body = "\n".join(part for part in (f"{found.location}: {said}", found.hint and words.say(found.hint)) if part)
        if found.severity is Severity.ERROR:
            ET.SubElement(case, "failure", type=found.rule.name, message=said).text = visible(body)
        else:
            ET.SubElement(case, "system-out").text = visible(f"{found.severity.value}: {body}")


def _count(element: ET.Element, findings: Sequence[Diagnostic]) -> None:
    failures = sum(found.severity is Severity.ERROR for found in findings)
    element.attrib.update(tests=str(max(1, len(findings))), failures=str(failures), errors="0")
