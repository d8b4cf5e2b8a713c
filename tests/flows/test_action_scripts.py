"""The shell scripts of the action alone, in what no workflow run shows: signals, tokens, installation, wrong inputs."""

import json
import os
import shutil
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

import pytest
import yaml

from tests.fakes.git_repos import GitRepos, needs_variables
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
import os, signal, sys
def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.write(2, b"stopping\\n")  # not by print, which the signal may have found at work
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
    environ = surroundings(
        tmp_path, INPUT_COMMAND="apply", INPUT_TARGET="shop", INPUT_PROGRAM=str(fake), INPUT_EXPECT_DIGEST="any"
    )
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


@pytest.mark.parametrize("age", ["this", "2.30.2", "2.9.5"])
def test_token_reaches_git_once(tmp_path: Path, age: str) -> None:
    """Git asks the remote with the step's token, also where a checkout stored another one, and the token is masked."""
    tree = GitRepos(tmp_path).init("work")
    if age != "this":
        # Before 2.31 the variables for it are unknown.
        old = f'if [ "$1" = version ]; then echo "git version {age}"; exit; fi; unset GIT_CONFIG_COUNT'
        executable(tmp_path / "bin" / "git", f'{old}; exec "{shutil.which("git")}" "$@"')
    with asked() as (address, heard):
        tree.git("remote", "add", "origin", f"{address}/shop/knowledge")
        tree.git("config", f"http.{address}/.extraheader", "AUTHORIZATION: basic c3RvcmVk")
        inputs = {"INPUT_COMMAND": "validate", "INPUT_TARGET": "shop", "INPUT_TOKEN": "secret", "GITHUB_SERVER_URL": address}
        git = executable(tmp_path / "kbsync-fake", "git ls-remote origin || true")
        path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environ = surroundings(tmp_path, **inputs, INPUT_PROGRAM=str(git), PATH=path)
        done = subprocess.run([RUN], cwd=tree.path, env=environ, capture_output=True, text=True, check=True)
    assert heard == [["basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0"]]
    assert done.stdout == "::add-mask::eC1hY2Nlc3MtdG9rZW46c2VjcmV0\n"
    assert "eC1hY2" not in (tree.path / ".git" / "config").read_text(encoding="utf-8")


def test_the_jobs_own_git_configuration_stays(tmp_path: Path) -> None:
    """What a job has git read from variables, such as a directory of another user to be trusted, is added to and not replaced."""
    needs_variables(GitRepos(tmp_path).init("work"))
    entries = (("safe.directory", "*"), ("http.https://git.invalid/.extraheader", "AUTHORIZATION: basic b3RoZXI="))
    keys = {f"GIT_CONFIG_KEY_{number}": name for number, (name, _) in enumerate(entries)}
    own = {"GIT_CONFIG_COUNT": "2", **keys, **{f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(entries)}}
    git = executable(tmp_path / "kbsync-fake", f"exec git config --get-regexp '^safe|header$' >'{tmp_path}/told'")
    inputs = {"INPUT_COMMAND": "validate", "INPUT_TARGET": "shop", "INPUT_TOKEN": "secret", "INPUT_PROGRAM": str(git)}
    subprocess.run([RUN], cwd=tmp_path, env=surroundings(tmp_path, **inputs, **own), capture_output=True, check=True)
    header = "http.https://git.invalid/.extraheader"
    assert (tmp_path / "told").read_text(encoding="utf-8").splitlines() == [
        "safe.directory *",
        f"{header} AUTHORIZATION: basic b3RoZXI=",
        f"{header} ",
        f"{header} AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0",
    ]


