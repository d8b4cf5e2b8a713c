"""A small GitHub runner: does the steps of a job from the workflow files themselves, with their own shell text.

Foreign actions are played: a checkout is there already, artifacts are directories. An expression that is not known here fails
the test, so that no step can depend on what nobody provides.
"""

import math
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["ACTIONS", "ROOT", "TOKEN", "Job", "Runner", "executable", "filled", "outputs_in"]

ROOT = Path(__file__).parents[2]
ACTIONS = ROOT / ".github" / "actions"

TOKEN = "token-of-the-run"
"""What ``github.token`` is worth."""

EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
WRITTEN = re.compile(
    r"^(?P<name>[^\n=]+)<<(?P<mark>\S+)\n(?P<value>(?s:.*?))\n(?P=mark)$|^(?P<key>[^\n=<]+)=(?P<plain>.*)$", re.MULTILINE
)

DESPITE_FAILURE = ("cancelled()", "always()")
"""A condition that names one of these is asked after a failure too; none else is played."""


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
    broken: bool = False
    """Whether pip fails on every machine."""
    project: Path = ROOT
    """Where the workflows and actions are."""

    def job(self, workflow: str, name: str, known: Mapping[str, str | None]) -> Job:
        """Do one job of a workflow on a new machine; ``known`` has the values of what its expressions may name."""
        self.number += 1
        temp = self.place / f"machine-{self.number}"
        (temp / "kbsync-installed" / "bin").mkdir(parents=True)
        if not self.broken:
            (temp / "kbsync-installed" / "bin" / "kbsync").symlink_to(self.program)
        values: dict[str, str | None] = {**known, "runner.temp": str(temp), "github.run_attempt": "1"}
        steps = yaml.safe_load((self.project / ".github/workflows" / workflow).read_text(encoding="utf-8"))["jobs"][name]["steps"]
        values |= {f"steps.{step['id']}.outputs.{name}": None for step in steps if "id" in step for name in self._given_out(step)}
        job = Job()
        for step in steps:
            condition = step.get("if")
            assert condition is None or any(function in condition for function in DESPITE_FAILURE)
            if job.ok if condition is None else filled(condition, values) == "true":
                self._step(step, job, temp=temp, values=values)
        return job

    def _step(self, step: Mapping[str, Any], job: Job, *, temp: Path, values: dict[str, str | None]) -> None:
        if "run" in step:
            own, before = {name: filled(value, values) for name, value in step["env"].items()}, job.ok
            self._shell(step["run"], job, temp=temp, environ=own)
            job.ok = job.ok and before
            return
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
        found = self._composite(self.project / action, job, temp=temp, given=given, environ=environ)
        job.steps[step.get("id", "")] = found
        values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in found.items()}

    def _composite(
        self, directory: Path, job: Job, *, temp: Path, given: dict[str, str], environ: dict[str, str]
    ) -> dict[str, str]:
        action = yaml.safe_load((directory / "action.yml").read_text(encoding="utf-8"))
        assert given.keys() <= action["inputs"].keys()
        values: dict[str, str | None] = {"github.token": TOKEN}
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
        return {name: filled(value, defaultdict(lambda: None, values)) for name, value in told.items()}

    def _given_out(self, step: Mapping[str, Any]) -> list[str]:
        """The outputs that a step with an action of ours may have."""
        return list(yaml.safe_load((self.project / step["uses"] / "action.yml").read_text(encoding="utf-8"))["outputs"])

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


def filled(value: object, values: Mapping[str, str | None]) -> str:
    """A text with its expressions replaced by what they are worth."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return EXPRESSION.sub(lambda found: _text(_Expression(found[1], values).worth()), text)


Worth = str | bool | None
"""What an expression comes to; None is what GitHub has for an output that no job gave out."""

TOKEN_OF_EXPRESSION = re.compile(r"\s*('(?:[^']|'')*'|==|!=|&&|\|\||[!(),]|[\w.-]+)")


class _Expression:
    """An expression of a workflow, valued by GitHub's rules (docs.github.com, "Evaluate expressions in workflows").

    ``&&`` and ``||`` give one of their sides. Two texts are equal whatever their case; a text and what is missing are compared as
    numbers, so a missing output equals '0' and the empty text.
    """

    def __init__(self, text: str, values: Mapping[str, str | None]) -> None:
        self._tokens = TOKEN_OF_EXPRESSION.findall(text)
        assert re.fullmatch(f"(?:{TOKEN_OF_EXPRESSION.pattern})*", text), text
        self._values = values

    def worth(self) -> Worth:
        """The value of all of it."""
        found = self._either()
        assert not self._tokens
        return found

    def _either(self) -> Worth:
        found = self._both()
        while self._took("||"):
            other = self._both()
            found = found or other
        return found

    def _both(self) -> Worth:
        found = self._compared()
        while self._took("&&"):
            other = self._compared()
            found = found and other
        return found

    def _compared(self) -> Worth:
        left = self._single()
        for sign in ("==", "!="):
            if self._took(sign):
                return _equal(left, self._single()) is (sign == "==")
        return left

    def _single(self) -> Worth:
        if self._took("!"):
            return not self._single()
        if self._took("("):
            found = self._either()
            assert self._took(")")
            return found
        token = self._tokens.pop(0)
        if token.startswith("'"):
            return str(token[1:-1].replace("''", "'"))
        if self._took("("):
            return _called(token, [] if self._took(")") else list(self._arguments()))
        return self._values[token]

    def _arguments(self) -> Iterator[Worth]:
        yield self._either()
        while self._took(","):
            yield self._either()
        assert self._took(")")

    def _took(self, token: str) -> bool:
        return bool(self._tokens) and self._tokens[0] == token and bool(self._tokens.pop(0))


def _called(function: str, given: list[Worth]) -> Worth:
    if function == "format":
        return str(given[0]).format(*map(_text, given[1:]))
    assert (f"{function}()" in DESPITE_FAILURE, given) == (True, [])
    return function == "always"


def _equal(left: Worth, right: Worth) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return left is right or _number(left) == _number(right)


def _number(value: Worth) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return math.nan


def _text(value: Worth) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value
