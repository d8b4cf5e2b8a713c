"""The library as a spreadsheet: what goes out, and what comes back."""

import csv
import io
import json

from kbsync.sheets.rows import LONGEST
from kbsync.usecases.context import Exit
from tests.flows.harness import Bench

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
