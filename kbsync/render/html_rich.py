"""Rich answers made harmless: the markup that a customer sees, without anything that acts, loads or reaches outside.

An image is replaced by its address, because loading it would tell its server who reads the report.
"""

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser

import nh3

__all__ = ["rich"]

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
_PLACEHOLDER = "image-address"
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_LINK = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
"""Where a link may lead; a relative one would lead into the reader's own disk."""
_ADDRESS = 120
"""Characters of an image's address that are shown; an embedded image is all address."""
_LARGEST_SPAN = 100
"""A table cell that claims to span more is a way to make a browser work for minutes."""
_DEEPEST = 64
"""Levels of nesting that are shown: below that, the text stays and the markup goes."""


def rich(answer: str, *, image: str = "image") -> str:
    """The answer as safe HTML; ``image`` is the word that stands before the address of an image.

    Sanitised twice: first so that what is rewritten is well formed, last so that nothing that is written escapes it.
    """
    formed = nh3.clean(
        answer.encode("utf-8", "replace").decode("utf-8"),
        tags=set(_INLINE | _BLOCK | _HEADINGS | _MEDIA),
        attributes={**_ATTRIBUTES, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel=None,
    )
    rewriter = _Rewriter(image)
    rewriter.feed(formed)
    rewriter.close()
    return nh3.clean(
        "".join(rewriter.parts),
        tags=set(_INLINE | _BLOCK),
        attributes={**_ATTRIBUTES, "span": {"class"}, "p": {"class"}},
        attribute_filter=_only_ours,
        link_rel="noopener noreferrer nofollow",
    )


def _only_ours(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return value if value in (_PLACEHOLDER, "heading") else None
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute in ("colspan", "rowspan"):
        return value if value.isdecimal() and 0 < int(value[:4]) <= _LARGEST_SPAN else None
    return value


class _Rewriter(HTMLParser):
    """Turns images into their addresses and headings into bold paragraphs, which do not disturb the report's outline."""

    def __init__(self, image: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._image = image
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _MEDIA:
            values = dict(attrs)
            parts = (self._image, values.get("alt"), (values.get("src") or "")[:_ADDRESS])
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
        if self._depth <= _DEEPEST:
            self.parts.append("</p>" if tag in _HEADINGS else f"</{tag}>")
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data, quote=False))


def _attributes(attrs: list[tuple[str, str | None]]) -> Iterator[str]:
    return (f' {name}="{escape(value or "")}"' for name, value in attrs)
