"""YAML text to a tree of nodes with places: only what every YAML file must obey, bounded in depth and in size.

Scalars are read by the core rules of YAML 1.2; the parser itself knows 1.1. PyYAML's own
composers are not used: they recurse, and the C one takes the whole process down at some ten thousand levels. Events are safe at
any depth, cost less, and a loop over them with a stack of our own may stop at the first level too many.
"""

import re
from collections.abc import Callable, Collection, Iterator
from itertools import product
from typing import TYPE_CHECKING, Any, Final, cast, final

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from kbsync.diagnostics import Rule
from kbsync.display import shorten
from kbsync.files.source import SourceFile, YamlMark
from kbsync.files.syntax import begun_at, moved_back, noticed_at, report_syntax, straighten
from kbsync.messages import message
from kbsync.model import MAX_FILE_BYTES, to_lf

INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
"""Integers of the core schema (yaml.org/spec/1.2.2/#1032-tag-resolution), as long as they fit in 64 bits."""

FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
"""Finite floats of the core schema."""

MAX_DEPTH = 50
"""Levels of nesting; a knowledge file needs six."""

MAX_BROKEN = 20
"""Documents of one file whose faults of syntax are reported; each costs a walk over the lines before it."""

READ_AS = ("", "? ", "- ")
"""What a line is read as where its end is cut off: in the column of other keys or dashes it could else only be a key, and the
colon of that may be in what was cut off."""


if TYPE_CHECKING:

    @final
    class Scalar:
        """What the reader relies on in a scalar event; the stubs leave half of it open."""

        start_mark: YamlMark
        end_mark: YamlMark
        anchor: str | None
        tag: str | None
        implicit: tuple[bool, bool]
        value: str
        style: str | None

else:
    Scalar = yaml.ScalarEvent
    """A scalar is its event: making another object for each costs a fifth of the whole reading time."""


ALLOWED_TAGS = {
    Scalar: ("!", "tag:yaml.org,2002:str"),
    yaml.MappingStartEvent: ("!", "tag:yaml.org,2002:map"),
    yaml.SequenceStartEvent: ("!", "tag:yaml.org,2002:seq"),
}


class _Branch:
    """What maps and lists have in common; ``children`` are all nodes in order, in a map key and value by turns."""

    __slots__ = ("children", "end_mark", "start_mark")

    def __init__(self, start_mark: YamlMark, end_mark: YamlMark) -> None:
        self.start_mark = start_mark
        self.end_mark = end_mark
        self.children: list[Node] = []


@final
class MapNode(_Branch):
    """A mapping, with keys as they stand, repeated ones too."""

    __slots__ = ()

    def pairs(self) -> Iterator[tuple["Node", "Node"]]:
        """Each key with its value."""
        return zip(self.children[::2], self.children[1::2], strict=True)


@final
class ListNode(_Branch):
    """A sequence."""

    __slots__ = ()


Node = Scalar | MapNode | ListNode


class _RestRefused(Exception):
    """The rest of the file cannot be read; the reason has been reported."""


Events = Callable[[bytes], Callable[[], Any]]
"""Takes a text and gives what gives its events, one at a time and None at last."""


def documents(source: SourceFile, *, keys: Collection[str] = (), parser: Events | None = None) -> tuple[Node, ...]:
    """The root of every document of a file, without empty ones.

    A fault of syntax is reported to the file and costs its document; one that would make reading dangerous costs the rest too.
    ``keys`` are the known ones, so that hints can name the one that was meant. ``parser`` is libyaml's where there is libyaml.
    """
    parser = parser or (with_libyaml if yaml.__with_libyaml__ else without_libyaml)
    straighten(source, keys)
    composer = _Composer(source)
    data, begun = source.data, 0
    for _ in range(MAX_BROKEN):
        try:
            composer.run(parser(data), begun)
        except yaml.YAMLError as error:
            first = _first_error(source, error, begun, composer, parser)
            if first is None:
                break
            line, column = report_syntax(source, first, keys, composer.reached)
            # A fault noticed at the dashes themselves is one of the document before them.
            rest = source.rest(max(begun, line if column else line - 1))
        except _RestRefused:
            break
        else:
            break
        if rest is None:
            break
        begun, data = rest
    return tuple(composer.roots)


