"""The HTML report in a real browser: it reaches nowhere, nothing in it acts, and people can use it by hand, eye and ear."""

import logging
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from kbsync.model import AnswerType
from kbsync.plan import Field, Plan
from kbsync.render.html import receipt_html
from tests.browser.conftest import CONTRAST, Page, needs_browser
from tests.unit import plan_purposes, plans
from tests.unit.hostile_plans import PAYLOADS, hostile_everywhere
from tests.unit.large_plans import large
from tests.unit.test_render_html_receipt import receipt

pytestmark = [pytest.mark.no_cover, needs_browser]


def rich() -> Plan:
    """A rich answer with an image, in a plan with everything else."""
    before = replace(plans.RETURNS, answer="<p>In <b>14</b> days</p>", answer_type=AnswerType.RICH)
    after = replace(before, answer='<p>In <b>30</b> days</p><img src="https://remote.example/x.png" alt="map">')
    changes = (*plans.everything().changes, *plans.conflicts().changes, plans.update(before, after, Field.ANSWER))
    return replace(plans.everything(), changes=changes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_leaves_the_page_and_nothing_is_refused(page: Page, language: str) -> None:
    """The report is the only thing that is loaded, and the console stays empty."""
    page.show(rich(), language)
    assert page.console() == []
    assert [url for url in page.requests() if not url.endswith("/report.html")] == []
    assert page.run("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_texts_do_nothing(page: Page, payload: str) -> None:
    """With a hostile text in every field no script of it runs, nothing is asked for, and no element comes from it."""
    page.show(hostile_everywhere(payload))
    assert page.run("return typeof window.pwned") == "undefined"
    assert page.run("return document.querySelectorAll('script').length") == 1
    assert page.run("return document.querySelectorAll('img, iframe, object, embed, article svg, textarea').length") == 0
    assert [url for url in page.requests() if not url.endswith("/report.html")] == []
    assert page.console() == []
    assert page.shown() == len(hostile_everywhere(payload).changes)


def test_filters_work_by_keyboard(page: Page) -> None:
    """Text, kind, category and cause narrow what is shown, each reached and set by keys; one key shows all again."""
    plan = plans.everything()
    page.show(plan)
    page.tab_to("[name=text]")
    page.press("christmas")
    page.until_shown(1)
    assert "1 / 11" in page.browser.find_element(By.ID, "shown").text
    page.tab_to("button[type=reset]")
    page.press(Keys.ENTER)
    page.until_shown(11)
    for name, key, number in (("section", "Rem", 2), ("category", "Pay", 2), ("cause", "changed in the", 1)):
        page.run("document.querySelector('.skip').focus()")
        page.tab_to(f"[name={name}]")
        page.press(key)
        page.until_shown(number)
        page.tab_to("button[type=reset]")
        page.press(Keys.ENTER)
        page.until_shown(11)


def test_a_filter_that_matches_nothing_says_so(page: Page) -> None:
    """An empty result is told in words, and sections without a match disappear."""
    page.show(plans.everything())
    page.tab_to("[name=text]")
    page.press("no such words")
    page.until_shown(0)
    assert page.browser.find_element(By.ID, "none").is_displayed()
    assert not page.browser.find_element(By.ID, "removals").is_displayed()


def test_without_scripts_everything_is_readable(page: Page) -> None:
    """A reader whose browser runs no scripts sees every change, and no filter that would not work."""
    page.emulate("setScriptExecutionDisabled", value=True)
    page.show(plans.everything())
    assert page.shown() == len(plans.everything().changes)
    assert not page.run("return document.getElementById('filter').checkVisibility()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_are_both_legible(page: Page, scheme: str) -> None:
    """The page follows the system's scheme, and every text has a contrast of 4.5 to 1 at least (WCAG 1.4.3)."""
    page.emulate("setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.show(rich())
    page.run("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    red = int(page.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert (red > 200) is (scheme == "light")
    assert page.run(CONTRAST) == []


@pytest.mark.parametrize("payload", PAYLOADS[:3])
def test_a_receipt_is_as_safe_and_as_legible(page: Page, payload: str) -> None:
    """A receipt loads nothing, runs nothing of what it shows, and has the contrast of a report."""
    page.open(receipt_html(receipt(hostile_everywhere(payload), text=payload)))
    assert page.console() == []
    assert [url for url in page.requests() if not url.endswith("/report.html")] == []
    assert page.run("return typeof window.pwned") == "undefined"
    assert page.run(CONTRAST) == []
    # Every change, the field that did not take, and the answer that git no longer declares and customers still get.
    assert page.shown() == len(hostile_everywhere(payload).changes) + 2


def test_a_drift_is_legible(page: Page) -> None:
    """The page about a drift has the contrast, and the filters, of a plan."""
    page.show(plan_purposes.drift())
    assert page.run(CONTRAST) == page.console() == []
    page.tab_to("[name=text]")
    page.press("joke")
    page.until_shown(1)


def test_on_paper_everything_is_open(page: Page) -> None:
    """A printed report has no filter, and what is folded on the screen is open."""
    page.show(rich())
    folded = "return [...document.querySelectorAll('details > :not(summary)')].map((node) => node.checkVisibility())"
    assert not any(page.run(folded))
    page.emulate("setEmulatedMedia", media="print")
    assert all(page.run(folded))
    assert page.run("return getComputedStyle(document.getElementById('filter')).display") == "none"


def test_a_narrow_screen_needs_no_scrolling_sideways(page: Page) -> None:
    """On a telephone nothing is wider than the page, not even a long word."""
    page.emulate("setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=False)
    page.show(hostile_everywhere("unbreakable" * 40))
    assert page.run("return document.documentElement.scrollWidth") <= 360
    page.emulate("clearDeviceMetricsOverride")


def test_controls_and_landmarks_have_names(page: Page) -> None:
    """A screen reader is told what each control, region and heading is, and headings leave out no level."""
    page.show(rich())
    controls = page.browser.find_elements(By.CSS_SELECTOR, "input, select, button, summary, a, main, nav, form, article")
    assert [control.tag_name for control in controls if not control.accessible_name] == []
    levels = page.run("return [...document.querySelectorAll('h1,h2,h3,h4')].map((node) => Number(node.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    spoken = page.run("return getComputedStyle(document.querySelector('article del'), '::before').content")
    assert spoken == '" [removed: "'


def test_ten_thousand_changes_open(page: Page) -> None:
    """A report of ten thousand changes opens, obeys the tab key and filters; how long that took is logged."""
    page.show(large(creates=9_877, updates=0, words=40))
    started = time.perf_counter()
    page.run("location.reload()")
    WebDriverWait(page.browser, 60).until(lambda _: page.run("return document.readyState") == "complete")
    loaded = page.run("const [entry] = performance.getEntriesByType('navigation'); return entry.loadEventEnd")
    page.tab_to("[name=text]")
    page.press("of last year")
    page.until_shown(123)
    logging.getLogger(__name__).info("loaded in %.0f ms, filtered %.1f s after", loaded, time.perf_counter() - started)
