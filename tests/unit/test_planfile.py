"""Plan files and receipts: exact to the byte, and trusted only as far as they prove themselves."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.errors import UnusableFile
from kbsync.messages import message, plural
from kbsync.plan import Plan, Problem, ProblemKind, Purpose
from kbsync.planfile import decode, encode_plan, encode_receipt, plan_digest, read_plan_or_receipt, schemas
from kbsync.render.status import entries_of, log_text
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt
from tests.unit import plan_purposes, plans

SAMPLES = {name: getattr(plans, name)() for name in plans.__all__ if name != "DIGEST"}
FULL = SAMPLES["everything"]


def receipt(plan: Plan) -> Receipt:
    """A receipt with every kind of entry."""
    outcomes = [ChangeOutcome(number, Outcome.APPLIED, calls=1) for number in range(len(plan.changes))]
    outcomes[0] = ChangeOutcome(0, Outcome.REFUSED, message("the service said no: {why}", why="too long"), -7, 1)
    mismatch = Mismatch(1, "answer", "a", "b", message("reads lag behind writes"))
    report = ApplyReport(plan, tuple(outcomes), (mismatch,), {"update_chitchat": 3}, 1, 2.5, interrupted=True)
    return Receipt(report, "ada", "2026-11-20T10:00:00Z", "2026-11-20T10:00:03Z")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_plan_comes_back_as_it_was(name: str) -> None:
    """Encoding and decoding give the same plan, and the same bytes again."""
    data = encode_plan(SAMPLES[name])
    assert decode(data, name="plan.json") == SAMPLES[name]
    assert encode_plan(SAMPLES[name]) == data


def test_a_message_with_a_plural_comes_back() -> None:
    """It is said in the other language too, in the right number; a message without one has no such key."""
    several = Problem(ProblemKind.WITHHELD, plural("{count} stays", "{count} stay", count=2))
    plan = replace(FULL, problems=(several, *FULL.problems))
    data = encode_plan(plan)
    assert decode(data, name="plan.json") == plan
    first, second = (problem["message"] for problem in json.loads(data)["problems"])
    assert (first["text"], first["plural"], "plural" in second) == ("2 stay", "{count} stay", False)
    jsonschema.validate(json.loads(data), schemas()["plan"])


def test_a_receipt_comes_back_as_it_was(tmp_path: Path) -> None:
    """A receipt holds its plan and every outcome."""
    path = tmp_path / "receipt.json"
    path.write_bytes(encode_receipt(receipt(FULL)))
    assert read_plan_or_receipt(path) == receipt(FULL)


def test_files_fit_their_published_schemas() -> None:
    """What is written passes the JSON Schema that is published for it."""
    jsonschema.validate(json.loads(encode_plan(FULL)), schemas()["plan"])
    jsonschema.validate(json.loads(encode_receipt(receipt(FULL))), schemas()["receipt"])


def test_a_plan_of_the_time_before_a_field_is_still_whole() -> None:
    """An unmanaged question is enabled unless the file says otherwise, so that earlier files keep their digest."""
    written = json.loads(encode_plan(FULL))["unmanaged"]
    assert [item for item in written if "enabled" in item] == []
    off = replace(FULL, unmanaged=tuple(replace(item, enabled=False) for item in FULL.unmanaged))
    assert decode(encode_plan(off), name="plan.json") == off
    assert plan_digest(off) != plan_digest(FULL)


def test_an_undo_names_the_apply_that_it_takes_back() -> None:
    """Other plans do not speak of one, so that earlier files keep their digest."""
    undo = plan_purposes.undo()
    assert decode(encode_plan(undo), name="plan.json") == undo
    assert (json.loads(encode_plan(undo))["undoes"], "undoes" in json.loads(encode_plan(FULL))) == (undo.undoes, False)


@pytest.mark.parametrize(
    ("undoes", "since", "expected"),
    [
        ("2026-11-20T10:00:00Z", "", [(2, None, 1), (1, 2, None)]),
        ("2026-11-19T10:00:00Z", " · an undo of the apply of 2026-11-19T10:00:00Z", [(2, None, None), (1, None, None)]),
        (None, "", [(2, None, 1), (1, 2, None)]),
    ],
)
def test_an_undo_that_names_no_apply_is_known_by_its_changes(
    undoes: str | None, since: str, expected: list[tuple[int, int | None, int | None]]
) -> None:
    """As those of earlier versions are; one that names another apply than those of the log says when that was."""
    taken = Receipt(ApplyReport(replace(FULL, purpose=Purpose.UNDO, undoes=undoes), receipt(FULL).report.outcomes), "ada", "", "")
    found = entries_of([(2, taken), (1, receipt(FULL))])
    assert [(each.number, each.undone_by, each.undoes) for each in found] == expected
    assert since in log_text(found)
    assert log_text([replace(each, undoes=None) for each in found]).count("an undo") == 1


def test_the_digest_names_the_content() -> None:
    """The digest inside the file is the one that is shown, and has the documented form."""
    assert json.loads(encode_plan(FULL))["digest"] == plan_digest(FULL)
    assert plan_digest(FULL).startswith("sha256:")


def set_at(*path: Any, value: object) -> Callable[[dict[str, Any]], None]:
    """An edit of one place in a document."""

    def edit(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return edit


EDITS = {
    "another target": (set_at("target", "name", value="other"), "does not match its digest"),
    "another format": (set_at("format", value="recipe"), "neither a kbsync plan nor a receipt"),
    "another version": (set_at("format_version", value="2.0"), "format version 2.0; this kbsync reads 1.0"),
    "unknown field": (set_at("host", value="evil.example"), "is not a kbsync plan"),
    "wrong type": (set_at("managed", value="many"), "is not a kbsync plan"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_plan_is_refused(name: str) -> None:
    """Whatever is changed by hand, the plan is not trusted, and the message says why."""
    edit, words = EDITS[name]
    document = json.loads(encode_plan(FULL))
    edit(document)
    with pytest.raises(UnusableFile, match=words):
        decode(json.dumps(document).encode(), name="plan.json")


def sealed(document: dict[str, Any]) -> bytes:
    """An edited plan with a digest that fits: what somebody could make who knows how it is computed."""
    from hashlib import sha256

    bare = {**document, "digest": ""}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return json.dumps({**document, "digest": f"sha256:{sha256(text.encode()).hexdigest()}"}).encode()


CONTRADICTIONS = {
    "a field that is not named": set_at("changes", 3, "fields", value=[]),
    "delete with an after": set_at("changes", 0, "action", value="delete"),
    "message with attributes": set_at(
        "problems", 0, "message", value={"text": "x", "template": "{a.__class__}", "values": {"a": "x"}}
    ),
    "message with padding": set_at("problems", 0, "message", value={"text": "x", "template": "{{", "values": {}}),
    "message without its number": set_at(
        "problems", 0, "message", value={"text": "x", "template": "x", "values": {"count": "one"}, "plural": "y"}
    ),
    "message that lies": set_at("problems", 0, "message", value={"text": "x", "template": "y", "values": {}}),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_plan_that_contradicts_itself_is_refused(name: str) -> None:
    """A fitting digest does not make an impossible plan possible."""
    document = json.loads(encode_plan(FULL))
    CONTRADICTIONS[name](document)
    with pytest.raises(UnusableFile, match="contradicts itself"):
        decode(sealed(document), name="plan.json")


@pytest.mark.parametrize(
    "edit",
    [
        set_at("outcomes", 0, "outcome", value="applied"),
        set_at("actor", value="somebody else"),
        set_at("verified", value=False),
        set_at("plan", "digest", value=""),
        set_at("digest", value=""),
    ],
)
def test_an_edited_receipt_is_refused(edit: Callable[[dict[str, Any]], None]) -> None:
    """What it says of an apply is undone or shown as it was written, or not at all."""
    document = json.loads(encode_receipt(receipt(FULL)))
    edit(document)
    with pytest.raises(UnusableFile, match=r"receipt\.json is damaged or was edited") as failure:
        decode(json.dumps(document).encode(), name="receipt.json")
    assert str(failure.value.hint).startswith("look at the library itself")


@pytest.mark.parametrize("place", [("outcomes", 0, "change"), ("mismatches", 0, "change")])
def test_a_receipt_names_only_changes_of_its_plan(place: tuple[str, int, str]) -> None:
    """An outcome or a mismatch for a change that is not there is refused."""
    document = json.loads(encode_receipt(receipt(FULL)))
    set_at(*place, value=999)(document)
    with pytest.raises(UnusableFile, match="contradicts itself"):
        decode(sealed(document), name="receipt.json")


@pytest.mark.no_cover
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.just(b"[" * 5000))
def test_rubbish_is_refused_with_words(data: bytes) -> None:
    """No input makes the reader do anything but refuse."""
    with pytest.raises(UnusableFile):
        decode(data, name="rubbish")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(UnusableFile, match=r"gone\.json cannot be read"):
        read_plan_or_receipt(tmp_path / "gone.json")


def test_a_huge_file_is_refused() -> None:
    """What cannot be a plan is not parsed."""
    with pytest.raises(UnusableFile, match="too large"):
        decode(b" " * (256 * 1024 * 1024 + 1), name="huge")


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
    ],
)
def test_another_encoding_is_named(encoding: str, named: str) -> None:
    """What a shell wrote in an encoding of its own is told as that, for plans and receipts."""
    with pytest.raises(UnusableFile, match=f"plan.json is in {named}, and") as caught:
        decode('{"format": "kbsync-plan"}'.encode(encoding), name="plan.json")
    assert "PowerShell" in str(caught.value.hint)
