"""A page of plain or coloured text: lines of styled spans, wrapped by the columns that a terminal gives each character.

Every text becomes visible here, so that no caller can forget it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import cache, cached_property
from io import StringIO
from typing import TYPE_CHECKING

from rich.cells import cell_len

from kbsync.display import visible
from kbsync.render.formats import ORDER
from kbsync.render.words import FIGURE, RenderOptions

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["folded"]

_NARROW = 76
"""Below this width a label is above its text instead of beside it."""
_LABEL = 20
"""The columns that a label may take."""
_GLUE = "\ue000"
"""Stands for a space at which no line may end; the character means nothing."""
_MAY = "\u2028"
"""Stands where a line may end without a space; it has no width, and is taken out of what was wrapped."""
_HAN = "\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffee\U00020000-\U0003ffff"
_CLOSING = "。，、；：？！）”’」』》〉】…·,.;:?!)"
_WORD = re.compile(r"\S+")
_WHOLE = 18
"""Columns of a Chinese clause that stays on one line."""


@cache
def _clauses() -> re.Pattern[str]:
    """Where a line may end behind a Chinese clause."""
    return re.compile(f"(?<=[。，、；：？！）」』》】])(?=[^\\s{_CLOSING}])")


@cache
def _between() -> re.Pattern[str]:
    """Where a line may end beside a Chinese character."""
    behind = f"(?<=[{_HAN}])(?<![（“‘「『《〈【])(?=[^\\s{_GLUE}{_CLOSING}])"
    return re.compile(f"{behind}|(?<=[^\\s{_GLUE}0-9（“‘「『《〈【(])(?=[{_HAN}])(?![{_CLOSING}])")


@cache
def _unit() -> re.Pattern[str]:
    """The space between Chinese and a number, at which no line may end either."""
    return re.compile(f"(?<=[{_HAN}]) (?=[0-9])")


class Style(Enum):
    """What a span is. Inline changes carry marks, or strike and underline where there is colour: never colour alone.

    The arrow between deletion and insertion is drawn where no marks distinguish the two.
    """

    PLAIN = auto()
    TITLE = auto()
    QUIET = auto()
    DANGER = auto()
    REMOVED = auto()
    ADDED = auto()
    TURN = auto()
    OLD = auto()
    NEW = auto()


_COLORS: Mapping[Style, str] = {
    Style.PLAIN: "",
    Style.TITLE: "bold",
    Style.QUIET: "dim",
    Style.DANGER: "bold red",
    Style.REMOVED: "red strike",
    Style.ADDED: "green underline",
    Style.TURN: "dim",
    Style.OLD: "red",
    Style.NEW: "green",
}
_MARKS: Mapping[Style, tuple[str, str]] = {Style.REMOVED: ("[-", "-]"), Style.ADDED: ("{+", "+}")}
Span = tuple[str, Style]


def folded(line: str, width: int) -> list[str]:
    """A line broken at spaces, and in Chinese where its rules of printing allow it."""
    from rich.console import Console  # noqa: PLC0415  (help alone does not wait for it)

    return [_joined(each).plain for each in _text(_breakable(line)).wrap(Console(file=StringIO()), width)]


def _text(*parts: "str | Text | tuple[str, str]") -> "Text":
    from rich.text import Text  # noqa: PLC0415  (short lines do not wait for it)

    return Text.assemble(*parts)


def _breakable(text: str) -> str:
    """A text with signs in it for where a line may end, and where not."""
    text = FIGURE.sub(_GLUE, text)
    if text.isascii():
        return text
    return _WORD.sub(_parted, _clauses().sub(_MAY, _unit().sub(_GLUE, text)))


def _parted(word: re.Match[str]) -> str:
    """What stands between two places where a line may end, with more such places where it is long."""
    return word[0] if cell_len(word[0]) <= _WHOLE else _between().sub(_MAY, word[0])


def _joined(line: "Text") -> "Text":
    """A line without those signs."""
    line = _text(*line.split(_MAY)) if _MAY in line.plain else line
    line.plain = line.plain.replace(_GLUE, " ")
    line.rstrip()
    return line


class TextPage:
    """Collects lines."""

    def __init__(self, options: RenderOptions) -> None:
        self._file = StringIO()
        self._color = options.color
        self._width = max(options.width, 20)

    @cached_property
    def _console(self) -> "Console":
        from rich.console import Console  # noqa: PLC0415  (short lines do not wait for it)

        return Console(
            file=self._file,
            width=self._width,
            force_terminal=self._color,
            color_system="standard" if self._color else None,
            no_color=not self._color,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},  # what the user's environment wishes was settled by the command line
        )

    @property
    def height(self) -> int:
        """How many lines there are."""
        return self._file.getvalue().count("\n")

    def line(self, *spans: Span, indent: int = 0, hang: int = 0, cut: bool = False) -> None:
        """Write spans as one paragraph; ``indent`` columns in, further lines ``hang`` more, or ``cut`` after the first."""
        if self._is_short(spans, indent + hang):
            self._file.write(f"{' ' * indent}{''.join(words for words, _ in self._shown(spans)).rstrip()}\n")
            return
        lines = self._wrapped(spans, indent + hang)
        if cut and len(lines) > 1:
            lines = [_text(lines[0], " …")]
            lines[0].truncate(self._width - indent, overflow="ellipsis")
        for number, text in enumerate(lines):
            self._write(" " * (indent if number == 0 else indent + hang), text)

    def row(self, label: str, spans: Iterable[Span], *, indent: int = 4) -> None:
        """Write a label with its text beside it, or above it where the page is narrow."""
        beside = self._width >= _NARROW
        column = indent + _LABEL if beside else indent + 2
        lines = self._wrapped(spans, column)
        gap = " " * max(1, _LABEL - cell_len(label))
        if beside and lines:
            self._write(" " * indent, _text((label + gap, self._style(Style.QUIET)), lines.pop(0)))
        else:
            self._write(" " * indent, _text((label, self._style(Style.QUIET))))
        for text in lines:
            self._write(" " * column, text)

    def heading(self, title: str, style: Style = Style.TITLE) -> None:
        """Write a heading after a blank line, with a rule to the right margin where there is room for one."""
        self.blank()
        room = self._width - cell_len(title) - 4
        self.line(("── ", Style.PLAIN), (title, style), (f" {'─' * room}" if room > 0 else "", Style.PLAIN))

    def blank(self) -> None:
        """Write an empty line."""
        self._file.write("\n")

    def text(self) -> str:
        """The whole page, ending with one line end."""
        return self._file.getvalue().strip("\n") + "\n"

    def _is_short(self, spans: Iterable[Span], indent: int) -> bool:
        """Whether a paragraph is one plain line that stays as it is."""
        if self._color:
            return False
        text = "".join(words for words, _ in self._shown(spans))
        is_line = not (not text or text.isspace() or "\n" in text or ORDER.search(text))
        return is_line and cell_len(text) <= max(10, self._width - indent)

    def _shown(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The spans as they are read, with marks where there is no colour."""
        for words, style in spans:
            if style is not Style.TURN or self._color:
                opening, closing = ("", "") if self._color else _MARKS.get(style, ("", ""))
                yield f"{opening}{visible(words)}{closing}", style

    def _wrapped(self, spans: Iterable[Span], indent: int) -> "list[Text]":
        text = _text(*((_breakable(words), self._style(style)) for words, style in self._shown(spans)))
        lines = [_joined(line) for line in text.wrap(self._console, max(10, self._width - indent), tab_size=1)]
        for line in lines:
            for found in reversed(list(ORDER.finditer(line.plain))):
                line.plain = f"{line.plain[: found.end()]}·{line.plain[found.end() :]}"
        while lines and not lines[-1].plain:
            lines.pop()
        return lines

    def _style(self, style: Style) -> str:
        return _COLORS[style] if self._color else ""

    def _write(self, indent: str, text: "Text") -> None:
        line = _text(indent, text) if text.plain else text
        self._console.print(line, no_wrap=True, overflow="ignore", crop=False)
