"""The shell scripts of the action alone, in what no workflow run shows: signals, tokens, installation, wrong inputs."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

from tests.fakes.git_repos import GitRepos
from tests.flows.runner import ACTIONS, ROOT, executable, outputs_in

RUN = ACTIONS / "kbsync" / "run.sh"


def surroundings(tmp_path: Path, **inputs: str) -> dict[str, str]:
    """The environment of the step that runs ``run.sh``, with every input that is not given at its default."""
    action = yaml.safe_load((ACTIONS / "kbsync" / "action.yml").read_text(encoding="utf-8"))
    defaults = {f"INPUT_{name.upper().replace('-', '_')}": told.get("default", "") for name, told in action["inputs"].items()}
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    github = {"GITHUB_SERVER_URL": "https://git.invalid", "GITHUB_REPOSITORY": "shop/knowledge", "GITHUB_RUN_ID": "42"}
    kept = {name: value for name, value in GitRepos(tmp_path).environ.items() if not name.startswith(("GITHUB_", "KBSYNC_"))}
    return {**kept, **defaults, "INPUT_TOKEN": "", **files, **github, "RUNNER_TEMP": str(tmp_path), **inputs}


def outputs(tmp_path: Path) -> dict[str, str]:
    """What the step gave out."""
    return outputs_in((tmp_path / "GITHUB_OUTPUT").read_text(encoding="utf-8"))


APPLIES = """\
import signal, sys
def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    print("stopping", file=sys.stderr, flush=True)
    open(sys.argv[1]).close()
    print("report")
    sys.exit(4)
signal.signal(signal.SIGTERM, stop)
print("ready", file=sys.stderr, flush=True)
signal.pause()
"""
"""Ends on the first signal, when the test opens a pipe; a second signal would kill it, as it does kbsync."""


def test_cancelled_run_ends_well(tmp_path: Path) -> None:
    """The runner's SIGINT reaches kbsync, the SIGTERM that follows does not end it at once, and its report is still shown."""
    (tmp_path / "applies.py").write_text(APPLIES, encoding="utf-8")
    subprocess.run(["mkfifo", tmp_path / "finish"], check=True)
    fake = executable(tmp_path / "fake", f'exec "{sys.executable}" "{tmp_path}/applies.py" "{tmp_path}/finish"')
    environ = surroundings(tmp_path, INPUT_COMMAND="apply", INPUT_TARGET="shop", INPUT_PROGRAM=str(fake))
    with subprocess.Popen([RUN], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == "ready\n"
        running.send_signal(signal.SIGINT)
        assert running.stderr.readline() == "stopping\n"
        running.send_signal(signal.SIGTERM)
        (tmp_path / "finish").write_text("", encoding="utf-8")
        running.communicate(timeout=30)
    assert (running.returncode, outputs(tmp_path)["exit-code"]) == (4, "4")
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8") == "report\n"


def test_token_reaches_git_once(tmp_path: Path) -> None:
    """Git asks the remote with the step's token, also where a checkout stored another one, and the token is masked."""
    tree = GitRepos(tmp_path).init("work")
    with asked() as (address, heard):
        tree.git("remote", "add", "origin", f"{address}/shop/knowledge")
        tree.git("config", f"http.{address}/.extraheader", "AUTHORIZATION: basic c3RvcmVk")
        inputs = {"INPUT_COMMAND": "validate", "INPUT_TARGET": "shop", "INPUT_TOKEN": "secret", "GITHUB_SERVER_URL": address}
        git = executable(tmp_path / "kbsync-fake", "git ls-remote origin || true")
        environ = surroundings(tmp_path, **inputs, INPUT_PROGRAM=str(git))
        done = subprocess.run([RUN], cwd=tree.path, env=environ, capture_output=True, text=True, check=True)
    assert heard == [["basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0"]]
    assert done.stdout == "::add-mask::eC1hY2Nlc3MtdG9rZW46c2VjcmV0\n"
    assert "eC1hY2" not in (tree.path / ".git" / "config").read_text(encoding="utf-8")


def test_unknown_command_is_told(tmp_path: Path) -> None:
    """A command that the action does not have fails the step as a wrong command line does."""
    environ = surroundings(tmp_path, INPUT_COMMAND="destroy", INPUT_TARGET="shop", INPUT_PROGRAM="/bin/false")
    done = subprocess.run([RUN], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, outputs(tmp_path)["exit-code"]) == (2, "2")
    assert done.stdout.startswith("::error title=kbsync::")


def test_installs_once_into_a_place_of_its_own(tmp_path: Path) -> None:
    """The package is installed beside the job's own packages, and a second step of the job finds it there."""
    wheel = tiny_wheel(tmp_path)
    files = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "GITHUB_OUTPUT"), "PIP_NO_INDEX": "1"}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    for package in (str(wheel), "/nowhere"):
        environ = {**files, "PATH": path, "GITHUB_ACTION_PATH": str(RUN.parent), "INPUT_PACKAGE": package}
        subprocess.run([RUN.with_name("install.sh")], env=environ, check=True, capture_output=True)
    program = outputs(tmp_path)["program"]
    assert subprocess.run([program], check=True, capture_output=True, text=True).stdout == "tiny\n"