def with_libyaml(data: bytes) -> Callable[[], Any]:
    """The parser in C."""
    from yaml import cyaml  # noqa: PLC0415 - absent where PyYAML was built without libyaml

    return cast("Callable[[], Any]", cyaml.CSafeLoader(data).get_event)


def without_libyaml(data: bytes) -> Callable[[], Any]:
    """The parser in Python."""
    return _PureParser(data).get_event


def is_plain(node: Scalar) -> bool:
    """Whether it stands without quotes, block sign and tag, so that it could be more than text."""
    return node.implicit[0] and node.tag is None


def scalar_text(value: str, style: str | None) -> str:
    r"""The text of a scalar: line ends are LF, and the one line end that closes a block scalar is dropped.

    ``|`` and ``>`` end with a line end because of how a block is written, not because somebody meant it; with ``|+`` the further
    ones are meant and stay, as does a line end written ``"\n"``. Nothing is trimmed, no other character is changed.
    """
    return value.removesuffix("\n") if style in ("|", ">") else to_lf(value)


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python, for builds without libyaml: the same events, some thirty times slower."""

    def __init__(self, data: bytes) -> None:
        Reader.__init__(self, data)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Any:
        """The next event; an escape beyond the last character is a syntax error here too, and not the interpreter's own."""
        try:
            return super().get_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
        except (ValueError, OverflowError):
            raise ScannerError(None, None, "an escape that names no character", self.get_mark()) from None


def _first_error(
    source: SourceFile, error: yaml.YAMLError, begun: int, composer: "_Composer", parser: Events
) -> yaml.YAMLError | None:
    """What is wrong first: the error itself or one before it; None where that is the nesting, which is then reported.

    The parser looks ahead of its events for the colon that makes a key, and what it finds wrong there differs from release to
    release: libyaml has a limit of nesting since 0.2.6. So where the text ahead may nest too deep, it is read again without its
    end: up to what was noticed, up to the line end before it, up to what was begun last.
    """
    noticed, key = noticed_at(error, composer.reached), begun_at(error)
    ahead = source.until(composer.reached, noticed)
    if composer.depth + ahead.count(b"[") + ahead.count(b"{") <= MAX_DEPTH:
        return error
    ends = {noticed, min(noticed, (key[0], len(source.line(key[0])))), key} if key else {noticed}
    for end, sign in product(sorted(ends, reverse=True), READ_AS):
        again = _Composer(SourceFile(source.path, source.name, source.data))
        moved = (end[0], len(sign))
        try:
            again.run(parser(source.until(begun, end, sign)), begun)
        except yaml.YAMLError as other:
            earlier = moved_back(other, *moved)
            if ((end[0], source.margin(end[0])) if sign else (0, 0)) <= noticed_at(earlier, again.reached) < end:
                composer.adopt(again, *moved)
                return earlier
        except _RestRefused:
            composer.adopt(again, *moved)
            return None
    return error


