"""Where a target stands: one screen, from the first day on, with the step that comes next."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from kbsync.history.lock import TargetLock
from tests.fakes.console import Console, snapshot
from tests.flows.harness import Bench
from tests.flows.shop import FIRST, SMALL


def rows(bench: Bench, *words: str, code: int = 0) -> dict[str, str]:
    """What stands beside each label."""
    shown = bench.run("status", *words)
    assert shown.code == code, shown.err
    found: dict[str, str] = {}
    for line in shown.out.splitlines():
        if line[:1].strip():
            label = line[:20].rstrip()
            found[label] = f"{found[label]}; {line[20:]}" if label in found else line[20:]
        else:
            found[label] += f" {line.strip()}"
    return found


def test_the_way_from_the_first_day_to_peace(bench: Bench) -> None:
    """Files that are new, a commit that waits, a library that is as declared: each with its next step."""
    bench.write(FIRST)
    first = rows(bench)
    assert first["Files"] == "files that are not committed · 12 questions"
    assert first["Applied last"] == "nothing from these files yet"
    assert first["Next"].startswith("kbsync plan shows")
    commit = bench.commit({})
    waits = rows(bench)
    assert waits["Pending"] == "1 to update, 10 to create, 6 categories to create"
    assert "Console" not in waits
    assert waits["Next"] == "kbsync apply shows it, asks, and carries it out"
    assert bench.run("apply", "--yes").code == 0
    done = rows(bench)
    assert done["Applied last"] == f"commit {commit[:12]} of today"
    assert (done["Console"], done["Lock"], done["Next"]) == ("No drift", "nobody applies", "nothing: what git declares is live")


def test_the_age_of_the_base_is_told_in_days(bench: Bench) -> None:
    """And an apply that finds nothing to do, asked by nobody, changes nothing of that."""
    assert bench.tree is not None
    bench.tree.environ = {**bench.tree.environ, "GIT_COMMITTER_DATE": "2025-10-07T08:00:00Z"}
    commit = bench.commit(FIRST)
    assert [bench.run("apply", "--yes").code for _ in range(2)] == [0, 0]
    assert rows(bench)["Applied last"] == f"commit {commit[:12]} of 2025-10-07, 2 days old"


def test_what_the_console_did_comes_first(bench: Bench) -> None:
    """Drift is told from the console's side, and the next step takes it in, with the options that were typed."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.edit("How can I pay?", answer="In shells.")
    found = rows(bench, "--target", "sandbox")
    assert (found["Console"], found["Pending"]) == ("1 changed", "1 console edit to overwrite")
    assert found["Next"] == "kbsync pull --target sandbox takes the console's edits into the files"
    told = json.loads(bench.run("status", "--format", "json").out)
    assert (told["drift"], told["pending"], told["blocking"], told["lock"], told["problem"]) == (1, 1, 0, None, None)


def test_who_applies_is_told(bench: Bench) -> None:
    """The next step is to wait."""
    bench.commit(FIRST)
    (bench.path / ".kbsync").mkdir()
    here = bench.path / ".kbsync"
    with TargetLock(None, bench.refs, owner="somebody", where="elsewhere", clock=bench.clock, directory=here):
        found = rows(bench)
        assert json.loads(bench.run("status", "--format", "json").out)["lock"]["who"] == "somebody"
    assert found["Lock"].startswith("held by somebody on elsewhere since ")
    assert found["Next"].startswith("wait until that apply has ended")


def test_what_stops_an_apply_is_told(bench: Bench) -> None:
    """Each problem of the plan has a row."""
    bench.commit({"a.yaml": "category: Nowhere\nquestions: [{question: a, answer: b}, {question: c, answer: d}]\n"})
    found = rows(bench)
    assert "Nowhere" in found["Stopped by"]
    assert found["Next"] == "kbsync plan shows what stops an apply"


