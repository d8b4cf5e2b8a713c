"""From the console to the files and back to peace: what pull writes, what it leaves alone, what it refuses to settle."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kbsync.sandbox.service import Service
from kbsync.usecases.context import Exit
from tests.fakes.console import Console, snapshot
from tests.flows.harness import Bench, declared, held
from tests.golden import check_golden

GOLDEN = Path(__file__).parent / "golden"

FILES = {
    "tree.yaml": """\
# the tree
categories:
  - title: Shipping  # main
    children:
      - title: Delivery
      - title: Returns
  - title: Payment
    previously: [Money]
""",
    "shipping.yaml": """\
# yaml-language-server: $schema=.schema/knowledge.json
category: Shipping / Delivery
questions:
  # about parcels
  - question: When will my parcel arrive?   # often asked
    answer: |
      Within 3 days.
      Sundays do not count.
    similar:
      - How long does delivery take?
      # the classic
      - 'Where is my parcel?'

  - question: "Do you ship abroad?"
    answer: 'Yes, to most countries.'  # says the law
    status: disabled

  - question: Is delivery free?
    answer: {file: answers/free.html}
    answer_type: rich

  - question: Old one
    answer: &bye Bye.

  - question: Another
    answer: *bye
""",
    "payment.yaml": """\
category: Payment
questions:
- {question: How can I pay?, answer: "By card."}
- question: 可以分期吗?
  answer:   不可以。   # for now
- question: Kept
  protected: true
  answer: Stays.
""",
    "answers/free.html": "<b>Yes.</b>\n",
}

BRIEF = {
    "tree.yaml": "categories: [{title: A}, {title: B}]\n",
    "a.yaml": "category: A\nquestions:\n  - question: one\n    answer: '1'\n  - question: two\n    answer: '2'\n",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A repository with an empty library behind it."""
    bench = Bench.make(tmp_path)
    bench.settings()
    return bench


def live(bench: Bench, files: dict[str, str]) -> None:
    """Commit files and apply them."""
    bench.commit(files)
    applied = bench.run("apply", "--yes")
    assert applied.code == Exit.DONE, applied.err


def edit(bench: Bench, edits: Callable[[Console], object]) -> None:
    """Edit the library as the console does."""
    with bench.console() as service:
        edits(Console(service))


def diff(bench: Bench) -> str:
    """What differs from the last commit, as git sees it."""
    assert bench.tree is not None
    bench.tree.git("add", "--all")
    return "".join(
        f"{line}\n" for line in bench.tree.git("diff", "--cached", "--no-renames").split("\n") if not line.startswith("index ")
    )


def is_settled(bench: Bench) -> bool:
    """Whether a plan has nothing to do."""
    return bench.run("plan", "--detailed-exitcode").code == Exit.DONE


@pytest.mark.no_cover
def test_console_edits_of_every_kind_come_to_their_lines(bench: Bench) -> None:
    """Changed, renamed, moved, deleted and new questions and categories: only their lines differ, and the plan is empty."""
    live(bench, FILES)

    def everything(console: Console) -> None:
        asked = console.question
        console.edit_question(
            asked("When will my parcel arrive?"),
            question="When does my parcel arrive?",
            answer="Within 2 days.\n\nReally: yes.",
            similar=["How long does delivery take?", "Where's it?", "new # one"],
        )
        console.edit_question(asked("Do you ship abroad?"), status=4, answer="No, it's impossible: sorry.")
        console.edit_question(asked("Is delivery free?"), answer="<i>No</i>", category=console.category("Shipping"))
        console.delete_question(asked("Old one"))
        console.edit_question(asked("How can I pay?"), answer_type=2, answer="<p>By card,\nby cheque</p>", status=5)
        console.rename_category(console.category("Payment"), "Money")
        console.delete_category(console.category("Shipping", "Returns"))
        console.add_question("Fresh?", "Yes,\n  indeed.", category=console.category("Shipping", "Delivery"), similar=["a: b"])

    edit(bench, everything)
    assert bench.run("drift").code == Exit.PENDING
    pulled = bench.run("pull")
    assert pulled.code == Exit.DONE, pulled.err
    check_golden(GOLDEN / "pull.diff", diff(bench))
    check_golden(GOLDEN / "pull.txt", pulled.out)
    assert is_settled(bench)


def test_a_pull_without_drift_writes_nothing(bench: Bench) -> None:
    """Where the files say what the console holds, no file is touched, and that is said."""
    live(bench, FILES)
    pulled = bench.run("pull")
    assert (pulled.code, pulled.out, diff(bench)) == (Exit.DONE, "", "\n")
    assert "already say what the console holds" in pulled.err


