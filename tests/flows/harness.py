"""A bench for whole command lines: a knowledge directory, a real git repository, the embedded service, a shared clock."""

import contextlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kbsync.cli.app import run
from kbsync.files import DiskFiles, load_files
from kbsync.history.remote import TargetRefs
from kbsync.limiter import Clock
from kbsync.model import show_path
from kbsync.rehearsal import DEFAULTS, DEMO, Account, FaultRule, Switches
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from kbsync.settings import Driver, Target
from kbsync.usecases.composition import sandbox_file
from kbsync.usecases.context import RunContext
from tests.fakes.clock import FakeClock
from tests.fakes.console import Console, snapshot
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.shop import FIRST

__all__ = ["SETTINGS", "WRITES", "Bench", "Held", "Run", "Terminal", "apply_first", "copied", "declared", "held", "writes"]

SETTINGS = """\
version: 1
default_target: {default}
targets:
  sandbox: {{driver: sandbox}}
  production: {{endpoint: "{endpoint}", sdkappid: {sdkappid}}}
policy: {{prune: delete, max_update_percent: 100, max_remove_percent: 100}}
"""

WRITES = frozenset(
    {
        "add_chitchat",
        "update_chitchat",
        "update_similar_chitchat",
        "update_chitchat_similar",
        "batch_set_chitchat",
        "add_chitchat_category",
        "update_chitchat_category",
        "del_chitchat_category",
        "send_stream_msg",
    }
)
"""The commands that change something."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one command line ended: its exit code, and what it put on stdout and on stderr."""

    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A keyboard with somebody at it, who types what is given."""

    def isatty(self) -> bool:
        """There is somebody."""
        return True


@dataclass
class Bench:
    """A directory with ``knowledge/`` in it, where command lines run as from a shell that stands there."""

    path: Path
    clock: Clock = field(default_factory=FakeClock)
    environ: dict[str, str] = field(default_factory=dict)
    tree: WorkTree | None = None
    endpoint: str = "http://127.0.0.1:9"
    default: str = "sandbox"

    @classmethod
    def make(cls, tmp_path: Path, *, git: bool = True) -> "Bench":
        """A bench below a test's own directory, in a new git repository unless told otherwise."""
        repos = GitRepos(tmp_path)
        tree = repos.init("repo") if git else None
        path = tmp_path / "repo"
        path.mkdir(exist_ok=True)
        around = {name: value for name, value in repos.environ.items() if name not in ("CI", "COLUMNS", "GITHUB_ACTIONS")}
        bench = cls(path, environ={**around, "LC_ALL": "C", "USER": "tester", "LOGNAME": "tester"}, tree=tree)
        bench.settings()
        return bench

    def settings(self, text: str = SETTINGS, **fields: object) -> None:
        """Write ``knowledge/kbsync.yaml``."""
        values = {"default": self.default, "endpoint": self.endpoint, "sdkappid": DEMO.sdkappid, **fields}
        self.write({"kbsync.yaml": text.format(**values)})

    def write(self, files: Mapping[str, str]) -> None:
        """Write knowledge files, named by their path below ``knowledge/``."""
        for name, text in files.items():
            path = self.path / "knowledge" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def commit(self, files: Mapping[str, str]) -> str:
        """Write knowledge files, commit everything but kbsync's own, and return the commit's id."""
        assert self.tree is not None
        self.write(files)
        (self.path / ".gitignore").write_text(".kbsync/\n*.json\n", encoding="utf-8")
        return self.tree.commit({})

    def cause(self, *words: str) -> dict[str, str]:
        """What a plan in JSON says would happen to which questions, and why: texts with their causes."""
        changes = json.loads(self.run(*words, "--format", "json").out)["changes"]
        return {(it["after"] or it["before"])["question"]: it["cause"] for it in changes if it["kind"] == "question"}

    def run(self, *words: str, keyboard: io.StringIO | None = None, context: RunContext | None = None, **environ: str) -> Run:
        """Run one command line; ``environ`` is added to the bench's own environment."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        surroundings = context or RunContext(clock=self.clock, environ={**self.environ, **environ})
        before, sys.stdin = sys.stdin, keyboard or io.StringIO()
        try:
            with contextlib.chdir(self.path), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(words, context=surroundings)
        finally:
            sys.stdin = before
        return Run(code, *(_written(stream) for stream in (out, err)))

    @contextmanager
    def console(self, **options: Any) -> Iterator[Service]:
        """Look into the embedded service of the sandbox target, and edit it as its console does."""
        (self.path / ".kbsync").mkdir(exist_ok=True)
        service = Service(sandbox_file(self.path / ".kbsync"), clock=self.clock, **options)
        try:
            yield service
        finally:
            service.close()

    @contextmanager
    def served(
        self,
        switches: Switches = DEFAULTS,
        *,
        account: Account = DEMO,
        faults: Sequence[FaultRule] = (),
        kind: Callable[..., Service] = Service,
    ) -> Iterator[Service]:
        """Serve a new library on a real loopback port and make it the default target, secret and all."""
        service = kind(None, clock=self.clock, switches=switches, account=account, faults=faults)
        server = SandboxServer(service)
        server.start()
        try:
            self.endpoint, self.default = server.address, "production"
            self.environ["KBSYNC_SECRET_KEY"] = DEMO.secret
            self.settings()
            yield service
        finally:
            server.stop()
            service.close()

    @property
    def refs(self) -> TargetRefs:
        """What the repository keeps about the default target."""
        target = Target("sandbox", Driver.SANDBOX)
        if self.default != "sandbox":
            target = Target(self.default, endpoint=self.endpoint, sdkappid=DEMO.sdkappid)
        return TargetRefs(target.name, target.key)

    def edit(self, text: str, **fields: Any) -> None:
        """Somebody changes a question of the sandbox in the console."""
        with self.console() as service:
            Console(service).edit_question(Console(service).question(text), **fields)


def copied(tmp_path: Path, prepare: Callable[[Bench], object]) -> Bench:
    """A bench below a test's own directory as ``prepare`` leaves one, which is done once in each process."""
    first = _prepared(prepare)
    around = {name: value.replace(str(first.path.parent), str(tmp_path)) for name, value in first.environ.items()}
    path = Path(shutil.copytree(first.path, tmp_path / "repo", symlinks=True))
    clock = FakeClock()
    clock.move(first.clock.now() - clock.now())
    tree = first.tree and WorkTree(path, GitRepos(tmp_path).environ)
    if tree is not None:
        tree.git("status", "--short")  # git knows its files by where they lie on the disk
    return Bench(path, clock, around, tree)


