"""Takes out of a text what points to one person: addresses, numbers, the tails of links.

Names and what people tell about themselves in words cannot be found this way, so what is left is still not for everybody.
"""

import re

__all__ = ["EMAIL", "NUMBER", "TAIL", "mask"]

EMAIL, NUMBER, TAIL = "[email]", "[number]", "[...]"
"""What stands in the place of an address, of five figures or more, and of a link's query or fragment."""

LINK = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*+://)(?:[^\s/?#@]*+@)?(?P<path>[!-\"$->@-~]*+)(?P<tail>[?#][!-~]*+)?",
    re.IGNORECASE,
)
"""A link is ASCII, so that the words after it survive where a script has no space."""
QUERY = re.compile(r"\?[\w.~%-]++=[!-~]*+")
ADDRESS = re.compile(r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]++[@＠][A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+")
FOREIGN_ADDRESS = re.compile(r"(?<![^\s@＠])[^\s@＠]++[@＠][^\s@＠.。]++(?:[.。][^\s@＠.。]++)+")
FIGURES = re.compile(r"\+?\(?\d(?:[\s().·/-]{0,2}\d){4,}")
"""Five figures and more, also in groups: phone, order, card and identity numbers, dates."""


def mask(text: str) -> str:
    """The text with marks such as ``[number]`` in the place of what points to one person."""
    shown = QUERY.sub(f"?{TAIL}", LINK.sub(_link, text))
    return FIGURES.sub(NUMBER, FOREIGN_ADDRESS.sub(EMAIL, ADDRESS.sub(EMAIL, shown)))


def _link(found: re.Match[str]) -> str:
    tail = found["tail"]
    return f"{found['scheme']}{found['path']}{tail[0] + TAIL if tail else ''}"
