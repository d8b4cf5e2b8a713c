"""What somebody edited in the console is overwritten only where somebody agrees to it."""

import json
from pathlib import Path

import pytest

from kbsync.sandbox.service import Service
from tests.fakes.console import Console
from tests.flows.harness import Bench, Terminal, apply_first, copied, held
from tests.flows.shop import FIRST

PAY = "How can I pay?"
CHEQUES = "Do you take cheques?"


@pytest.fixture
def edited(tmp_path: Path) -> Bench:
    """A bench whose first commit is live, one question edited in the console since."""
    bench = copied(tmp_path, apply_first)
    bench.edit(PAY, answer="In shells, one by one.")
    return bench


def answer(bench: Bench, text: str = PAY) -> str:
    """What customers are told."""
    with bench.console() as service:
        return next(each.answer for each in held(service) if each.question == text)


@pytest.mark.no_cover
@pytest.mark.parametrize("planned", [False, True])
def test_where_nobody_is_asked_console_edits_are_refused(edited: Bench, *, planned: bool) -> None:
    """Exit 6, also for a saved plan: each edit is named with every way on, and that merges wait."""
    assert edited.run("plan", "--out", "plan.json").code == 0
    refused = edited.run("apply", "--yes", *(["plan.json"] if planned else []))
    told = " ".join(refused.err.split())
    assert refused.code == 6
    assert f"1 console edit would be overwritten: {PAY};" in told
    assert all(way in told for way in ("kbsync pull", "--overwrite-drift", "policy.drift: overwrite", "merges wait"))
    assert answer(edited) == "In shells, one by one."


def _deleted(service: Service) -> None:
    Console(service).delete_question(Console(service).question(PAY))


def _disabled(service: Service) -> None:
    Console(service).edit_question(Console(service).question(PAY), status=5)


def _moved(service: Service) -> None:
    Console(service).edit_question(Console(service).question(PAY), category=Console(service).category("Shipping"))


def _retitled(service: Service) -> None:
    Console(service).edit_question(Console(service).question(PAY), question="How can I really pay?")


