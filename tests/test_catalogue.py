"""The second language is whole: every sentence that the program can say has its translation, and no translation is left over."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import kbsync
from kbsync.messages import message
from kbsync.render.chinese import CHINESE, PARTS
from kbsync.render.words import Words

ROOT = Path(kbsync.__file__).parent


def called(node: ast.Call) -> str:
    """The name of what is called: ``message``, ``words``, ``words`` for ``Words(…)(…)`` too, else anything."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="Words")):
            return "words"
        case _:
            return ""


def literals(node: ast.expr) -> list[str]:
    """The templates that an argument can be; none where it is no literal."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return [*literals(body), *literals(other)]
        case _:
            return []


def spoken() -> Iterator[tuple[str, list[str]]]:
    """Each place where something is said to people, with its templates."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and called(node) in ("message", "words", "plural"):
                yield f"{called(node)} at {path.relative_to(ROOT)}:{node.lineno}", literals(node.args[0])


def templates() -> set[str]:
    """Everything the program can say."""
    return {template for _, found in spoken() for template in found}


def fields(template: str) -> set[str]:
    """The names that a template wants filled."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_every_message_is_written_out() -> None:
    """A template that is put together at run time would escape the catalogue."""
    assert [place for place, found in spoken() if not place.startswith("words") and not found] == []


def test_nothing_is_left_in_english() -> None:
    """Every template of the source has its Chinese."""
    assert sorted(templates() - set(CHINESE)) == []


def test_no_translation_is_stale() -> None:
    """What nobody says any more is not kept."""
    assert sorted(set(CHINESE) - templates()) == []


def test_nothing_is_translated_twice() -> None:
    """The parts of the catalogue do not contradict each other."""
    assert [template for template, times in Counter(key for part in PARTS for key in part).items() if times > 1] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: next(iter(part))[:20])
def test_a_translation_has_the_fields_of_its_template(part: dict[str, str]) -> None:
    """No figure is lost and no field is asked for that nobody fills."""
    assert {key: fields(words) for key, words in part.items()} == {key: fields(key) for key in part}


def test_a_translation_is_chinese() -> None:
    """No sentence was copied over: whatever has words of its own has Chinese characters."""
    worded = {key for key in CHINESE if re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", key))}
    assert {key for key in worded if not re.search(r"[一-鿿]", CHINESE[key])} == set()


def test_a_message_inside_a_message_is_said_in_the_same_language() -> None:
    """A cause that is a sentence of its own, and a list of names, do not stay English in a Chinese sentence."""
    cause = message("not started, because “{title}” failed: {cause}", title="T", cause=message("no listing shows it"))
    assert str(cause) == "not started, because “T” failed: no listing shows it"
    assert Words("zh").say(cause) == "未开始，因为“T”失败：任何一次列表中都没有它"
    names = message("{fields}", fields=(message("question"), message("answer")))
    assert [Words("zh").say(names), Words().say(names), str(names)] == ["问题、答案", *["question, answer"] * 2]


def test_english_loads_no_catalogue() -> None:
    """Who reads English does not wait for Chinese."""
    code = (
        "import json, sys; from kbsync.render.words import Words; Words('en')('error'); "
        "print(json.dumps([name for name in sys.modules if 'chinese' in name]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
