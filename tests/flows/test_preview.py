"""`kbsync preview` from the command line: asks first, sends only where the chatbot serves alone, says how far it came."""

import json
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kbsync.rehearsal import parse_rules
from kbsync.sandbox import seeds
from tests.fakes.clock import FakeClock
from tests.flows.harness import Bench, Terminal, writes

FILES = """\
category: Shipping
questions:
  - question: When will my parcel arrive?
    answer: |
      Within Singapore it takes 2 to 3 working days.
      Abroad it takes 5 to 10 working days, and the link in your e-mail knows the day. Please be patient with us.
  - question: Are you a robot, my dear?
    answer_type: rich
    answer: <p>Yes, <b>of course</b>.</p>
"""
QUESTION = "When will my parcel arrive?"
HERE = ("--session", seeds.CHATBOT_SESSION)


def bench(tmp_path: Path) -> Bench:
    """A directory with a plain and a rich answer."""
    made = Bench.make(tmp_path, git=False)
    made.write({"shipping.yaml": FILES})
    return made


def last_message(made: Bench, session: str = seeds.CHATBOT_SESSION) -> str:
    """What was said last in a session."""
    run = made.run("session", "messages", session, "--limit", "1", "--format", "json")
    return str(json.loads(run.out)["messages"][0]["text"])


def test_a_declared_answer_appears_in_the_session(tmp_path: Path) -> None:
    """Shown first, then streamed in pieces that make up the whole answer."""
    made = bench(tmp_path)
    run = made.run("preview", QUESTION.lower(), *HERE, "--yes")
    assert (run.code, run.out) == (0, f"Pieces sent to {seeds.CHATBOT_SESSION}: 3 of 3.\n")
    assert "The answer from knowledge/shipping.yaml:3:15 (pieces: 3):\n  Within Singapore" in run.err
    assert last_message(made).startswith("Within Singapore it takes")
    assert last_message(made).endswith("Please be patient with us.")


def test_a_rich_answer_goes_as_text(tmp_path: Path) -> None:
    """The stream knows text only, and that is said."""
    made = bench(tmp_path)
    run = made.run("preview", "Are you a robot, my dear?", *HERE, "--yes", "--format", "json")
    assert json.loads(run.out) | {"key": ""} == {
        "format_version": "1.0",
        "session": seeds.CHATBOT_SESSION,
        "key": "",
        "sent": 1,
        "pieces": 1,
        "ended": True,
        "state": None,
    }
    assert (last_message(made), "without its markup" in run.err) == ("Yes, of course.", True)


def test_a_text_of_a_file_can_be_tried(tmp_path: Path) -> None:
    """Before it is declared at all."""
    made = bench(tmp_path)
    (made.path / "draft.txt").write_text("A first try.\n", encoding="utf-8")
    assert made.run("preview", *HERE, "--answer-file", "draft.txt", "--yes", "-q").err == ""
    assert last_message(made) == "A first try."


@pytest.mark.parametrize(
    "session", [seeds.AGENT_SESSION, seeds.WAITING_SESSION, seeds.QUEUEING_SESSION, seeds.IDLE_SESSION, seeds.ENDED_SESSIONS[0]]
)
def test_nothing_is_sent_where_the_chatbot_does_not_serve_alone(session: str, tmp_path: Path) -> None:
    """Refused for safety where a person may be; a session that is over is a failure. Nobody is asked first."""
    made = bench(tmp_path)
    with made.served() as service:
        run = made.run("preview", QUESTION, "--session", session, keyboard=Terminal("y\n"))
        assert (run.code, writes(service)) == (1 if session in seeds.ENDED_SESSIONS else 6, [])


def test_the_user_is_asked(tmp_path: Path) -> None:
    """A no sends nothing; without a terminal and without --yes it is refused; a yes sends."""
    made = bench(tmp_path)
    with made.served() as service:
        declined = made.run("preview", QUESTION, *HERE, "-q", keyboard=Terminal("n\n"))
        assert (declined.code, declined.out, "Within Singapore" in declined.err) == (0, "", True)
        refused = made.run("preview", QUESTION, *HERE)
        assert (refused.code, "--yes" in refused.err, writes(service)) == (6, True, [])
        assert made.run("preview", QUESTION, *HERE, keyboard=Terminal("y\n")).code == 0
        assert len(writes(service)) == 3


