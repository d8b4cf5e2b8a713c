"""What each finding means: all of them, with an example that leads to it, in both languages."""

import json

import pytest
from rich.cells import cell_len

from kbsync.checks import check
from kbsync.diagnostics import Rule
from kbsync.files import load_tree
from kbsync.render.explanations import EXPLANATIONS, explanations_text
from kbsync.render.findings import explanations_json
from kbsync.render.words import RenderOptions
from kbsync.usecases.context import Exit
from tests.flows.harness import Bench

SETTINGS = b"version: 1\ntargets:\n  production: {driver: sandbox}\n"

OF_A_DISK = {
    Rule.KB101,
    Rule.KB102,
    Rule.KB110,
    Rule.KB115,
    Rule.KB117,
    Rule.KB120,
    Rule.KB201,
    *(rule for rule in Rule if rule.name.startswith("KB5")),
}
"""What no text alone can show; the example is a command."""


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule not in OF_A_DISK])
def test_the_example_leads_to_the_finding(rule: Rule) -> None:
    """What is shown as wrong is found."""
    text = EXPLANATIONS[rule].example.encode()
    files = {"kbsync.yaml": text} if text.startswith(b"version") else {"kbsync.yaml": SETTINGS, "a.yaml": text}
    loaded = load_tree(files, shown_as="k")
    assert rule in {found.rule for found in (*loaded.diagnostics, *check(loaded.knowledge, {}))}


def test_every_finding_is_explained_in_both_languages() -> None:
    """What it is and what to do, short enough for a screen."""
    assert set(EXPLANATIONS) == set(Rule)
    for rule in Rule:
        english, chinese = (
            explanations_text((rule,), RenderOptions(80, language=language), whole=True) for language in ("en", "zh")
        )
        assert len(english.splitlines()) < 20
        assert ("For example:" in english, "What to do: " in english) == (True, True)
        assert max(map(cell_len, (english + chinese).splitlines())) <= 80
        assert str(EXPLANATIONS[rule].mend).split()[0] in english
        assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)


@pytest.mark.parametrize("code", ["KB503", "KB506", "KB507"])
def test_a_table_leads_to_its_finding(bench: Bench, code: str) -> None:
    """What is shown as wrong is refused by an import."""
    bench.write({"a.yaml": "categories: [{title: A}]\n"})
    (bench.path / "faq.csv").write_text(EXPLANATIONS[Rule[code]].example, encoding="utf-8")
    assert code in bench.run("import", "faq.csv", "--dry-run", "--category", "A").err


def test_programs_get_the_same() -> None:
    """Codes, names, what, mend and example."""
    (told,) = json.loads(explanations_json((Rule.KB408,)))["rules"]
    assert (told["code"], told["rule"], told["example"]) == ("KB408", "space-at-the-ends", EXPLANATIONS[Rule.KB408].example)


def test_a_finding_is_asked_for_by_code_or_name(bench: Bench) -> None:
    """In any case of letters; without one all are listed, and an unknown one is a usage error."""
    one = bench.run("explain", "kb408").out
    for said in ("Space-At-The-Ends", "408", "a.yaml:4:13: warning[KB408 space-at-the-ends] the answer"):
        assert one == bench.run("explain", said).out
    assert bench.run("explain", "KB408", "near-duplicate").out.count("What to do:") == 2
    assert one.startswith("KB408 space-at-the-ends\n")
    assert '    answer: "Here. "\n' in one
    assert all(f"{rule.name} {rule.value}\n" in bench.run("explain").out for rule in (Rule.KB101, Rule.KB414))
    assert json.loads(bench.run("explain", "--format", "json").out)["rules"][0]["code"] == "KB101"
    unknown = bench.run("explain", "KB999")
    assert (unknown.code, "kbsync explain lists them all" in unknown.err) == (Exit.USAGE, True)
