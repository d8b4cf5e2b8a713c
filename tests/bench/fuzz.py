"""Spoilt input by the hundred thousand: ``python -m tests.bench.fuzz --inputs 100000 --seed 1``.

Three doors read what others wrote: knowledge files, plan files, answers of the service. Valid examples are spoilt at random, from
a seed, and whatever a door raises that it does not promise is printed with the input that did it.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx
import msgspec

from kbsync import planfile
from kbsync.desk.chitchat import DeskReader, DeskWriter
from kbsync.desk.client import Transport
from kbsync.desk.signing import Signer
from kbsync.errors import ServiceError, UnusableFile
from kbsync.files import load_tree
from kbsync.limiter import Pacer
from kbsync.plan import Plan, Source, TargetRef
from kbsync.planfile import decode, encode_plan
from kbsync.planner import Context, make_plan
from kbsync.rehearsal import DEMO
from kbsync.render.github import plan_github
from kbsync.render.html import plan_html
from kbsync.render.markdown import plan_markdown
from kbsync.render.text import plan_text
from kbsync.sandbox.server import SandboxTransport
from kbsync.settings import Policy, Prune
from tests.endurance.bench import Bench, Side
from tests.endurance.shop import FIRST, SECOND, read
from tests.fakes.clock import FakeClock
from tests.fakes.console import Console
from tests.fakes.naughty import NAUGHTY
from tests.unit.hostile_plans import PAYLOADS, hostile_everywhere

LONGEST = 20.0
"""Seconds for one input above which it counts as a way to keep the reader busy."""

SETTINGS = b"""version: 1
default_target: a
targets:
  a: {driver: sandbox}
  b: {region: singapore, sdkappid: 1400000000, identifier: administrator, calls_per_second: 2.5}
policy: {prune: disable, max_update_percent: 30}
checks: {near-duplicate: {severity: warning, threshold: 0.9}}
"""

TRICKY = b"""category: &c A / B
questions:
  - question: |
      Two
      lines?
    answer: {file: a.html}
    answer_type: rich
    similar: [x, "y", 'z', 1.10, no, 2024-01-01, ~]
    previously: [*c]
    id: {a: "1@#2", b: q}
    protected: true
  - {question: ? , answer: >-
       folded
       text, status: disabled, category: !!str C}
