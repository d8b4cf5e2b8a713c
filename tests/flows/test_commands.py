"""The smaller commands, whole: doctor, targets, schema, session, sandbox."""

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kbsync.cli.app import run
from kbsync.rehearsal import Account, Switches
from kbsync.sandbox.seeds import AGENT_SESSION, CHATBOT_SESSION, CLIENT, CUSTOMER_SERVICE
from kbsync.usecases.context import RunContext
from tests.flows.harness import Bench, Terminal, writes
from tests.flows.shop import FIRST


def test_doctor_is_content(bench: Bench) -> None:
    """Everything in order is exit 0, and each finding says so, as text and as JSON."""
    with bench.served():
        text = bench.run("doctor")
        found = json.loads(bench.run("doctor", "--format", "json").out)["findings"]
        assert text.code == 0
        assert "\nno " not in f"\n{text.out}"
        assert [line[4:].split()[0] for line in text.out.splitlines() if line[:2] in ("ok", "? ")] == [it["name"] for it in found]


@pytest.mark.parametrize(
    ("account", "name"),
    [
        (Account(secret="another"), "signature"),
        (Account(administrator=False), "administrator"),
        (Account(wrong_region=True), "region"),
        (Account(desk_enabled=False), "desk"),
        (Account(desk_expired=True), "desk"),
        (Account(chitchat_enabled=False), "chitchat"),
    ],
)
def test_doctor_names_what_is_wrong_and_what_to_do(bench: Bench, account: Account, name: str) -> None:
    """Each thing that can be wrong with an application ends with exit 1, its name and a hint."""
    with bench.served(account=account):
        sick = bench.run("doctor", "--format", "json")
    wrong = {it["name"]: it["hint"] for it in json.loads(sick.out)["findings"] if it["ok"] is False}
    assert sick.code == 1
    assert wrong[name]


@pytest.mark.parametrize(
    ("word", "ok", "said"),
    [
        ("second-robot=none", True, "the only one"),
        ("second-robot=apart", None, "several robots"),
        ("robot-list=no", None, "lists no robots"),
    ],
)
def test_doctor_tells_of_the_robots(bench: Bench, word: str, ok: bool | None, said: str) -> None:
    """Several robots are a warning and no failure, and a service that cannot tell is no reason for one either."""
    with bench.served(Switches.from_words([word])):
        found = bench.run("doctor", "--format", "json")
    robots = next(it for it in json.loads(found.out)["findings"] if it["name"] == "robots")
    assert (found.code, robots["ok"]) == (0, ok)
    assert said in robots["message"]


@pytest.mark.parametrize("command", ["plan", "plan --format json", "pull --check"])
def test_questions_of_another_robot_are_reported(bench: Bench, command: str) -> None:
    """Whoever reads a listing with the questions of two robots is told of both, and no longer when there is one."""
    with bench.served(Switches.from_words(["second-robot=listed"])):
        mixed = bench.run(*command.split())
    assert "@RBT#1747124092eniezohf, @RBT#DeskDefaultRobot" in mixed.err
    with bench.served():
        assert "@RBT#" not in bench.run(*command.split()).err


def test_doctor_checks_what_it_can_without_a_secret(bench: Bench) -> None:
    """One call that nobody signed tells whether the service answers; the signature is what is wrong, with its mend."""
    with bench.served() as service:
        del bench.environ["KBSYNC_SECRET_KEY"]
        found = bench.run("doctor", "--format", "json")
        assert len(service.log) == 1
    findings = {it["name"]: it for it in json.loads(found.out)["findings"]}
    assert (found.code, findings["endpoint"]["ok"], findings["signature"]["ok"], findings["limit"]["ok"]) == (
        1,
        True,
        False,
        True,
    )
    assert "KBSYNC_SECRET_KEY" in findings["signature"]["hint"]
    assert {findings[name]["ok"] for name in ("desk", "categories", "questions", "chitchat", "robots")} == {None}


def test_the_probe_prints_a_sandbox_that_behaves_so(bench: Bench) -> None:
    """What is found plays in another sandbox, and is a block for an issue; without a probe, or without access, there is none."""
    with bench.served(Switches.from_words(["page-cap=3", "past-end=error", "totals=page"])) as service:
        found = bench.run("doctor", "--probe")
        data = json.loads(bench.run("doctor", "--probe", "--format", "json").out)
        assert json.loads(bench.run("doctor", "--format", "json").out)["probe"] == []
        assert writes(service) == []
    command = re.search(r"^  kbsync sandbox serve (.*)$", found.out, re.MULTILINE)
    assert command
    played = Switches.from_words(command[1].replace("--switch ", "").split())
    assert (played.page_cap, played.past_end, played.totals) == (3, "error", "page")
    assert "\n- A page past the end is refused. `past-end=error`\n" in found.out
    assert ["past-end=error"] in [it["switches"] for it in data["probe"]]
    with bench.served(account=Account(administrator=False)):
        assert "sandbox serve" not in bench.run("doctor", "--probe").out


