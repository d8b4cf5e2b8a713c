"""The page of the whole library as text: the tree, the conversations, what is said beside them, and what no text can do."""

import re
from dataclasses import replace

import pytest

from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.messages import message
from kbsync.model import AnswerType, Category, Content, Knowledge, Question, Status
from kbsync.render.html_library import LibraryPage, library_html
from kbsync.render.words import RenderOptions
from tests.unit.hostile_plans import PAYLOADS
from tests.unit.test_render_html import Page

__all__ = ["hostile_library", "shop"]


def shop() -> LibraryPage:
    """A small library with everything that can stand beside a conversation."""
    contents = (
        Content("When will it arrive?", "In 3 days.\nOr 4.", ("Shipping", "Delivery"), similar=("How long?", "Where is it?")),
        Content("可以开发票吗？", "<p>可以，<b>下单</b>时填写。</p>", ("售后",), AnswerType.RICH),
        Content("Is there a shop?", "No.", ("Shipping",), status=Status.DISABLED),
    )
    places = [Location("knowledge/a b.yaml", line) for line in (3, 9, 20)]
    questions = tuple(
        Question(each, location=place, category_location=Location("knowledge/a b.yaml", 1))
        for each, place in zip(contents, places, strict=True)
    )
    findings = tuple(
        Diagnostic(Rule.KB407, severity, message("too long at {line}", line=line), Location(path, line))
        for severity, path, line in (
            (Severity.WARNING, "knowledge/a b.yaml", 11),
            (Severity.NOTE, "knowledge/a b.yaml", 1),
            (Severity.NOTE, "knowledge/a b.yaml", 2),
            (Severity.WARNING, "knowledge/kbsync.yaml", 4),
        )
    )
    live = [(Content("Tell me a joke", "No.", ("Fun",)), message("live, not in git"))]
    knowledge = Knowledge((Category(("Empty",)), Category(("Shipping",))), (*questions, Question(contents[2])))
    return LibraryPage(
        "production", knowledge, findings, "ab" * 20, "https://github.com/o/r/edit/main/", live, [message("Mind.")]
    )


def hostile_library(payload: str) -> LibraryPage:
    """The payload in every field that can hold somebody else's text."""
    content = Content(payload, payload, (payload, "b"), AnswerType.TEXT, (payload, "same"))
    rich = replace(content, answer=f"<p>{payload}</p>", answer_type=AnswerType.RICH, status=Status.DISABLED)
    place = Location(payload, 1)
    found = [
        Diagnostic(Rule.KB407, Severity.WARNING, message("{text}", text=payload), Location(path, 1)) for path in (payload, "x")
    ]
    knowledge = Knowledge((Category((payload,)),), (Question(content, location=place), Question(rich, location=place)))
    return LibraryPage(payload, knowledge, found, None, "https://github.com/o/r/edit/main/", [(content, message("live"))])


def test_every_question_is_a_conversation_in_its_category() -> None:
    """Categories in the order of the files, then those that only questions name; each with all that is in and below it."""
    page = Page(library_html(shop()))
    assert page.broken == page.open == []
    links = [values["href"] for tag, values in page.tags if tag == "a" and (values["href"] or "").startswith("#c")][1:]
    titles = {str(values["id"]) for tag, values in page.tags if tag == "section" and "id" in values}
    assert [str(link)[1:] for link in links] == sorted(titles)
    shown = "".join(data for _, data in page.texts)
    tree = shown[shown.index("Categories") : shown.index("No question matches")].split()
    assert tree == ["Categories", "Empty", "0", "Shipping", "3", "Delivery", "1", "售后", "1", "Fun", "1"]
    assert sum(tag == "article" for tag, _ in page.tags) == 5
    assert ("h4", "When will it arrive?") in page.texts
    assert [data for tag, data in page.texts if data in ("How long?", "In 3 days.\nOr 4.")] == ["How long?", "In 3 days.\nOr 4."]
    assert "<p>可以，<b>下单</b>时填写。</p>" in library_html(shop())
    assert "5 questions, 2 disabled, 1 live and not in git, 2 with findings" in page.text("p")


def test_what_is_known_stands_beside() -> None:
    """Status, the place with a link to edit it, findings of the entry; those of no entry stand at the top."""
    html = library_html(shop())
    assert '<a href="https://github.com/o/r/edit/main/knowledge/a%20b.yaml#L9" title="Edit"' in html
    named = {re.search(r"<h\d[^>]*>(.*)</h", card)[1]: card for card in html.split("<article")[1:]}  # type: ignore[index]  # each has one
    assert "<strong>warning KB407</strong> too long at 11" in named["可以开发票吗？"]
    assert "<strong>note KB407</strong> too long at 1<" in named["When will it arrive?"]
    assert "disabled: customers get no answer" in named["Is there a shop?"]
    assert "live, not in git" in named["Tell me a joke"]
    top = html[html.index('class="callout"') : html.index('class="library"')]
    assert re.findall(r"<li>(.*)</li>", top) == [
        "Mind.",
        "note KB407 too long at 2 <code>knowledge/a b.yaml:2</code>",
        "warning KB407 too long at 4 <code>knowledge/kbsync.yaml:4</code>",
    ]
    plain = library_html(replace(shop(), editor="", live=None))
    assert "https://" not in plain
    assert "<li>knowledge/a b.yaml:9</li>" in plain
    assert "not looked at" in plain


def test_an_empty_library_says_so() -> None:
    """In Chinese too."""
    page = Page(library_html(LibraryPage("shop", Knowledge()), RenderOptions(language="zh")))
    assert "还没有问题。" in page.text("p")
    assert "nav" not in {tag for tag, _ in page.tags}


@pytest.mark.no_cover
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload: str) -> None:
    """With a hostile text in every field the page is well formed and has the tags and attributes of a page without it."""
    page, plain = (Page(library_html(hostile_library(text))) for text in (payload, "plain"))
    assert page.broken == page.open == []
    assert page.text("script") == plain.text("script")
    names = {name for _, values in page.tags for name in values}
    assert names <= {name for _, values in plain.tags for name in values} | {"rel", "href", "colspan"}
    leads = {str(values["href"]) for tag, values in page.tags if tag == "a" and "href" in values}
    assert all(link.startswith(("#", "https://github.com/o/r/edit/main/", "mailto:", "https://evil.example")) for link in leads)
