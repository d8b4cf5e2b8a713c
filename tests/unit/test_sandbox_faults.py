"""Fault rules: their words, their schedules, which calls they hit, and what becomes of those calls."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.commands import Command
from kbsync.errors import Misuse, UnusableFile
from kbsync.rehearsal import TAKES_NUMBER, Fault, FaultKind, FaultRule, parse_rules, read_rules
from kbsync.sandbox.library import inject
from kbsync.sandbox.service import Reply, Service
from tests.fakes.caller import Caller
from tests.fakes.clock import FakeClock

PRESETS = 8
ADD = {"CategoryId": 10513, "Question": "Q", "Answer": "A"}


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("list_chitchat=garbage", FaultRule("list_chitchat", Fault(FaultKind.GARBAGE))),
        ("*#every=slow:0.5", FaultRule("*", Fault(FaultKind.SLOW, 0.5))),
        ("*x2=http-429", FaultRule("*", Fault(FaultKind.HTTP_429), times=2)),
        ("update_chitchat#3=lose-answer", FaultRule("update_chitchat", Fault(FaultKind.LOSE_ANSWER), nth=3, times=1)),
        ("update_chitchat#3x2=refuse:-50003", FaultRule("update_chitchat", Fault(FaultKind.REFUSE, -50003), nth=3, times=2)),
        (" add_chitchat#3+=http-429:2 ", FaultRule("add_chitchat", Fault(FaultKind.HTTP_429, 2), nth=3)),
    ],
)
def test_rules_are_read_from_words(word: str, rule: FaultRule) -> None:
    """Command, calls, kind and number are read as they are written."""
    assert FaultRule.parse(word) == rule


KINDS = st.sampled_from(FaultKind)
NUMBERS = st.integers(0, 99999) | st.integers(0, 99999).map(lambda number: number / 1000)


@given(st.sampled_from(["*", *Command]), KINDS, NUMBERS, st.integers(1, 999), st.none() | st.integers(1, 999))
def test_a_rule_reads_back_from_its_own_words(command: str, kind: FaultKind, number: float, nth: int, times: int | None) -> None:
    """What a rule is stored as is the same rule again."""
    rule = FaultRule(command, Fault(kind, number if kind in TAKES_NUMBER else 0.0), nth=nth, times=times)
    assert FaultRule.parse(rule.word) == rule


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("nonsense", "is not a fault rule"),
        ("add_chitchat", "is not a fault rule"),
        ("delete_everything=garbage", "names no command"),
        ("add_chitchat=explode", "names no kind"),
        ("add_chitchat#0=garbage", "counts from 0"),
        ("add_chitchatx0=garbage", "counts from 0"),
        ("add_chitchat=refuse", "needs a number"),
        ("add_chitchat=garbage:1", "does not take"),
        ("add_chitchat=slow:-1", "below zero"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(word: str, reason: str) -> None:
    """Each mistake is a misuse with its own words and an example."""
    with pytest.raises(Misuse, match=reason) as raised:
        FaultRule.parse(word)
    assert "For example" in str(raised.value.hint)


def test_schedules_are_read_from_files(tmp_path: Path) -> None:
    """A schedule is one rule a line with comments, or a JSON list."""
    lines, array = tmp_path / "faults.txt", tmp_path / "faults.json"
    words = ["add_chitchat#1=garbage", "*=slow:1"]
    lines.write_text("# first\n" + "\n\n".join(words) + "\n", encoding="utf-8")
    array.write_text(json.dumps(words), encoding="utf-8")
    assert read_rules(lines) == read_rules(array) == parse_rules(words)


@pytest.mark.parametrize("content", [b"\xff", b'["', None])
def test_an_unreadable_schedule_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing or damaged schedule is an unusable file with its path."""
    path = tmp_path / "faults.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableFile, match=r"faults\.txt"):
        read_rules(path)


def answer(word: str) -> tuple[Reply, Caller]:
    """The reply to one add_chitchat under a rule."""
    caller = Caller(faults=parse_rules([word]))
    return caller.send(caller.request(Command.ADD, ADD)), caller