"""

PIECES = (
    *(each.encode("utf-8", "surrogatepass") for each in (*NAUGHTY, *PAYLOADS)),
    *(
        b"&a ",
        b"*a",
        b"<<: *a",
        b"!!python/object:os.system ",
        b"!<tag:x,2000:y> ",
        b"---\n",
        b"...\n",
        b"%YAML 9.9\n",
        b"? ",
        b": ",
    ),
    *(b"\t", b"\r", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"\x85", b"\xe2\x80\xa8", b"[" * 200, b"{a: " * 200, b"- " * 200),
    *(b"null", b"true", b"1e999", b"-0", b"NaN", b"Infinity", b"9" * 400, b"0x1F", b"\\ud800", b"\\u0000", b'""', b"[]", b"{}"),
)


@dataclass
class Figures:
    """What one door made of its inputs."""

    inputs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: float = 0.0


def main(inputs: int, number: int) -> int:
    """Spoil inputs for each door and print the figures; gives how many broke a promise."""
    answers = Answers()
    doors: dict[str, tuple[Callable[[bytes], str], Sequence[bytes], int]] = {
        "knowledge files": (_knowledge, [FIRST.encode(), SECOND.encode(), SETTINGS, TRICKY], 6),
        "plan files": (_plan, _plans(), 3),
        "answers of the service": (answers, answers.examples, 1),
    }
    total = sum(share for _, _, share in doors.values())
    found = 0
    for name, (door, examples, share) in doors.items():
        figures, begun = Figures(), time.monotonic()
        chance = random.Random(f"{number} {name}")
        for _ in range(inputs * share // total):
            _try(door, _spoilt(chance, examples), figures)
        took = time.monotonic() - begun
        sys.stdout.write(f"{name}: {figures.inputs} inputs in {took:.0f} s, slowest {figures.slowest * 1000:.0f} ms\n")
        for end, count in figures.ends.most_common():
            sys.stdout.write(f"  {count:7}  {end}\n")
        for finding in figures.findings[:20]:
            sys.stdout.write(f"  FINDING  {finding}\n")
        found += len(figures.findings)
    return found


def _try(door: Callable[[bytes], str], data: bytes, figures: Figures) -> None:
    begun = time.monotonic()
    try:
        end = door(data)
    except Exception as error:  # noqa: BLE001 - whatever a door does not promise is the finding
        end = f"{type(error).__name__}, which is not promised"
        figures.findings.append(f"{type(error).__name__}: {error!s:.200} from {data!r:.2000}")
    took = time.monotonic() - begun
    if took > LONGEST:
        figures.findings.append(f"{took:.0f} s for {data!r:.500}")
    figures.slowest = max(figures.slowest, took)
    figures.inputs += 1
    figures.ends[end] += 1


def _knowledge(data: bytes) -> str:
    """A knowledge directory with one spoilt file: it is read, with findings or without."""
    name = "kbsync.yaml" if data.startswith(b"version") else "a.yaml"
    loaded = load_tree({name: data, "a.html": b"<p>x</p>"}, shown_as="knowledge", settings=name == "kbsync.yaml")
    for found in loaded.diagnostics:
        str(found.message)
    return "read" if not loaded.diagnostics else "read, with findings"


def _plan(data: bytes) -> str:
    """A plan file: a value that can be shown, or UnusableFile; also where whoever spoilt it made the digest fit."""
    ends = [_decoded(data)]
    try:
        wire = msgspec.json.decode(data, type=planfile.PlanV1)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ends[0]
    sealed = msgspec.structs.replace(wire, digest=planfile._digest(wire))
    return f"{ends[0]}; {_decoded(msgspec.json.encode(sealed))} with a digest that fits"


def _decoded(data: bytes) -> str:
    try:
        found = decode(data, name="plan.json")
    except UnusableFile:
        return "UnusableFile"
    if isinstance(found, Plan):
        _shown(found)
    return type(found).__name__


def _shown(plan: Plan) -> None:
    """In every format, and on paper."""
    if decode(encode_plan(plan), name="plan.json") != plan:
        raise ValueError("the plan does not read back as it was")
    plan_text(plan, digest="sha256:0")
    plan_markdown(plan, digest="sha256:0")
    plan_html(plan, digest="sha256:0")
    plan_github(plan, digest="sha256:0")


class Answers:
    """The service with one answer spoilt: read, planned against, planned on paper, written to."""

    def __init__(self) -> None:
        self._side = Side(read(SECOND), read(FIRST))
        bench = Bench.make(read(FIRST))
        self._good: dict[str, bytes] = {}
        inner = SandboxTransport(bench.service)

        def keep(request: httpx.Request) -> httpx.Response:
            response = inner.handle_request(request)
            self._good.setdefault(_command(request), response.read())
            return response

        transport = _client(keep)
        DeskReader(transport).read()
        writer = DeskWriter(transport)
        writer.set_similar(Console(bench.service).question("Hello"), [])
        writer.add_category("x", parent=None)
        self.examples = [*self._good.values(), b"H<html>502</html>"]

    def __call__(self, data: bytes) -> str:
        """A value and a plan file that reads back, or a ServiceError."""
        places = {b'"QuestionList"': "list_chitchat", b'"List"': "desc_chitchat_category"}
        place = next((command for mark, command in places.items() if mark in data), "")

        def answer(request: httpx.Request) -> httpx.Response:
            command = _command(request)
            if place in ("", command):
                return httpx.Response(502 if data[:1] == b"H" else 200, content=data)
            return httpx.Response(200, content=self._good[command])

        transport = _client(answer)
        writer = DeskWriter(transport)
        writes = [_ended(partial(writer.add_category, "x", parent=None)), _ended(partial(writer.set_similar, "q", []))]
        try:
            live = DeskReader(transport).read()
        except ServiceError as error:
            return " / ".join([type(error).__name__, *writes])
        plan = make_plan(
            self._side.desired,
            live,
            self._side.base,
            context=Context(TargetRef("t", 1), Source("sha256:0"), Policy(Prune.DELETE)),
        )
        _shown(plan)
        return " / ".join(["read", *writes])


def _command(request: httpx.Request) -> str:
    return request.url.path.rpartition("/")[2]


def _client(handler: Callable[[httpx.Request], httpx.Response]) -> Transport:
    clock = FakeClock()
    return Transport(
        endpoint="http://127.0.0.1",
        sdkappid=DEMO.sdkappid,
        identifier=DEMO.identifier,
        signer=Signer(DEMO.sdkappid, DEMO.identifier, clock=clock, secret=DEMO.secret),
        pacer=Pacer(clock),
        clock=clock,
        http=httpx.MockTransport(handler),
    )


def _ended(call: Callable[[], object]) -> str:
    try:
        call()
    except ServiceError as error:
        return type(error).__name__
    return "value"


def _plans() -> list[bytes]:
    side = Side(read(SECOND), read(FIRST))
    bench = Bench.make(read(FIRST))
    return [encode_plan(bench.plan(side)), *(encode_plan(hostile_everywhere(payload)) for payload in PAYLOADS[:3])]


def _spoilt(chance: random.Random, examples: Sequence[bytes]) -> bytes:
    """An example with one to six changes of bytes, pieces or values."""
    data = bytearray(chance.choice(examples))
    if chance.random() < 0.7 and data[:1] == b"{":
        return _spoilt_values(chance, bytes(data))
    for _ in range(chance.randint(1, 6)):
        _spoil(chance, data, examples)
    return bytes(data)


def _spoil(chance: random.Random, data: bytearray, examples: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.randint(1, 30))
    match chance.randrange(6):
        case 0:
            data[at:at] = bytes([chance.randrange(256)])
        case 1:
            del data[at:end]
        case 2:
            data[at:at] = chance.choice(PIECES)
        case 3:
            data[at:end] = chance.choice(PIECES)
        case 4:
            other = chance.choice(examples)
            start = chance.randrange(len(other))
            data[at:at] = other[start : start + chance.randint(1, 200)]
        case _:
            del data[at:]


def _spoilt_values(chance: random.Random, data: bytes) -> bytes:
    """The same JSON with a few values changed, moved or left out, so that it stays JSON."""
    value = json.loads(data)
    for _ in range(chance.randint(1, 3)):
        holder = value
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = chance.choice(keys)
            inner = holder[key]
            if isinstance(inner, (dict, list)) and inner and chance.random() < 0.8:
                holder = inner
                continue
            _change(chance, holder, key)
            break
    return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _change(chance: random.Random, holder: "dict[str, object] | list[object]", key: "str | int") -> None:
    values: tuple[object, ...] = (None, True, 0, -1, 1.5, 10**30, "", "0", "5", [], {}, [None], {"a": 1}, *NAUGHTY)
    if chance.random() < 0.2:
        del holder[key]  # type: ignore[arg-type]  # the key was taken from this very holder
    else:
        holder[key] = chance.choice(values)  # type: ignore[index]  # the same


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.exit(1 if main(options.inputs, options.seed) else 0)
