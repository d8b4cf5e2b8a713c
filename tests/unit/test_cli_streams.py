"""Streams that fail: what is said beside the result is lost quietly, what was asked for is missed."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import click
import pytest

from kbsync.cli.screen import Screen, steady_streams
from kbsync.errors import UnusableFile
from kbsync.messages import message
from kbsync.render.words import Words

NOBODY = message("Nobody holds the target.")
NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Failing(io.StringIO):
    """A stream whose writing or flushing fails."""

    def __init__(self, problem: Exception, *, late: bool) -> None:
        super().__init__()
        self.problem = problem
        self.late = late

    def write(self, text: str) -> int:
        if not self.late:
            raise self.problem
        return super().write(text)

    def flush(self) -> None:
        raise self.problem


@pytest.fixture(params=[False, True], ids=["write", "flush"])
def late(request: pytest.FixtureRequest) -> bool:
    """Whether a failure is found when it is written, or when it is flushed."""
    return bool(request.param)


@pytest.mark.parametrize("problem", [BrokenPipeError(), NO_ROOM, RuntimeError("reentrant call inside")], ids=repr)
def test_losing_what_is_said_stops_nothing(problem: Exception, late: bool) -> None:
    """A log that ends first, a full disk and a signal in the middle of a line are no reason to fail."""
    with redirect_stderr(Failing(problem, late=late)), steady_streams():
        Screen().note(message("Stopping."))
        sys.stderr.write("still here")
        sys.stderr.flush()


def test_a_result_that_nobody_reads_ends_the_run(late: bool) -> None:
    """As of any program in a pipe; no words are due to somebody who has gone."""
    with redirect_stdout(Failing(BrokenPipeError(), late=late)), steady_streams(), pytest.raises(BrokenPipeError):
        Screen().result("plan")


def test_a_result_that_does_not_arrive_is_told(late: bool) -> None:
    """Whoever asked for it has to know."""
    with redirect_stdout(Failing(NO_ROOM, late=late)), steady_streams(), pytest.raises(UnusableFile, match="No space left"):
        Screen().result("plan")


@pytest.mark.parametrize(("problem", "said"), [(BrokenPipeError(), ""), (NO_ROOM, "error: the result cannot be written")])
def test_what_was_done_stands_without_its_report(problem: Exception, said: str) -> None:
    """The report is missed, and nothing else comes of it."""
    with redirect_stdout(Failing(problem, late=False)), redirect_stderr(io.StringIO()) as aside, steady_streams():
        Screen().report("Finished.")
    assert aside.getvalue().startswith(said)


@pytest.fixture
def lost_pipe() -> Iterator[io.TextIOWrapper]:
    """A real stream whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w")
    yield stream
    stream.close()


def test_nothing_is_left_to_fail_at_the_end(lost_pipe: io.TextIOWrapper) -> None:
    """Python writes what waits when it ends, and would complain then."""
    with redirect_stderr(lost_pipe), steady_streams():
        Screen().note(message("Stopping."))
    lost_pipe.flush()


def test_a_closed_stream_is_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """``>&-`` leaves Python without one; what would go there is dropped."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with steady_streams():
        Screen().result("plan")
        Screen().note(message("note"))
        assert not sys.stdout.isatty()


@pytest.mark.parametrize(("encoding", "written"), [("ascii", "你␛".encode()), ("gbk", "你".encode("gbk") + b"\\u241b")])
def test_a_sign_that_a_locale_lacks_is_spelled(encoding: str, written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locale that was never set up gets UTF-8; another one what it has, and numbers for the rest."""
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    with redirect_stdout(stream), steady_streams():
        Screen().result("你␛")
    stream.flush()
    assert raw.getvalue() == written + b"\n"


@pytest.mark.parametrize("name", ["", "PYTHONIOENCODING", "PYTHONUTF8", "KBSYNC_LANG"])
def test_the_c_locale_gets_ascii_where_nothing_else_is_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, questions and help; Python itself writes UTF-8 there. What a program reads stays UTF-8."""
    monkeypatch.setenv("LC_ALL", "C")
    for each in ("PYTHONIOENCODING", "PYTHONUTF8", "KBSYNC_LANG"):
        monkeypatch.delenv(each, raising=False)
    if name:
        monkeypatch.setenv(name, "1")
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    with redirect_stdout(stream), redirect_stderr(stream), steady_streams():
        Screen().result("─ é 你")
        Screen().note(message("…"))
        click.echo("→")
        click.echo("·", err=True)
        Screen(format="json").result("é")
    stream.flush()
    said = "─ é 你|…|→|·|é|" if name else "- \\xe9 \\u4f60|...|->|-|é|"
    assert raw.getvalue().decode().replace("\n", "|") == said


@pytest.mark.parametrize(("encoding", "dash"), [("latin-1", b"-"), ("cp1252", b"\x96"), ("gbk", b"\xa8C"), ("ascii", b"-")])
def test_signs_of_print_have_stand_ins(encoding: str, dash: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, arrows, quotes and dots are drawn with what the locale has; a locale that somebody asked for is kept."""
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    # What is read before consent is given goes to stderr.
    with redirect_stdout(stream), redirect_stderr(stream), steady_streams():
        (Screen().result if encoding == "ascii" else Screen().aside)("─ – ⟨U+202E⟩ → ⍽")
    stream.flush()
    stand_ins = "─ – <U+202E> → _" if encoding == "gbk" else "- – <U+202E> -> _"
    assert raw.getvalue() == stand_ins.replace("–", "\x00").encode(encoding).replace(b"\x00", dash) + b"\n"


@pytest.mark.parametrize(
    ("encoding", "format_", "said"), [("latin-1", "text", "Nobody"), ("gbk", "text", "没有"), ("cp1252", "html", "没有")]
)
def test_chinese_is_spoken_where_it_can_be_written(encoding: str, format_: str, said: str) -> None:
    """Where it cannot, English is read sooner than numbers; a page for a browser is UTF-8 and stays Chinese."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    with redirect_stdout(stream), redirect_stderr(stream), steady_streams():
        screen = Screen(language="zh", format=format_)
        assert Words(screen.options.language).say(NOBODY).startswith(said)
        assert screen.say(NOBODY).startswith("没有" if encoding == "gbk" else "Nobody")


def test_a_full_device_is_found_by_every_way_in() -> None:
    """The libraries that write ask a stream what it is first, which must not use the failure up."""
    with redirect_stdout(Failing(NO_ROOM, late=False)), steady_streams():
        assert sys.stdout.write("") == 0
        with pytest.raises(UnusableFile):
            sys.stdout.write("help")


@pytest.mark.parametrize("format_", ["json", "html", "markdown", "sarif", "junit", "github", "yaml", "matrix"])
@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "latin-1", "utf-16", "ascii"])
def test_what_programs_read_is_utf_8_whatever_the_locale(format_: str, encoding: str) -> None:
    """The formats of machines have one encoding; where standard output is no file of bytes, there is none to choose."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    with redirect_stdout(stream), steady_streams():
        Screen(format=format_).result('"你好😀"')
    stream.flush()
    assert raw.getvalue().decode("utf-8") == '"你好😀"\n'
    with redirect_stdout(io.StringIO()) as text:
        Screen(format=format_).result("你")
    assert text.getvalue() == "你\n"
