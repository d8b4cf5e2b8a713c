"""The Chinese catalogue: ``python -m tests.catalogue`` brings it up to date with the source, and compiles it.

New messages come in without a translation, those that nobody says any more go, and what is left to translate is listed.
"""

import ast
from collections.abc import Container, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import kbsync

__all__ = ["PO", "extracted", "read", "store"]

ROOT = Path(kbsync.__file__).parent
PO = ROOT / "locale" / "zh_CN" / "LC_MESSAGES" / "kbsync.po"

METHODS = [("**.py", "tests.catalogue:calls"), ("**.jinja", "jinja2")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"message": None, "words": None, "plural": (1, 2)}
"""The functions that say something, with the places of their templates: the first, or one and any other number."""

DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in the header, so that the same messages give the same bytes."""


def calls(
    file: IO[bytes], keywords: Container[str], comment_tags: object, options: object
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """A method for Babel: the calls in a Python file by its syntax tree, because Babel's own overlooks those in f-strings."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and node.args and (name := called(node)) in keywords:
            yield from ((node.lineno, name, found, []) for found in templates(node))


def called(node: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def templates(node: ast.Call) -> Iterator[list[str | None]]:
    """The templates of a call: two where a condition chooses, None in place of what is no literal."""
    first, *others = node.args
    chosen = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
    return ([_literal(each) for each in (one, *others)] for one in chosen)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def extracted() -> Iterator[tuple[str, ...]]:
    """Every message of the source, one that depends on a number with both its templates."""
    for _, _, found, _, _ in extract_from_dir(ROOT, METHODS, {"**.jinja": {"silent": "false"}}, KEYWORDS):
        yield found if isinstance(found, tuple) else (found,)


def read() -> Catalog:
    """The catalogue as it is kept."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def store(translations: dict[tuple[str, ...], str]) -> list[str]:
    """Write the catalogue of what is said now, in both its forms, and give what has no translation."""
    catalogue = Catalog(
        "zh_CN",
        header_comment="# The words of kbsync in Chinese; python -m tests.catalogue brings them up to date.",
        project="kbsync",
        version="1",
        msgid_bugs_address="none",
        creation_date=DATE,
        revision_date=DATE,
        last_translator="none",
        language_team="none",
        fuzzy=False,
    )
    for said in extracted():
        told = translations.get(said, "")
        catalogue.add(said if len(said) > 1 else said[0], [told] if len(said) > 1 else told)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True)
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return sorted(" | ".join(said) for said in {*extracted()} if not translations.get(said))


def translations() -> dict[tuple[str, ...], str]:
    """What the catalogue has translated so far; Chinese has one form for every number."""
    found = {}
    for each in read():
        said = (each.id,) if isinstance(each.id, str) else tuple(each.id)
        told = each.string if isinstance(each.string, str) else (each.string or ("",))[0]
        if said != ("",):
            found[said] = told
    return found


def main() -> None:
    """Bring the catalogue up to date."""
    for left in store(translations() if PO.exists() else {}):
        print(f"not translated: {left}")  # noqa: T201  (a tool of the command line)


if __name__ == "__main__":
    main()
