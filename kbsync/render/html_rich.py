"""Rich answers made harmless: the markup that a customer sees, without anything that acts, loads or reaches outside.

An image is replaced by its address, because loading it would tell its server who reads the report.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from html.parser import HTMLParser

import nh3

from kbsync.display import cut
from kbsync.render.prose import Mark, Piece

# fmt: off
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
})
_BLOCK = frozenset({
    "blockquote", "caption", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
})
# fmt: on
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MEDIA = frozenset({"img"})
_VOID = frozenset({"br", "hr", "wbr"})
_BREAKS = _BLOCK | _HEADINGS | {"br"}
"""Tags at which a reader sees a new line."""
_PLACEHOLDER = "image-address"
_MARKED = {Mark.REMOVED: "del", Mark.ADDED: "ins"}
_EDIT = "edit"
"""The class of a mark of ours; the author's own struck and underlined text has none."""
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_LINK = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
"""Where a link may lead; a relative one would lead into the reader's own disk."""
_LEADING = frozenset({"action", "background", "data", "formaction", "href", "poster", "src", "srcset", "xlink:href"})
"""The attributes that hold an address."""
_ADDRESS = 120
"""Characters of an image's address that are shown; an embedded image is all address."""
_LARGEST_SPAN = 100
"""A table cell that claims to span more is a way to make a browser work for minutes."""
_DEEPEST = 64
"""Levels of nesting that are shown: below that, only the text is kept."""


def rich(answer: str, *, image: str = "image", pieces: Sequence[Piece] = ()) -> str:
    """The answer as safe HTML; ``image`` is the word that stands before the address of an image.

    ``pieces`` are ``heard(answer)`` cut by its differences, which are marked in place. Sanitised twice: first so that what is
    rewritten is well formed, last so that nothing that is written escapes it.
    """
    return nh3.clean(
        "".join(_rewritten(answer, image, pieces).parts),
        tags=set(_INLINE | _BLOCK),
        attributes={**_ATTRIBUTES, "span": {"class"}, "p": {"class"}, "del": {"class"}, "ins": {"class"}},
        attribute_filter=_only_ours,
        link_rel="noopener noreferrer nofollow",
    )


def heard(answer: str) -> str:
    """What a reader of the answer sees as text, with a line end between paragraphs; neither addresses nor markup."""
    return "".join(_rewritten(answer, "", ()).heard)


def addresses(answer: str) -> tuple[str, ...]:
    """Where the answer leads and what it loads, whatever the tag, in the order in which it is written."""
    collector = _Collector()
    collector.feed(answer)
    collector.close()
    return tuple(collector.found)


def _rewritten(answer: str, image: str, pieces: Sequence[Piece]) -> "_Rewriter":
    formed = nh3.clean(
        answer.encode("utf-8", "replace").decode("utf-8"),
        tags=set(_INLINE | _BLOCK | _HEADINGS | _MEDIA),
        attributes={**_ATTRIBUTES, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel=None,
    )
    rewriter = _Rewriter(image, pieces)
    rewriter.feed(formed)
    rewriter.close()
    return rewriter


def _only_ours(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return value if value in (_PLACEHOLDER, _EDIT, "heading") else None
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute in ("colspan", "rowspan"):
        return value if value.isdecimal() and 0 < int(value[:4]) <= _LARGEST_SPAN else None
    return value


class _Rewriter(HTMLParser):
    """Turns images into their addresses and headings into bold paragraphs, which do not disturb the report's outline.

    ``parts`` is the HTML, ``heard`` the text of it; the pieces are used up along that text.
    """

    def __init__(self, image: str, pieces: Sequence[Piece]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.heard: list[str] = []
        self._pieces = [*reversed(pieces)]
        self._breaks = False
        self._image = image
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._breaks = self._breaks or tag in _BREAKS
        if tag in _MEDIA:
            values = dict(attrs)
            parts = (self._image, values.get("alt"), cut(values.get("src") or "", _ADDRESS))
            shown = " ".join(part for part in parts if part)
            self.parts.append(f'<span class="{_PLACEHOLDER}">{escape(shown)}</span>')
            return
        self._depth += tag not in _VOID
        if self._depth > _DEEPEST:
            return
        if tag in _HEADINGS:
            self.parts.append('<p class="heading">')
        else:
            self.parts.append(f"<{tag}{''.join(_attributes(attrs))}>")

    def handle_endtag(self, tag: str) -> None:
        self._breaks = self._breaks or tag in _BREAKS
        if self._depth <= _DEEPEST:
            self.parts.append("</p>" if tag in _HEADINGS else f"</{tag}>")
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._breaks and self.heard:
            self.heard.append("\n")
            self._take(1)
        self._breaks = False
        self.heard.append(data)
        for piece in self._take(len(data)) or [Piece(Mark.SAME, data)]:
            shown, tag = escape(piece.text, quote=False), _MARKED.get(piece.mark)
            self.parts.append(f'<{tag} class="{_EDIT}">{shown}</{tag}>' if tag and piece.text.strip() else shown)

    def _take(self, length: int) -> list[Piece]:
        """The next pieces, of so many characters together; none where nothing is to be marked."""
        taken: list[Piece] = []
        while length and self._pieces:
            piece = self._pieces.pop()
            if len(piece.text) > length:
                self._pieces.append(Piece(piece.mark, piece.text[length:]))
                piece = Piece(piece.mark, piece.text[:length])
            taken.append(piece)
            length -= len(piece.text)
        return taken


class _Collector(HTMLParser):
    """Collects addresses as they are written, also those that a report does not let through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value.strip() for name, value in attrs if name in _LEADING and value and value.strip()]


def _attributes(attrs: list[tuple[str, str | None]]) -> Iterator[str]:
    return (f' {name}="{escape(value or "")}"' for name, value in attrs)
