"""One file as text with the faults found in it: places, source lines and caret widths, worked out for faults alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from kbsync.diagnostics import Diagnostic, Location, Related, Rule, Severity
from kbsync.messages import Message, message, plural

STRUCTURAL = frozenset({Rule.KB105, Rule.KB111, Rule.KB112, Rule.KB113})
"""Rules about where a line stands, which only the line above can show."""

MAX_FAULTS = 1000
"""The number of faults kept for one file, so that a file of another kind does not fill the memory."""

UTF8_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors begin a file with."""

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

LINE_END = re.compile("\r\n|\r|\n")

DOCUMENT = re.compile(r"---(?:[ \t]|$)")
"""The line that begins a further document."""

DOCUMENT_END = re.compile(r"(?:---|\.\.\.)(?:[ \t]|$)")
"""The line that ends a document."""

FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What YAML 1.2 calls not printable (yaml.org/spec/1.2.2/#51-character-set), and three characters that it knows as text but
the parser, which is older, would take as line ends: U+0085, U+2028, U+2029."""


CONFLICT = re.compile(r"^[ \t]*(?:<{7,}|>{7,}|\|{7,})(?: .*)?$")
"""A line that git, or another program that merges, puts around two versions (git-merge, "how conflicts are presented")."""

STAND_INS = (
    (
        re.compile(rb"version https?://\S+/spec/v\d+\r?\n(?:ext-.*\n)*oid \w+:"),
        message("this is a pointer of Git LFS and not the content"),
        message("fetch the content: git lfs pull; in CI let the checkout do it (actions/checkout: lfs: true)"),
    ),
    (
        re.compile(rb"(?:\S*/)?annex/objects/\S+\s*\Z"),
        message("this is a pointer of git-annex and not the content"),
        message("fetch the content: git annex get"),
    ),
    (
        re.compile(rb"\0GITCRYPT\0|U2FsdGVkX1|Salted__|\$ANSIBLE_VAULT;|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----"),
        message("this is encrypted and not the content"),
        message("decrypt the working tree first, for example with git-crypt unlock"),
    ),
    (
        re.compile(rb"(?:\.{1,2}(?:/[^\s/]+)+|(?:/[^\s/]+){2,}\.\w+)\Z"),
        _LINK := message("this is the path that a symbolic link leads to and not the content"),
        _NO_LINK := message("put the file in place of the link: git writes links as text where core.symlinks is off"),
    ),
)
"""What git puts on the disk in place of a content that it does not have or may not show."""

FIRST_MEANT = 0x80
"""From here on an invisible character may be meant in a text; before it stand the controls of teleprinters."""


class YamlMark(Protocol):
    """A place in the parser's form: line and column from 0, in characters."""

    line: int
    column: int


class Marked(Protocol):
    """A node or an event: what has a beginning and an end in a file."""

    start_mark: YamlMark
    end_mark: YamlMark


class SourceFile:
    """A file of the knowledge directory. ``path`` is as shown to people, ``name`` relative to the directory.

    ``data`` is the content without a byte order mark, known to be UTF-8 and printable.
    """

    __slots__ = ("_commented", "_hidden", "_lines", "_more", "_worst", "data", "faults", "name", "path")

    def __init__(self, path: str, name: str, data: bytes = b"") -> None:
        self.path = path
        self.name = name
        self.data = data
        self.faults: list[Diagnostic] = []
        self._hidden: set[int] = set()
        self._lines: list[str] | None = None
        self._commented: frozenset[int] | None = None
        self._more = 0
        self._worst = Severity.WARNING

    @property
    def commented(self) -> frozenset[int]:
        """The lines, counted from 0, on which a comment may stand behind something."""
        if self._commented is None:
            lines = self._all_lines() if b" #" in self.data else ()
            self._commented = frozenset(number for number, line in enumerate(lines) if " #" in line)
        return self._commented

    def location(self, what: Marked) -> Location:
        """Where something begins."""
        mark = what.start_mark
        return Location(self.path, mark.line + 1, mark.column + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 0, without its end; nothing after the last one."""
        lines = self._all_lines()
        return lines[number] if number < len(lines) else ""

    def lines(self) -> Sequence[str]:
        """All lines, without their ends."""
        return tuple(self._all_lines())

    def mend(self, mended: Mapping[int, str]) -> None:
        """Read lines, counted from 0, as if they were others; reports made from then on show that."""
        self._lines = [mended.get(number, line) for number, line in enumerate(self._all_lines())]
        self.data = "\n".join(self._lines).encode()

    def margin(self, number: int) -> int:
        """How many spaces a line begins with."""
        line = self.line(number)
        return len(line) - len(line.lstrip(" "))

    def rest(self, after: int) -> tuple[int, bytes] | None:
        """The first document that begins after a line: its own line, and the content with empty lines in place of all before.

        Three dashes at the beginning of a line are a document's in every YAML style but a comment.
        """
        lines = self._all_lines()
        for number in range(after + 1, len(lines)):
            if DOCUMENT.match(lines[number]):
                return number, b"\n" * number + "\n".join(lines[number:]).encode()
        return None

    def until(self, first: int, place: tuple[int, int], sign: str = "") -> bytes:
        """The content of the lines from ``first`` to a place, with empty lines in place of all before.

        ``sign`` is put before what stands on the last line.
        """
        line, column = place
        last, margin = self.line(line)[:column], min(self.margin(line), column)
        return b"\n" * first + "\n".join([*self._all_lines()[first:line], last[:margin] + sign + last[margin:], ""]).encode()

    def is_end(self, place: tuple[int, int]) -> bool:
        """Whether a document ends at a place: nothing follows there, or it is the line that ends one."""
        line, column = place
        if not column and DOCUMENT_END.match(self.line(line)):
            return True
        return not any(map(str.strip, (self.line(line)[column:], *self._all_lines()[line + 1 :])))

    def fault(
        self, rule: Rule, said: Message, what: Marked, *, hint: Message | None = None, related: tuple[Related, ...] = ()
    ) -> None:
        """Report an error in ``what``; the caret underlines as much of it as stands on its first line."""
        start, end = what.start_mark, what.end_mark
        width = end.column - start.column if end.line == start.line else len(self.line(start.line)) - start.column
        self.fault_at(rule, said, (start.line, start.column), width=width, hint=hint, related=related)

    def fault_at(
        self,
        rule: Rule,
        said: Message,
        place: tuple[int, int] = (0, 0),
        *,
        width: int = 1,
        hint: Message | None = None,
        related: Sequence[Related] = (),
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Report a fault at a place, line and column from 0."""
        if len(self.faults) >= MAX_FAULTS:
            self._more += 1
            self._worst = severity if severity is Severity.ERROR else self._worst
            return
        location = Location(self.path, place[0] + 1, place[1] + 1)
        source = self.line(place[0])
        width = max(1, min(width, len(source) - place[1]))
        above = self.line(place[0] - 1) if place[0] and rule in STRUCTURAL else ""
        self.faults.append(Diagnostic(rule, severity, said, location, hint, source, width, tuple(related), above))

    def forget_faults(self) -> None:
        """Begin anew with a file that is read in another way."""
        self.faults.clear()
        self._more, self._worst = 0, Severity.WARNING

    def all_faults(self) -> tuple[Diagnostic, ...]:
        """Every fault kept, and one that counts the others where there were too many."""
        shown = [replace(one, source="", above="") if one.location.line in self._hidden else one for one in self.faults]
        shown = [replace(one, above="") if one.location.line - 1 in self._hidden else one for one in shown]
        if not self._more:
            return tuple(shown)
        said = plural(
            "{count} more fault in this file is not shown",
            "{count} more faults in this file are not shown",
            count=self._more,
        )
        return (*shown, Diagnostic(Rule.KB117, self._worst, said, Location(self.path)))

    def has_fault(self, rule: Rule, place: tuple[int, int]) -> bool:
        """Whether a fault of this kind was reported at a place."""
        return any(one.rule is rule and (one.location.line - 1, one.location.column - 1) == place for one in self.faults)

    def hide(self, what: Marked) -> None:
        """Keep the lines of something out of every report, because they may hold a secret."""
        self._hidden.update(range(what.start_mark.line + 1, what.end_mark.line + 2))

    def _all_lines(self) -> list[str]:
        if self._lines is None:
            self._lines = LINE_END.split(self.data.decode("utf-8", "replace"))
        return self._lines


def decode(source: SourceFile, data: bytes) -> str | None:
    """The text of a file, without a byte order mark; None, with a fault, if it is not UTF-8 or not printable."""
    source.data = data.removeprefix(UTF8_MARK)
    if data.startswith(UTF16_MARKS):
        source.data = b""
        source.fault_at(Rule.KB102, message("the file is UTF-16, not UTF-8"), hint=_SAVE_AS_UTF8)
        return None
    if any(_stands_in(source, *kind) for kind in STAND_INS):
        return None
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = LINE_END.split(source.data[: error.start].decode("utf-8"))
        said = message("byte {byte} is not UTF-8", byte=f"0x{source.data[error.start]:02X}")
        source.fault_at(Rule.KB102, said, (len(before) - 1, len(before[-1])), hint=_SAVE_AS_UTF8)
        return None
    return None if _unprintable(source, text) or _unmerged(source, text) else text


_SAVE_AS_UTF8 = message("save the file as UTF-8 in your editor")


def report_link(source: SourceFile) -> None:
    """Report that a file is what git writes in place of a symbolic link."""
    source.fault_at(Rule.KB119, _LINK, width=len(source.data), hint=_NO_LINK)


def _stands_in(source: SourceFile, sign: re.Pattern[bytes], said: Message, hint: Message) -> bool:
    if sign.match(source.data) is None:
        return False
    source.fault_at(Rule.KB119, said, width=len(source.data), hint=hint)
    return True


def _unmerged(source: SourceFile, text: str) -> bool:
    if b"<<<<<<<" not in source.data and b">>>>>>>" not in source.data:
        return False
    found = [(number, line) for number, line in enumerate(LINE_END.split(text)) if CONFLICT.match(line)]
    for number, line in found:
        margin = len(line) - len(line.lstrip())
        hint = message(
            "settle the conflict: keep one of the versions, and take out the lines of <, =, | and >, which are "
            "git's marks and not a hyphen of a list"
        )
        source.fault_at(Rule.KB119, message("a merge left its conflict here"), (number, margin), width=len(line), hint=hint)
    return bool(found)


def _unprintable(source: SourceFile, text: str) -> bool:
    if FORBIDDEN.search(text) is None:
        return False
    for number, line in enumerate(LINE_END.split(text)):
        for found in FORBIDDEN.finditer(line):
            code = f"U+{ord(found[0]):04X}"
            source.fault_at(
                Rule.KB103,
                message("the invisible character {code} may not stand in a file", code=code),
                (number, found.start()),
                hint=_remedy(ord(found[0])),
            )
    return True


def _remedy(code: int) -> Message:
    if code < FIRST_MEANT:
        return message("delete it")
    return message("delete it; where it is meant, write it in double quotes as {escape}", escape=f"\\u{code:04X}")
