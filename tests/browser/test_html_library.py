"""The page of the whole library in a real browser: it reaches nowhere, nothing in it acts, everybody can find an answer in it."""

from dataclasses import replace

import pytest
from selenium.webdriver.common.keys import Keys

from kbsync.files import load_tree
from kbsync.model import Content, Knowledge, Question
from kbsync.render.html_library import LibraryPage, library_html
from kbsync.render.words import RenderOptions
from tests.bench.bench_reading import knowledge
from tests.browser.conftest import CONTRAST, Page, needs_browser
from tests.forges import NODE, needs_node
from tests.unit.hostile_plans import PAYLOADS
from tests.unit.test_render_html_library import hostile_library, shop

pytestmark = needs_browser

AXE = """
const [done] = arguments;
axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((found) =>
  done(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).slice(0, 3).join(" ")}`)));
"""
CLEAR = """
const field = document.querySelector("[name=text]");
field.value = "";
field.dispatchEvent(new Event("input", { bubbles: true }));
"""


def show(page: Page, library: LibraryPage, language: str = "en") -> None:
    """Open the page of a library."""
    page.open(library_html(library, RenderOptions(language=language)))


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "light", 1280), ("en", "dark", 390), ("zh", "light", 390), ("zh", "dark", 1280)]
)
@needs_node
def test_a_checker_finds_nothing(page: Page, language: str, scheme: str, width: int) -> None:
    """By axe, in both languages and schemes, on a telephone and on a desk; nothing scrolls sideways, nothing leaves the page."""
    page.emulate("setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.emulate("setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    show(page, shop(), language)
    page.run((NODE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    assert page.browser.execute_async_script(AXE) == []
    assert page.run("return document.documentElement.scrollWidth") <= width
    page.emulate("clearDeviceMetricsOverride")


def test_hostile_texts_do_nothing(page: Page) -> None:
    """With each hostile text in every field no script of it runs, nothing is asked for, and no element comes from it."""
    every = [hostile_library(payload) for payload in PAYLOADS]
    questions = tuple(question for each in every for question in each.knowledge.questions)
    live = [found for each in every for found in each.live or ()]
    show(page, replace(every[0], knowledge=Knowledge((), questions), live=live))
    assert page.run("return typeof window.pwned") == "undefined"
    assert page.run("return document.querySelectorAll('script').length") == 1
    assert page.run("return document.querySelectorAll('img, iframe, object, embed, svg, textarea').length") == 0
    assert [url for url in page.requests() if not url.endswith("/report.html")] == []
    assert page.console() == []
    assert page.shown() == 3 * len(PAYLOADS)


def test_search_by_keyboard(page: Page) -> None:
    """As one types: case, width and accents make no difference, Chinese needs no blanks, and the number of hits is told."""
    content = Content("Ｃafé ＡＢＣ？", "Straße 开发票", ("Shop",))
    found = shop()
    found = replace(found, knowledge=replace(found.knowledge, questions=(*found.knowledge.questions, Question(content))))
    show(page, found)
    told = "return document.getElementById('shown').value"
    assert page.run(told) == "6 / 6 shown"
    for typed, number in (("发票", 2), ("cafe abc", 1), ("STRASSE", 1), ("how LONG", 1), ("nowhere", 0)):
        page.run("document.querySelector('.skip').focus()")
        page.tab_to("[name=text]")
        page.press(typed)
        page.until_shown(number)
        assert page.run(told) == f"{number} / 6 shown"
        page.run(CLEAR)
        page.until_shown(6)
    page.tab_to("[name=state]")
    page.press("Dis")
    page.until_shown(2)
    assert page.run("return [...document.querySelectorAll('#tree li')].filter((node) => !node.hidden).length") == 1
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.run("return document.getElementById('shown').closest('[role=status]') !== null")
    page.press(Keys.HOME)
    page.until_shown(6)


def test_without_scripts_everything_is_readable(page: Page) -> None:
    """A reader whose browser runs no scripts sees every question, and no search that would not work."""
    page.emulate("setScriptExecutionDisabled", value=True)
    show(page, shop())
    assert page.shown() == 5
    assert not page.run("return document.getElementById('filter').checkVisibility()")
    assert page.run(CONTRAST) == []


@pytest.mark.no_cover
def test_ten_thousand_questions_can_be_searched(page: Page) -> None:
    """Nothing is laid out before it is near the screen, and one of ten thousand is found."""
    library = load_tree({"faq.yaml": knowledge(10_000).encode()}, shown_as="knowledge", settings=False).knowledge
    show(page, LibraryPage("production", library))
    far = "return document.querySelector('.batch:last-child article').checkVisibility({ contentVisibilityAuto: true })"
    assert not page.run(far)
    page.tab_to("[name=text]")
    page.press("9999?")
    page.until_shown(1)
