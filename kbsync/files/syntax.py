"""The parser's complaints about the YAML syntax in words that say what to do.

What the parser says is known for the releases that there are; a later one may word it otherwise, so code and place never hang on
its words, and where they are new the hint follows from how the text looks.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import yaml

from kbsync.diagnostics import Location, Related, Rule
from kbsync.display import shorten
from kbsync.files.source import SourceFile, YamlMark
from kbsync.messages import Message, message

KEY = re.compile(r"\s*(\w+)\s*:(?:\s|$)")

KEY_ABOVE = re.compile(r"\s*(?:- +)*(?=\w+\s*:(?:\s|$))")
"""What stands before the key of a line, the dash of a list too."""

QUOTED = re.compile(r"""'(?:[^']++|'')*+'|"(?:[^"\\]++|\\.)*+\"""", re.DOTALL)

LINES_ABOVE = 3
"""How far up a text may begin that swallows a key; more lines are hardly one that was meant to be a key and its value."""


@dataclass(frozen=True, slots=True)
class MissingColon:
    """A known key at the beginning of a text; ``column`` is where its colon stands in it."""

    key: str
    column: int

    @property
    def hint(self) -> Message:
        """What to do about it."""
        return message("write a Latin colon and a space after {key}", key=self.key)


@dataclass(frozen=True, slots=True)
class _Slip:
    """One kind of mistake: words of either parser that reveal it, our own words, and what to do about it.

    ``signs`` are the characters that give it away where the parser's words are unknown.
    """

    words: tuple[str, ...]
    said: Message
    hint: Message
    signs: str = ""


_BRACKETS = message("a comma or a closing bracket is missing; text with brackets or commas must stand in quotes")

_COLON = _Slip(
    ("mapping values are not allowed", "found unexpected ':'"),
    message("mapping values are not allowed in this context"),
    message("text that contains a colon and a space must stand in quotes, or in a block after |"),
    ":",
)

_TAB = _Slip(
    ("found character '\\t'", "found a tab character"),
    message("found a tab character"),
    message("indent with spaces, not tabs"),
    "\t",
)

_DASH = _Slip(
    ("did not find expected '-' indicator",),
    message("did not find expected '-' indicator"),
    message("entries of one list must begin in one column"),
)

_KEY = _Slip(
    ("did not find expected key", "expected <block end>"),
    message("did not find expected key"),
    message("keys of one entry must begin in one column; text after a closing quote must be inside of it"),
)

_NO_COLON = _Slip(
    ("could not find expected ':'",),
    message("could not find expected ':'"),
    message("a colon is missing after a key, or a line of a longer text is not indented"),
)

SLIPS = (
    _COLON,
    _Slip(
        ("found character that cannot start any token",),
        message("found character that cannot start any token"),
        message("indent with spaces, not tabs; text that begins with @, ` or % must stand in quotes"),
        "@`%",
    ),
    _TAB,
    _Slip(
        ("unexpected end of stream",),
        message("found unexpected end of stream"),
        message("a closing quote or bracket is missing"),
    ),
    _Slip(
        ("but got '?'",),
        message("found a question mark between brackets"),
        message("text with a question mark that stands between brackets must stand in quotes"),
        "?",
    ),
    _Slip(("expected ',' or",), message("did not find expected comma or closing bracket"), _BRACKETS, "[]{},"),
    _Slip(("expected node content", "expected the node content"), message("did not find expected node content"), _BRACKETS),
    _DASH,
    _KEY,
    _NO_COLON,
    _Slip(
        ("expected alphabetic or numeric character",),
        message("did not find expected alphabetic or numeric character"),
        message("text that begins with * or & must stand in quotes"),
        "*&",
    ),
    _Slip(
        ("unknown escape character", "hexdecimal number", "hexadecimal numbers", "Unicode character escape code"),
        message("found a backslash that begins no escape"),
        message("in double quotes a backslash begins an escape: write it twice, or use single quotes"),
        "\\",
    ),
    _Slip(
        ("tag handle", "expected tag URI", "expected '!'", "expected '>'", "escaped octet"),
        message("found a ! that begins no tag"),
        message("text that begins with ! must stand in quotes"),
        "!",
    ),
    _Slip(
        ("directive", "version number", "incompatible"),
        message("found a % that begins no directive"),
        message("text that begins with % must stand in quotes"),
    ),
    _Slip(
        ("indentation indicator", "comment or line break", "comment or a line break", "chomping or indentation"),
        message("found text behind | or >"),
        message("begin the text on the line after | or >"),
        "|>",
    ),
    _Slip(
        ("entries are not allowed", "keys are not allowed"),
        message("found an entry where none may begin"),
        message("begin an entry on a line of its own; text that begins with - or ? must stand in quotes"),
        "-",
    ),
    _Slip(
        ("<document start>",),
        message("found more after what ends here"),
        message("put what follows inside of it, in an entry of its own, or after a line of three dashes"),
    ),
)
"""What libyaml and PyYAML are known to say, in words that can be translated; the first that fits counts."""


