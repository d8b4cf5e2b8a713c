"""A service that stores texts in a spelling of its own: nothing is made twice, and both spellings are told each time."""

import json
import unicodedata

import pytest

from kbsync.rehearsal import Switches
from tests.fakes.console import Console, snapshot
from tests.flows.harness import Bench

FILES = {
    "tree.yaml": "categories: [{title: Shop}]\n",
    "a.yaml": """\
category: Shop
questions:
  - question: "Where is the cafe\u0301?"
    answer: "Here.\\r\\nTwo steps."
  - question: "Is it  open? "
    answer: "  Yes.  "
    similar: [" Open? "]
""",
}


@pytest.mark.no_cover
def test_a_spelling_that_does_not_take_is_told_every_time(bench: Bench) -> None:
    """Each apply ends with exit 4 and both spellings, and the library never holds a question twice."""
    bench.commit(FILES)
    sent, found = "Is it  open? ", "Is it  open?"
    with bench.served(Switches.from_words(["normalise=trim"])) as service:
        for _ in range(3):
            applied = bench.run("apply", "--yes", "--format", "json")
            assert applied.code == 4
            assert {(it["wanted"], it["found"]) for it in json.loads(applied.out)["mismatches"]} >= {(sent, found)}
            assert len([it for it in snapshot(service)["questions"] if not it["preset"]]) == 2


def test_another_unicode_form_comes_to_rest(bench: Bench) -> None:
    """What looks the same has arrived: nothing is sent again, and each plan says in which form the service stores it."""
    bench.commit(FILES)
    with bench.served(Switches.from_words(["normalise=nfc"])) as service:
        assert bench.run("apply", "--yes").code == 0
        planned = bench.run("plan", "--detailed-exitcode")
        assert planned.code == 0
        assert "in another Unicode form" in planned.out
        assert len([it for it in snapshot(service)["questions"] if not it["preset"]]) == 2


@pytest.mark.parametrize("switch", ["normalise=nfc", "normalise=trim"])
def test_a_title_in_another_form_comes_to_rest(bench: Bench, switch: str) -> None:
    """Nothing is renamed, added or taken into the files because of a title's Unicode form or outer blanks; undo knows it, too."""
    title, child = ("Cafe\u0301", "E\u0301te\u0301") if switch.endswith("nfc") else (" Cafe ", " Ete")
    bench.commit(
        {
            "a.yaml": f'categories: [{{title: "{title}", children: [{{title: "{child}"}}]}}]\n---\n'
            f'category: ["{title}", "{child}"]\nquestions: [{{question: Where?, answer: Here.}}]\n'
        }
    )
    with bench.served(Switches.from_words([switch])) as service:
        assert bench.run("apply", "--yes").code == 0
        planned = bench.run("plan", "--detailed-exitcode", "--format", "json")
        notes = [it["message"]["text"] for it in json.loads(planned.out)["problems"]]
        assert (planned.code, ["or without outer blanks" in note for note in notes]) == (0, [True, True])
        console = Console(service)
        place = console.category(*(unicodedata.normalize("NFC", each).strip() for each in (title, child)))
        console.add_question("New?", "Yes.", category=place)
        assert bench.run("pull").code == 0
        assert {path.name for path in (bench.path / "knowledge").glob("*.yaml")} == {"a.yaml", "kbsync.yaml"}
        assert title in (bench.path / "knowledge/a.yaml").read_text(encoding="utf-8")
        assert bench.run("plan", "--detailed-exitcode").code == 0
        assert "not taken back" not in bench.run("plan", "--undo", "1").out


def test_line_ends_are_settled_at_the_door(bench: Bench) -> None:
    """What the service may do to line ends was done before sending."""
    bench.commit(FILES)
    with bench.served(Switches.from_words(["normalise=line-ends"])):
        assert bench.run("apply", "--yes").code == 0
        assert bench.run("plan", "--detailed-exitcode").code == 0


def test_writing_it_the_services_way_ends_it(bench: Bench) -> None:
    """The advice in the report is good advice."""
    bench.commit(FILES)
    with bench.served(Switches.from_words(["normalise=trim"])):
        assert bench.run("apply", "--yes").code == 4
        tidy = FILES["a.yaml"].replace('  open? "', '  open?"').replace('"  Yes.  "', "Yes.").replace(" Open? ", "Open?")
        bench.commit({"a.yaml": tidy})
        assert bench.run("apply", "--yes").code == 0
