"""The library as a spreadsheet: what goes out, and what comes back."""

import csv
import io
import json
from pathlib import Path

import pytest

from kbsync.sheets.rows import LONGEST
from kbsync.usecases.context import Exit
from tests.flows.harness import Bench, Terminal, declared

CORPUS = Path(__file__).parent / "chatterbot.yaml"

FAQ = """\
categories: [{title: Shipping, children: [{title: Delivery times}]}]
---
category: Shipping / Delivery times
questions:
  - question: When will it arrive?
    answer: |
      Within 3 days.
      多谢 🙂
    similar: [How long does it take?, "=When?"]
  - question: "-5 %?"
    answer: "'007"
    status: disabled
"""


def table(text: str, separator: str = ",") -> list[dict[str, str]]:
    """The rows of a file by their headings."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))


def test_a_table_holds_every_question(bench: Bench) -> None:
    """One a row, with place, commit and digest; no cell begins as a formula does, and Excel is told that it is UTF-8."""
    commit = bench.commit({"faq.yaml": FAQ})
    done = bench.run("export")
    assert (done.code, done.out[0], done.err) == (Exit.DONE, "\ufeff", "")
    first, second = table(done.out)
    key = first.pop("key (do not edit)")
    assert (len(key), key.partition("@")[2]) == (57, commit)
    assert first == {
        "question": "When will it arrive?",
        "similar questions": "'=When?\nHow long does it take?",
        "answer": "Within 3 days.\n多谢 🙂",
        "category": "Shipping / Delivery times",
        "answer type": "text",
        "status": "enabled",
        "place": "knowledge/faq.yaml:5",
    }
    assert (second["question"], second["answer"], second["status"]) == ("'-5 %?", "''007", "disabled")
    chinese = bench.run("export", "--format", "tsv", KBSYNC_LANG="zh")
    assert [row["问题"] for row in table(chinese.out, "\t")] == ["When will it arrive?", "'-5 %?"]


def test_programs_get_lists(bench: Bench) -> None:
    """JSON has the texts as they are, of any length."""
    commit = bench.commit({"faq.yaml": FAQ + f"  - question: long\n    answer: {'x' * (LONGEST + 1)}\n"})
    found = json.loads(bench.run("export", "--format", "json").out)
    assert (found["commit"], [one["answer"] for one in found["questions"]][1]) == (commit, "'007")
    assert found["questions"][0]["similar"] == ["=When?", "How long does it take?"]
    refused = bench.run("export", "--out", "all.csv")
    assert (refused.code, "KB501" in refused.err, (bench.path / "all.csv").exists()) == (Exit.INVALID, True, False)


def test_outside_git_a_list_names_no_commit(tmp_path: Path) -> None:
    """The files are written as they are."""
    bench = Bench.make(tmp_path, git=False)
    bench.write({"faq.yaml": FAQ})
    found = json.loads(bench.run("export", "--format", "json").out)
    assert (found["commit"], found["questions"][-1]["answer"]) == (None, "'007")


def test_what_is_live_is_written(bench: Bench) -> None:
    """With `--live` what the console holds, which no commit has; the ending of the file names the format."""
    bench.commit({"faq.yaml": FAQ})
    bench.run("apply", "--yes")
    bench.edit("When will it arrive?", answer="Tomorrow.")
    done = bench.run("export", "--live", "--out", "live.tsv")
    text = (bench.path / "live.tsv").read_text(encoding="utf-8")
    live = next(row for row in table(text, "\t") if row["question"] == "When will it arrive?")
    assert (done.code, done.out, live["answer"], live["place"]) == (Exit.DONE, "", "Tomorrow.", "")
    assert live["key (do not edit)"].endswith("@")
    assert "Written to live.tsv." in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("--out", "a.ods"),
        ("--out", "a.xls", "--format", "csv"),
        ("--out", "a.xlsx", "--format", "json"),
        ("--out", "a.txt"),
        ("--format", "xlsx"),
    ],
)
def test_a_file_is_what_its_name_says(bench: Bench, words: tuple[str, ...]) -> None:
    """A format that kbsync does not write, or that --format contradicts, is refused; no ending says nothing."""
    bench.commit({"faq.yaml": TWO})
    done = bench.run("export", *words)
    assert (done.code, done.out, list(bench.path.glob("a.*"))) == (Exit.USAGE, "", [])
    for name in ("a.tsv", "a"):
        assert bench.run("export", "--out", name, KBSYNC_FORMAT="json").code == Exit.DONE
    assert bench.run("export", "--out", "a.txt", "--format", "json").code == Exit.DONE
    assert (bench.path / "a.txt").read_text(encoding="utf-8").startswith("{")


def edited(bench: Bench, name: str, **changes: dict[str, str]) -> None:
    """Somebody changes cells, named by the question of their row and by heading, and saves the table."""
    rows = table((bench.path / name).read_text(encoding="utf-8"))
    for row in rows:
        row.update(changes.get(row["question"].split()[0], {}))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    (bench.path / name).write_bytes(text.getvalue().encode("utf-8-sig"))


TWO = """\
categories: [{title: A}]
---
category: A
questions:
  - question: one  # first
    answer: eins
  # second
  - question: two
    answer: zwei
  - question: three
    answer: drei
    protected: true