@cache
def _prepared(prepare: Callable[[Bench], object]) -> Bench:
    bench = Bench.make(Path(tempfile.mkdtemp(dir=_place().name)))
    prepare(bench)
    return bench


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    """Where the prepared benches lie: it is gone when the process ends."""
    return tempfile.TemporaryDirectory(prefix="kbsync-benches-")


def apply_first(bench: Bench) -> None:
    """The shop's first commit is live."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0


def writes(service: Service) -> list[str]:
    """The commands that a service was asked to change something with, in their order."""
    return [entry.command for entry in service.log if entry.command in WRITES]


class Held(NamedTuple):
    """One question in plain data, the same from the files and from a service."""

    question: str
    answer: str
    answer_type: int
    category: str
    status: int
    similar: tuple[str, ...]


def declared(bench: Bench) -> set[Held]:
    """What the files say."""
    found = [
        question.content for question in load_files(DiskFiles(bench.path / "knowledge", shown_as="knowledge")).knowledge.questions
    ]
    return {Held(it.question, it.answer, int(it.answer_type), show_path(it.category), int(it.status), it.similar) for it in found}


def held(service: Service, *, presets: bool = True) -> set[Held]:
    """What a library holds."""
    return {_held(each) for each in snapshot(service)["questions"] if presets or not each["preset"]}


def _held(each: Mapping[str, Any]) -> Held:
    path, similar = " / ".join(each["path"]), tuple(sorted(set(each["similar"])))
    return Held(each["question"], each["answer"], each["answer_type"], path, each["status"], similar)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
