"""Answers that stand in files of their own.

A path may not lead out of the knowledge directory, through a link, or to a hidden file.
"""

import posixpath
from pathlib import PurePosixPath

from kbsync.diagnostics import Rule
from kbsync.files.page import Page, decode
from kbsync.files.shapes import FileName
from kbsync.files.tree import Refusal, Tree, is_hidden
from kbsync.messages import message
from kbsync.model import to_lf

__all__ = ["Answers"]


class Answers:
    """Reads answer files, each once; ``pages`` are those with faults of their own."""

    def __init__(self, tree: Tree, shown_as: str) -> None:
        self.pages: list[Page] = []
        self._tree = tree
        self._shown_as = shown_as
        self._texts: dict[str, str | None] = {}

    def text(self, page: Page, file: FileName) -> str | None:
        """The text of the file that ``page`` names, normalised like any other; None and a fault where there is none."""
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), file.path))
        if file.path.startswith("/") or "\\" in file.path or name.split("/")[0] == ".." or is_hidden(name):
            said = message("the path leads out of the knowledge directory or to a hidden file")
            hint = message("write a path relative to this file, with forward slashes")
            page.fault(Rule.KB310, said, file.node, hint=hint)
            return None
        if name not in self._texts:
            self._texts[name] = self._read(page, file, name)
        return self._texts[name]

    def _read(self, page: Page, file: FileName, name: str) -> str | None:
        try:
            data = self._tree.read(name)
        except Refusal as refusal:
            page.fault(Rule.KB310, refusal.said, file.node)
            return None
        own = Page(str(PurePosixPath(self._shown_as, name)), name)
        text = decode(own, data)
        if text is None:
            self.pages.append(own)
            return None
        if not text.strip():
            page.fault(Rule.KB116, message("the file is empty"), file.node)
            return None
        return to_lf(text).removesuffix("\n")
