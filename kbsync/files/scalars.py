"""What a scalar says, by the core rules of YAML 1.2 and not by what the parser, which knows 1.1, would guess.

Every text of the knowledge goes through ``scalar_text``; nothing else changes one.
"""

import re
from typing import Final

from kbsync.diagnostics import Rule
from kbsync.files.nodes import Node, Scalar
from kbsync.files.page import Page
from kbsync.messages import message
from kbsync.model import to_lf

__all__ = ["FLOAT", "INTEGER", "is_plain", "scalar_text", "text_of"]

INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
"""Integers of the core schema (yaml.org/spec/1.2.2/#1032-tag-resolution), as long as they fit in 64 bits."""

FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
"""Finite floats of the core schema."""

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})

CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What an escape in double quotes can say and no customer can read; half a surrogate pair cannot even be sent."""


def is_plain(node: Scalar) -> bool:
    """Whether it stands without quotes, block sign and tag, so that it could be more than text."""
    return node.implicit[0] and node.tag is None


def scalar_text(value: str, style: str | None) -> str:
    r"""The text of a scalar: line ends are LF, and the one line end that closes a block scalar is dropped.

    ``|`` and ``>`` end with a line end because of how a block is written, not because somebody meant it; with ``|+`` the further
    ones are meant and stay, as does a line end written ``"\n"``. Nothing is trimmed, no other character is changed.
    """
    return value.removesuffix("\n") if style in ("|", ">") else to_lf(value)


def text_of(node: Node, page: Page) -> str | None:
    """The text where text is due; None and a fault where there is none: a list, a mapping, null, nothing but space."""
    if type(node) is not Scalar:
        page.fault(
            Rule.KB112,
            message("text is expected here"),
            node,
            hint=message("text that looks like a list or a mapping must stand in quotes"),
        )
        return None
    text = scalar_text(node.value, node.style)
    if text in NULLS and is_plain(node):
        if text:
            said, hint = (
                message("{word} means no value, but text is expected", word=text),
                message("if the word is meant, put it in quotes"),
            )
            page.fault(Rule.KB116, said, node, hint=hint)
        else:
            page.fault(Rule.KB116, message("the text is missing"), node)
        return None
    if not text or text.isspace():
        page.fault(Rule.KB116, message("the text is empty"), node)
        return None
    if node.style == '"' and (found := CONTROL.search(text)):
        page.fault(Rule.KB103, message("the text contains the character {code}", code=f"U+{ord(found[0]):04X}"), node)
        return None
    return text
