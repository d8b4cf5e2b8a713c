"""What stays the same from release to release; who changes a line here breaks somebody's files or scripts."""

import json
from pathlib import Path

import pytest

from kbsync.errors import UnusableFile
from kbsync.planfile import decode, encode_plan, plan_digest
from kbsync.usecases.context import Exit
from kbsync.usecases.workspace import uid

PLAN = Path(__file__).parent / "golden" / "compatible-plan.json"
"""A plan of format 1.0 as it was written when the format was fixed."""


def test_exit_codes_keep_their_meaning() -> None:
    """Scripts compare the numbers."""
    names = ["DONE", "FAILED", "USAGE", "PENDING", "UNFINISHED", "INVALID", "UNSAFE", "STALE", "LOCKED"]
    assert {code.name: code.value for code in Exit} == {name: number for number, name in enumerate(names)}


def test_a_plan_of_an_earlier_kbsync_is_read() -> None:
    """And what is read is written as the same bytes, so that the digest which somebody approved still holds."""
    found = decode(PLAN.read_bytes(), name="plan.json")
    assert encode_plan(found) == PLAN.read_bytes()  # type: ignore[arg-type]
    assert plan_digest(found) == json.loads(PLAN.read_bytes())["digest"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format_version": "1.1"}, "plan.json has format version 1.1; this kbsync reads 1.0"),
        ({"format_version": "2.0"}, "plan.json has format version 2.0; this kbsync reads 1.0"),
        ({"new_in_a_later_version": True}, "unknown field"),
    ],
)
def test_a_plan_of_a_later_kbsync_is_refused(change: dict[str, object], said: str) -> None:
    """Half understood it is never carried out; the hint names the way on."""
    later = json.dumps({**json.loads(PLAN.read_bytes()), **change}).encode()
    with pytest.raises(UnusableFile, match=r"plan\.json") as refused:
        decode(later, name="plan.json")
    assert said in str(refused.value)
    assert "version of kbsync" in str(refused.value.hint)


def test_a_system_without_user_numbers_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no os.getuid, and every file there belongs to 0."""
    assert uid() >= 0
    monkeypatch.delattr("os.getuid")
    assert uid() == 0