def reported(tmp_path: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step that reports, with a ``gh`` that keeps everything in ``github.json``."""
    executable(tmp_path / "bin" / "gh", f'exec "{sys.executable}" "{ROOT}/tests/fakes/gh.py" "$@"')
    path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    given = {"INPUT_KEY": "shop", "INPUT_NUMBER": "7", "INPUT_TITLE": "Drift", "INPUT_FILE": str(tmp_path / "text.md"), **inputs}
    environ = {"PATH": path, "FAKE_GH": str(tmp_path / "github.json"), "GITHUB_REPOSITORY": "shop/knowledge", **given}
    command = [sys.executable, str(ACTIONS / "report" / "report.py")]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_long_report_is_cut_aloud(tmp_path: Path) -> None:
    """A text that GitHub would refuse for its length is cut, and says at its end that it was."""
    (tmp_path / "text.md").write_text("x" * 70_000, encoding="utf-8")
    assert reported(tmp_path, INPUT_KIND="issue").returncode == 0
    (issue,) = json.loads((tmp_path / "github.json").read_text(encoding="utf-8"))["entries"]
    assert len(issue["body"]) < 65_536
    assert issue["body"].endswith("**Cut here: the artifact of the run holds the rest.**\n")


def test_key_cannot_end_its_hidden_line(tmp_path: Path) -> None:
    """Whatever a key holds, the line that marks a comment stays hidden."""
    (tmp_path / "text.md").write_text("text", encoding="utf-8")
    reported(tmp_path, INPUT_KIND="comment", INPUT_KEY="a --> b")
    (comment,) = json.loads((tmp_path / "github.json").read_text(encoding="utf-8"))["entries"]
    assert comment["body"] == "<!-- kbsync report: plan a ~~~ b -->\ntext"


def test_unknown_kind_is_told(tmp_path: Path) -> None:
    """A kind that the action does not have is an error annotation and not a traceback."""
    done = reported(tmp_path, INPUT_KIND="letter")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "::error title=kbsync::kind must be comment, issue or closed, not 'letter'\n"


def tiny_wheel(tmp_path: Path) -> Path:
    """A package called kbsync that says one word."""
    path = tmp_path / "kbsync-1-py3-none-any.whl"
    info = "kbsync-1.dist-info"
    with ZipFile(path, "w") as wheel:
        wheel.writestr("tiny.py", "def main():\n    print('tiny')\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: kbsync\nVersion: 1\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\nkbsync = tiny:main\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


@contextmanager
def asked() -> Iterator[tuple[str, list[list[str]]]]:
    """A git server that refuses everybody, and the Authorization headers that each request brought."""
    heard: list[list[str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.get_all("authorization") or [])
            self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
