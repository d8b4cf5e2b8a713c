"""The service is listed while the files are read: the same words and plans as one after the other, and nothing left behind."""

import shlex
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from kbsync.desk.chitchat import DeskReader
from kbsync.files import DiskFiles, Loaded, load_files
from kbsync.model import Knowledge
from kbsync.rehearsal import Account, Switches
from kbsync.usecases import composition, workspace
from kbsync.usecases.composition import ReadingAhead, Rows
from tests.fakes.console import Console
from tests.flows.harness import SETTINGS, Bench, Run
from tests.flows.shop import FIRST

PATIENCE = 20.0

UNHURRIED = Account(calls_per_second=1_000_000)
"""Nothing is refused for its speed, whoever moves the clock."""

BROKEN = "questions: [{question: Open?, answr: Yes.}]\n"


@dataclass
class Stage:
    """Who has come how far; ``hold`` is what a listing waits for, ``first`` what the files wait for."""

    begun: threading.Event = field(default_factory=threading.Event)
    shown: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    hold: Callable[[DeskReader], object] = lambda _reader: None
    first: Callable[[], object] = lambda: None


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The doors of both readings, watched."""
    stage = Stage()

    class Watched(DeskReader):
        def read(self) -> Knowledge:
            stage.begun.set()
            stage.hold(self)
            try:
                return super().read()
            finally:
                stage.ended.set()

    class Shown(ReadingAhead):
        def reader(self, on_rows: Rows) -> ReadingAhead:
            found = super().reader(on_rows)
            stage.shown.set()
            return found

    def loaded(files: DiskFiles, **options: object) -> Loaded:
        stage.first()
        return load_files(files, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(composition, "DeskReader", Watched)
    monkeypatch.setattr(composition, "ReadingAhead", Shown)
    monkeypatch.setattr(workspace, "load_files", loaded)
    return stage


def in_turn(bench: Bench, monkeypatch: pytest.MonkeyPatch, line: str) -> Run:
    """What a command says where nothing is read ahead."""
    with monkeypatch.context() as patch:
        patch.setattr(composition, "open_settings", lambda _directory: None)
        return bench.run(*shlex.split(line))


def prepared(bench: Bench) -> None:
    """An applied library with a console edit, a change in the files, and a warning about them."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"new.yaml": "category: Payment\nquestions:\n- {question: Do you ship abroad, answer: 'Yes, we do.'}\n"})


@pytest.mark.parametrize("words", ["plan -v", "drift -v"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_listing_begins_before_the_files_are_read(
    bench: Bench, stage: Stage, monkeypatch: pytest.MonkeyPatch, words: str, when: str
) -> None:
    """Whichever of the two is done first, what is said of it comes in its place, and everything is the same."""
    with bench.served(Switches.from_words(["page-cap=3"]), account=UNHURRIED) as service:
        prepared(bench)
        Console(service).edit_question(Console(service).question("Is there a shop?"), answer="There is.")
        expected = in_turn(bench, monkeypatch, words)
        stage.begun.clear()
        stage.ended.clear()
        stage.shown.clear()
        order = []
        if when == "before":
            stage.first = lambda: order.append(stage.ended.wait(PATIENCE))
        else:
            stage.first = lambda: order.append(stage.begun.wait(PATIENCE))
            stage.hold = lambda _reader: stage.shown.wait(PATIENCE)
        assert bench.run(*words.split()) == expected
        assert set(order) == {True}


@pytest.mark.parametrize(
    ("line", "secret", "code"),
    [
        ("plan", "0" * 64, 1),
        ("pull", "", 1),
        ("plan --dir nowhere", None, 5),
        ("plan --target elsewhere", None, 2),
        ("plan --only 'nothing like it'", None, 2),
    ],
)
def test_what_is_wrong_is_told_once_and_in_its_place(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, line: str, secret: str | None, code: int
) -> None:
    """Be it found early or late: after what the files and git have to say, in the same words."""
    with bench.served(account=UNHURRIED):
        prepared(bench)
        bench.environ |= {} if secret is None else {"KBSYNC_SECRET_KEY": secret}
        expected, found = in_turn(bench, monkeypatch, line), bench.run(*shlex.split(line))
    assert (found.code, found, found.err.count("error:")) == (code, expected, 1)


def test_files_with_errors_end_it(bench: Bench, stage: Stage) -> None:
    """Exit 5 once nothing is under way any more, and of what had not left yet nothing leaves."""
    with bench.served(account=UNHURRIED) as service:
        bench.commit({**FIRST, "broken.yaml": BROKEN})
        stage.first = lambda: stage.begun.wait(PATIENCE)
        stage.hold = lambda reader: reader._transport._stop.wait(PATIENCE)  # type: ignore[union-attr]
        refused = bench.run("plan", "-v")
        assert (refused.code, stage.begun.is_set(), stage.ended.is_set(), service.log) == (5, True, True, ())
    assert ("nothing was changed" in refused.err, "Calls sent" in refused.err, refused.out) == (True, False, "")


def test_settings_that_change_meanwhile_name_the_target(bench: Bench, stage: Stage) -> None:
    """What was listed of the other one is left."""
    with bench.served(account=UNHURRIED):
        bench.commit(FIRST)

        def change() -> None:
            assert stage.begun.wait(PATIENCE)
            bench.write({"kbsync.yaml": SETTINGS.format(default="sandbox", endpoint=bench.endpoint, sdkappid=1400000001)})

        stage.first = change
        planned = bench.run("plan")
        assert (planned.code, "sandbox" in planned.out, stage.shown.is_set()) == (0, True, False), planned.err


def test_ctrl_c_waits_for_no_service(bench: Bench, stage: Stage) -> None:
    """It ends the run at once, while a call may still be under way."""
    released = threading.Event()

    def interrupt() -> None:
        assert stage.begun.wait(PATIENCE)
        raise KeyboardInterrupt

    with bench.served(account=UNHURRIED):
        bench.commit(FIRST)
        stage.first = interrupt
        stage.hold = lambda _reader: released.wait(PATIENCE)
        stopped = bench.run("plan")
        assert (stopped.code, stopped.err, stage.ended.is_set()) == (1, "\nStopped.\n", False)
        released.set()
        assert stage.ended.wait(PATIENCE)
