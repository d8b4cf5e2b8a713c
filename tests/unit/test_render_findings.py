"""Findings in every format, from the same samples."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.messages import message
from kbsync.render.findings import (
    diagnostics_github,
    diagnostics_json,
    diagnostics_junit,
    diagnostics_sarif,
    diagnostics_text,
    snippet,
)
from kbsync.render.words import RenderOptions
from tests.golden import check_golden
from tests.unit.findings import finding, samples

GOLDEN = Path(__file__).parent / "golden"


def test_findings_read_like_a_compiler_s() -> None:
    """Place, code and message, then the line with a caret under the fault, the hint and the related places."""
    check_golden(GOLDEN / "findings.txt", diagnostics_text(samples()))


def test_findings_fit_a_narrow_page_in_chinese() -> None:
    """At sixty columns a long line is cut around the fault and words are wrapped."""
    text = diagnostics_text(samples(), RenderOptions(width=60, language="zh"))
    assert max(cell_len(line) for line in text.splitlines()) <= 60
    check_golden(GOLDEN / "findings_zh.txt", text)


def test_findings_in_colour_say_the_same() -> None:
    """Colour adds escape codes and nothing else."""
    check_golden(GOLDEN / "findings_color.txt", diagnostics_text(samples(), RenderOptions(color=True)).replace("\x1b", "␛"))


def test_no_findings_are_said_too() -> None:
    """Nothing found is a sentence, not silence."""
    assert diagnostics_text(()) == "No findings.\n"


@given(st.text("ab \t你é\u202e", max_size=200), st.integers(1, 250), st.integers(0, 60), st.integers(10, 120))
def test_a_snippet_fits_and_keeps_the_fault(line: str, column: int, width: int, columns: int) -> None:
    """However long the line and wherever the fault, the cut line fits and begins its mark where the fault is."""
    found = finding(location=Location("a.yaml", 1, column), source=line, width=width)
    shown = snippet(found, columns=columns)
    assert cell_len(shown.before + shown.marked + shown.after) <= max(columns, 20)
    fault = line[min(column - 1, len(line)) :][: max(width, 1)]
    assert bool(shown.marked) == bool(fault)


def test_json_holds_everything_in_the_order_given() -> None:
    """Programs get codes, places, hints and related places, and figures by severity."""
    document = json.loads(diagnostics_json(samples()))
    assert document["format_version"] == "1.0"
    assert document["counts"] == {"error": 3, "warning": 1, "note": 1}
    assert document["diagnostics"][0] == {
        "code": "KB101",
        "rule": "unreadable-file",
        "severity": "error",
        "message": "the key “答案” stands twice in one mapping",
        "hint": "remove one of the two",
        "location": {"path": "knowledge/机器人.yaml", "line": 8, "column": 5, "width": 2},
        "related": [{"message": "it stands here first", "location": {"path": "knowledge/机器人.yaml", "line": 6, "column": 5}}],
    }
    assert document["diagnostics"][3]["location"]["path"] == "knowledge/\udce9t\udce9.yaml"


def test_sarif_has_what_code_scanning_needs() -> None:
    """The run names its tool, its rules and the unit of its columns; each result points to a rule and a region."""
    log = json.loads(diagnostics_sarif(samples()))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (log["version"], run["columnKind"], run["tool"]["driver"]["name"]) == ("2.1.0", "unicodeCodePoints", "kbsync")
    assert [rule["id"] for rule in rules] == [rule.name for rule in Rule]
    for result, found in zip(run["results"], samples(), strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == found.rule.name
        assert result["level"] == found.severity.value
        assert result["message"]["text"].startswith(str(found.message))
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (found.location.line, found.location.column)
        assert region["endColumn"] > region["startColumn"]


def test_sarif_places_are_uris_and_related_places_are_numbered() -> None:
    """Chinese, spaces and undecodable bytes in a path are percent-encoded."""
    results = json.loads(diagnostics_sarif(samples()))["runs"][0]["results"]
    places = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
    assert places[0] == "knowledge/%E6%9C%BA%E5%99%A8%E4%BA%BA.yaml"
    assert places[2:4] == ["knowledge/a%2C%20b.yaml", "knowledge/%E9t%E9.yaml"]
    (related,) = results[0]["relatedLocations"]
    assert (related["id"], related["message"]["text"]) == (1, "it stands here first")


def test_sarif_fingerprints_outlive_moved_lines() -> None:
    """A finding keeps its fingerprint when its line moves, and two alike findings have two."""
    first, second, moved = (finding(line=line, source="  x: 1") for line in (1, 2, 30))

    def prints(*found: Diagnostic) -> list[str]:
        results = json.loads(diagnostics_sarif(found))["runs"][0]["results"]
        return [each["partialFingerprints"]["kbsync/v1"] for each in results]

    assert prints(first) == prints(moved)
    assert len(set(prints(first, second))) == 2


def test_junit_counts_errors_as_failures() -> None:
    """Each file is a suite, each finding a case; warnings and notes pass and have something to say."""
    root = ET.fromstring(diagnostics_junit(samples()))
    assert root.attrib == {"name": "kbsync", "tests": "5", "failures": "3", "errors": "0"}
    assert [suite.get("tests") for suite in root] == ["1", "2", "1", "1"]
    assert len(root.findall(".//failure")) == 3
    assert "pay⟨U+202E⟩lap" in [each.text or "" for each in root.findall(".//system-out")][1]


def test_junit_without_findings_has_one_passed_case() -> None:
    """A clean run is a passed case and not an empty report."""
    root = ET.fromstring(diagnostics_junit(()))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert len(root.findall("testsuite/testcase")) == 1


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_no_character_breaks_xml_or_a_workflow_command(text: str) -> None:
    """Whatever a file holds, the XML can be parsed and each annotation is one line."""
    found = Diagnostic(Rule.KB101, Severity.ERROR, message("bad: {text}", text=text), Location(f"a{text}", 1, 1))
    assert ET.fromstring(diagnostics_junit((found,))).get("failures") == "1"
    (line,) = diagnostics_github((found,)).split("\n")[:-1]
    assert line.startswith("::error file=")
    assert diagnostics_text((found,)).encode()


def test_annotations_are_escaped() -> None:
    """Per cent signs, line ends, colons and commas cannot end a command or a property."""
    lines = diagnostics_github(samples()).splitlines()
    assert lines[-1] == (
        "::notice file=knowledge/a%2C b.yaml,line=3,col=313,endColumn=317,title=KB101 unreadable-file"
        "::100%25 of this, and more: it%0Ais one note"
    )


def test_annotations_keep_within_the_limits_and_say_what_is_withheld() -> None:
    """Ten of a kind are shown at most, the last notice among them counts the rest."""
    found = [finding(severity, line) for severity in Severity for line in range(1, 13)]
    lines = diagnostics_github(found).splitlines()
    kinds = [line.split(" ")[0] for line in lines]
    assert [kinds.count(kind) for kind in ("::error", "::warning", "::notice")] == [10, 10, 10]
    assert "errors 2, warnings 2, notices 3" in lines[-1]


def test_ten_notes_need_no_word_about_withholding() -> None:
    """Exactly as many as GitHub shows are all shown."""
    lines = diagnostics_github([finding(Severity.NOTE, line) for line in range(1, 11)]).splitlines()
    assert len([line for line in lines if "it is wrong" in line]) == 10


def test_each_kind_of_error_is_annotated_before_repetitions() -> None:
    """A rule broken once is not pushed out by one that is broken everywhere."""
    others = [rule for rule in Rule if rule is not Rule.KB101][:3]
    found = [finding(line=line) for line in range(1, 20)]
    found += [finding(rule=rule, line=99) for rule in others]
    shown = diagnostics_github(found).splitlines()[: 1 + len(others)]
    assert [line.split("title=")[1].split(" ")[0] for line in shown] == ["KB101", *(rule.name for rule in others)]


@pytest.mark.parametrize("severity", Severity)
def test_each_severity_has_its_command(severity: Severity) -> None:
    """An error, a warning and a note become an error, a warning and a notice."""
    expected = {"error": "error", "warning": "warning", "note": "notice"}[severity.value]
    assert diagnostics_github([finding(severity)]).startswith(f"::{expected} ")
