"""The program in Chinese, as a person at a terminal reads it: whole outputs, so that no English sentence hides in one."""

import re
from pathlib import Path

import pytest

from tests.fakes.console import Console
from tests.flows.harness import SETTINGS, Bench, Run, copied
from tests.golden import check_golden

pytestmark = pytest.mark.no_cover

GOLDEN = Path(__file__).parent / "golden"

BEFORE = """\
category: 售后
questions:
  - question: 怎么退货?
    answer: 请在 7 天内寄回。
  - question: 你们几点开门?
    answer: 九点。
    similar: [营业时间, 周末开门吗?]
  - question: 有实体店吗?
    answer: 没有，只有网店。
  - question: 可以开发票吗?
    answer: 可以。
"""
AFTER = """\
category: 售后
questions:
  - question: 怎么退货?
    answer: 请在 14 天内寄回。
  - question: 你们几点开门?
    answer: 早上九点开门。
    similar: [营业时间, 几点关门?]
  - question: 可以开发票吗?
    answer: 可以。
"""
FAULTY = """\
category: 售后
questions:
  - question: 怎么退货?
    answer: 请在 7 天内寄回。
    similar: [怎么退货?]
  - question: 有实体店吗?
    antwort: 没有。
  - question: 怎么退货?
    answer: TODO 请填写
  - answer: [没有]
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A Chinese library that was applied, then edited in git and, differently, in the console."""
    return copied(tmp_path, edit_both)


def edit_both(bench: Bench) -> None:
    """A Chinese library is applied, then edited in git and, differently, in the console."""
    bench.environ.update(KBSYNC_LANG="zh", KBSYNC_ACTOR="tester")
    bench.settings(SETTINGS.replace("100, max_remove", "30, max_remove"))
    bench.commit({"tree.yaml": "categories: [{title: 售后}]\n", "faq.yaml": BEFORE})
    assert bench.run("apply", "--yes").code == 0
    with bench.console() as service:
        Console(service).edit_question(Console(service).question("怎么退货?"), answer="请在 30 天内寄回。")
        Console(service).edit_question(Console(service).question("可以开发票吗?"), answer="暂时不行。")
    bench.commit({"faq.yaml": AFTER})


def drawn(run: Run) -> str:
    """A run as it is kept: exit code, both streams; what differs from machine to machine, or with one refused call, is masked."""
    text = f"exit {run.code}\n── stderr ──\n{run.err}── stdout ──\n{run.out}"
    text = re.sub(r"(?<= 到 )\S+|(?<=调用 )\d+|(?<=用时 )[\d.]+", "…", text)
    text = re.sub(r"因过快被拒绝后重发：\d+ 次\n", "", text)
    return re.sub(r"\b[0-9a-f]{12,64}\b", "…", text)


def test_a_plan(bench: Bench) -> None:
    """A conflict, a console edit, a removal and an update are told in Chinese from the first word to the last."""
    check_golden(GOLDEN / "zh-plan.txt", drawn(bench.run("plan")))


def test_a_refusal(bench: Bench) -> None:
    """What stands in the way of an apply is said with its figures and the way past."""
    check_golden(GOLDEN / "zh-refusal.txt", drawn(bench.run("apply", "--yes", "--allow-remove", "3", "-q")))


def test_an_apply(bench: Bench) -> None:
    """The report of an apply speaks Chinese too."""
    run = bench.run("apply", "--yes", "--allow-remove", "1", "--overwrite-conflicts", "--overwrite-drift", "--dry-run")
    assert "试运行：未发送任何内容。" in run.err
    check_golden(
        GOLDEN / "zh-apply.txt",
        drawn(bench.run("apply", "--yes", "--allow-remove", "1", "--overwrite-conflicts", "--overwrite-drift", "-q")),
    )


def test_findings(bench: Bench) -> None:
    """Every fault in a file is explained in Chinese, with what to do."""
    bench.write({"faq.yaml": FAULTY})
    check_golden(GOLDEN / "zh-findings.txt", drawn(bench.run("validate")))


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_machines_are_spoken_to_in_english(form: str, bench: Bench) -> None:
    """A script reads the same words whatever the language of the person who runs it."""
    bench.write({"faq.yaml": FAULTY})
    chinese, english = (bench.run("validate", "--format", form, KBSYNC_LANG=language) for language in ("zh", "en"))
    assert chinese.out == english.out != ""


@pytest.mark.parametrize(
    ("environ", "chinese"),
    [
        ({"KBSYNC_LANG": "zh", "LC_ALL": "C"}, True),
        ({"KBSYNC_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, False),
        ({"KBSYNC_LANG": "", "LC_ALL": "zh_CN.UTF-8", "LANG": "en"}, True),
        ({"KBSYNC_LANG": "", "LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "de_DE.UTF-8"}, True),
        ({"KBSYNC_LANG": "", "LC_ALL": "", "LANG": "zh_TW"}, True),
        ({"KBSYNC_LANG": "", "LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False),
    ],
)
def test_the_locale_decides(environ: dict[str, str], chinese: bool, bench: Bench) -> None:
    """KBSYNC_LANG wins, then the locale in the order that every program follows."""
    bench.environ.update(environ)
    assert ("有效" in bench.run("validate").err) is chinese