def test_a_pull_ends_with_the_next_command(bench: Bench) -> None:
    """What was typed is named again, so that nobody plans for another target; a check and a conflict have no such line."""
    live(bench, BRIEF)
    edit(bench, lambda console: console.edit_question(console.question("one"), answer="the console's"))
    assert "Next:" not in bench.run("pull", "--check").err
    pulled = bench.run("pull", "--target", "sandbox")
    commit = "git add knowledge && git commit --message 'Take in what the console holds'"
    assert pulled.err.endswith(f"Next: look at the files, then {commit} && kbsync plan --target sandbox\n")


def test_a_pull_outside_git_has_nothing_to_commit(tmp_path: Path) -> None:
    """The next command is the plan."""
    bench = Bench.make(tmp_path, git=False)
    bench.settings()
    edit(bench, lambda console: console.add_question("a", "b", category=console.add_category("A")))
    assert bench.run("pull").err.endswith("Next: look at the files, then kbsync plan\n")


def test_the_first_import_is_the_whole_library(bench: Bench) -> None:
    """An empty directory gets the tree and a file for each category, in the canonical layout, and the plan is empty."""

    def library(console: Console) -> None:
        shipping = console.add_category("Shipping")
        returns = console.add_category("Returns", parent=shipping)
        chinese = console.add_category("物流 / 配送", parent=shipping)
        console.add_category("Empty: yes")
        console.add_question("How do I return it?", "Send it back. " * 9, category=returns, similar=["b", "a"], status=5)
        console.add_question("多久能到?", "两天。\n  周日不算。\n", category=chinese, answer_type=2)
        console.add_question("1.10", " true", category=shipping, similar=["no", 'It\'s #1: "x" \\'])

    edit(bench, library)
    pulled = bench.run("pull")
    assert pulled.code == Exit.DONE, pulled.err
    written = {path.name: path.read_text(encoding="utf-8") for path in sorted((bench.path / "knowledge").glob("*.yaml"))}
    del written["kbsync.yaml"]
    check_golden(GOLDEN / "import.txt", "".join(f"=== {name}\n{text}" for name, text in written.items()))
    assert bench.run("fmt", "--check").code == Exit.DONE
    with bench.console() as service:
        assert declared(bench) == held(service, presets=False)
    assert is_settled(bench)
    assert bench.run("pull", "--check", "--all").code == Exit.DONE


def test_presets_come_when_asked_for(bench: Bench) -> None:
    """The system's own questions stay with the system, unless they are wanted."""
    bench.run("pull")
    assert not any(it.category.startswith("System preset") for it in declared(bench))
    pulled = bench.run("pull", "--include-presets")
    assert pulled.code == Exit.DONE, pulled.err
    with bench.console() as service:
        assert declared(bench) == held(service)
    assert is_settled(bench)


def test_conflicts_keep_gits_side_and_are_named(bench: Bench) -> None:
    """What both sides changed is listed with file and line, exit 6; what only the console changed is written."""
    live(bench, BRIEF)
    bench.write({"a.yaml": BRIEF["a.yaml"].replace("'1'", "git's")})
    edit(bench, lambda console: console.edit_question(console.question("one"), answer="the console's", status=5))
    pulled = bench.run("pull")
    assert pulled.code == Exit.UNSAFE
    assert "knowledge/a.yaml:3:15: answer of “one”: git says “git's”, the console “the console's”" in pulled.err
    assert "Next:" not in pulled.err
    again = bench.run("pull")
    assert (again.code, "already say" in again.err) == (Exit.UNSAFE, False)
    assert {(it.answer, it.status) for it in declared(bench)} == {("git's", 5), ("2", 4)}


def test_theirs_settles_conflicts_for_the_console(bench: Bench) -> None:
    """With --theirs the console wins, also over a question that git changed and the console deleted; its answer file goes too."""
    filed = BRIEF["a.yaml"].replace("'2'", "{file: two.txt}")
    live(bench, BRIEF | {"a.yaml": filed, "two.txt": "2"})
    bench.write({"a.yaml": filed.replace("'1'", "git's"), "two.txt": "git's too"})

    def both(console: Console) -> None:
        console.edit_question(console.question("one"), answer="the console's")
        console.delete_question(console.question("two"))

    edit(bench, both)
    assert bench.run("pull").code == Exit.UNSAFE
    pulled = bench.run("pull", "--theirs")
    assert (pulled.code, pulled.out.splitlines()[1:]) == (
        Exit.DONE,
        ["knowledge/two.txt: removed, because no question uses it any more"],
    )
    assert [(it.question, it.answer) for it in declared(bench)] == [("one", "the console's")]
    assert not (bench.path / "knowledge/two.txt").exists()
    assert is_settled(bench)


