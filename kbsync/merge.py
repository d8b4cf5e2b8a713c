"""What is to be changed in the files of a directory, as values: a pull decides it, and the files are edited by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kbsync.diagnostics import Location
from kbsync.model import CategoryPath, Content
from kbsync.plan import Field

__all__ = ["Edit", "Merge"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A declared question, by the place of its text, that takes over some fields of ``content``.

    ``earlier`` are texts that come under its ``previously``.
    """

    location: Location
    content: Content
    fields: tuple[Field, ...]
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """All changes at once. ``removed`` are places of questions; ``added`` questions come in the order in which they are written.

    ``lines`` are, by such a place, the texts that come under ``removed`` of the document where the question stood.

    ``renamed`` maps a declared category to its new path, for parents and children each; ``dropped`` categories leave the tree;
    ``declared`` ones are new in it.
    """

    edits: tuple[Edit, ...] = ()
    removed: tuple[Location, ...] = ()
    added: tuple[Content, ...] = ()
    renamed: Mapping[CategoryPath, CategoryPath] = field(default_factory=dict)
    dropped: frozenset[CategoryPath] = frozenset()
    declared: tuple[CategoryPath, ...] = ()
    lines: Mapping[Location, tuple[str, ...]] = field(default_factory=dict)
