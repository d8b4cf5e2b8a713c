"""The types of values: each reads a node, reports its faults, and has the equivalent JSON Schema.

A mapping is read against the table of its keys, which finds unknown, repeated and missing keys.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from kbsync.diagnostics import Location, Related, Rule
from kbsync.display import shorten
from kbsync.files.parse import FLOAT, INTEGER, ListNode, MapNode, Node, Scalar, is_plain, scalar_text
from kbsync.files.source import SourceFile
from kbsync.files.syntax import foreign_sign, missing_colon, quoting
from kbsync.messages import Message, message

__all__ = ["closest"]

T = TypeVar("T")

TEXT_SCHEMA: Final[Mapping[str, Any]] = {"type": ["string", "number", "boolean"], "minLength": 1, "pattern": r"\S"}
"""Numbers and booleans are valid where text is expected, as for the reader; an editor would otherwise reject ``1.10``."""

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})

CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Characters that only an escape in double quotes can hold and no customer can read; a lone surrogate cannot even be sent."""

SECRET: Final = re.compile("secret|sig|pass|token|credential", re.IGNORECASE)
"""Keys whose value had better not be repeated anywhere; no table has one."""


class TextAt(NamedTuple):
    """A text and where it stands."""

    text: str
    node: Node
    source: SourceFile

    @property
    def location(self) -> Location:
        """The place for people."""
        return self.source.location(self.node)

    def fault(self, rule: Rule, said: Message, *, hint: Message | None = None, other: "TextAt | None" = None) -> None:
        """Report an error in it, together with the place of another text that it does not go with."""
        related = () if other is None else (Related(other.location, message("the other one")),)
        self.source.fault(rule, said, self.node, hint=hint, related=related)


