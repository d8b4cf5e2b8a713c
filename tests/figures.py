"""How large the house is and how long its ways are: the figures that say whether a newcomer can finish reading it.

Run it with ``python -m tests.figures``. Static figures come from the syntax trees; the ways come from real commands, each in a
process of its own against a sandbox over HTTP. Nothing here fails: the suite holds rules and names, not counts.
"""

import ast
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import tokenize
from collections import Counter, defaultdict
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

import kbsync
from kbsync.limiter.clock import SystemClock
from kbsync.rehearsal import DEMO
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Service
from tests.fakes.console import Console
from tests.fakes.git_repos import GitRepos

ROOT = Path(kbsync.__file__).parent
WORDLESS = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

SETTINGS = 'version: 1\ntargets:\n  production: {{endpoint: "{endpoint}", sdkappid: {app}}}\n'
QUESTIONS = """\
categories: [{title: Shipping}]
---
category: Shipping
questions:
  - question: When will my parcel arrive?
    answer: %s
    similar: [How long does it take?]
"""


def say(*lines: str) -> None:
    """Put lines on stdout."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def code_lines(source: str) -> int:
    """Lines that hold code: no blank line, no comment, no docstring."""
    values = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    strings = [value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    words = {line for value in strings for line in range(value.lineno, (value.end_lineno or 0) + 1)}
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in WORDLESS]
    return len({line for token in tokens for line in range(token.start[0], token.end[0] + 1)} - words)


def class_names() -> dict[str, set[str]]:
    """Each class name, without a leading underscore, with the files that define it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        for item in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(item, ast.ClassDef):
                found[item.name.lstrip("_")].add(str(path.relative_to(ROOT)))
    return found


def static() -> None:
    """Print modules, lines and names, in all and by room."""
    rooms: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for path in ROOT.rglob("*.py"):
        relative = path.relative_to(ROOT)
        rooms[relative.parts[0]] += 1
        if not {"chinese", "locale"} & set(relative.parts):
            lines[relative.parts[0]] += code_lines(path.read_text(encoding="utf-8"))
    twice = sorted(name for name, files in class_names().items() if len(files) > 1)
    say(
        f"modules {rooms.total()}, code lines {lines.total()}, class names in more than one file {len(twice)}: {', '.join(twice)}"
    )
    for room, count in sorted(rooms.items()):
        if room not in ("__init__.py", "__main__.py"):
            say(f"  {room:20} {count:4} modules {lines[room]:6} lines")


class Watch:
    """Notes which of our files run, and our part of the way to the moment when a request leaves."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.stacks: dict[str, list[str]] = {}
        self._send = httpx.Client.send
        self._start = threading.Thread.start
        self._begun: dict[threading.Thread, tuple[threading.Thread, list[FrameType]]] = {}

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a function of ours that is called; what runs at import, classes among it, does not count."""
        if event == "call" and (name := _ours(frame)) and not _is_importing(frame):
            self.files.add(name)

    def start(self, thread: threading.Thread) -> None:
        """Note what starts a thread, then let it."""
        self._begun[thread] = threading.current_thread(), _frames(sys._getframe(2))
        self._start(thread)

    def send(self, client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        """Note the way here, then send."""
        self.stacks.setdefault(request.url.path.rpartition("/")[2], self._way(sys._getframe(2)))
        return self._send(client, request, **options)

    def _way(self, frame: FrameType) -> list[str]:
        """The stack here, after what started this thread and still runs, and so on up to the main thread.

        What the main thread does meanwhile, as it reads files while the service is listed, is no part of the way to a call.
        """
        thread, way = threading.current_thread(), _frames(frame)
        while thread in self._begun:
            thread, begun = self._begun[thread]
            running = _frames(sys._current_frames().get(thread.ident or 0))
            way = [each for each in begun if each in running] + way
        return [f"{_ours(each)}:{each.f_lineno} {each.f_code.co_qualname}" for each in way if _ours(each)]


def _frames(frame: FrameType | None) -> list[FrameType]:
    """A stack, the outermost frame first."""
    return [] if frame is None else [*_frames(frame.f_back), frame]


def _is_importing(frame: FrameType) -> bool:
    """Whether a module of ours runs its own code: its top, its classes, what it calls of itself for its tables."""
    above = [each for each in _frames(frame) if each.f_code.co_name == "<module>" and _ours(each)]
    return bool(above) and above[-1].f_code.co_filename == frame.f_code.co_filename


def _ours(frame: FrameType) -> str | None:
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(ROOT) or path.is_relative_to(ROOT / "sandbox"):
        return None
    return str(path.relative_to(ROOT))


def watched(arguments: list[str]) -> None:
    """Run a command line in this process and print what was noted as JSON on the last line of stderr."""
    watch = Watch()

    def send(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        return watch.send(client, request, **options)

    def start(thread: threading.Thread) -> None:
        watch.start(thread)

    setattr(httpx.Client, "send", send)  # noqa: B010  (this process ends with the command)
    setattr(threading.Thread, "start", start)  # noqa: B010
    threading.setprofile(watch.profile)
    sys.setprofile(watch.profile)
    from kbsync.cli import main

    try:
        main(arguments)
    except SystemExit:
        pass
    finally:
        sys.setprofile(None)
    sys.stderr.write(json.dumps({"files": sorted(watch.files), "stacks": watch.stacks}) + "\n")


def ways() -> None:
    """Print files and stacks of plan, apply and pull."""
    with tempfile.TemporaryDirectory() as directory:
        tree = GitRepos(Path(directory)).init("repo")
        service = Service(None, clock=SystemClock())
        server = SandboxServer(service)
        server.start()
        try:
            settings = SETTINGS.format(endpoint=server.address, app=DEMO.sdkappid)
            tree.commit(
                {".gitignore": ".kbsync/\n*.json\n", "knowledge/kbsync.yaml": settings, "knowledge/a.yaml": QUESTIONS % "3"}
            )
            environ = {**tree.environ, "KBSYNC_SECRET_KEY": DEMO.secret, "PYTHONPATH": str(ROOT.parent), "LC_ALL": "C"}
            _way(tree.path, environ, "plan", "--out", "plan.json")
            _way(tree.path, environ, "apply", "plan.json", "--yes")
            tree.commit({"knowledge/a.yaml": QUESTIONS % "2"})
            _way(tree.path, environ, "plan", "--out", "plan.json")
            _way(tree.path, environ, "apply", "plan.json", "--yes")
            Console(service).edit_question(Console(service).question("When will my parcel arrive?"), answer="4")
            _way(tree.path, environ, "pull")
        finally:
            server.stop()
            service.close()


def _way(path: Path, environ: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "tests.figures", "--watch", *arguments]
    ended = subprocess.run(command, cwd=path, env=environ, capture_output=True, text=True, check=False)
    noted = json.loads(ended.stderr.splitlines()[-1])
    say(f"{' '.join(arguments)}: files whose code runs {len(noted['files'])}")
    for name in ("list_chitchat", "update_chitchat"):
        if stack := noted["stacks"].get(name):
            say(f"  frames at {name}: {len(stack)}")
            if "-v" in sys.argv:
                say(*(f"    {line}" for line in stack))
    if "-v" in sys.argv:
        say("  " + " ".join(noted["files"]))


if __name__ == "__main__":
    if "--watch" in sys.argv:
        watched(sys.argv[sys.argv.index("--watch") + 1 :])
    else:
        os.environ.pop("KBSYNC_TARGET", None)
        static()
        ways()