@pytest.mark.no_cover
@pytest.mark.parametrize("applied", [False, True])
def test_a_wrong_pin_is_the_same_word_everywhere(bench: Bench, *, applied: bool) -> None:
    """On a question that git never declared: plan, status, apply and pull name it, and neither library nor file is touched."""
    bench.commit(SMALL)
    with bench.console() as service:
        pin = Console(service).add_question("Mine alone?", "Console.", category=Console(service).add_category("Shop"))
    if applied:
        assert bench.run("apply", "--yes").code == 0
        with bench.console() as service:
            Console(service).delete_question(Console(service).question("Open?"))
    files = {"small.yaml": SMALL["small.yaml"].replace("answer: Yes.", f'answer: Yes., id: "{pin}"')}
    bench.commit(files)
    with bench.console() as service:
        before = snapshot(service)
    for command, code in (("plan", 0), ("status", 0), ("apply --yes", 6), ("pull --all --theirs", 6)):
        ended = bench.run(*command.split(), COLUMNS="400")
        assert ended.code == code
        assert "the pin of Open? names Mine alone?" in ended.out + ended.err
        assert "Nothing to do" not in ended.out
    with bench.console() as service:
        assert snapshot(service) == before
    assert (bench.path / "knowledge" / "small.yaml").read_text(encoding="utf-8") == files["small.yaml"]