@pytest.mark.parametrize(("words", "code"), [((), 2), (("What is love?",), 2), (("--answer-file", "missing.txt"), 1)])
def test_an_answer_that_is_not_there_is_told(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    """Before the service is reached."""
    made = bench(tmp_path)
    with made.served() as service:
        assert (made.run("preview", *words, *HERE, "--yes").code, service.log) == (code, ())


def faulty(made: Bench, *rules: str) -> tuple[int, str, str]:
    """Exit code and stderr of a preview against a service with faults, and what stands in the session then."""
    with made.served(faults=parse_rules(rules)):
        run = made.run("preview", QUESTION, *HERE, "--yes")
        return run.code, run.err, last_message(made)


def test_a_lost_piece_ends_the_message(tmp_path: Path) -> None:
    """Exit code 4: something was sent, not all of it, and readers see that it was cut."""
    code, err, shown = faulty(bench(tmp_path), "send_stream_msg#2=lose-answer")
    assert (code, shown.endswith("…")) == (4, True)
    assert "did not take piece 2 for certain" in err
    assert "The message was ended" in err


def test_a_message_that_cannot_be_ended_is_named(tmp_path: Path) -> None:
    """With its key, by which it can be ended later."""
    code, err, _ = faulty(bench(tmp_path), "send_stream_msg#2=refuse:141004", "send_stream_msg#3=refuse:141004")
    assert (code, "its key is " in err) == (4, True)


def test_a_first_piece_of_unknown_fate_is_not_called_nothing(tmp_path: Path) -> None:
    """It may stand in the session, so the exit code is not that of a failure before anything was changed."""
    code, err, _ = faulty(bench(tmp_path), "send_stream_msg#1=lose-answer")
    assert (code, "did not take piece 1 for certain" in err, "key" in err) == (4, True, False)


class Eventful(FakeClock):
    """A clock on which something happens while the second wait goes on."""

    def __init__(self, event: Callable[[], object]) -> None:
        super().__init__()
        self._events = [event]

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait, and let it happen in its time, once."""
        stopped = super().wait(seconds, until=until)
        if len(self.waits) == 2 and self._events:
            self._events.pop()()
        return stopped


def in_the_middle(made: Bench, event: Callable[[], object]) -> tuple[int, str]:
    """Exit code and stderr of a slow preview in which something happens after the first piece."""
    made.settings("version: 1\ndefault_target: sandbox\ntargets: {{sandbox: {{driver: sandbox, calls_per_second: 1}}}}\n")
    made.clock = Eventful(event)
    run = made.run("preview", QUESTION, *HERE, "--yes", "-v")
    return run.code, run.err


def test_a_person_who_comes_in_is_left_alone(tmp_path: Path) -> None:
    """The rest of the answer is kept back as soon as the session changes hands."""
    made = bench(tmp_path)

    def hand_over() -> None:
        with closing(sqlite3.connect(made.path / ".kbsync" / "sandbox.db")) as database, database:
            database.execute("UPDATE session SET state = 'Agent' WHERE id = ?", (seeds.CHATBOT_SESSION,))

    code, err = in_the_middle(made, hand_over)
    assert (code, "went into state Agent" in err, "was ended with “…”" in err) == (4, True, True)
    assert last_message(made) == "Within Singapore it takes 2 to 3 working days.\n…"


def test_ctrl_c_ends_the_message(tmp_path: Path) -> None:
    """The reader sees that no more comes."""
    made = bench(tmp_path)
    code, err = in_the_middle(made, lambda: signal.raise_signal(signal.SIGINT))
    assert (code, "Pieces sent before: 1." in err, "Stopping" in err) == (4, True, True)
    assert last_message(made).endswith("\n…")
