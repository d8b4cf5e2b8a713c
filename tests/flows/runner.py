"""A small GitHub runner: does the steps of a job from the workflow files themselves, with their own shell text.

Foreign actions are played: a checkout is there already, artifacts are directories. An expression that is not known here fails
the test, so that no step can depend on what nobody provides.
"""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["ACTIONS", "ROOT", "TOKEN", "Job", "Runner", "executable", "outputs_in"]

ROOT = Path(__file__).parents[2]
ACTIONS = ROOT / ".github" / "actions"

TOKEN = "token-of-the-run"
"""What ``github.token`` is worth."""

EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
WRITTEN = re.compile(
    r"^(?P<name>[^\n=]+)<<(?P<mark>\S+)\n(?P<value>(?s:.*?))\n(?P=mark)$|^(?P<key>[^\n=<]+)=(?P<plain>.*)$", re.MULTILINE
)

DESPITE_FAILURE = ("${{ !cancelled() }}", "${{ always() }}")


@dataclass
class Job:
    """What a job left behind: whether it succeeded, its log, its summary, and the outputs of its steps by id."""

    ok: bool = True
    log: str = ""
    summary: str = ""
    steps: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Runner:
    """One machine after another, each with ``workspace`` checked out; artifacts outlive the machines."""

    workspace: Path
    place: Path
    environ: dict[str, str]
    program: Path
    number: int = 0

    def job(self, workflow: str, name: str, known: Mapping[str, str]) -> Job:
        """Do one job of a workflow on a new machine; ``known`` has the values of what its expressions may name."""
        self.number += 1
        temp = self.place / f"machine-{self.number}"
        (temp / "kbsync-installed" / "bin").mkdir(parents=True)
        (temp / "kbsync-installed" / "bin" / "kbsync").symlink_to(self.program)
        values = {**known, "runner.temp": str(temp), "github.run_attempt": "1"}
        steps = yaml.safe_load((ROOT / ".github/workflows" / workflow).read_text(encoding="utf-8"))["jobs"][name]["steps"]
        job = Job()
        for step in steps:
            condition = step.get("if")
            assert condition is None or condition in DESPITE_FAILURE
            if job.ok or condition is not None:
                self._step(step, job, temp=temp, values=values)
        return job

    def _step(self, step: Mapping[str, Any], job: Job, *, temp: Path, values: dict[str, str]) -> None:
        given = {name: filled(value, values) for name, value in step.get("with", {}).items()}
        environ = {name: filled(value, values) for name, value in step.get("env", {}).items()}
        action = step["uses"].partition("@")[0]
        match action:
            case "actions/checkout" | "actions/setup-python":
                return
            case "actions/upload-artifact":
                shutil.rmtree(self.place / "artifacts" / given["name"], ignore_errors=True)  # an earlier run's
                shutil.copytree(given["path"], self.place / "artifacts" / given["name"])
                return
            case "actions/download-artifact":
                shutil.copytree(self.place / "artifacts" / given["name"], given["path"])
                return
        found = self._composite(ROOT / action, job, temp=temp, given=given, environ=environ)
        job.steps[step.get("id", "")] = found
        values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in found.items()}

    def _composite(
        self, directory: Path, job: Job, *, temp: Path, given: dict[str, str], environ: dict[str, str]
    ) -> dict[str, str]:
        action = yaml.safe_load((directory / "action.yml").read_text(encoding="utf-8"))
        assert given.keys() <= action["inputs"].keys()
        values = {"github.token": TOKEN}
        for name, told in action["inputs"].items():
            assert name in given or not told.get("required"), f"{name} is required"
            values[f"inputs.{name}"] = given[name] if name in given else filled(told.get("default", ""), values)
        before, job.ok = job.ok, True
        for step in action["runs"]["steps"]:
            if "run" in step and job.ok:
                inner = {name: filled(value, values) for name, value in step["env"].items()}
                surroundings = {**environ, **inner, "GITHUB_ACTION_PATH": str(directory)}
                found = self._shell(step["run"], job, temp=temp, environ=surroundings)
                values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in found.items()}
        job.ok = job.ok and before
        told = {name: output["value"] for name, output in action.get("outputs", {}).items()}
        return {name: filled(value, defaultdict(str, values)) for name, value in told.items()}

    def _shell(self, text: str, job: Job, *, temp: Path, environ: dict[str, str]) -> dict[str, str]:
        files = {name: temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        surroundings = {**self.environ, "RUNNER_TEMP": str(temp), **{name: str(path) for name, path in files.items()}, **environ}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text]
        done = subprocess.run(command, cwd=self.workspace, env=surroundings, capture_output=True, text=True, check=False)
        job.ok = done.returncode == 0
        job.log += done.stdout + done.stderr
        job.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return outputs_in(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))


def executable(path: Path, line: str) -> Path:
    """A program of one shell line."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def outputs_in(text: str) -> dict[str, str]:
    """The outputs that a step wrote, in either of the two forms."""
    pairs = ((each["name"], each["value"]) if each["name"] else (each["key"], each["plain"]) for each in WRITTEN.finditer(text))
    return dict(pairs)


def filled(value: object, values: Mapping[str, str]) -> str:
    """A text with its expressions replaced by what they are worth."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return EXPRESSION.sub(lambda found: _worth(found[1], values), text)


def _worth(expression: str, values: Mapping[str, str]) -> str:
    """As GitHub has it: ``||`` takes the first that is not empty, ``&&`` the last unless one is empty."""
    worth = ""
    for alternative in expression.split(" || "):
        for part in alternative.split(" && "):
            left, equals, right = part.partition(" == ")
            worth = _term(left, values)
            if equals:
                worth = "true" if worth == _term(right, values) else ""
            if not worth:
                break
        if worth:
            break
    return worth


def _term(term: str, values: Mapping[str, str]) -> str:
    return term[1:-1] if term.startswith("'") else values[term]
