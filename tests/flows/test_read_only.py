"""Looking changes nothing, whatever is asked for; and no output ever holds a secret."""

import json
from collections.abc import Iterator

import click
import pytest

from kbsync.cli.app import application
from kbsync.commands import Command
from kbsync.desk.signing import Signer
from kbsync.rehearsal import DEMO, Account, FaultKind, parse_rules
from kbsync.sandbox.gate import Request
from kbsync.sandbox.replies import Reply
from kbsync.sandbox.seeds import CHATBOT_SESSION
from kbsync.sandbox.service import Service
from tests.fakes.console import Console, snapshot
from tests.fakes.echoes import ECHOES, shows
from tests.flows.harness import WRITES, Bench, writes
from tests.flows.shop import FIRST, SECOND
from tests.shares import one_in, shares

LOOKERS = {"validate": (), "plan": (), "drift": (), "show": ("receipt.json",), "coverage": (), "doctor": (), "targets": ()}
"""The commands that only look, each with its arguments."""

VALUES = {
    "baseline": "known.txt",
    "write_baseline": "known.txt",
    "base": "HEAD",
    "robots": "robot",
    "calls_per_second": "1",
    "directory": "knowledge",
    "limit": "5",
    "min_count": "1",
    "only": "Payment*",
    "out": "plan.json",
    "save": "chats.jsonl",
    "sessions": CHATBOT_SESSION,
    "since": "2024-01-01",
    "target": "production",
    "threshold": "0.5",
    "transcripts": "chats.jsonl",
    "undo": "receipt.json",
    "until": "2026-01-01",
}
"""A value for each option that takes one."""

MORE = (
    "plan --offline --base HEAD",
    "plan --undo receipt.json --out undo.json",
    "plan --only Payment* -vv --format html",
    "coverage --live --since 2024-01-01",
    "apply --dry-run",
    "apply --dry-run --overwrite-conflicts --overwrite-drift --allow-remove 4",
    "plan --undo last",
    "unlock",
    f"session state {CHATBOT_SESSION}",
    f"session messages {CHATBOT_SESSION} --format json",
)


SHARES = 3


def looks() -> Iterator[tuple[str, ...]]:
    """Every looking command as it is, and with each of its options in each of its forms."""
    for name, arguments in LOOKERS.items():
        yield name, *arguments
        for option in application.commands[name].params:
            if isinstance(option, click.Option):
                yield from ((name, *arguments, *words) for words in _forms(option))
    yield from (tuple(line.split()) for line in MORE)


def _forms(option: click.Option) -> list[tuple[str, ...]]:
    if isinstance(option.type, click.Choice):
        return [(option.opts[-1], choice) for choice in option.type.choices]
    if option.is_flag or option.count:
        return [(option.opts[-1],)]
    return [(option.opts[-1], VALUES[str(option.name)])]


@pytest.fixture
def moved(bench: Bench) -> Iterator[tuple[Bench, Service]]:
    """A bench where git and the console both moved on since the last apply, which left a receipt."""
    with bench.served() as service:
        bench.commit(FIRST)
        assert bench.run("apply", "--yes", "--receipt", "receipt.json").code == 0
        assert bench.run("apply", "--yes", "--target", "sandbox").code == 0
        assert bench.run("coverage", "--since", "2024-01-01", "--save", "chats.jsonl").code == 0
        assert bench.run("validate", "--write-baseline", "known.txt").code == 0
        Console(service).edit_question(Console(service).question("How can I pay?"), answer="In cash.")
        bench.commit(SECOND)
        yield bench, service


@pytest.mark.no_cover
@pytest.mark.parametrize("share", shares(SHARES))
def test_looking_never_writes(moved: tuple[Bench, Service], share: int) -> None:
    """No command that looks sends a write, under any option, though there is much to write."""
    bench, service = moved
    before, library, lines = writes(service), snapshot(service), list(looks())
    codes = {line: bench.run(*line).code for line in lines[share::SHARES]}
    assert {line: code for line, code in codes.items() if code not in (0, 3, 6)} == {}
    assert len(lines) > 80
    assert writes(service) == before
    assert snapshot(service) == library