@pytest.mark.parametrize(
    ("word", "status", "added", "left"),
    [
        ("refuse:-14", 200, 0, None),
        ("http-502", 502, 0, None),
        ("html-503", 503, 0, None),
        ("http-429:3", 429, 0, None),
        ("reset-before", 0, 0, FaultKind.RESET_BEFORE),
        ("unreachable", 0, 0, FaultKind.UNREACHABLE),
        ("http-502-after", 502, 1, None),
        ("refuse-after:-1", 200, 1, None),
        ("cut-json", 200, 1, None),
        ("garbage", 200, 1, None),
        ("lose-answer", 200, 1, FaultKind.LOSE_ANSWER),
        ("cut-body", 200, 1, FaultKind.CUT_BODY),
        ("hang:60", 200, 1, FaultKind.HANG),
        ("slow:2", 200, 1, FaultKind.SLOW),
    ],
)
def test_each_kind_happens_before_or_after_the_write(word: str, status: int, added: int, left: FaultKind | None) -> None:
    """Whether the write happened, what is answered, and what is left for the transport to play."""
    reply, caller = answer(f"add_chitchat={word}")
    assert reply.status == status
    assert len(caller.questions()) == PRESETS + added
    assert (reply.fault and reply.fault.kind) == left


def test_faulty_answers_look_like_the_real_ones() -> None:
    """A refusal is an envelope, a front's answer a page, a cut answer half of one."""
    assert json.loads(answer("*=refuse:60008")[0].body)["ErrorCode"] == 60008
    assert json.loads(answer("*=refuse-after:-1")[0].body)["ErrorCode"] == -1
    assert answer("*=http-429:3")[0].headers["retry-after"] == "3"
    assert "retry-after" not in answer("*=http-429")[0].headers
    assert answer("*=html-503")[0].body.startswith(b"<html>")
    assert b'{"ActionStatus"'.startswith(answer("*=cut-json")[0].body[:15])
    for word in ("*=cut-json", "*=garbage"):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the JSON reader says
            json.loads(answer(word)[0].body)


def test_the_log_tells_what_happened_to_each_call() -> None:
    """Carried out, refused by the fault, answered by status, or lost before it began."""
    words = ["*#1=lose-answer", "*#2=refuse:-14", "*#3=http-502", "*#4=reset-before"]
    caller = Caller(faults=parse_rules(words))
    for _ in range(5):
        caller.send(caller.request(Command.DESC_CATEGORY))
    assert [each.outcome for each in caller.service.log] == ["ok", "-14", "502", "lost", "ok"]
    assert [each.fault.kind if each.fault else "" for each in caller.service.log] == [
        "lose-answer",
        "refuse",
        "http-502",
        "reset-before",
        "",
    ]


def test_the_oldest_rule_wins_and_all_of_them_count() -> None:
    """A call that two rules hit has the older one's fault, and is counted by both."""
    caller = Caller(faults=parse_rules(["*#1=http-502", "desc_chitchat_category#1x2=html-503", "list_chitchat=garbage"]))
    statuses = [caller.send(caller.request(Command.DESC_CATEGORY)).status for _ in range(3)]
    assert statuses == [502, 503, 200]


def test_another_process_can_put_rules_into_a_running_sandbox(tmp_path: Path) -> None:
    """An injected rule counts from the moment of its injection and is gone after a reset."""
    path = tmp_path / "sandbox.db"
    service = Service(path, clock=FakeClock())
    caller = Caller()
    caller.service = service
    assert caller.code(Command.DESC_CATEGORY) == 0
    inject(path, parse_rules(["desc_chitchat_category#2+=refuse:60008"]))
    assert [caller.code(Command.DESC_CATEGORY) for _ in range(3)] == [0, 60008, 60008]
    service.reset()
    assert caller.code(Command.DESC_CATEGORY) == 0
    service.close()


def test_there_must_be_a_sandbox_to_inject_into(tmp_path: Path) -> None:
    """A path without a sandbox is refused and no file is made."""
    with pytest.raises(UnusableFile, match="no sandbox"):
        inject(tmp_path / "none.db", ())
    assert list(tmp_path.iterdir()) == []
