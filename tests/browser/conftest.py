"""A real browser for the pages: what it loads, what it refuses, and what people see, hear and type in it."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from kbsync.plan import Plan
from kbsync.render.html import plan_html
from kbsync.render.words import RenderOptions
from tests.unit import plans

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and os.environ.get("KBSYNC_REQUIRE_BROWSER") != "1",
    reason="chromium and chromedriver are not installed",
)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CONTRAST = """
const channel = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
const parse = (color) => color.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const color = parse(getComputedStyle(node).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const weak = new Set();
for (const node of document.querySelectorAll("body *")) {
  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  if (!own || !node.checkVisibility() || ["SCRIPT", "STYLE", "OPTION"].includes(node.tagName)) continue;
  const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) weak.add(`${node.tagName}.${node.className} ${ratio.toFixed(2)}`);
}
return [...weak];
"""


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """One browser with a profile of its own, shared by the tests of all pages."""
    assert CHROMIUM, "KBSYNC_REQUIRE_BROWSER is set, but there is no chromium"
    assert DRIVER, "KBSYNC_REQUIRE_BROWSER is set, but there is no chromedriver"
    options = Options()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: WebDriver, tmp_path: Path) -> Iterator["Page"]:
    """Opens reports; whatever a test emulated is taken back afterwards."""
    browser.set_window_size(1200, 1000)
    yield Page(browser, tmp_path)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


class Page:
    """A report on disk, seen through the browser."""

    def __init__(self, browser: WebDriver, folder: Path) -> None:
        self.browser = browser
        self.folder = folder

    def show(self, plan: Plan, language: str = "en") -> None:
        """Write the report and open it from the disk."""
        self.open(plan_html(plan, RenderOptions(language=language), digest=plans.DIGEST))

    def open(self, html: str) -> None:
        """Write a page and open it from the disk."""
        path = self.folder / "report.html"
        path.write_text(html, encoding="utf-8")
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)  # type: ignore[no-untyped-call]  # selenium does not say
        self.browser.get(path.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        """The result of a script in the page."""
        return self.browser.execute_script(script, *arguments)

    def emulate(self, command: str, **parameters: object) -> None:
        """Send one of the browser's own commands."""
        self.browser.execute_cdp_cmd(f"Emulation.{command}", parameters)

    def console(self) -> list[str]:
        """Everything the console holds; a breach of the policy is told there."""
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]  # see above

    def requests(self) -> list[str]:
        """The address of every request that left since the page was opened."""
        log = self.browser.get_log("performance")  # type: ignore[no-untyped-call]  # see above
        events = [json.loads(entry["message"])["message"] for entry in log]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def shown(self) -> int:
        """How many changes can be seen."""
        return int(self.run("return [...document.querySelectorAll('article')].filter((card) => card.checkVisibility()).length"))

    def until_shown(self, number: int) -> None:
        """Wait until the filter has done its work."""
        WebDriverWait(self.browser, 10, poll_frequency=0.05).until(lambda _: self.shown() == number)

    def press(self, *keys: str) -> None:
        """Type keys into whatever has the focus."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def tab_to(self, selector: str) -> None:
        """Reach an element by the tab key alone."""
        for _ in range(60):
            self.press(Keys.TAB)
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                return
        pytest.fail(f"{selector} cannot be reached by the tab key")
