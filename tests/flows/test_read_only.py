"""Looking changes nothing, whatever is asked for; and no output ever holds a secret."""

from collections.abc import Iterator

import pytest

from kbsync.sandbox.account import Account
from kbsync.sandbox.faults import FaultKind, FaultPlan
from kbsync.sandbox.seeds import CHATBOT_SESSION
from kbsync.sandbox.service import Service
from tests.flows.harness import Bench, writes
from tests.flows.shop import FIRST, SECOND

LOOKS = (
    "validate",
    "validate --format json",
    "plan",
    "plan --detailed-exitcode --format json",
    "plan --format markdown",
    "plan --format html",
    "plan --format github",
    "plan --out plan.json",
    "plan --only Payment* -vv",
    "plan --base HEAD -q",
    "plan --offline --base HEAD",
    "plan --undo receipt.json",
    "plan --target production --calls-per-second 1",
    "drift",
    "drift --base HEAD --format json",
    "show receipt.json",
    "doctor",
    "doctor --format json -v",
    "targets",
    "apply --dry-run",
    "apply --dry-run --overwrite-conflicts --allow-remove 4",
    "unlock",
    f"session state {CHATBOT_SESSION}",
    f"session messages {CHATBOT_SESSION} --format json",
)
"""Command lines that look."""


@pytest.fixture
def moved(bench: Bench) -> Iterator[tuple[Bench, Service]]:
    """A bench where git and the console both moved on since the last apply, which left a receipt."""
    with bench.served() as service:
        bench.commit(FIRST)
        assert bench.run("apply", "--yes", "--receipt", "receipt.json").code == 0
        service.console.edit_question(service.console.question("How can I pay?"), answer="In cash.")
        bench.commit(SECOND)
        yield bench, service


def test_looking_never_writes(moved: tuple[Bench, Service]) -> None:
    """No command that looks sends a write, under any option, though there is much to write."""
    bench, service = moved
    before, library = writes(service), service.snapshot()
    codes = {line: bench.run(*line.split()).code for line in LOOKS}
    assert set(codes.values()) <= {0, 3, 6}, codes
    assert writes(service) == before
    assert service.snapshot() == library


CANARY = "c4n4ry-0f-the-secret-key"
NUMBERS = {FaultKind.REFUSE: ":-7", FaultKind.SLOW: ":0.01", FaultKind.HANG: ":0.01", FaultKind.HTTP_429: ":1"}


@pytest.mark.parametrize("kind", list(FaultKind))
def test_no_output_holds_a_secret(bench: Bench, kind: FaultKind) -> None:
    """Whatever goes wrong on the way, neither the key nor a signature is in any stream or file."""
    faults = FaultPlan.parse([f"*#{call}={kind}{NUMBERS.get(kind, '')}" for call in (1, 4, 9, 14)])
    with bench.served(account=Account(secret=CANARY), faults=faults) as service:
        bench.environ["KBSYNC_SECRET_KEY"] = CANARY
        bench.commit(FIRST)
        runs = [bench.run(*line.split()) for line in SAID]
        assert any(entry.fault for entry in service.log)
    told = "".join(run.out + run.err for run in runs) + "".join(path.read_text("utf-8") for path in bench.path.glob("*.json"))
    assert "Traceback" not in told
    assert leaked(told, CANARY) == []


SAID = (
    "apply --yes -vv --receipt receipt.json --on-failure continue",
    "plan -vv --out plan.json",
    "doctor -vv",
    f"session state {CHATBOT_SESSION} -vv",
    f"session messages {CHATBOT_SESSION} -vv",
    f"session send {CHATBOT_SESSION} Hello -vv",
)


def test_a_ready_signature_is_as_secret(bench: Bench) -> None:
    """A signature that the service refuses is not repeated in the words about it."""
    with bench.served():
        bench.commit(FIRST)
        del bench.environ["KBSYNC_SECRET_KEY"]
        told = "".join(run.out + run.err for line in SAID for run in [bench.run(*line.split(), KBSYNC_USERSIG=CANARY)])
    assert "70003" in told
    assert leaked(told, CANARY) == []


def leaked(told: str, secret: str) -> list[str]:
    """The lines of a text that hold a secret or a part of a signed address; a UserSig begins with ``eJ``, as zlib does."""
    return [line for line in told.splitlines() if secret in line or "usersig=" in line or "eJyrVg" in line or "eJw" in line]