@pytest.mark.parametrize("count", ["", "0", "007", "two", "a[$(touch ran)]", "-1", "9" * 20])
def test_a_count_that_is_none_is_told(tmp_path: Path, count: str) -> None:
    """A number of git's entries that git itself would not read fails the step in a sentence and is never run as shell text."""
    inputs = {"INPUT_COMMAND": "validate", "INPUT_TARGET": "shop", "INPUT_TOKEN": "secret", "INPUT_PROGRAM": "/bin/true"}
    environ = surroundings(tmp_path, **inputs, GIT_CONFIG_COUNT=count)
    done = subprocess.run([RUN], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    usable = count in {"", "0", "007"}
    assert (done.returncode, outputs(tmp_path)["exit-code"]) == ((0, "0") if usable else (2, "2"))
    assert ("::error title=kbsync::GIT_CONFIG_COUNT" in done.stdout) is not usable
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("plan", ["", "plan.json"])
def test_an_apply_without_approval_is_refused(tmp_path: Path, plan: str) -> None:
    """A digest that came out empty fails the step; it does not stand for a plan that needs none."""
    fake = executable(tmp_path / "fake", f"touch '{tmp_path}/applied'")
    inputs = {"INPUT_COMMAND": "apply", "INPUT_TARGET": "shop", "INPUT_PROGRAM": str(fake), "INPUT_PLAN": plan}
    done = subprocess.run([RUN], env=surroundings(tmp_path, **inputs), capture_output=True, text=True, check=False)
    assert (done.returncode, outputs(tmp_path)["exit-code"], (tmp_path / "applied").exists()) == (2, "2", False)
    assert done.stdout.startswith("::error title=kbsync::apply needs expect-digest")


@pytest.mark.parametrize(("digest", "options"), [("any", ""), ("sha256:1", " --expect-digest sha256:1")])
def test_an_apply_that_nobody_approves_says_so(tmp_path: Path, digest: str, options: str) -> None:
    """One word stands for any plan; every other is the digest that is held to."""
    fake = executable(tmp_path / "fake", 'echo "$*"')
    inputs = {"INPUT_COMMAND": "apply", "INPUT_TARGET": "shop", "INPUT_PROGRAM": str(fake), "INPUT_EXPECT_DIGEST": digest}
    subprocess.run([RUN], env=surroundings(tmp_path, **inputs), capture_output=True, check=True)
    said = (tmp_path / "kbsync" / "report.md").read_text(encoding="utf-8")
    assert f"--format markdown{options}\n" in said


def test_unknown_command_is_told(tmp_path: Path) -> None:
    """A command that the action does not have fails the step as a wrong command line does."""
    environ = surroundings(tmp_path, INPUT_COMMAND="destroy", INPUT_TARGET="shop", INPUT_PROGRAM="/bin/false")
    done = subprocess.run([RUN], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, outputs(tmp_path)["exit-code"]) == (2, "2")
    assert done.stdout.startswith("::error title=kbsync::")


SHADOWS = ("venv", "logging", "json", "sitecustomize", "usercustomize", "pip", "ensurepip", "kbsync", "re")
"""Names that a Python program imports, or may, while it installs, reports, or runs kbsync."""


def shadowed(place: Path) -> dict[str, str]:
    """A workspace with a module of every such name, which leaves a mark when it is run, and variables that lead Python there."""
    place.mkdir()
    for name in SHADOWS:
        (place / f"{name}.py").write_text(f"open({str(place / 'ran')!r}, 'a').write({name!r})\n", encoding="utf-8")
    (place / "pip.conf").write_text("[install]\nno-binary = :all:\n", encoding="utf-8")
    folder = place / "kbsync"
    folder.mkdir()
    for name in ("__init__", "__main__"):
        shutil.copy(place / "kbsync.py", folder / f"{name}.py")
    return {
        "PYTHONPATH": f"{place}:",
        "PYTHONSTARTUP": str(place / "venv.py"),
        "PYTHONUSERBASE": str(place),
        "PYTHONBREAKPOINT": "venv.run",
        "PYTHONWARNINGS": "error::venv.Warned",
        "PYTHONHOME": "",
    }


def test_installs_once_into_a_place_of_its_own(tmp_path: Path) -> None:
    """The package is installed beside the job's own packages, and a second step of the job finds it there.

    Modules at the top of the workspace, and Python's variables that point there, are not run meanwhile.
    """
    python = shadowed(tmp_path / "work")
    files = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "GITHUB_OUTPUT"), "PIP_NO_INDEX": "1"}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    for package in (str(tiny_wheel(tmp_path)), "/nowhere"):
        environ = {**files, **python, "PATH": path, "GITHUB_ACTION_PATH": str(RUN.parent), "INPUT_PACKAGE": package}
        script = RUN.with_name("install.sh")
        done = subprocess.run([script], cwd=tmp_path / "work", env=environ, capture_output=True, text=True, check=False)
        assert (done.returncode, (tmp_path / "work" / "ran").exists()) == (0, False), done.stderr
    program = outputs(tmp_path)["program"]
    assert subprocess.run([program], check=True, capture_output=True, text=True).stdout == "tiny\n"


