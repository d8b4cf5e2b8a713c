"""What goes where: the result to stdout in its format and nothing else, everything besides to stderr, colours as asked."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kbsync.usecases.context import RunContext
from tests.flows.harness import Bench
from tests.flows.shop import FIRST

COLOR = "\x1b["


@pytest.fixture
def noisy(bench: Bench) -> Bench:
    """A bench whose files have a warning and whose history has a note."""
    bench.commit({**FIRST, "warned.yaml": "category: Payment\nquestions:\n  - {question: Is it far?!, answer: ' No. '}\n"})
    return bench


@pytest.mark.no_cover
@pytest.mark.parametrize("command", ["plan", "validate", "doctor", "targets", "apply --yes"])
def test_json_is_all_of_stdout(noisy: Bench, command: str) -> None:
    """A machine can read stdout whole, however much is said on stderr."""
    run = noisy.run(*command.split(), "--format", "json")
    assert json.loads(run.out)


def test_other_formats_of_findings(noisy: Bench) -> None:
    """SARIF, JUnit and GitHub's annotations are each well formed."""
    assert json.loads(noisy.run("validate", "--format", "sarif").out)["version"] == "2.1.0"
    assert ET.fromstring(noisy.run("validate", "--format", "junit").out).tag == "testsuites"
    assert noisy.run("validate", "--format", "github").out.startswith("::warning ")


@pytest.mark.no_cover
def test_quiet_says_nothing_but_the_result(noisy: Bench) -> None:
    """No note, no warning, no progress; the plan of an apply with ``--yes`` neither."""
    loud = noisy.run("plan")
    assert "warning" in loud.err
    quiet = noisy.run("plan", "--quiet")
    assert (quiet.out, quiet.err) == (loud.out, "")
    assert noisy.run("apply", "--yes", "--quiet").err == ""


def test_verbose_tells_of_the_calls(noisy: Bench) -> None:
    """Once the sum by command, twice each call with its time, and what went wrong with it."""
    assert "Calls sent: desc_chitchat_category " in noisy.run("plan", "-v").err
    noisy.run("sandbox", "inject", "list_chitchat#1=refuse:-7")
    every = noisy.run("plan", "-vv")
    assert "desc_chitchat_category: answered after 0.00 s" in every.err
    assert re.search(r"^list_chitchat: .*-7.* \(0.00 s\)$", every.err, re.MULTILINE)
    assert "Calls sent" not in noisy.run("plan").err


def test_errors_are_said_even_when_quiet(noisy: Bench) -> None:
    """Silence would be mistaken for success."""
    assert "no target" in noisy.run("plan", "--quiet", "--target", "nowhere").err


def test_colours_are_for_terminals(noisy: Bench) -> None:
    """A file gets none unless it is asked for; never means never."""
    assert COLOR not in noisy.run("plan").out
    assert COLOR in noisy.run("plan", "--color", "always").out
    assert COLOR in noisy.run("doctor", "--color", "always").out
    assert COLOR not in noisy.run("doctor", "--color", "never").out


def test_errors_have_the_colours_that_were_asked_for(noisy: Bench) -> None:
    """The command line decides about the last words too, whatever the environment says."""
    wrong = ("plan", "--target", "nowhere")
    assert COLOR in noisy.run(*wrong, "--color", "always").err
    assert COLOR not in noisy.run(*wrong, "--color", "never", KBSYNC_COLOR="always").err


class Early(dict[str, str]):
    """An environment during whose first reading somebody presses Ctrl-C."""

    def get(self, key: str, default: Any = None, /) -> Any:
        """What is set, but not the first time."""
        if self.pop("FIRST", None):
            raise KeyboardInterrupt
        return super().get(key, default)


def test_before_the_options_are_known_the_environment_decides(noisy: Bench) -> None:
    """A run that ends before it has understood its options ends in words all the same."""
    context = RunContext(environ=Early(FIRST="yes", KBSYNC_LANG="zh"))
    stopped = noisy.run("targets", context=context)
    assert (stopped.code, stopped.err.strip()) == (1, "已停止。")


def on_terminal(bench: Bench, *words: str, **environ: str) -> str:
    """What a person sees at a real terminal, both streams together."""
    main, child = pty.openpty()
    surroundings = {**bench.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environ}
    command = [sys.executable, "-m", "kbsync", *words]
    with subprocess.Popen(command, cwd=bench.path, env=surroundings, stdin=child, stdout=child, stderr=child) as process:
        os.close(child)
        seen = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not piece:
                break
            seen += piece
        process.wait(timeout=60)
    os.close(main)
    return seen.decode()


def test_a_terminal_gets_colours_and_a_bar(noisy: Bench) -> None:
    """At a terminal the work shows itself, and what stays is the coloured plan."""
    seen = on_terminal(noisy, "plan")
    assert COLOR in seen
    assert "reading the live library" in seen


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_can_refuse_colours(noisy: Bench, environ: dict[str, str]) -> None:
    """NO_COLOR and a dumb terminal get plain text."""
    assert "\x1b[3" not in on_terminal(noisy, "plan", "--quiet", **environ)


def test_options_can_come_from_the_environment(noisy: Bench, tmp_path: Path) -> None:
    """``KBSYNC_*`` variables stand in for options."""
    command = [sys.executable, "-m", "kbsync", "targets"]
    environ = {**noisy.environ, "KBSYNC_DIR": str(noisy.path / "knowledge"), "KBSYNC_FORMAT": "json"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["targets"][0]["target"] == "sandbox"


def test_the_language_of_the_environment_is_spoken(noisy: Bench) -> None:
    """Notes and errors come in Chinese where the locale asks for it, machine formats stay as they are."""
    assert "错误" in noisy.run("plan", "--target", "nowhere", KBSYNC_LANG="zh_CN.UTF-8").err
    plain = noisy.run("plan", "--format", "json").out
    assert noisy.run("plan", "--format", "json", KBSYNC_LANG="zh_CN.UTF-8").out == plain
