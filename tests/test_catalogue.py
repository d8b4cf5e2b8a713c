"""The second language is whole: every sentence that the program can say has its translation, and no translation is left over."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest

import kbsync
from kbsync.messages import Message, message, plural
from kbsync.render.words import Words
from tests.catalogue import PO, called, extracted, templates, translations

ROOT = Path(kbsync.__file__).parent
CHINESE = translations()
"""Each message of the catalogue, one that depends on a number with both its templates, and its Chinese."""


def fields(template: str) -> set[str]:
    """The names that a template wants filled."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def unwritten() -> Iterator[str]:
    """The places where a message is made of something else than literals."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and called(node) in ("message", "plural"):
                yield from (f"{path.relative_to(ROOT)}:{node.lineno}" for found in templates(node) if None in found)


def test_every_message_is_written_out() -> None:
    """A template that is put together at run time would escape the catalogue."""
    assert [*unwritten()] == []


def test_nothing_is_left_in_english() -> None:
    """Every template of the source has its Chinese: ``python -m tests.catalogue`` brings it in."""
    assert sorted(said for said in {*extracted()} if not CHINESE.get(said)) == []


def test_no_translation_is_stale() -> None:
    """What nobody says any more is not kept."""
    assert sorted({*CHINESE} - {*extracted()}) == []


def test_what_is_read_is_what_is_written() -> None:
    """The compiled catalogue, which is committed so that nothing has to be built, says what the written one says."""
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    found = {said: compiled.ngettext(said[0], said[1], 2) if len(said) > 1 else compiled.gettext(said[0]) for said in CHINESE}
    assert found == CHINESE


def test_a_translation_has_the_fields_of_its_template() -> None:
    """No figure is lost and no field is asked for that nobody fills, in either number."""
    assert {said: [fields(chinese)] * len(said) for said, chinese in CHINESE.items()} == {
        said: [fields(template) for template in said] for said in CHINESE
    }


def test_a_translation_is_chinese() -> None:
    """No sentence was copied over: whatever has words of its own has Chinese characters."""
    worded = {said for said in CHINESE if re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", said[0]))}
    assert {said for said in worded if not re.search(r"[一-鿿]", CHINESE[said])} == set()


def test_each_forge_has_its_own_word_in_chinese() -> None:
    """GitHub's pull request and GitLab's merge request are told apart as each forge tells them in Chinese."""
    words = (("pull request", "拉取请求"), ("merge request", "合并请求"))
    assert [said for said in CHINESE for word, own in words if (word in said[0]) is not (own in CHINESE[said])] == []


def test_a_message_inside_a_message_is_said_in_the_same_language() -> None:
    """A cause that is a sentence of its own, and a list of names, do not stay English in a Chinese sentence."""
    cause = message("not started, because “{title}” failed: {cause}", title="T", cause=message("no listing shows it"))
    assert str(cause) == "not started, because “T” failed: no listing shows it"
    assert Words("zh").say(cause) == "未开始，因为“T”失败：任何一次列表中都没有它"
    names = message("{fields}", fields=(message("question"), message("answer")))
    assert [Words("zh").say(names), Words().say(names), str(names)] == ["问题、答案", *["question, answer"] * 2]


@pytest.mark.parametrize(("count", "english"), [(0, "at most 0 calls"), (1, "at most 1 call"), (2, "at most 2 calls")])
def test_a_number_decides_the_sentence(count: int, english: str) -> None:
    """English has two forms and Chinese one; a message that was saved and read again says the same."""
    said = plural("at most {count} call", "at most {count} calls", count=count)
    again = Message(said.template, said.values, plural=said.plural)
    assert [str(said), Words().say(said), Words("zh").say(again), again] == [english, english, f"至多 {count} 次调用", said]
    assert plural("at most {count} call", "at most {count} calls").fill(count=count) == said


def test_english_loads_no_catalogue() -> None:
    """Who reads English does not wait for Chinese."""
    code = (
        "import json, sys; opened = []; sys.addaudithook(lambda name, of: name == 'open' and opened.append(str(of[0]))); "
        "from kbsync.render.words import Words; Words('en')('error'); "
        "print(json.dumps([name for name in opened if name.endswith('.mo')]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