def report_syntax(source: SourceFile, error: yaml.YAMLError, keys: Collection[str], reached: int) -> tuple[int, int]:
    """Report a syntax error where it can be mended, the place where it was noticed or began as a second one.

    Returns line and column, from 0, where the parser gave up. ``keys`` are those that a file may have; ``reached`` is the
    line that was read before.
    """
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    slip = next((slip for slip in SLIPS if any(words in problem for words in slip.words)), None)
    noticed, begun = noticed_at(error, reached), begun_at(error)
    said = (
        message("this is not YAML: {problem}", problem=slip.said)
        if slip
        else message("this is not YAML; the parser says: {problem}", problem=shorten(problem))
    )
    if begun and _is_open_quote(source, begun, noticed):
        still = Related(_location(source, noticed), message("it is still open here"))
        close = message(
            "write the closing quote; a quote that belongs to the text must be doubled, or stand in quotes of the other kind"
        )
        source.fault_at(Rule.KB105, message("the quote that opens here is never closed"), begun, hint=close, related=(still,))
    elif culprit := _culprit(source, slip, noticed, begun, keys):
        line, key = culprit
        source.fault_at(Rule.KB105, said, (line, key.column), hint=key.hint)
    else:
        hint = _indentation(source, slip, noticed, keys) or (slip.hint if slip else _looks(source, noticed, begun or noticed))
        related = (Related(_location(source, begun), message("it belongs to what begins here")),) if begun else ()
        source.fault_at(Rule.KB105, said, noticed, hint=hint, related=related if begun != noticed else ())
    return noticed


def missing_colon(text: str, keys: Iterable[str]) -> MissingColon | None:
    """The known key that a line, or the text of a value, begins with, if its colon is not one to YAML; after a dash too."""
    words = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    found = re.match(rf"\s*(?:- +)?({words})\s*(?:：|:(?=\S))", text)
    return MissingColon(found[1], found.end() - 1) if found and words else None


def noticed_at(error: yaml.YAMLError, reached: int) -> tuple[int, int]:
    """Line and column, from 0, where the parser gave up; if it does not say, the line that was read before."""
    return _place(getattr(error, "problem_mark", None)) or begun_at(error) or (reached, 0)


def begun_at(error: yaml.YAMLError) -> tuple[int, int] | None:
    """Line and column, from 0, where what the parser was reading begins, if it says."""
    return _place(getattr(error, "context_mark", None))


def moved_back(error: yaml.YAMLError, line: int, by: int) -> yaml.YAMLError:
    """The same error for a line that was moved to the right for the parser."""
    if by and isinstance(error, yaml.MarkedYAMLError):
        for name in ("problem_mark", "context_mark"):
            place = _place(getattr(error, name))
            if place and place[0] == line:
                setattr(error, name, yaml.Mark("", 0, line, place[1] - by, None, 0))
    return error


def _place(mark: YamlMark | None) -> tuple[int, int] | None:
    return (mark.line, mark.column) if mark else None


def _location(source: SourceFile, place: tuple[int, int]) -> Location:
    return Location(source.path, place[0] + 1, place[1] + 1)


def _is_open_quote(source: SourceFile, begun: tuple[int, int], noticed: tuple[int, int]) -> bool:
    """Whether a quote at the one place is still open at the other, where the document ends."""
    if source.line(begun[0])[begun[1] : begun[1] + 1] not in ("'", '"') or not source.is_end(noticed):
        return False
    between = [source.line(number) for number in range(begun[0], noticed[0])]
    text = "\n".join([*between, source.line(noticed[0])[: noticed[1]]])
    return QUOTED.match(text, begun[1]) is None


def _culprit(
    source: SourceFile, slip: _Slip | None, noticed: tuple[int, int], begun: tuple[int, int] | None, keys: Collection[str]
) -> tuple[int, MissingColon] | None:
    """The line whose key has a colon that is none, so that YAML took it for the beginning of a text."""
    lines: list[int] = []
    if begun and slip in (_NO_COLON, None):
        lines.append(begun[0])
    if slip in (_COLON, None):
        lines += _text_above(source, noticed)
    return next(((line, key) for line in lines if (key := missing_colon(source.line(line), keys))), None)


def _text_above(source: SourceFile, colon: tuple[int, int]) -> Iterator[int]:
    """The lines of the unquoted text that a colon stands in, upwards; none where the text begins on the colon's own line."""
    line, before = colon[0], source.line(colon[0])[: colon[1]]
    for _ in range(LINES_ABOVE):
        if not line or re.search(r"^\s*- |:\s", before):
            return
        line -= 1
        before = source.line(line)
        yield line


def _indentation(source: SourceFile, slip: _Slip | None, noticed: tuple[int, int], keys: Collection[str]) -> Message | None:
    """A hint for a known key that stands too far left or right."""
    line, column = noticed
    found = KEY.match(source.line(line))
    if found is None or found[1] not in keys:
        return None
    swallowed = slip in (_COLON, None) and column == found.end(1)
    displaced = column == found.start(1) and (slip in (_DASH, _KEY) or (slip is None and _is_displaced(source, line, column)))
    return message("indent {key} like the key above it", key=found[1]) if swallowed or displaced else None


def _is_displaced(source: SourceFile, line: int, column: int) -> bool:
    """Whether the key above stands in another column."""
    above = KEY_ABOVE.match(source.line(line - 1)) if line else None
    return above is not None and above.end() != column


def _looks(source: SourceFile, noticed: tuple[int, int], begun: tuple[int, int]) -> Message:
    """What to do, judged by the text alone: from its indentation, and from the characters at the two places."""
    for line, column in (noticed, begun):
        text = source.line(line)
        if "\t" in text[: len(text) - len(text.lstrip())]:
            return _TAB.hint
        sign = text[column : column + 1]
        if slip := next((slip for slip in SLIPS if sign and sign in slip.signs), None):
            return slip.hint
    return message("indent with spaces, keep the keys of one entry in one column, and quote text that holds signs like : # or [")