class _Composer:
    """Builds the trees of one file. ``_anchors`` maps a name to its node, or to None while that node is still open."""

    def __init__(self, source: SourceFile) -> None:
        self.roots: list[Node] = []
        self._source = source
        self._begun = self._told_before = 0
        self._open_nodes: list[tuple[Callable[[Node], None], str | None, MapNode | ListNode]] = []
        self._anchors: dict[str, Node | None] = {}
        self._sizes: dict[int, int] = {}
        self._written_out = 0

    @property
    def depth(self) -> int:
        """How many levels are open."""
        return len(self._open_nodes)

    @property
    def reached(self) -> int:
        """The line of the last node that was read, or that the text begins on where there was none."""
        if self._open_nodes:
            node = self._open_nodes[-1][2]
            return (node.children[-1] if node.children else node).start_mark.line
        return max(self._begun, self.roots[-1].end_mark.line if self.roots else 0)

    def adopt(self, other: "_Composer", moved: int, by: int) -> None:
        """Report what another found in the same document, where one line was moved to the right."""
        for fault in other._source.faults[len(self._source.faults) - self._told_before :]:  # noqa: SLF001 - its own kind
            line, column = fault.location.line - 1, fault.location.column - 1
            place = (line, column - by if line == moved else column)
            self._source.fault_at(fault.rule, fault.message, place, width=fault.width, hint=fault.hint)

    def run(self, get_event: Callable[[], Any], begun: int) -> None:
        """Read what begins on a line to the end. The hot loop of the reader: one round for each scalar of the knowledge."""
        self._forget()
        self._open_nodes.clear()
        self._begun = begun
        self._told_before = len(self._source.faults)
        document: list[Node] = []
        add = document.append
        while (event := get_event()) is not None:
            kind = type(event)
            if kind is Scalar:
                if event.tag is not None or event.anchor is not None:
                    self._decorated(event, event)
                add(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                add = self._begin(event, add)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                add, anchor, node = self._open_nodes.pop()
                if anchor is not None:
                    self._anchors[anchor] = node
            elif kind is yaml.AliasEvent:
                add(self._resolve(event))
            elif kind is yaml.DocumentEndEvent:
                self._finish(document)
                document.clear()

    def _begin(self, event: Any, add: Callable[[Node], None]) -> Callable[[Node], None]:
        node = (MapNode if type(event) is yaml.MappingStartEvent else ListNode)(event.start_mark, event.end_mark)
        self._decorated(event, None)
        if len(self._open_nodes) >= MAX_DEPTH:
            self._source.fault(Rule.KB109, message("more than {limit} levels of nesting", limit=MAX_DEPTH), node)
            raise _RestRefused
        add(node)
        self._open_nodes.append((add, event.anchor, node))
        return node.children.append

    def _finish(self, document: list[Node]) -> None:
        self._forget()
        root = document[0]
        if type(root) is not Scalar or root.value or root.style in ("'", '"'):
            self.roots.append(root)

    def _forget(self) -> None:
        """What has a name in one document has none in the next."""
        self._anchors.clear()
        self._sizes.clear()

    def _decorated(self, event: Any, node: Node | None) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        if event.tag is not None and event.tag not in ALLOWED_TAGS[type(event)]:
            self._source.fault(
                Rule.KB106,
                message("the tag {tag} is not allowed here", tag=shorten(event.tag)),
                event,
                hint=message(
                    "remove the tag: what a value is follows from its key; text that begins with ! must stand in quotes"
                ),
            )

    def _resolve(self, event: Any) -> Node:
        name = event.anchor
        node = self._anchors.get(name)
        if node is None:
            return self._unknown(event, name)
        self._written_out += self._size(node)
        if self._written_out > MAX_FILE_BYTES:
            said = message("written out, the aliases would make more than {limit} MiB of text", limit=MAX_FILE_BYTES >> 20)
            self._source.fault(Rule.KB108, said, event)
            raise _RestRefused
        return node

    def _unknown(self, event: Any, name: str) -> Node:
        said = (
            message("the alias {alias} stands inside of what it repeats", alias=f"*{name}")
            if name in self._anchors
            else message("the alias {alias} repeats nothing: no {anchor} stands before it", alias=f"*{name}", anchor=f"&{name}")
        )
        self._source.fault(Rule.KB108, said, event, hint=message("write the value out, or put it in quotes if it is text"))
        placeholder: Any = yaml.ScalarEvent(None, None, (False, True), f"*{name}", event.start_mark, event.end_mark, style="'")
        return cast("Scalar", placeholder)

    def _size(self, node: Node) -> int:
        """Characters and nodes below a node, aliases written out.

        Recursion ends soon: a node below was opened in this file (MAX_DEPTH), or repeated by an alias that was measured then.
        """
        known = self._sizes.get(id(node))
        if known is None:
            known = 1 + (len(node.value) if type(node) is Scalar else sum(self._size(child) for child in node.children))
            self._sizes[id(node)] = known
        return known