def test_doctor_shows_hints_as_text(bench: Bench) -> None:
    """People read the hint below the finding."""
    with bench.served(account=Account(administrator=False)):
        assert re.search(r"^no +administrator .*\n {19}\S", bench.run("doctor").out, re.MULTILINE)


def test_targets_are_listed(bench: Bench) -> None:
    """For people, for machines and for a CI matrix, without a secret and without a call."""
    with bench.served() as service:
        del bench.environ["KBSYNC_SECRET_KEY"]
        assert bench.run("targets").out == "sandbox  sandbox  1400000000\nproduction  desk  1400000000\n"
        names = [it["target"] for it in json.loads(bench.run("targets", "--format", "json").out)["targets"]]
        assert names == ["sandbox", "production"]
        assert [it["target"] for it in json.loads(bench.run("targets", "--format", "matrix").out)["include"]] == names[1:]
        assert service.log == ()


@pytest.mark.parametrize("name", ["knowledge", "settings", "plan", "receipt"])
def test_schemas_are_schemas(bench: Bench, name: str) -> None:
    """Each is valid JSON Schema."""
    Draft202012Validator.check_schema(json.loads(bench.run("schema", name).out))


def test_saved_files_follow_their_schemas(bench: Bench) -> None:
    """A plan and a receipt are what their schemas promise."""
    bench.commit(FIRST)
    bench.run("plan", "--out", "plan.json")
    bench.run("apply", "--yes", "--receipt", "receipt.json")
    for name in ("plan", "receipt"):
        schema = json.loads(bench.run("schema", name).out)
        Draft202012Validator(schema).validate(json.loads((bench.path / f"{name}.json").read_text(encoding="utf-8")))


def test_a_sessions_state(bench: Bench) -> None:
    """By its id or by its two accounts, as text and as JSON; an agent is named."""
    assert bench.run("session", "state", CHATBOT_SESSION).out == "Chatbot\n"
    assert bench.run("session", "state", AGENT_SESSION).out == "Agent (test@qq.com)\n"
    accounts = ("--client-user", CLIENT, "--customer-service", CUSTOMER_SERVICE)
    found = json.loads(bench.run("session", "state", *accounts, "--format", "json").out)
    assert (found["session"], found["state"], found["agent"]) == (CHATBOT_SESSION, "Chatbot", None)
    assert bench.run("session", "state").code == 2


def test_a_sessions_messages(bench: Bench) -> None:
    """The newest first or the oldest first, a page at a time."""
    newest = bench.run("session", "messages", CHATBOT_SESSION).out.splitlines()
    oldest = bench.run("session", "messages", CHATBOT_SESSION, "--oldest-first").out.splitlines()
    assert newest == oldest[::-1]
    assert oldest[0] == f"2024-11-07 00:23:50  user    {CLIENT}: hello"
    page = json.loads(bench.run("session", "messages", CHATBOT_SESSION, "--limit", "1", "--offset", "1", "--format", "json").out)
    assert (page["total"], len(page["messages"])) == (6, 1)


def test_a_message_without_a_time_hides_no_other(bench: Bench) -> None:
    """It has a question mark, or null, where the others have their time, and a note names it."""
    with bench.console() as service, service.database.transaction():
        statement = "UPDATE chat SET at = 'soon' WHERE number = (SELECT min(number) FROM chat WHERE session = ?)"
        service.database.run(statement, (CHATBOT_SESSION,))
    for part in ("--all", "--limit=6"):
        told = bench.run("session", "messages", CHATBOT_SESSION, "--oldest-first", part)
        assert told.code == 0
        assert sorted(line[:1] for line in told.out.splitlines()) == ["2"] * 5 + ["?"]
        assert "Message 1 of session" in told.err
        assert "Timestamp is 'soon'" in told.err
    found = json.loads(bench.run("session", "messages", CHATBOT_SESSION, "--format", "json").out)
    assert [it["sent_at"] for it in found["messages"]].count(None) == 1


def test_a_message_goes_to_a_chatbots_session(bench: Bench) -> None:
    """Each piece is a call of one message, whose key is the result; a message can be left open and gone on with."""
    with bench.served() as service:
        key = bench.run("session", "send", CHATBOT_SESSION, "Hel", "lo", "--unfinished").out.strip()
        again = bench.run("session", "send", CHATBOT_SESSION, "!", "--key", key, "--format", "json")
        assert json.loads(again.out)["key"] == key
        assert len(writes(service)) == 3
        assert "Hello!" in bench.run("session", "messages", CHATBOT_SESSION, "--limit", "1").out


