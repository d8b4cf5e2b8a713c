"""What can be wrong around a run: each ends with its exit code, words and a way out, and never with a traceback."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kbsync.rehearsal import DEMO, Account, parse_rules
from tests.flows.harness import SETTINGS, Bench, Run, writes
from tests.flows.shop import FIRST


def refused(bench: Bench, *words: str, code: int, says: str) -> Run:
    """A run that ends with that code and says that, in words."""
    run = bench.run(*words)
    assert run.code == code, run.err
    assert says in run.err
    assert "Traceback" not in run.err
    assert run.out == ""
    return run


@pytest.fixture
def shop(bench: Bench) -> Bench:
    """A bench with the first commit."""
    bench.commit(FIRST)
    return bench


def test_an_unknown_command(bench: Bench) -> None:
    """A typing mistake is exit 2."""
    refused(bench, "plann", code=2, says="No such command")


def test_an_unknown_target(shop: Bench) -> None:
    """The known ones are named."""
    refused(shop, "plan", "--target", "staging", code=2, says="known targets: sandbox, production")


def test_a_missing_secret(shop: Bench) -> None:
    """The variable is named, the general one and the target's own."""
    run = refused(shop, "plan", "--target", "production", code=1, says="KBSYNC_SECRET_KEY is not set")
    assert "KBSYNC_PRODUCTION_SECRET_KEY" in run.err


def test_a_targets_own_secret_wins(shop: Bench) -> None:
    """``KBSYNC_<TARGET>_…`` goes before the general variable; a ready signature will do too."""
    with shop.served():
        own = shop.run("plan", KBSYNC_SECRET_KEY="wrong", KBSYNC_PRODUCTION_SECRET_KEY=DEMO.secret)
        assert own.code == 0
        refused_sig = shop.run("plan", KBSYNC_SECRET_KEY="", KBSYNC_USERSIG="not-a-signature")
        assert (refused_sig.code, "70003" in refused_sig.err) == (1, True)


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (Account(secret="another"), "70009"),
        (Account(wrong_region=True), "60026"),
        (Account(administrator=False), "-20"),
        (Account(desk_enabled=False), "-50040"),
    ],
)
def test_an_application_that_is_not_ready(shop: Bench, account: Account, says: str) -> None:
    """The service's code is named beside what it means, and nothing was changed."""
    with shop.served(account=account) as service:
        refused(shop, "plan", code=1, says=says)
        assert shop.run("apply", "--yes").code == 1
        assert "add_chitchat" not in writes(service)


def test_nobody_listens(shop: Bench) -> None:
    """A refused connection is said to be one, with what to look at."""
    shop.environ["KBSYNC_SECRET_KEY"] = DEMO.secret
    refused(shop, "plan", "--target", "production", code=1, says="No connection to 127.0.0.1:9 for")


@contextmanager
def talking_nonsense() -> Iterator[int]:
    """A port whose server answers every connection with something that is neither TLS nor HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_something_else_listens(shop: Bench, scheme: str) -> None:
    """Neither a failed handshake nor an answer that is no HTTP is a traceback."""
    with talking_nonsense() as port:
        shop.endpoint = f"{scheme}://127.0.0.1:{port}"
        shop.settings()
        shop.environ["KBSYNC_SECRET_KEY"] = DEMO.secret
        refused(shop, "plan", "--target", "production", code=1, says="error: ")


def test_plain_http_is_for_this_machine(shop: Bench) -> None:
    """A signature does not travel in the clear: such settings are refused."""
    shop.endpoint = "http://example.org"
    shop.settings()
    refused(shop, "plan", code=5, says="kbsync.yaml:5")


def test_a_missing_directory(bench: Bench) -> None:
    """The way to name another one is told."""
    refused(bench, "plan", "--dir", "nowhere", code=5, says="nowhere")


def test_missing_settings(bench: Bench) -> None:
    """``kbsync init`` makes them."""
    (bench.path / "knowledge" / "kbsync.yaml").unlink()
    refused(bench, "plan", code=5, says="kbsync init")


def test_broken_yaml(shop: Bench) -> None:
    """Every fault of every file at once, with its place; validate shows them as its result."""
    shop.write({"bad.yaml": "questions: [", "worse.yaml": "questions:\n  - anser: x\n"})
    both = refused(shop, "plan", code=5, says="knowledge/bad.yaml:2")
    assert "knowledge/worse.yaml:2" in both.err
    shown = shop.run("validate")
    assert (shown.code, "knowledge/bad.yaml:2" in shown.out) == (5, True)


def test_an_output_file_that_cannot_be_written(shop: Bench) -> None:
    """The path is named, and no half of a file is left."""
    refused(shop, "plan", "--out", "no-such-directory/plan.json", code=1, says="no-such-directory/plan.json cannot be written")


def test_a_state_directory_that_cannot_be_made(shop: Bench) -> None:
    """A file in its place is named, not overwritten."""
    (shop.path / ".kbsync").write_text("", encoding="utf-8")
    refused(shop, "plan", code=1, says=".kbsync cannot be made")
    refused(shop, "sandbox", "reset", code=1, says=".kbsync cannot be made")


def test_a_database_that_is_none(shop: Bench) -> None:
    """A file that is no sandbox is refused."""
    (shop.path / "text.db").write_text("not a database at all, but long enough to be read as one" * 40, encoding="utf-8")
    refused(shop, "sandbox", "reset", "--yes", "--database", "text.db", code=1, says="text.db")


def test_an_endpoint_without_the_secret_is_not_asked(shop: Bench) -> None:
    """What cannot be signed is not sent."""
    with shop.served() as service:
        del shop.environ["KBSYNC_SECRET_KEY"]
        assert shop.run("plan").code == 1
        assert service.log == ()


def test_a_reader_that_goes_away(shop: Bench) -> None:
    """``kbsync plan | head`` ends in silence."""
    command = f"'{sys.executable}' -m kbsync plan --format json | head -c 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=shop.path, env=shop.environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "{"
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_service_that_stays_away(shop: Bench) -> None:
    """Reads are tried again with patience, and then the run ends with words."""
    with shop.served(faults=parse_rules(["*#1+=http-502"])):
        refused(shop, "plan", code=1, says="502")


def test_calls_per_second_above_the_limit(shop: Bench) -> None:
    """An option out of its range is exit 2, before anything is read."""
    refused(shop, "plan", "--calls-per-second", "50", code=2, says="calls-per-second")


def test_two_targets_of_one_name_or_none(bench: Bench) -> None:
    """Settings without a usable target are refused with their place."""
    bench.settings(SETTINGS.replace("default_target: {default}", "default_target: nobody"))
    refused(bench, "plan", code=5, says="kbsync.yaml:2")