"""


def test_a_table_that_comes_back_is_merged(bench: Bench) -> None:
    """What only the table changed comes in, what only git changed stays, what both changed is named, and comments are kept."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    assert "The files already say what the table holds." in bench.run("import", "a.csv", "--yes").err
    edited(bench, "a.csv", one={"question": "uno", "answer": "EINS"}, two={"answer": "ZWEI", "status": "停用"})
    bench.commit({"faq.yaml": TWO.replace("zwei", "dos").replace("drei", "tres")})
    done = bench.run("import", "a.csv", "--yes")
    assert (done.code, "+  - question: uno  # first" in done.out) == (Exit.UNSAFE, True)
    assert "a.csv:C3 and knowledge/faq.yaml:8:15: answer of two: the table says ZWEI, git dos" in done.err
    text = (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")
    assert [
        part for part in ("# first", "# second", "EINS", "- one", "dos", "tres", "status: disabled") if part not in text
    ] == []
    assert bench.run("import", "a.csv", "--yes").out == ""
    assert bench.run("import", "a.csv", "--yes", "--theirs").code == Exit.DONE
    assert "ZWEI" in (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")


def test_nothing_is_written_unasked(bench: Bench) -> None:
    """With nobody there it needs --yes; somebody can say no; a dry run only shows."""
    bench.commit({"faq.yaml": TWO})
    (bench.path / "a.csv").write_text("question;answer;分类\nnew;neu;A\n", encoding="utf-8")
    for words, code in (((), Exit.UNSAFE), (("--dry-run",), Exit.DONE)):
        done = bench.run("import", "a.csv", *words)
        assert (done.code, "+  - question: new" in done.out) == (code, True)
    assert bench.run("import", "a.csv", keyboard=Terminal("n\n")).code == Exit.FAILED
    assert (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8") == TWO
    said = bench.run("import", "a.csv", keyboard=Terminal("y\n"))
    assert (said.code, "separated by semicolons" in said.err, "there they stay" in said.err) == (Exit.DONE, True, False)
    assert "Questions without a row: 3" in said.err
    assert "question: new" in (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")
    assert bench.run("import", "a.csv").out == ""


def test_missing_rows_are_removals_only_when_said(bench: Bench) -> None:
    """Then their texts stand under removed:; what git protects, or changed since, is named."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    whole = (bench.path / "a.csv").read_text(encoding="utf-8").splitlines()
    (bench.path / "a.csv").write_text(whole[0] + "\n", encoding="utf-8")
    assert bench.run("import", "a.csv", "--yes").out == ""
    none = bench.run("import", "a.csv", "--yes", "--removed")
    assert (none.code, none.err.count("the table has no row for it")) == (Exit.UNSAFE, 3)
    (bench.path / "a.csv").write_text("\n".join(whole[:2]) + "\n", encoding="utf-8")
    bench.commit({"faq.yaml": TWO + "  - question: later\n    answer: x\n"})
    done = bench.run("import", "a.csv", "--yes", "--removed")
    assert (done.code, done.err.count("the table has no row for it")) == (Exit.UNSAFE, 1)
    text = (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")
    assert ("removed:\n  - two\n" in text, "later" in text, "three" in text) == (True, True, True)
    back = bench.run("import", "a.csv", "--yes")
    assert back.out == ""
    gone = bench.run("import", "a.csv", "--yes", "--removed", "--theirs")
    assert (gone.code, "three" in gone.err) == (Exit.UNSAFE, True)


def test_a_row_of_a_question_that_git_removed(bench: Bench) -> None:
    """Unchanged it is nothing; changed, or new by a text that is to be removed, it is a conflict."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    bench.run("remove", "two")
    assert bench.run("import", "a.csv", "--yes").code == Exit.DONE
    edited(bench, "a.csv", two={"answer": "ZWEI"})
    assert "git removed it" in bench.run("import", "a.csv", "--yes").err
    (bench.path / "b.csv").write_text("question,answer,category\ntwo,x,A\n", encoding="utf-8")
    assert "git removed it" in bench.run("import", "b.csv", "--yes").err


def test_a_commit_that_git_lacks_settles_nothing(bench: Bench) -> None:
    """Then a row that differs is a conflict, unless the files still say what it was."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    edited(bench, "a.csv", one={"answer": "EINS"}, two={"key (do not edit)": "0" * 16 + "@" + "0" * 40, "answer": "ZWEI"})
    done = bench.run("import", "a.csv", "--yes")
    assert (done.code, "+    answer: EINS" in done.out, "the table says ZWEI" in done.err) == (Exit.UNSAFE, True, True)
    for mapping in ("question", "question=A,question=B"):
        assert bench.run("import", "a.csv", "--map", mapping).code == Exit.USAGE


def test_a_table_without_headings_loses_no_row(bench: Bench) -> None:
    """Where letters name the columns, the first row is a question, and that is said."""
    bench.commit({"faq.yaml": TWO})
    (bench.path / "a.csv").write_text("Wo?,hier\nWann?,jetzt\n", encoding="utf-8")
    done = bench.run("import", "a.csv", "--map", "question=A,answer=B", "--category", "A", "--dry-run")
    assert (done.code, done.out.count("+  - question: W"), "The first row is taken for a question" in done.err) == (0, 2, True)


def test_a_workbook_comes_back(bench: Bench) -> None:
    """It is no text for a terminal; what it holds is what the files say."""
    bench.commit({"faq.yaml": FAQ})
    assert bench.run("export", "--out", "a.xlsx").code == Exit.DONE
    done = bench.run("import", "a.xlsx")
    assert (done.code, done.out, "sheet kbsync" in done.err) == (Exit.DONE, "", True)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_public_corpus_goes_out_and_comes_back(bench: Bench, kind: str) -> None:
    """Real texts of four scripts, with code and line ends, are the same in a library that had none of them."""
    bench.write({"all.yaml": CORPUS.read_text(encoding="utf-8")})
    before = declared(bench)
    assert bench.run("export", "--out", f"all.{kind}").code == Exit.DONE
    assert bench.run("import", f"all.{kind}").out == ""
    bench.write({"all.yaml": ""})
    columns = "question=question,answer=answer,category=category"
    done = bench.run("import", f"all.{kind}", "--yes", "--map", columns)
    assert (done.code, len(before), declared(bench) == before) == (Exit.DONE, 28, True)


@pytest.mark.parametrize(("text", "code"), [("answer\nx\n", "KB503"), ("question,answer\n,x\n", "KB506")])
def test_a_table_with_faults_changes_nothing(bench: Bench, text: str, code: str) -> None:
    """They are all told, each with its cell."""
    bench.commit({"faq.yaml": FAQ})
    (bench.path / "a.csv").write_text(text, encoding="utf-8")
    done = bench.run("import", "a.csv", "--yes")
    assert (done.code, done.out, f"error[{code}" in done.err) == (Exit.INVALID, "", True)


def test_many_new_categories_stand_in_folders_that_are_made(bench: Bench) -> None:
    """A table with more categories than stand side by side is taken into an empty library, and pull writes them as well."""
    shops = [f"{{title: Shop {number}, children: [{{title: Part {number}}}]}}" for number in range(13)]
    bench.commit({"tree.yaml": f"categories: [{', '.join(shops)}]\n"})
    rows = [f"Q {number},A,Shop {number} / Part {number}" for number in range(13)]
    (bench.path / "a.csv").write_text("\n".join(["question,answer,category", *rows]), encoding="utf-8")
    assert bench.run("import", "a.csv", "--yes").code == Exit.DONE
    assert (bench.path / "knowledge" / "shop-0" / "part-0.yaml").exists()
    assert bench.run("apply", "--yes").code == Exit.DONE
    for path in (bench.path / "knowledge").glob("shop-*/*.yaml"):
        path.unlink()
        path.parent.rmdir()
    assert bench.run("pull", "--all").code == Exit.DONE
    assert (bench.path / "knowledge" / "shop-12" / "part-12.yaml").exists()


@pytest.mark.parametrize("key", ["@", "@" + "0" * 40, "spoilt"])
def test_a_reworded_question_without_its_commit_is_a_conflict(bench: Bench, key: str) -> None:
    """What it was is not known, so it is no second question unasked; --theirs makes it one."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    change = {"key (do not edit)": key if key == "spoilt" else "0" * 16 + key, "question": "uno"}
    edited(bench, "a.csv", one=change)
    done = bench.run("import", "a.csv", "--yes")
    assert (done.code, done.out, "a.csv:A2: uno: " in done.err) == (Exit.UNSAFE, "", True)
    assert "+  - question: uno" in bench.run("import", "a.csv", "--dry-run", "--theirs").out


def test_what_git_removed_comes_back_with_theirs(bench: Bench) -> None:
    """Its line leaves removed:, where others stay; what is protected is settled in git alone, and that is said."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    bench.run("remove", "two")
    bench.run("remove", "one")
    edited(bench, "a.csv", two={"answer": "ZWEI"})
    done = bench.run("import", "a.csv", "--yes", "--theirs")
    text = (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")
    assert (done.code, "answer: ZWEI" in text, "- two" in text, "removed:\n  - one\n" in text) == (Exit.DONE, True, False, True)
    whole = (bench.path / "a.csv").read_text(encoding="utf-8").splitlines()
    (bench.path / "a.csv").write_text("\n".join(whole[:3]) + "\n", encoding="utf-8")
    gone = bench.run("import", "a.csv", "--yes", "--removed", "--theirs")
    assert (gone.code, "three is protected" in gone.err, "with --theirs" in gone.err) == (Exit.UNSAFE, True, False)
    (bench.path / "b.csv").write_text("question,answer,category\none,x,A\n", encoding="utf-8")
    assert bench.run("import", "b.csv", "--yes", "--theirs").code == Exit.DONE
    assert "removed:" not in (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")


def test_what_is_found_in_a_table_is_told_with_its_cells(bench: Bench) -> None:
    """Before it is asked, and only what is new; what the settings call an error changes nothing."""
    bench.commit(
        {
            "faq.yaml": TWO.replace("answer: drei", "answer: TODO"),
            "more.yaml": "category: Account\nquestions: [{question: last, answer: x}]\n",
        }
    )
    head = "similar questions,question,answer,category\n"
    rows = 'x\u200by,new?,TODO,A\n,one,"eins ",A\n,three,TODO,A\n"why\nTBD",other,x,account\n,NEW,b,A\n'
    (bench.path / "a.csv").write_text(head + rows, encoding="utf-8")
    done = bench.run("import", "a.csv", "--dry-run", "--theirs")
    told = [line.partition("[")[::2] for line in done.err.splitlines() if ": warning[" in line]
    assert [(place.split()[0], code[:5]) for place, code in told] == [
        ("a.csv:A2:", "KB404"),
        ("a.csv:C2:", "KB403"),
        ("a.csv:C3:", "KB408"),
        ("a.csv:A5:", "KB403"),
        ("a.csv:D5:", "KB409"),
        ("a.csv:B6:", "KB402"),
    ]
    bench.write(
        {"kbsync.yaml": (bench.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8") + "checks: {placeholder: error}\n"}
    )
    bench.write({"faq.yaml": TWO})
    assert bench.run("import", "a.csv", "--yes", "--theirs").code == Exit.INVALID
    assert (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8") == TWO
    wrong = bench.run("import", "a.csv", "--category", "A / B / C")
    assert (wrong.code, "A / B / C" in wrong.err) == (Exit.USAGE, True)


def test_a_text_that_two_sides_of_a_renaming_have(bench: Bench) -> None:
    """Two that change places are told with their cells; what git removed is a conflict."""
    bench.commit({"faq.yaml": TWO})
    bench.run("export", "--out", "a.csv")
    edited(bench, "a.csv", one={"question": "two"}, two={"question": "one"})
    done = bench.run("import", "a.csv", "--yes")
    assert (done.code, "a.csv:A2: error[KB305" in done.err, "a.csv:A3: " in done.err) == (Exit.INVALID, True, True)
    bench.run("remove", "two")
    bench.run("export", "--out", "b.csv")
    edited(bench, "b.csv", one={"question": "two"})
    assert "b.csv:A2: two: the table has it, git removed it" in bench.run("import", "b.csv", "--yes").err
    assert bench.run("import", "b.csv", "--yes", "--theirs").code == Exit.DONE
    assert "removed:" not in (bench.path / "knowledge" / "faq.yaml").read_text(encoding="utf-8")
