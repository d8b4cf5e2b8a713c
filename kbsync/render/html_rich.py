"""Rich answers for readers: as text with addresses, and as sanitised HTML, which shows what a customer sees and loads nothing.

An image is replaced by its address, because loading it would tell its server who reads the report.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from html.parser import HTMLParser

from kbsync.checks.rules import ATTRIBUTE, COMMENTS, WHOLE_TAG
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
_SHOWN = _INLINE | _BLOCK | _HEADINGS | _MEDIA
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
_BLANKS = re.compile(r"[ \t\r\n\f]+")
"""What a browser draws as one space."""
_DEEPEST = 64
"""Levels of nesting that are shown: below that, only the text is kept."""


def rich(answer: str, *, image: str = "image", pieces: Sequence[Piece] = ()) -> str:
    """The answer as safe HTML; ``image`` is the word before the address of an image.

    ``pieces`` are ``heard(answer)`` cut by its differences, which are marked in place. Sanitised twice: first so that what is
    rewritten is well formed, last so that nothing that is written escapes it.
    """
    import nh3  # noqa: PLC0415  (only the HTML report loads it)

    return nh3.clean(
        "".join(_rewritten(answer, image, pieces).parts),
        tags=set(_INLINE | _BLOCK),
        attributes={**_ATTRIBUTES, "span": {"class"}, "p": {"class"}, "del": {"class"}, "ins": {"class"}},
        attribute_filter=_only_ours,
        link_rel="noopener noreferrer nofollow",
    )


def spoken(answer: str, *, image: str = "image") -> str:
    """The answer as plain text: a line for each paragraph and list item, addresses in brackets behind what leads there.

    A tag that does more than mark text is shown as source, so that none can hide.
    """
    speaker, place, written = _PlainText(image), 0, COMMENTS.sub("", answer)
    for found in WHOLE_TAG.finditer(written):
        ending, name, inside, closed = found.groups()
        tag = name.lower()
        if closed:
            speaker.words(written[place : found.start()])
            place = found.end()
            if ending:
                speaker.end(tag, found[0])
            else:
                pairs = {key.lower(): unescape(value.strip("\"'")) for key, value in ATTRIBUTE.findall(inside)}
                speaker.start(tag, pairs, found[0])
    speaker.words(written[place:])
    return "\n".join(line.rstrip() for line in speaker.text.split("\n")).strip("\n")


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
    import nh3  # noqa: PLC0415

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
        """The next pieces, of that many characters together; none if nothing is to be marked."""
        taken: list[Piece] = []
        while length and self._pieces:
            piece = self._pieces.pop()
            if len(piece.text) > length:
                self._pieces.append(Piece(piece.mark, piece.text[length:]))
                piece = Piece(piece.mark, piece.text[:length])
            taken.append(piece)
            length -= len(piece.text)
        return taken


class _PlainText:
    """Collects the text; ``_lists`` are the numbers of the last items of the lists it is in, None where they have none."""

    def __init__(self, image: str) -> None:
        self.text = ""
        self._image = image
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []

    def start(self, tag: str, attributes: Mapping[str, str], source: str) -> None:
        """Where a tag begins; ``source`` is how it is written."""
        if tag not in _SHOWN or any(name.startswith("on") for name in attributes):
            self.text += source
        self._break(tag)
        if tag == "a":
            self._links.append((attributes.get("href", "").strip(), len(self.text)))
        elif tag in _MEDIA:
            named = (self._image, attributes.get("alt"), cut(attributes.get("src", ""), _ADDRESS))
            self.text += f"[{' '.join(filter(None, named))}]"
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            count = self._lists.pop() if self._lists else None
            self._lists.append(None if count is None else count + 1)
            self.text += "  " * min(len(self._lists) - 1, _DEEPEST) + ("- " if count is None else f"{count + 1}. ")
        elif tag in ("td", "th") and not self.text.endswith("\n"):
            self.text += " | "

    def end(self, tag: str, source: str) -> None:
        """Where it ends."""
        if tag not in _SHOWN:
            self.text += source
        if tag == "a" and self._links:
            address, start = self._links.pop()
            if address and address not in self.text[start:]:
                self.text += f" ({address})"
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        self._break(tag)

    def words(self, data: str) -> None:
        """Text between tags."""
        words = _BLANKS.sub(" ", unescape(data))
        self.text += words.lstrip(" ") if self.text.endswith(("\n", " ")) else words

    def _break(self, tag: str) -> None:
        if tag == "br" or (tag in _BREAKS - {"td", "th"} and not self.text.endswith("\n")):
            self.text += "\n"


class _Collector(HTMLParser):
    """Collects addresses as they are written, also those that a report does not let through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value.strip() for name, value in attrs if name in _LEADING and value and value.strip()]


def _attributes(attrs: list[tuple[str, str | None]]) -> Iterator[str]:
    return (f' {name}="{escape(value or "")}"' for name, value in attrs)
