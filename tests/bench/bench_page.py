"""How long the page of ten thousand questions takes to open in Chromium, beside the same texts as plain paragraphs.

Run it by hand: ``python -m tests.bench.bench_page [questions]``. Both are opened by turns in one run of the browser, until the
frame after the load is drawn; the ratio of the medians matters.
"""

import statistics
import sys
import tempfile
from html import escape
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver

from kbsync.files import load_tree
from kbsync.model import Knowledge
from kbsync.render.html_library import LibraryPage, library_html
from tests.bench.bench_reading import knowledge
from tests.pictures.draw import browser

ROUNDS = 9
DRAWN = """
const [done] = arguments;
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
"""


def plain(library: Knowledge) -> str:
    """Every text in a paragraph, and nothing else."""
    contents = [question.content for question in library.questions]
    texts = [text for each in contents for text in (each.question, *each.similar, each.answer)]
    body = "\n".join(f"<p>{escape(text)}</p>" for text in texts)
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Plain</title>\n{body}\n'


def opened(driver: WebDriver, page: Path) -> float:
    """Milliseconds until a page is there."""
    driver.get(page.as_uri())
    return float(driver.execute_async_script(DRAWN))


def main(count: int) -> None:
    """Print the figures."""
    text = knowledge(count)
    library = load_tree({"faq.yaml": text.encode()}, shown_as="knowledge", settings=False).knowledge
    with tempfile.TemporaryDirectory() as name, browser() as driver:
        pages = {"kbsync export --format html": Path(name) / "library.html", "plain paragraphs": Path(name) / "plain.html"}
        library_page = LibraryPage("production", library, editor="https://github.com/shop/library/edit/main/")
        for path, html in zip(pages.values(), (library_html(library_page), plain(library)), strict=True):
            path.write_text(html, encoding="utf-8")
        taken: dict[str, list[float]] = {what: [] for what in pages}
        for turn in range(ROUNDS + 1):
            for what, page in pages.items():
                milliseconds = opened(driver, page)
                if turn:
                    taken[what].append(milliseconds)
        for what, page in pages.items():
            size, median = page.stat().st_size / 1e6, statistics.median(taken[what])
            sys.stdout.write(f"{median:7.0f} ms  {min(taken[what]):7.0f} ms at best  {size:5.1f} MB  {what}\n")
    ours, others = map(statistics.median, taken.values())
    sys.stdout.write(f"{count} questions, the whole library is {ours / others:.2f} x plain paragraphs\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
