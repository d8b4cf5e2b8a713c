"""What a scalar says, by the core rules of YAML 1.2 and not by what the parser, which knows 1.1, would guess.

Every text of the knowledge goes through ``scalar_text``; nothing else changes one.
"""

import re
from typing import Final

from kbsync.files.nodes import Scalar
from kbsync.model import to_lf

INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
"""Integers of the core schema (yaml.org/spec/1.2.2/#1032-tag-resolution), as long as they fit in 64 bits."""

FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
"""Finite floats of the core schema."""


def is_plain(node: Scalar) -> bool:
    """Whether it stands without quotes, block sign and tag, so that it could be more than text."""
    return node.implicit[0] and node.tag is None


def scalar_text(value: str, style: str | None) -> str:
    r"""The text of a scalar: line ends are LF, and the one line end that closes a block scalar is dropped.

    ``|`` and ``>`` end with a line end because of how a block is written, not because somebody meant it; with ``|+`` the further
    ones are meant and stay, as does a line end written ``"\n"``. Nothing is trimmed, no other character is changed.
    """
    return value.removesuffix("\n") if style in ("|", ">") else to_lf(value)