def test_a_category_that_both_sides_renamed_is_named(bench: Bench) -> None:
    """An apply that nobody watches is refused, a pull says where the two differ, and --theirs takes the console's title."""
    live(bench, BRIEF)
    tree = BRIEF["tree.yaml"].replace("{title: A}", "{title: Delivery, previously: [A]}")
    bench.commit({"tree.yaml": tree, "a.yaml": BRIEF["a.yaml"].replace("category: A", "category: Delivery")})
    edit(bench, lambda console: console.rename_category(console.category("A"), "Versand"))
    refused = bench.run("apply", "--yes")
    assert (refused.code, "--overwrite-conflicts" in refused.err) == (Exit.UNSAFE, True)
    pulled = bench.run("pull")
    assert pulled.code == Exit.UNSAFE
    assert "“Delivery”: git says “Delivery”, the console “Versand”" in pulled.err
    assert "already say" not in pulled.err
    (conflict,) = json.loads(bench.run("pull", "--format", "json").out)["conflicts"]
    assert [conflict[key] for key in ("question", "field", "git", "console")] == ["Delivery", None, "Delivery", "Versand"]
    assert bench.run("pull", "--only", "B").code == Exit.DONE
    assert diff(bench) == "\n"
    assert bench.run("pull", "--theirs").code == Exit.DONE
    assert {it.category for it in declared(bench)} == {"Versand"}
    assert is_settled(bench)


def test_git_overwrites_a_category_that_both_sides_renamed_where_told_to(bench: Bench) -> None:
    """With --overwrite-conflicts git's title wins."""
    live(bench, BRIEF)
    tree = BRIEF["tree.yaml"].replace("{title: A}", "{title: Delivery, previously: [A]}")
    bench.commit({"tree.yaml": tree, "a.yaml": BRIEF["a.yaml"].replace("category: A", "category: Delivery")})
    edit(bench, lambda console: console.rename_category(console.category("A"), "Versand"))
    assert bench.run("apply", "--yes", "--overwrite-conflicts").code == Exit.DONE
    assert is_settled(bench)


@pytest.mark.no_cover
def test_a_child_that_the_console_renamed_comes_below_a_parent_that_git_renamed(bench: Bench) -> None:
    """The files have the parent under git's title, and the child with what is in it stays there."""
    live(bench, FILES | {"returns.yaml": "category: Shipping / Returns\nquestions:\n  - {question: back?, answer: Yes.}\n"})
    renamed = {name: text.replace("Shipping / ", "Dispatch / ") for name, text in FILES.items()}
    renamed["tree.yaml"] = FILES["tree.yaml"].replace("title: Shipping  # main", "title: Dispatch\n    previously: [Shipping]")
    renamed["returns.yaml"] = "category: Dispatch / Returns\nquestions:\n  - {question: back?, answer: Yes.}\n"
    bench.commit(renamed)
    edit(bench, lambda console: console.rename_category(console.category("Shipping", "Returns"), "Retouren"))
    pulled = bench.run("pull")
    assert pulled.code == Exit.DONE, pulled.err
    assert {it.category for it in declared(bench) if it.question == "back?"} == {"Dispatch / Retouren"}
    assert bench.run("apply", "--yes").code == Exit.DONE
    with bench.console() as service:
        assert declared(bench) <= held(service)
    assert is_settled(bench)


def test_a_protected_question_is_not_taken_out(bench: Bench) -> None:
    """What the console deleted and git protects is for people to settle."""
    live(bench, FILES)
    edit(bench, lambda console: console.delete_question(console.question("Kept")))
    pulled = bench.run("pull")
    assert pulled.code == Exit.UNSAFE
    assert "knowledge/payment.yaml:6:13: “Kept”: git says declared, the console removed" in pulled.err
    (conflict,) = json.loads(bench.run("pull", "--format", "json").out)["conflicts"]
    assert (conflict["question"], conflict["field"], conflict["git"], conflict["console"]) == (
        "Kept",
        None,
        "declared",
        "removed",
    )
    assert diff(bench) == "\n"