@dataclass(frozen=True, slots=True)
class ValueType(Generic[T]):
    """One type of value. ``read`` gives a node's value, None where it reported a fault; ``schema`` is JSON Schema 2020-12."""

    read: Callable[[Node, SourceFile], T | None]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """One key of a mapping. ``about`` is a sentence for the person who has just typed it in an editor."""

    name: str
    type: ValueType[T]
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one sort of mapping, in the order in which ``fmt`` puts them; ``name`` is what people call it."""

    name: str
    keys: tuple[Key[Any], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys by name."""
        return tuple(key.name for key in self.keys)


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping whose keys have been checked. Each value is read, and its faults reported, when it is asked for."""

    table: Table
    source: SourceFile
    node: MapNode
    nodes: dict[str, Node]

    def get(self, key: Key[T]) -> T | None:
        """The value of a key; None where the key is absent or its value faulty."""
        node = self.nodes.get(key.name)
        return None if node is None else key.type.read(node, self.source)

    def has(self, key: Key[Any]) -> bool:
        """Whether the key is present, with any value."""
        return key.name in self.nodes

    def values(self) -> dict[str, Any]:
        """Every value that is there and free of faults, by its key; texts as plain strings."""
        found = {key.name: self.get(key) for key in self.table.keys}
        return {name: _plain(value) for name, value in found.items() if value is not None}

    def missing(self, key: Key[Any]) -> None:
        """Report that a key is not there."""
        self.source.fault(Rule.KB113, message("the key {key} is missing", key=key.name), self.node)


def read_record(node: Node, source: SourceFile, table: Table) -> Record | None:
    """Check the keys of a mapping; None, with a fault, for anything else."""
    if type(node) is not MapNode:
        said = message("keys with values are expected here: {names}", names=", ".join(table.names))
        begun = missing_colon(node.value, table.names) if type(node) is Scalar and is_plain(node) else None
        source.fault(Rule.KB112, said, node, hint=begun.hint if begun else None)
        return None
    names = table.names
    record = Record(table, source, node, {})
    meant: set[str] = set()
    for key, value in entries(node, source):
        if key.text in names:
            record.nodes[key.text] = value
        else:
            meant.update(_unknown(key, value, table))
    for one in table.keys:
        if one.required and one.name not in record.nodes and one.name not in meant:
            record.missing(one)
    return record


def entries(node: MapNode, source: SourceFile) -> Iterator[tuple[TextAt, Node]]:
    """The entries of a mapping by their names; merge keys, repeated keys and keys that are no text are reported and left out."""
    seen: dict[str, Node] = {}
    for key, value in node.pairs():
        if type(key) is not Scalar:
            source.fault(Rule.KB112, message("a key must be text"), key)
        elif key.value == "<<" and is_plain(key):
            hint = message("YAML 1.2 has no merge keys: write the entries out")
            source.fault(Rule.KB107, message("entries cannot be merged with <<"), key, hint=hint)
        elif (first := seen.get(key.value)) is not None:
            said = message("the key {key} stands here twice", key=shorten(key.value))
            source.fault(Rule.KB104, said, key, related=(Related(source.location(first), message("the first one")),))
        else:
            seen[key.value] = key
            yield TextAt(key.value, key, source), value


def read_text(node: Node, source: SourceFile) -> TextAt | None:
    """The text of a node; None, with a fault, for a list, a mapping, null, or blanks."""
    if type(node) is not Scalar:
        quoted = quoting(source, (node.start_mark.line, node.start_mark.column))
        hint = quoted or message("text that looks like a list or a mapping must stand in quotes")
        source.fault(Rule.KB112, message("text is expected here"), node, hint=hint)
        return None
    text = scalar_text(node.value, node.style)
    if text in NULLS and is_plain(node):
        if text:
            hint = message("if the word is meant, put it in quotes")
            source.fault(Rule.KB116, message("{word} means no value, but text is expected", word=text), node, hint=hint)
        else:
            source.fault(Rule.KB116, message("the text is missing"), node)
    elif not text or text.isspace():
        source.fault(Rule.KB116, message("the text is empty"), node)
    elif node.style == '"' and (found := CONTROL.search(text)):
        source.fault(Rule.KB103, message("the text contains the character {code}", code=f"U+{ord(found[0]):04X}"), node)
    else:
        return TextAt(text, node, source)
    return None


TEXT: Final = ValueType(read_text, TEXT_SCHEMA)
"""Text with something to read in it."""


def texts(*, single: bool = False) -> ValueType[tuple[TextAt, ...]]:
    """A list of texts, of those that can be read; where ``single`` also one text alone."""

    def read(node: Node, source: SourceFile) -> tuple[TextAt, ...] | None:
        if type(node) is ListNode:
            return tuple([found for item in node.children if (found := read_text(item, source)) is not None])
        if single and type(node) is Scalar:
            found = read_text(node, source)
            return () if found is None else (found,)
        source.fault(Rule.KB112, message("a list of texts is expected here"), node, hint=_as_list(node))
        return None

    several = {"type": "array", "items": TEXT_SCHEMA}
    return ValueType(read, {"anyOf": [TEXT_SCHEMA, several]} if single else several)


def _read_boolean(node: Node, source: SourceFile) -> bool | None:
    if type(node) is Scalar and is_plain(node) and node.value.lower() in ("true", "false"):
        return bool(node.value.lower() == "true")
    hint = message("write true or false, without quotes")
    source.fault(Rule.KB112, message("true or false is expected here"), node, hint=hint)
    return None


BOOLEAN: Final = ValueType(_read_boolean, {"type": "boolean"})
"""True or false and no other word for it."""


def integer(minimum: int, maximum: int) -> ValueType[int]:
    """A whole number between two bounds, both allowed; ``017`` is seventeen."""

    def read(node: Node, source: SourceFile) -> int | None:
        value = _whole(node)
        if value is None:
            source.fault(
                Rule.KB112, message("a whole number is expected here"), node, hint=message("write digits, without quotes")
            )
        elif not minimum <= value <= maximum:
            said = message("{value} is not between {minimum} and {maximum}", value=value, minimum=minimum, maximum=maximum)
            source.fault(Rule.KB114, said, node)
        else:
            return value
        return None

    return ValueType(read, {"type": "integer", "minimum": minimum, "maximum": maximum})


def version(known: int) -> ValueType[int]:
    """The version of a format; this kbsync knows one."""
    exact = integer(known, known)

    def read(node: Node, source: SourceFile) -> int | None:
        if _whole(node) in (None, known):
            return exact.read(node, source)
        hint = message("write version: {version}, or install a newer kbsync", version=known)
        source.fault(Rule.KB114, message("this kbsync reads version {version}", version=known), node, hint=hint)
        return None

    return ValueType(read, exact.schema)


def number(maximum: float) -> ValueType[float]:
    """A number above 0 and not above ``maximum``."""

    def read(node: Node, source: SourceFile) -> float | None:
        if type(node) is not Scalar or not is_plain(node) or not FLOAT.fullmatch(node.value):
            source.fault(Rule.KB112, message("a number is expected here"), node, hint=message("write digits, without quotes"))
            return None
        if 0 < float(node.value) <= maximum:
            return float(node.value)
        said = message("{value} is not above 0 and at most {maximum}", value=node.value, maximum=f"{maximum:g}")
        source.fault(Rule.KB114, said, node)
        return None

    return ValueType(read, {"type": "number", "exclusiveMinimum": 0, "maximum": maximum})


def choice(words: Mapping[str, T], instead: Mapping[str, str] = MappingProxyType({})) -> ValueType[T]:
    """One of a few words, each with what it means. An editor reads digits as numbers.

    ``instead`` are words that people write in place of one of them.
    """

    def read(node: Node, source: SourceFile) -> T | None:
        text = scalar_text(node.value, node.style) if type(node) is Scalar else ""
        if text in words:
            return words[text]
        said = message("one of these is expected here: {known}", known=", ".join(words))
        source.fault(Rule.KB114, said, node, hint=closest(instead.get(text.lower(), text), words))
        return None

    return ValueType(read, {"enum": [*words, *(int(word) for word in words if word.isdigit())]})


def record(table: Table) -> ValueType[Record]:
    """A mapping of one table."""
    return ValueType(lambda node, source: read_record(node, source, table), _reference(table))


def records(table: Table) -> ValueType[Iterator[Record]]:
    """A list of mappings of one table, of those that are mappings; each is looked at when it is its turn."""

    def read(node: Node, source: SourceFile) -> Iterator[Record] | None:
        if type(node) is ListNode:
            return (found for item in node.children if (found := read_record(item, source, table)) is not None)
        source.fault(Rule.KB112, message("a list is expected here"), node, hint=_as_list(node))
        return None

    return ValueType(read, {"type": "array", "items": _reference(table)})


def named(table: Table) -> ValueType[tuple[tuple[TextAt, Node], ...]]:
    """A mapping from free names to mappings of one table, each name once; reading those is left to the caller."""

    def read(node: Node, source: SourceFile) -> tuple[tuple[TextAt, Node], ...] | None:
        if type(node) is MapNode:
            return tuple(entries(node, source))
        source.fault(Rule.KB112, message("names with a value each are expected here"), node)
        return None

    return ValueType(read, {"type": "object", "additionalProperties": _reference(table)})


def closest(word: str, known: Iterable[str]) -> Message | None:
    """A hint with the known word that was probably meant, if one is near."""
    found = _nearest(word, known)
    if found and not found[0][-1:].isalnum():
        return message("did you mean “{word}”?", word=found[0])
    return message("did you mean {word}?", word=found[0]) if found else None


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(word[:80], list(known), n=1)


def _as_list(node: Node) -> Message:
    """The hint for a node that should be a list."""
    if type(node) is Scalar and is_plain(node):
        if node.value in NULLS:
            return message("write [] where there are none")
        if foreign := foreign_sign(node.value):
            return foreign
    return message("begin each entry with a hyphen and a space")


def _reference(table: Table) -> Mapping[str, Any]:
    return {"$ref": f"#/$defs/{table.name}"}


def _whole(node: Node) -> int | None:
    if type(node) is not Scalar or not is_plain(node) or not INTEGER.fullmatch(node.value):
        return None
    return int(node.value, 0 if node.value[:2] in ("0o", "0x") else 10)


def _plain(value: object) -> object:
    if isinstance(value, TextAt):
        return value.text
    return tuple(_plain(one) for one in value) if isinstance(value, tuple) else value


def _unknown(key: TextAt, value: Node, table: Table) -> list[str]:
    """Report a key; the known one that was probably meant is returned, so that it is not called missing as well."""
    begun = missing_colon(key.text, table.names)
    meant = [begun.key] if begun else _nearest(key.text, table.names)
    name = key.text
    if SECRET.search(name):
        name = re.split("[:=]", name)[0]
        key.source.hide(key.node)
        key.source.hide(value)
        hint = message("secrets come from the environment: take this one out, and replace it with a new one if it was committed")
    elif begun:
        hint = begun.hint
    elif meant:
        hint = message("did you mean {word}?", word=meant[0])
    else:
        hint = message("known keys: {names}", names=", ".join(table.names))
    key.fault(Rule.KB111, message("{key} is not a key of {table}", key=shorten(name), table=table.name), hint=hint)
    return meant
