"""The parser's errors about YAML syntax, worded with what to do.

The parser's words are known for its present releases. A later one may use others, so code and place never depend on them, and
for unknown words the hint is derived from the text.
"""

import re
import unicodedata
from collections import defaultdict
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

SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""What looks like a space and is none to YAML."""

SIGNS = "\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d\u2022\u00b7\u2023\u25aa\u25cf\u25e6*"
"""What word processors begin the entries of a list with; YAML knows the hyphen alone."""

FOREIGN_SPACE = re.compile(f"[{SPACES}]")

FOREIGN_SIGN = re.compile(rf"[{SIGNS}]|[0-9]+[.)](?=\s)")

ODD = re.compile(rf"\n *+(?:[{SPACES}{SIGNS}]|-[\w{SPACES}]|[0-9]+[.)])")
"""What a file without any such line, or such a colon, need not be looked through for."""

ODD_COLON = re.compile(f":[{SPACES}]")

VALUE = re.compile(r"\s*(?:- +)*(?P<key>question|answer|title):[ \t]+(?P<value>\S.*?)\s*")
"""A line with a key and the text that belongs to it."""

BLOCK = re.compile(r"(?P<before> *(?:- +)*)[\w-]+:[ \t]+[|>][-+0-9]*(?:[ \t]+#.*)?")
"""A line that begins a block of text, which ends with the first line that is not indented deeper."""

MORE = 4
"""How many places of one mistake are shown; who finds these finds the others."""

LINES_ABOVE = 3
"""How far up a text may begin that swallows a key; more lines are hardly one that was meant to be a key and its value."""


@dataclass(frozen=True, slots=True)
class MissingColon:
    """A known key at the beginning of a text; ``column`` is that of its colon."""

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

_QUOTES = message(
    "text after a closing quote must be inside of it; a quote that belongs to the text must be doubled, or stand in quotes of "
    "the other kind"
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
        ("that cannot start any token",),
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
"""Known errors of libyaml and PyYAML in words that can be translated; the first match counts."""


def report_syntax(source: SourceFile, error: yaml.YAMLError, keys: Collection[str], reached: int) -> tuple[int, int]:
    """Report a syntax error where it can be mended, the place where it was noticed or began as a second one.

    Returns line and column, from 0, where the parser gave up. ``keys`` are those that a file may have; ``reached`` is the
    line that was read before.
    """
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    slip = next((slip for slip in SLIPS if any(words in problem for words in slip.words)), None)
    noticed, begun = noticed_at(error, reached), begun_at(error)
    if begun and source.is_end(noticed) and not source.line(begun[0]).startswith(("[", "{", "'", '"'), begun[1]):
        noticed = begun  # a line alone that is no entry
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
    elif foreign := _foreign(source, noticed, begun or noticed):
        source.fault_at(Rule.KB105, said, (foreign[0], 0), hint=foreign[1])
    else:
        place = begun or noticed
        hint = _indentation(source, slip, noticed, keys) or quoting(source, noticed, place)
        hint = hint or (slip.hint if slip else _looks(source, noticed, place))
        related = (Related(_location(source, begun), message("it belongs to what begins here")),) if begun else ()
        source.fault_at(Rule.KB105, said, noticed, hint=hint, related=related if begun != noticed else ())
    return noticed


def straighten(source: SourceFile, keys: Collection[str]) -> None:
    """Report what only looks like the space, the hyphen or the list of YAML around a known key, and read on with what was meant.

    Without it the reader would take the line for a text, and speak of whatever does not fit after it.
    """
    text = source.data.decode("utf-8")
    if not keys or not (ODD.search(f"\n{text}") or ODD_COLON.search(text)):
        return
    words = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    structure = re.compile(
        rf"(?P<indent>[ {SPACES}]*)(?:(?P<sign>[-{SIGNS}]|[0-9]+[.)])(?P<gap>[ {SPACES}]*))?(?P<name>{words}):"
        rf"(?P<after>[{SPACES}][ {SPACES}]*|(?=[ \t]|$))"
    )
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    mended: dict[int, str] = {}
    for number, line in _outside_blocks(source):
        if (found := structure.match(line)) and (meant := _meant(number, found, places)) != found[0]:
            mended[number] = meant + line[found.end() :]
    for sign, where in places.items():
        others = [Related(_location(source, place), message("here too")) for place in where[1:MORE]]
        source.fault_at(Rule.KB105, _misread(sign), where[0], width=len(sign), hint=_remedy(sign), related=others)
    if mended:
        source.mend(mended)


def in_quotes(text: str) -> str:
    """A text of one line as a scalar in quotes, in those that need no escapes if there are such."""
    if "'" not in text and ("\\" in text or '"' in text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def foreign_sign(text: str) -> Message | None:
    """What to do about a text that begins as a list does in a word processor, or with a space that is none to YAML."""
    found = FOREIGN_SIGN.match(text) or FOREIGN_SPACE.match(text)
    return message("{sign}; {remedy}", sign=_misread(found[0]), remedy=_remedy(found[0])) if found else None


def quoting(source: SourceFile, *places: tuple[int, int]) -> Message | None:
    """A hint with a text of one line in quotes, where one of the places is inside of a text without them."""
    for line, column in places:
        text, after = source.line(line), source.line(line + 1)
        found = VALUE.fullmatch(text)
        if found is None or column < found.start("value") or found["value"].startswith(("{file", "\t")):
            continue
        value = found["value"]
        if after.strip() and source.margin(line + 1) > found.start("key"):
            return _QUOTES if value[0] in "'\"" else None
        if value[0] == '"' and "\\" in value:
            return None
        if value[0] == value[-1] in "'\"" and len(value) > 1:
            value = value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1]
        return message("put the whole text in quotes: {text}", text=f"{found['key']}: {in_quotes(value)}")
    return None


def missing_colon(text: str, keys: Iterable[str]) -> MissingColon | None:
    """The known key that a line, or the text of a value, begins with, if its colon is not one to YAML; after a dash too."""
    words = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    found = re.match(rf"\s*(?:- +)?({words})\s*(?:[：;；=]|:(?=\S))", text)
    return MissingColon(found[1], found.end() - 1) if found and words else None


def noticed_at(error: yaml.YAMLError, reached: int) -> tuple[int, int]:
    """Line and column, from 0, where the parser gave up; the line read before if it reports none."""
    return _place(getattr(error, "problem_mark", None)) or begun_at(error) or (reached, 0)


def begun_at(error: yaml.YAMLError) -> tuple[int, int] | None:
    """Line and column, from 0, where the construct begins that the parser was reading, if reported."""
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


def _outside_blocks(source: SourceFile) -> Iterator[tuple[int, str]]:
    """The lines, counted from 0, that belong to no block of text."""
    deeper: int | None = None
    for number, line in enumerate(source.lines()):
        if deeper is not None and (not line.strip(" ") or source.margin(number) > deeper):
            continue
        begun = BLOCK.fullmatch(line)
        deeper = None if begun is None else len(begun["before"])
        yield number, line


def _meant(number: int, found: re.Match[str], places: dict[str, list[tuple[int, int]]]) -> str:
    """The beginning of a line as it was meant; wrong characters are added to ``places``, by character."""
    for space in dict.fromkeys(FOREIGN_SPACE.findall(found[0])):
        places[space].append((number, found[0].index(space)))
    indent, gap, rest = _spaced(found["indent"]), _spaced(found["gap"] or ""), _spaced(found[0][found.start("name") :])
    if found["sign"] is None:
        return indent + rest
    sign = found["sign"]
    if sign != "-" or not gap:
        places[sign if len(sign) == 1 else "1."].append((number, found.start("sign")))
    return f"{indent}-{' ' * (len(sign) - 1)}{gap or ' '}{rest}"


def _spaced(text: str) -> str:
    """A text with spaces in place of what looks like them, as wide as it looks."""
    return FOREIGN_SPACE.sub(" ", text.replace("\u3000", "  "))


def _misread(sign: str) -> Message:
    """The message about a character used in place of a space or a hyphen."""
    code = f"U+{ord(sign[0]):04X} {unicodedata.name(sign[0])}"
    if sign == "-":
        return message("a space is missing behind the hyphen")
    if FOREIGN_SPACE.match(sign):
        return message("{code} is no space to YAML", code=code)
    if len(sign) > 1:
        return message("an entry begins with a number and not with a hyphen")
    return message("{sign} ({code}) is not a hyphen", sign=sign, code=code)


def _remedy(sign: str) -> Message:
    if FOREIGN_SPACE.match(sign):
        return message("replace it by spaces, all at once with find and replace; pasted text brings it along")
    return message("begin each entry with a hyphen and a space")


def _foreign(source: SourceFile, *places: tuple[int, int]) -> tuple[int, Message] | None:
    """The line, with a hint, whose margin holds another character than a space, or that a merge has left."""
    for line, _ in places:
        text = source.line(line)
        if found := FOREIGN_SPACE.search(text, 0, len(text) - len(text.lstrip())):
            return line, message("{sign}; {remedy}", sign=_misread(found[0]), remedy=_remedy(found[0]))
        if re.fullmatch(r"={7,}|\|{7}(?: .*)?", text):
            return line, message("a merge left this line: keep one of the two versions, and take the line out")
    return None


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
    """The lines of the unquoted text around a colon, upwards; none if the text begins on the colon's line."""
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
    """Whether the key above is in another column."""
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