@pytest.mark.no_cover
def test_a_note_stops_nobody(bench: Bench) -> None:
    """A plan with a mere note is applied; so is one that only has to move the base after what both sides did alike."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.edit("How can I pay?", answer="In shells.")
    bench.commit({name: text.replace("answer: By card.", "answer: In shells.") for name, text in FIRST.items()})
    bench.run("pull")
    bench.commit({})
    found = rows(bench)
    assert (found["Console"], found["Pending"].split(":")[0]) == ("1 changed", "Nothing to do")
    assert found["Next"].startswith("kbsync apply shows it")
    bench.write({"notes.yaml": "removed: [never there]\n"})
    bench.commit({})
    assert rows(bench)["Next"].startswith("kbsync apply shows it")
    bench.write({"notes.yaml": ""})
    assert rows(bench)["Next"] == "kbsync plan shows what an apply would do; then commit"


def test_a_library_that_cannot_be_read_hides_nothing_else(bench: Bench) -> None:
    """Unknown is not none: the row says why, exit 1, and files, base and lock are told all the same."""
    with bench.served():
        bench.commit(FIRST)
        assert bench.run("apply", "--yes").code == 0
        del bench.environ["KBSYNC_SECRET_KEY"]
        found = rows(bench, code=1)
        told = json.loads(bench.run("status", "--format", "json").out)
    assert found["Library"].startswith("not read: no secret for target production")
    assert {"Pending", "Console"} & {*found} == set()
    assert found["Next"] == "kbsync doctor tells what is not in order"
    assert (told["pending"], told["drift"], "no secret" in told["problem"]) == (None, None, True)


def test_receipts_that_cannot_be_read_hide_nothing_else(bench: Bench) -> None:
    """A damaged receipts ref: the row says why, exit 1, and files, library and lock are told all the same."""
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    assert bench.tree is not None
    bench.tree.git("update-ref", bench.refs.receipts, "HEAD")
    found = rows(bench, code=1)
    assert found["Applies"].startswith(f"not known: The ref {bench.refs.receipts} leads to no receipt")
    assert (found["Pending"].split(":")[0], found["Lock"]) == ("No changes", "nobody applies")
    assert f"git update-ref -d {bench.refs.receipts}" in found["Next"]
    told = json.loads(bench.run("status", "--format", "json").out)
    assert ("leads to no receipt" in told["applies_problem"], told["lock_problem"], told["pending"]) == (True, None, 0)


def test_a_remote_that_cannot_be_asked_hides_nothing_else(bench: Bench, tmp_path: Path) -> None:
    """Who applies is not known then, which is not nobody."""
    with bench.served():
        bench.commit(FIRST)
        assert bench.run("apply", "--yes").code == 0
        assert bench.tree is not None
        bench.tree.git("remote", "add", "origin", f"file://{tmp_path}/gone")
        found = rows(bench, code=1)
        told = json.loads(bench.run("status", "--format", "json").out)
    assert (found["Lock"].startswith("not known: "), found["Applies"].startswith("not known: ")) == (True, True)
    assert "Pending" in found
    assert (told["lock"], bool(told["lock_problem"]), bool(told["applies_problem"])) == (None, True, True)


def test_without_git_there_is_no_base(tmp_path: Path) -> None:
    """Outside a repository the rest is told."""
    bench = Bench.make(tmp_path, git=False)
    bench.write(FIRST)
    assert rows(bench)["Applied last"] == "nothing from these files yet"


def test_every_target_is_told(bench: Bench) -> None:
    """All targets side by side, one under the other."""
    bench.settings("version: 1\ndefault_target: a\ntargets: {{a: {{driver: sandbox}}, b: {{driver: sandbox}}}}\n")
    bench.commit(FIRST)
    shown = bench.run("status", "--all-targets").out
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("Target")] == ["a", "b"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_on_one_screen(bench: Bench, language: str, width: int) -> None:
    """Twenty-four lines hold it in both languages, none wider than the terminal."""
    bench.commit(FIRST)
    shown = bench.run("status", COLUMNS=str(width), KBSYNC_LANG=language).out
    assert len(shown.splitlines()) < 20
    assert max(map(cell_len, shown.splitlines())) <= width


def test_the_log_tells_what_customers_got(bench: Bench) -> None:
    """The newest first: when, who, which commit, how much, and what was taken back by which undo."""
    assert bench.run("log").out == ""
    assert "No apply" in bench.run("log").err
    commit = bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"more.yaml": "category: Payment\nquestions: [{question: Do you take cash?, answer: No.}]\n"})
    assert bench.run("apply", "--yes").code == 0
    assert bench.run("plan", "--undo", "last", "--out", "undo.json").code == 0
    assert bench.run("apply", "undo.json", "--yes", "--allow-remove", "1").code == 0
    shown = bench.run("log").out
    assert [line for line in shown.splitlines() if line[:1].isdigit()] == [
        line for line in shown.splitlines() if line.startswith(("3  ", "2  ", "1  "))
    ]
    assert "3  " in shown.split("\n")[0]
    assert "· tester · an undo of 2" in shown
    assert f"· tester · commit {commit[:12]}" in shown
    assert "1 made; undone by 3" in shown
    assert "New: Do you take cash?" in shown
    assert "… and 7 more (-v names all)" in shown
    assert "more (-v" not in bench.run("log", "--verbose").out
    told = json.loads(bench.run("log", "--format", "json").out)["applies"]
    assert [(it["number"], it["undone_by"], it["undoes"], it["purpose"]) for it in told] == [
        (3, None, 2, "undo"),
        (2, 3, None, "sync"),
        (1, None, None, "sync"),
    ]
    assert len(json.loads(bench.run("log", "--last", "1", "--format", "json").out)["applies"]) == 1
    markdown = bench.run("log", "--format", "markdown").out
    assert "| Apply | When | Who | From | What happened |\n| --- | --- | --- | --- | --- |\n| 3 | " in markdown
    assert " | tester | " in markdown
    assert " | **1 made; undone by 3** |\n|  |  |  |  | New Do you take cash? |\n" in markdown
    assert rows(bench)["Apply 2"].endswith("1 made; undone by 3")
    assert f"takes back the apply of {told[1]['started']}" in bench.run("show", "undo.json").out


def test_the_log_names_who_commits_and_what_each_undo_took_back(bench: Bench) -> None:
    """The person of git's settings; an undo names its apply, by a file of it too, and an undo can be undone."""
    assert bench.tree is not None
    bench.tree.git("config", "user.name", "Änna\n Lee")
    bench.tree.git("config", "user.email", "anna@shop.example")
    head = "categories: [{title: Payment}]\n---\ncategory: Payment\n"
    for answer in ("No.", "Yes.", "Yes!"):
        bench.commit({"more.yaml": f"{head}questions: [{{question: Do you take cash?, answer: {answer}}}]\n"})
        assert bench.run("apply", "--yes", "--receipt", "r.json").code == 0
        bench.clock.wait(2)
    for which in ("r.json", "last"):
        assert bench.run("plan", "--undo", which, "--out", "undo.json").code == 0
        assert bench.run("apply", "undo.json", "--yes").code == 0
        bench.clock.wait(2)
    told = json.loads(bench.run("log", "--format", "json").out)["applies"]
    assert [(it["number"], it["undone_by"], it["undoes"]) for it in told] == [
        (5, None, 4),
        (4, 5, 3),
        (3, 4, None),
        (2, None, None),
        (1, None, None),
    ]
    assert {it["actor"] for it in told} == {"Änna Lee <anna@shop.example>"}


def test_the_log_tells_what_was_not_finished(bench: Bench) -> None:
    """A part that failed is said; files of no commit are named as such."""
    bench.write(FIRST)
    bench.run("plan")
    assert bench.run("sandbox", "inject", "add_chitchat#1=refuse:-7").code == 0
    assert bench.run("apply", "--yes").code == 4
    shown = bench.run("log").out
    assert "files of no commit" in shown
    assert "NOT finished" in shown
