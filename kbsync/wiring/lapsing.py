"""What git once declared and then took out: a question that stays live is not new because the base no longer has it.

The base is one commit; the commits before it are asked here, for few texts and only where the answer matters.
"""

from collections.abc import Collection
from pathlib import Path

from kbsync.diagnostics import has_errors
from kbsync.errors import HistoryUnavailable
from kbsync.files import Loaded, load_tree
from kbsync.history.pickaxe import commits_touching
from kbsync.history.repository import Repository
from kbsync.history.snapshot import snapshot

__all__ = ["find_once", "load_at"]


def load_at(commit: str, repository: Repository, directory: Path, *, shown_as: str, target: str) -> Loaded:
    """The knowledge of a directory as of a commit, with what is wrong in it. Raises HistoryUnavailable."""
    return load_tree(snapshot(repository, commit, directory), shown_as=shown_as, target=target, settings=False)


def find_once(texts: Collection[str], commit: str, repository: Repository, directory: Path, *, target: str) -> frozenset[str]:
    """Those of some texts that ``commit`` or one before it declared as questions.

    Where the history is not here, what was found so far: the rest counts as new, as it does without any history.
    """
    found: set[str] = set()
    asked = frozenset(texts)
    seen: set[str] = set()
    try:
        for other in commits_touching(repository, commit, directory, sorted(asked)):
            if found == asked:
                break
            if other in seen:
                continue
            seen.add(other)
            loaded = load_at(other, repository, directory, shown_as="", target=target)
            if not has_errors(loaded.diagnostics):
                found |= asked & {question.content.question for question in loaded.knowledge.questions}
    except HistoryUnavailable:
        pass
    return frozenset(found)
