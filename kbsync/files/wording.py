"""Text to a YAML scalar that reads back as exactly that text, in the plainest style that can hold it.

Where a scalar goes belongs to ``rewriting`` and ``layout``. A style can hold a text only if both parsers and ``scalars`` agree.
"""

import re
from typing import Final

import yaml
from yaml.resolver import Resolver

from kbsync.files.page import FORBIDDEN
from kbsync.files.scalars import CONTROL, FLOAT, INTEGER

__all__ = ["LONG", "block", "can_be_written", "is_ambiguous", "one_line", "scalar", "two_quotes"]

LONG: Final = 100
"""Characters from which an answer is better read on lines of its own."""

TEXT_TAG = "tag:yaml.org,2002:str"

INDICATORS: Final = re.compile(r"[,\[\]{}#&*!|>'\"%@`]|[-?:](?:\s|$)|---|\.\.\.")
"""What a plain scalar may not begin with (yaml.org/spec/1.2.2/#733-plain-style)."""

INSIDE: Final = re.compile(r":(?:\s|$)|\s#|[\t\n]")
FLOW_INSIDE: Final = re.compile(r"[,\[\]{}:?]")

SHORT: Final = str.maketrans({"\t": "\\t", "\n": "\\n", '"': '\\"', "\\": "\\\\"})


def can_be_written(text: str) -> bool:
    """Whether a file can say it at all: there is something to read in it, and no control character."""
    return bool(text) and not text.isspace() and "\r" not in text and CONTROL.search(text) is None


def scalar(text: str, *, indent: int, style: str = "", flow: bool = False, comment: str = "") -> str:
    """A scalar for ``text``, of ``style`` (``|``, ``'``, ``"`` or plain) if that can hold it, without a final line end.

    ``indent`` is the column of the key or the dash that it belongs to; ``comment`` goes to the end of its first line.
    """
    if not flow and (style in ("|", ">") or "\n" in text):
        found = block(text, indent=indent, comment=comment)
        if found is not None:
            return found
    line = one_line(text, style=style, flow=flow) if flow or "\n" not in text else two_quotes(text, indent=indent)
    return f"{line}  {comment}" if comment else line


def block(text: str, *, indent: int, comment: str = "", content: int | None = None) -> str | None:
    """A literal block, None where none can hold the text. ``content`` is the column of the text, two more than ``indent``."""
    if FORBIDDEN.search(text) or text[-1].isspace():  # nobody sees space at the end, and many editors take it away
        return None
    column = indent + 2 if content is None else content
    # Without the figure the parser would take the first line's own space for the indentation.
    figure = str(column - indent) if text[0].isspace() else ""
    head = f"|{figure}  {comment}" if comment else f"|{figure}"
    return "\n".join([head, *(f"{' ' * column}{line}" if line else "" for line in text.split("\n"))])


def one_line(text: str, *, style: str = "", flow: bool = False) -> str:
    """The text on one line: plain, or in quotes where plain would not be this text; ``style`` is the author's choice."""
    if style not in ("'", '"') and _can_be_plain(text, flow=flow):
        return text
    single = "\n" not in text and "\t" not in text and FORBIDDEN.search(text) is None
    wanted = style == "'" or (style != '"' and ('"' in text or "\\" in text))
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if single and wanted else f'"{_escaped(text)}"'


def two_quotes(text: str, *, indent: int) -> str:
    """Text of several lines in double quotes, each on a line of its own: for what a block cannot end or begin with."""
    pieces = [_escaped(piece) for piece in re.findall(r"[^\n]*\n|[^\n]+", text)]
    # A line that begins with space must say so, because the parser drops the space of a continued line.
    rest = [f"\\{piece}" if piece[0] == " " else piece for piece in pieces[1:]]
    return '"' + f"\\\n{' ' * (indent + 2)}".join([pieces[0], *rest]) + '"'


def is_ambiguous(text: str) -> bool:
    """Whether some YAML reader takes it, written plain, for a number, a date, a truth value, null or a merge."""
    if INTEGER.fullmatch(text) or FLOAT.fullmatch(text):
        return True
    tag = Resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # the stubs leave it open
    return bool(tag != TEXT_TAG)


def _can_be_plain(text: str, *, flow: bool) -> bool:
    return not (
        text != text.strip()
        or INDICATORS.match(text)
        or INSIDE.search(text)
        or FORBIDDEN.search(text)
        or (flow and (FLOW_INSIDE.search(text) or text.startswith("-")))
        or is_ambiguous(text)
    )


def _escaped(text: str) -> str:
    return FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04X}", text.translate(SHORT))
