"""Draws the pictures of the README: ``python -m tests.pictures.draw``. Needs chromium, chromedriver and the Noto CJK fonts.

The program runs on the embedded service; what it prints is photographed in a browser and never touched up.
"""

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.pictures.scene import staged

PICTURES = Path(__file__).parents[2] / ".github" / "pictures"

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)

THEME = TerminalTheme(
    (27, 31, 39),
    (214, 219, 228),
    [
        (27, 31, 39),
        (255, 123, 114),
        (126, 211, 137),
        (227, 179, 65),
        (121, 176, 255),
        (210, 153, 255),
        (86, 212, 221),
        (214, 219, 228),
    ],
)
"""Background, foreground, and the eight colours of a terminal; the bright ones are the same."""

TERMINAL = """\
<!doctype html><meta charset="utf-8">
<style>
  body {{ margin: 0; background: #1b1f27; }}
  pre {{ margin: 0; padding: 20px 24px; width: max-content; color: #d6dbe4; }}
  pre {{ font: 13px/18px "DejaVu Sans Mono", "Noto Sans Mono CJK SC"; }}
</style>
<pre>{code}</pre>
"""


def main() -> None:
    """Stage the scene, run ``kbsync plan`` on it as text and as HTML, and photograph both."""
    with tempfile.TemporaryDirectory() as name:
        bench = staged(Path(name))
        text = bench.run("plan", "--color", "always").out
        report = Path(name) / "report.html"
        report.write_text(bench.run("plan", "--format", "html").out, encoding="utf-8")
        terminal = Path(name) / "terminal.html"
        terminal.write_text(page_of(f"$ kbsync plan\n{text}"), encoding="utf-8")
        PICTURES.mkdir(parents=True, exist_ok=True)
        with browser() as driver:
            photograph(driver, terminal, "plan-terminal", whole=True)
            photograph(driver, report, "report-light", scheme="light")
            photograph(driver, report, "report-dark", scheme="dark")


def page_of(output: str) -> str:
    """A terminal's output, escape codes and all, as a page."""
    console = Console(record=True, file=io.StringIO(), width=120, force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(output.rstrip()), soft_wrap=True)
    return console.export_html(theme=THEME, inline_styles=True, code_format=TERMINAL)


@contextmanager
def browser() -> Iterator[WebDriver]:
    """A browser without a window."""
    options = Options()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


def photograph(driver: WebDriver, page: Path, name: str, *, scheme: str = "light", whole: bool = False) -> None:
    """Save a page as a PNG: the whole of it, or its first rows."""
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    size(driver, 1240, 1490)
    driver.get(page.as_uri())
    if whole:
        width, height = driver.execute_script(
            "const r = document.querySelector('pre').getBoundingClientRect(); return [Math.ceil(r.width), Math.ceil(r.height)]"
        )
        size(driver, width, height, scale=1.3)
    # A palette is a third of the size, and 256 colours are more than a page of text has that anybody could tell apart.
    with Image.open(io.BytesIO(driver.get_screenshot_as_png())) as picture:
        picture.convert("RGB").quantize(256).save(PICTURES / f"{name}.png", optimize=True)


def size(driver: WebDriver, width: int, height: int, *, scale: float = 1) -> None:
    """Give the page so many CSS pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


if __name__ == "__main__":
    main()