CANARY = "c4n4ry-0f-the-secret-key"
NUMBERS = {
    FaultKind.REFUSE: ":-7",
    FaultKind.REFUSE_AFTER: ":-1",
    FaultKind.SLOW: ":0.01",
    FaultKind.HANG: ":0.01",
    FaultKind.HTTP_429: ":1",
}
SAID = (
    "apply --yes -vv --receipt receipt.json --on-failure continue",
    "plan -vv --out plan.json",
    "plan -vv --undo receipt.json --out undo.json",
    "drift -vv --format json",
    "pull -vv --check",
    "coverage -vv --since 2024-01-01 --live",
    f"preview -vv --yes Hello --session {CHATBOT_SESSION}",
    "unlock -vv",
    "doctor -vv",
    f"session state {CHATBOT_SESSION} -vv",
    f"session messages {CHATBOT_SESSION} -vv",
    f"session send {CHATBOT_SESSION} Hello -vv",
)


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", one_in(3, FaultKind))
def test_no_output_holds_a_secret(bench: Bench, kind: FaultKind) -> None:
    """Whatever goes wrong on the way, at whatever command, neither the key nor a signature is in any stream or file."""
    faults = [f"{command}#{call}={kind}{NUMBERS.get(kind, '')}" for command in Command for call in (1, 2, 4)]
    with bench.served(account=Account(secret=CANARY), faults=parse_rules(faults)) as service:
        bench.environ["KBSYNC_SECRET_KEY"] = CANARY
        bench.commit(FIRST)
        runs = [bench.run(*line.split()) for line in SAID]
        assert len({entry.command for entry in service.log if entry.fault}) > 5
    told = "\n".join(run.out + run.err for run in runs)
    assert "Traceback" not in told
    assert leaked(told, CANARY) == stored(bench, CANARY) == []


def test_a_ready_signature_is_as_secret(bench: Bench) -> None:
    """A signature that the service refuses is not repeated in the words about it."""
    with bench.served():
        bench.commit(FIRST)
        del bench.environ["KBSYNC_SECRET_KEY"]
        runs = [bench.run(*line.split(), KBSYNC_USERSIG=CANARY) for line in SAID]
    told = "\n".join(run.out + run.err for run in runs)
    assert "70003" in told
    assert leaked(told, CANARY) == stored(bench, CANARY) == []


@pytest.mark.parametrize("given", [False, True], ids=["made here", "given"])
@pytest.mark.parametrize("name", ["percent-encoded", "joined by _", "broken over lines", "in HTML, escaped", "in base64"])
def test_a_refusal_that_repeats_the_address_is_reported_without_it(bench: Bench, name: str, given: bool) -> None:
    """However a refused write spells the address of its call, no format of report and receipt shows its signature."""
    sent: list[str] = []

    class Parrot(Service):
        """Refuses every write with the address that it was sent to."""

        def handle(self, request: Request) -> Reply:
            reply = super().handle(request)
            if request.path.rpartition("/")[2] not in WRITES:
                return reply
            sent.append(request.query["usersig"])
            said = ECHOES[name](f"{request.path}?random=1&usersig={sent[-1]}")
            return Reply(200, reply.headers, json.dumps({"ActionStatus": "FAIL", "ErrorCode": 70402, "ErrorInfo": said}).encode())

    with bench.served(kind=Parrot):
        bench.commit(FIRST)
        if given:
            del bench.environ["KBSYNC_SECRET_KEY"]
            signer = Signer(DEMO.sdkappid, DEMO.identifier, clock=bench.clock, secret=DEMO.secret)
            bench.environ["KBSYNC_USERSIG"] = signer.usersig()
        applied = bench.run("apply", "--yes", "-vv", "--receipt", "receipt.json", "--on-failure", "continue")
    shown = [bench.run("show", "receipt.json", "--format", form) for form in ("text", "json", "markdown", "html", "github")]
    receipt = (bench.path / "receipt.json").read_text(encoding="utf-8")
    told = [applied.out, applied.err, receipt, *(run.out for run in shown)]
    assert (applied.code, "70402" in receipt) == (4, True)
    hidden = {DEMO.secret, *sent, *map(ECHOES[name], sent)}
    assert {shows(text, value, most=60) for text in told for value in hidden} == {""}


def stored(bench: Bench, secret: str) -> list[str]:
    """The files that hold a secret or a signed address, kbsync's own directory and git's included."""
    words = (secret.encode(), b"usersig=")
    files = (path for path in bench.path.parent.rglob("*") if path.is_file())
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


def leaked(told: str, secret: str) -> list[str]:
    """The lines of a text that hold a secret or a part of a signed address; a UserSig begins with ``eJ``, as zlib does."""
    return [line for line in told.splitlines() if secret in line or "usersig=" in line or "eJyrVg" in line or "eJw" in line]