@pytest.mark.parametrize(
    ("chunks", "count"),
    [
        (["Short."], 1),
        (["一句话。" * 8000], 8),
        (["x" * 30_000], 3),
        (["e" + "\u0301" * 20_000], 4),
        (["Hello. " * 1500, "And more. " * 1500], 3),
        (["a" * 11_999, "b", "c"], 2),
    ],
)
def test_a_text_of_any_length_is_sent(bench: Bench, chunks: list[str], count: int) -> None:
    """What one message cannot hold goes as several, none of them too long, and joined they are the text."""
    with bench.served() as service:
        sent = bench.run("session", "send", CHATBOT_SESSION, *chunks, "--format", "json")
        keys = json.loads(sent.out)
        assert (sent.code, len(keys["keys"]), keys["key"]) == (0, count, keys["keys"][-1])
        held = json.loads(bench.run("session", "messages", CHATBOT_SESSION, "--all", "--oldest-first", "--format", "json").out)
        assert "".join(it["text"] for it in held["messages"][6:]) == "".join(chunks)
        assert len(held["messages"]) == 6 + count
        assert service.log


def test_every_message_is_shown_or_those_that_are_not_are_counted(bench: Bench) -> None:
    """A part of a session says how much is left, on stderr; ``--all`` leaves nothing."""
    with bench.served():
        part = bench.run("session", "messages", CHATBOT_SESSION, "--limit", "4")
        assert (len(part.out.splitlines()), part.err) == (4, "2 messages more: --all shows them.\n")
        assert bench.run("session", "messages", CHATBOT_SESSION, "--limit", "5", "--offset", "1").err == ""
        newest = bench.run("session", "messages", CHATBOT_SESSION, "--all")
        oldest = bench.run("session", "messages", CHATBOT_SESSION, "--all", "--oldest-first", "--offset", "1")
        assert newest.err == oldest.err == ""
        assert newest.out.splitlines()[-2::-1] == oldest.out.splitlines()


def test_no_message_goes_where_a_person_serves(bench: Bench) -> None:
    """Exit 6 and nothing sent, unless it is meant."""
    with bench.served() as service:
        refused = bench.run("session", "send", AGENT_SESSION, "Hello")
        assert (refused.code, writes(service)) == (6, [])
        assert "--anyway" in refused.err
        assert bench.run("session", "send", AGENT_SESSION, "Hello", "--anyway").code == 0


@pytest.mark.parametrize("word", ["state-words=english-page", "robot-role=3", "desk-on-regional-hosts=no"])
def test_sessions_under_other_readings(bench: Bench, word: str) -> None:
    """The other spelling, role and host of the session calls are understood too."""
    with bench.served(Switches.from_words([word])):
        assert bench.run("session", "state", CHATBOT_SESSION).out == "Chatbot\n"
        assert bench.run("session", "messages", CHATBOT_SESSION).code == 0
        assert bench.run("session", "send", CHATBOT_SESSION, "Hello").code == 0


def test_no_such_session(bench: Bench) -> None:
    """What the service does not know is said in words."""
    for command in ("state", "messages"):
        assert bench.run("session", command, "no-such-session").code == 1


