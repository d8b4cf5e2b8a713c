"""A value in two forms: as it is written under a key, and as it is meant where a file has it.

Where it stands in a file belongs to ``spans``, how a text is quoted to ``wording``.
"""

from kbsync.files.spans import Shape, Span, pairs
from kbsync.files.wording import LONG, one_line, scalar

__all__ = ["Value", "flow_source", "flow_value", "meaning", "pair_lines"]

Value = str | tuple[str, ...]
"""What is written under a key: a text, or a list of texts."""


def meaning(span: Span) -> str:
    """The text of a scalar as the reader has it, through an alias too."""
    found = span.meant
    return (found.value.removesuffix("\n") if found.block else found.value).replace("\r\n", "\n")


def pair_lines(key: str, value: Value) -> list[str]:
    """A key with its value on lines of its own, not indented. A long answer gets a block, a category stays on one line."""
    if not isinstance(value, tuple):
        style = "|" if key == "answer" and len(value) > LONG else ""
        return f"{key}: {scalar(value, indent=0, style=style)}".split("\n")
    if key == "category":
        return [f"{key}: {flow_value(value)}"]
    return [f"{key}:", *(line for text in value for line in f"  - {scalar(text, indent=2)}".split("\n"))]


def flow_value(value: Value, *, style: str = "") -> str:
    """A value on one line, for a place in flow style."""
    if isinstance(value, tuple):
        return f"[{', '.join(one_line(text, flow=True) for text in value)}]"
    return one_line(value, style=style, flow=True)


def flow_source(span: Span) -> str:
    """What stands in a place, on one line."""
    found = span.meant
    if found.shape is Shape.MAP:
        return f"{{{', '.join(f'{flow_source(key)}: {flow_source(value)}' for key, value in pairs(found))}}}"
    if found.shape is Shape.LIST:
        return f"[{', '.join(flow_source(item) for item in found.children)}]"
    return one_line(meaning(found), style=found.style, flow=True)
