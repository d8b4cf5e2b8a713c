"""A service that stores texts in a spelling of its own: nothing is made twice, and both spellings are told each time."""

import json

import pytest

from kbsync.rehearsal.switches import Switches
from tests.fakes.console import snapshot
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
