"""Words reduced to what matters when they are held against others. Which ones are alike is told elsewhere."""

import re
import unicodedata
from html.parser import HTMLParser

from kbsync.model import AnswerType, Content

__all__ = ["plain_answer", "reduced", "tidy"]

MEANINGLESS_SPACE = re.compile(r"(?<!\d) +| +(?!\d)")
"""Space that separates no figures: ``1.5 kg`` is not ``15 kg``, but ``e mail`` is ``email``."""

BLOCKS = frozenset(
    {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "table", "tr", "ul"}
)
UNSEEN = frozenset({"script", "style", "head", "template"})


def tidy(text: str) -> str:
    """A text on one line: controls and stretches of space become one space, half a surrogate pair a question mark."""
    whole = text.encode("utf-8", "replace").decode()
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in whole).split())


def reduced(text: str) -> str:
    """A text without case, width, punctuation and space: what is left decides whether two texts are the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(" " if unicodedata.category(sign)[0] in "PZC" else sign for sign in folded)
    return MEANINGLESS_SPACE.sub("", spaced)


def plain_answer(content: Content) -> str:
    """A question's answer as words: the markup of a rich one is taken away, its blocks become lines."""
    if content.answer_type is AnswerType.TEXT:
        return content.answer
    reader = _Reader()
    reader.feed(content.answer)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects what a browser would show as words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        self.words += ["\n"] if tag in BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN and self._unseen > 0
        self.words += ["\n"] if tag in BLOCKS else []

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data.replace("\n", " "))