def test_check_shows_and_writes_nothing(bench: Bench) -> None:
    """With --check the difference is the result, the exit code is 3, and the files stay."""
    live(bench, BRIEF)
    edit(bench, lambda console: console.edit_question(console.question("one"), answer="3"))
    pulled = bench.run("pull", "--dry-run")
    assert pulled.code == Exit.PENDING
    assert "-    answer: '1'\n+    answer: '3'\n" in pulled.out
    assert diff(bench) == "\n"


def test_json_tells_everything(bench: Bench) -> None:
    """Machines get counts, conflicts, what was left out, and the difference."""
    live(bench, BRIEF)
    bench.write({"a.yaml": BRIEF["a.yaml"].replace("'1'", "git's")})

    def several(console: Console) -> None:
        console.edit_question(console.question("one"), answer="the console's")
        console.edit_question(console.question("two"), answer="three")
        console.add_question("two", "again", category=console.category("A"))
        console.add_question("new", "b", category=console.category("B"), similar=["one", "x"])

    edit(bench, several)
    found = json.loads(bench.run("pull", "--format", "json").out)
    del found["diff"]
    check_golden(GOLDEN / "pull.json", json.dumps(found, indent=2) + "\n")


def test_only_a_part_is_pulled(bench: Bench) -> None:
    """A pattern on question, category or file picks what is written."""
    live(bench, FILES)

    def several(console: Console) -> None:
        console.edit_question(console.question("How can I pay?"), answer="Cash.")
        console.edit_question(console.question("Another"), answer="3")
        console.rename_category(console.category("Payment"), "Paying")
        console.add_question("new", "b", category=console.category("Shipping", "Delivery"))

    edit(bench, several)
    assert bench.run("pull", "--only", "Anoth*").code == Exit.DONE
    assert [line for line in diff(bench).split("\n") if line[:2] in ("+ ", "- ")] == ["-    answer: *bye", '+    answer: "3"']
    assert bench.run("pull", "--only", "*CAN I pay*").code == Exit.DONE
    assert "title: Payment" in (bench.path / "knowledge/tree.yaml").read_text()
    assert bench.run("pull").code == Exit.DONE
    assert is_settled(bench)


def test_what_git_never_declared_waits_for_all(tmp_path: Path) -> None:
    """Without a base nothing is removed, the console's side wins, and undeclared questions come with --all, tree and all."""
    bench = Bench.make(tmp_path, git=False)
    bench.write(BRIEF | {"b.yaml": "category: A\nquestions:\n  - {question: gone, answer: x}\n"})
    assert bench.run("apply", "--yes").code == Exit.DONE

    def several(console: Console) -> None:
        console.edit_question(console.question("one"), answer="3")
        console.delete_question(console.question("gone"))
        for question, title in (("new in A", "A"), ("new in C", "C")):
            known = title == "A"
            place = console.category("A") if known else console.add_category("D", parent=console.add_category("C"))
            console.add_question(question, "x", category=place)

    edit(bench, several)
    assert "Live questions that git does not declare: 2; they stay so, and --all" in bench.run("pull").err
    assert {(it.question, it.answer) for it in declared(bench)} == {("one", "3"), ("two", "2"), ("gone", "x")}
    assert bench.run("pull", "--all").code == Exit.DONE
    assert {it.question for it in declared(bench)} >= {"one", "two", "gone", "new in A", "new in C"}
    head = "categories:\n  - title: C\n    children:\n      - title: D\n---\ncategory: C / D\n"
    assert head in (bench.path / "knowledge/c-d.yaml").read_text()


def test_a_library_that_is_gone_takes_no_files_along(bench: Bench) -> None:
    """Where the service holds nothing at all, pull suspects the target and not the files."""
    live(bench, BRIEF)

    def wipe(console: Console) -> None:
        for title in ("A", "B"):
            console.delete_category(console.category(title))

    edit(bench, wipe)
    with bench.console() as service:
        empty(service)
    pulled = bench.run("pull")
    assert pulled.code == Exit.UNSAFE
    assert "holds no question at all" in pulled.err
    assert diff(bench) == "\n"


def empty(service: Service) -> None:
    """Delete every question of a library, presets too."""
    for question in snapshot(service)["questions"]:
        Console(service).delete_question(str(question["id"]))


def test_faults_stop_a_pull(bench: Bench) -> None:
    """Files with errors are shown with their places, and nothing is written into them."""
    bench.write({"a.yaml": "category: [\n"})
    pulled = bench.run("pull")
    assert pulled.code == Exit.INVALID
    assert "knowledge/a.yaml:2:1" in pulled.err