@pytest.mark.no_cover
@pytest.mark.parametrize("edit", [_deleted, _disabled, _moved, _retitled])
def test_every_kind_of_edit_counts(bench: Bench, edit: object) -> None:
    """Deleted, switched off, moved, renamed: each is somebody's work."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    with bench.console() as service:
        assert callable(edit)
        edit(service)
    refused = bench.run("apply", "--yes")
    assert (refused.code, "1 console edit would be overwritten" in " ".join(refused.err.split())) == (6, True)
    assert bench.run("apply", "--yes", "--overwrite-drift").code == 0
    assert answer(bench) == "By card."


@pytest.mark.no_cover
def test_two_edits_are_both_named(edited: Bench) -> None:
    """The sentence counts them."""
    edited.edit(CHEQUES, answer="Only travellers' ones.")
    told = " ".join(edited.run("apply", "--yes").err.split())
    assert "2 console edits would be overwritten" in told
    assert all(text in told.partition("2 console edits would")[2] for text in (PAY, CHEQUES))


@pytest.mark.no_cover
def test_consent_and_policy_overwrite(edited: Bench) -> None:
    """``--overwrite-drift`` agrees once, ``policy.drift: overwrite`` for good; the plan of the latter holds the policy."""
    assert edited.run("apply", "--yes", "--overwrite-drift").code == 0
    assert answer(edited) == "By card."
    edited.edit(PAY, answer="In shells.")
    text = (edited.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8")
    edited.commit({"kbsync.yaml": text.replace("policy: {", "policy: {drift: overwrite, ")})
    assert edited.run("plan", "--out", "plan.json").code == 0
    assert json.loads((edited.path / "plan.json").read_text(encoding="utf-8"))["policy"]["drift"] == "overwrite"
    assert edited.run("apply", "--yes", "plan.json").code == 0
    assert answer(edited) == "By card."


@pytest.mark.no_cover
def test_at_a_terminal_a_yes_is_enough(edited: Bench) -> None:
    """The plan above the question names the edits; a no leaves them, and with --yes nobody was asked."""
    declined = edited.run("apply", keyboard=Terminal("n\n"))
    assert "Apply to sandbox: 1 console edit to overwrite? [y/N]" in declined.err
    assert f"~ Update: {PAY}" in declined.err
    assert (declined.code, answer(edited)) == (1, "In shells, one by one.")
    assert edited.run("apply", "--yes", keyboard=Terminal("")).code == 6
    assert edited.run("apply", keyboard=Terminal("y\n")).code == 0
    assert answer(edited) == "By card."


@pytest.mark.no_cover
def test_what_has_a_consent_of_its_own_needs_no_second_one(bench: Bench) -> None:
    """A conflict is agreed to by --overwrite-conflicts, what an authoritative category loses by its number."""
    files = {name: text.replace("title: Payment", "title: Payment\n    authoritative: true") for name, text in FIRST.items()}
    bench.commit(files)
    assert bench.run("apply", "--yes").code == 0
    with bench.console() as service:
        Console(service).add_question("Do you take shells?", "Only large ones.", category=Console(service).category("Payment"))
    bench.edit(PAY, answer="By cheque.")
    bench.commit({"other.yaml": files["other.yaml"].replace("By card.", "In cash.")})
    done = bench.run("apply", "--yes", "--overwrite-conflicts", "--allow-remove", "1")
    assert done.code == 0, done.err


def _created(bench: Bench) -> tuple[dict[str, str], str, tuple[str, ...]]:
    return {"more.yaml": "category: Payment\nquestions: [{question: New?, answer: Yes.}]\n"}, "New?", ("--allow-remove", "1")


def _updated(bench: Bench) -> tuple[dict[str, str], str, tuple[str, ...]]:
    return {"other.yaml": FIRST["other.yaml"].replace("By card.", "In cash.")}, PAY, ()


def _switched_off(bench: Bench) -> tuple[dict[str, str], str, tuple[str, ...]]:
    return {"other.yaml": FIRST["other.yaml"].replace("By card.", "By card.\n    status: disabled")}, PAY, ()


def _category_made(bench: Bench) -> tuple[dict[str, str], str, tuple[str, ...]]:
    text = FIRST["tree.yaml"].replace("  - title: Payment\n", "  - title: Payment\n  - title: Spare\n")
    return {"tree.yaml": text}, "Spare", ("--allow-remove", "1")


@pytest.mark.parametrize("act", [_created, _updated, _switched_off, _category_made])
def test_what_an_undo_took_back_is_not_made_again_unasked(bench: Bench, act: object) -> None:
    """Exit 6 where nobody is asked, also for a saved plan: each is named with the ways on; at a terminal the question says it."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    assert callable(act)
    files, name, consent = act(bench)
    bench.commit(files)
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("plan", "--undo", "last", "--out", "undo.json").code == 0
    assert bench.run("apply", "--yes", "undo.json", *consent).code == 0
    planned = bench.run("plan", "--out", "plan.json")
    assert ("undo took it" in planned.out, "in the console" in planned.out) == (True, False)
    for words in ((), ("plan.json",)):
        refused = bench.run("apply", "--yes", *words)
        told = " ".join(refused.err.split())
        assert refused.code == 6
        assert f"1 change that an undo took back would be made again: {name};" in told
        assert all(way in told for way in ("revert it in git", "--overwrite-drift", "policy.drift: overwrite", "merges wait"))
    assert "taken back by an undo: to leave it so" in bench.run("plan", "--format", "markdown").out
    declined = bench.run("apply", keyboard=Terminal("n\n"))
    assert ("1 to disable?" if act is _switched_off else "1 undone change to make again?") in declined.err
    assert bench.run("apply", "--yes", "--overwrite-drift").code == 0
    assert json.loads(bench.run("plan", "--format", "json").out)["changes"] == []


def test_policy_lets_an_undone_change_come_again(bench: Bench) -> None:
    """``policy.drift: overwrite`` is consent for good; a removal that was undone keeps the consent that removals have."""
    text = (bench.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8")
    bench.commit({**FIRST, "kbsync.yaml": text.replace("policy: {", "policy: {drift: overwrite, ")})
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"other.yaml": FIRST["other.yaml"].replace("By card.", "In cash.").partition("  - question: Do you")[0]})
    gone = json.loads(bench.run("plan", "--format", "json").out)["changes"]
    removals = sum(each["action"] == "delete" for each in gone)
    assert bench.run("apply", "--yes", "--allow-remove", str(removals)).code == 0
    assert bench.run("plan", "--undo", "last", "--out", "undo.json").code == 0
    assert bench.run("apply", "--yes", "undo.json").code == 0
    refused = bench.run("apply", "--yes")
    assert (refused.code, "--allow-remove" in refused.err, "an undo took back" in refused.err) == (6, True, False)
    assert bench.run("apply", "--yes", "--allow-remove", str(removals)).code == 0
    assert answer(bench) == "In cash."