def test_running_imports_nothing_of_the_workspace(tmp_path: Path) -> None:
    """Modules at the top of the workspace are not run beside the key, whatever the job told Python."""
    python = shadowed(tmp_path / "work")
    fake = executable(tmp_path / "fake", f'exec "{sys.executable}" -c "import json, logging, re; import sys; print(sys.path)"')
    inputs = {"INPUT_COMMAND": "validate", "INPUT_TARGET": "shop", "INPUT_PROGRAM": str(fake)}
    safe = surroundings(tmp_path, **inputs, **python)
    done = subprocess.run([RUN], cwd=tmp_path, env=safe, capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "work" / "ran").exists()) == (0, False), done.stderr
    assert str(tmp_path / "work") not in done.stdout


def test_reporting_imports_nothing_of_the_workspace(tmp_path: Path) -> None:
    """Nor are they run beside the token which may write comments."""
    python = shadowed(tmp_path / "work")
    (tmp_path / "text.md").write_text("text", encoding="utf-8")
    executable(tmp_path / "bin" / "gh", f'exec "{sys.executable}" -I "{ROOT}/tests/fakes/gh.py" "$@"')
    (step,) = yaml.safe_load((ACTIONS / "report" / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    given = {"INPUT_KIND": "issue", "INPUT_KEY": "shop", "INPUT_TITLE": "Drift", "INPUT_FILE": str(tmp_path / "text.md")}
    places = {"GITHUB_ACTION_PATH": str(ACTIONS / "report"), "GITHUB_REPOSITORY": "shop/knowledge"}
    path = f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin"
    environ = {**python, **given, **places, "PATH": path, "FAKE_GH": str(tmp_path / "github.json")}
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=tmp_path / "work", env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "work" / "ran").exists()) == (0, False), done.stderr
    assert len(json.loads((tmp_path / "github.json").read_text(encoding="utf-8"))["entries"]) == 1


def test_installs_kbsync_with_its_lock_and_nothing_else(tmp_path: Path) -> None:
    """What runs beside the key is known by its hashes; nothing is imported from the workspace on the way."""
    python = 'echo "$*" >>"$RUNNER_TEMP/said"; [ "$3" != venv ] || { mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; }'
    executable(tmp_path / "bin" / "python3", python)
    files = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "GITHUB_OUTPUT")}
    environ = {**files, "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "GITHUB_ACTION_PATH": str(RUN.parent)}
    subprocess.run([RUN.with_name("install.sh")], env=environ, check=True, capture_output=True)
    tree = RUN.parent / ".." / ".." / ".."
    assert (tmp_path / "said").read_text(encoding="utf-8").splitlines() == [
        f"-I -m venv {tmp_path}/kbsync-installed",
        f"-I -m pip install --quiet --disable-pip-version-check --require-hashes -r {tree}/.ci/lock/run.txt",
        f"-I -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -- {tree}",
    ]


@pytest.mark.parametrize(
    ("package", "place"),
    [
        ("kbsync @ git+https://h.invalid/o/kbsync@1", "kbsync-installed"),
        ("./kbsync.whl", "work"),
        ("/wheels/kbsync@1.whl", "work"),
    ],
)
def test_an_address_to_install_from_is_no_path_of_the_workspace(tmp_path: Path, package: str, place: str) -> None:
    """Pip takes ``name @ address`` for a directory where there is one, and a branch can bring ``name @ git+https:/…``."""
    python = '[ "$3" != venv ] || { mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; }; pwd >"$RUNNER_TEMP/stood"'
    executable(tmp_path / "bin" / "python3", python)
    files = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "GITHUB_OUTPUT"), "INPUT_PACKAGE": package}
    environ = {**files, "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "GITHUB_ACTION_PATH": str(RUN.parent)}
    (tmp_path / "work").mkdir()
    subprocess.run([RUN.with_name("install.sh")], cwd=tmp_path / "work", env=environ, check=True, capture_output=True)
    assert (tmp_path / "stood").read_text(encoding="utf-8") == f"{tmp_path / place}\n"


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