def serve(bench: Bench, *options: str) -> "subprocess.Popen[str]":
    """A sandbox in a process of its own."""
    command = [sys.executable, "-m", "kbsync", "sandbox", "serve", "--port", "0", *options]
    return subprocess.Popen(command, cwd=bench.path, env=bench.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_sandbox_serves_until_told_to_stop(bench: Bench, tmp_path: Path) -> None:
    """Its address is the only line on stdout, an apply reaches it there, and SIGTERM ends it well."""
    (tmp_path / "faults").write_text("# the first page fails once\nlist_chitchat#1=http-502\n", encoding="utf-8")
    bench.commit(FIRST)
    with serve(bench, "--faults", str(tmp_path / "faults"), "--database", str(tmp_path / "desk.db")) as process:
        assert process.stdout is not None
        bench.endpoint, bench.default = process.stdout.readline().strip(), "production"
        bench.settings()
        assert bench.endpoint.startswith("http://127.0.0.1:")
        applied = bench.run("plan", context=RunContext(environ={**bench.environ, "KBSYNC_SECRET_KEY": Account().secret}))
        process.send_signal(signal.SIGTERM)
        rest, said = process.communicate(timeout=30)
    assert applied.code == 0, applied.err
    assert (process.returncode, rest) == (0, "")
    assert "Ctrl-C ends it." in said


@pytest.mark.no_cover
def test_the_sandbox_can_be_broken_and_mended(bench: Bench) -> None:
    """A fault waits for its call; a reset forgets it along with every edit."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("sandbox", "inject", "list_chitchat=refuse:-20").err == "faults waiting: 1\n"
    assert bench.run("plan").code == 1
    assert bench.run("sandbox", "reset", "--yes").err == "The sandbox is as new.\n"
    assert len({*re.findall(r"\+ Create: .*", bench.run("plan").out)}) == 10


def test_faults_that_wait_are_listed_and_cleared(bench: Bench) -> None:
    """Without a rule those that wait are the result; --clear takes them away, before any new one."""
    bench.commit(FIRST)
    assert bench.run("plan").code == 0
    bench.run("sandbox", "inject", "add_chitchat#9=reset-before")
    two = bench.run("sandbox", "inject", "del_chitchat_category=http-502")
    assert (two.out, two.err) == ("add_chitchat#9x1=reset-before\ndel_chitchat_category#1+=http-502\n", "faults waiting: 2\n")
    assert bench.run("sandbox", "inject").out == two.out
    assert bench.run("sandbox", "inject", "--clear", "list_chitchat#7=http-502").out == "list_chitchat#7x1=http-502\n"
    assert bench.run("sandbox", "inject", "--clear").err == "faults waiting: 0\n"


def test_a_reset_asks(bench: Bench) -> None:
    """What a rehearsal built up goes after a yes only; where nobody can answer, --yes says it."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("sandbox", "reset").code == 6
    asked = bench.run("sandbox", "reset", keyboard=Terminal("n\n"))
    assert (asked.code, "Forget everything that .kbsync/sandbox.db holds? [y/N]" in asked.err) == (1, True)
    assert bench.run("plan", "--detailed-exitcode").code == 0
    assert bench.run("sandbox", "reset", keyboard=Terminal("y\n")).code == 0
    assert bench.run("plan", "--detailed-exitcode").code == 3


def test_an_apply_counts_what_it_listed(bench: Bench) -> None:
    """The calls of the report are all that the command sent, those of its own plan too."""
    bench.commit(FIRST)
    applied = bench.run("apply", "--yes", "--verbose")
    listed = re.search(r"list_chitchat (\d+)", applied.out)
    sent = re.search(r"Calls sent: .*list_chitchat (\d+)", applied.err)
    assert listed
    assert sent
    assert listed[1] == sent[1]


@pytest.mark.no_cover
def test_the_directory_is_looked_for_above(bench: Bench) -> None:
    """In a subdirectory of the repository the commands mean the same files, by the same names; init means the place itself."""
    bench.commit(FIRST)
    below = bench.path / "docs" / "deep"
    below.mkdir(parents=True)
    inside = replace(bench, path=below)
    above = bench.run("plan")
    assert inside.run("plan").out == above.out
    assert inside.run("apply", "--yes").code == 0
    assert inside.run("fmt", "--check").code == 3
    assert inside.run("init", "--ci", "none").code == 0
    assert (below / "knowledge" / "kbsync.yaml").exists()


def test_nothing_above_the_repository_is_read(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else put above a repository, or into a directory that is not this user's, is not taken for this project."""
    bench.commit(FIRST)
    other = tmp_path / "knowledge"
    other.mkdir()
    (other / "kbsync.yaml").write_text((bench.path / "knowledge" / "kbsync.yaml").read_text())
    (bench.path / "knowledge").rename(bench.path / "moved")
    assert replace(bench, path=bench.path / "moved").run("plan").code == 5
    (bench.path / "moved").rename(bench.path / "knowledge")
    (bench.path / "docs").mkdir()
    inside = replace(bench, path=bench.path / "docs")
    assert inside.run("plan").code == 0
    owners = {bench.path: 1}
    real = Path.stat

    def owned(path: Path, **options: bool) -> Any:
        found = real(path, **options)
        return SimpleNamespace(st_uid=owners[path], st_mode=found.st_mode) if path in owners else found

    monkeypatch.setattr(Path, "stat", owned)
    assert inside.run("plan").code == 5


def test_the_version_says_more_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for what a report of a fault needs: where kbsync is, Python, the system, git, each library."""
    assert run(["--version", "-v"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["kbsync", "Python"]
    assert {"git:", "httpx", "pyyaml"} <= {line.split()[0] for line in lines}


def test_the_sandbox_names_its_switches(bench: Bench) -> None:
    """``--switch list`` shows them; a wrong one is refused with all names."""
    assert "page-cap=3" in bench.run("sandbox", "serve", "--switch", "list").out
    assert bench.run("sandbox", "serve", "--switch", "page-cap=many").code == 2
    assert bench.run("sandbox", "inject", "no rule").code == 2


def test_the_environment_can_switch_the_embedded_service(bench: Bench) -> None:
    """``KBSYNC_SANDBOX_SWITCHES`` plays another reading without a server."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes", KBSYNC_SANDBOX_SWITCHES="question-max=5").code == 4
    assert bench.run("plan", KBSYNC_SANDBOX_SWITCHES="nonsense").code == 2
