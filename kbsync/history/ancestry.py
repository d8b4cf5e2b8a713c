"""What history tells of a directory: which commits brought a text into its files or took it out, and where it was before."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from kbsync.history.git import DIFF, NETWORK_SECONDS
from kbsync.history.repository import Repository

__all__ = ["commits_touching", "former_directory"]

_TOGETHER = 40
"""Texts that are looked for at once: each search goes through the whole history, and a longer pattern makes it slower."""
_LONGEST = 200
"""Characters of a text that are looked for."""
_UNSURE = re.compile(r"[\"'\\\x00-\x08]+")
"""What a file may write otherwise than it reads."""
_SPECIAL = re.compile(r"[.\[\\()*+?{|^$]")


def commits_touching(repository: Repository, commit: str, directory: Path, texts: Iterable[str]) -> Iterator[str]:
    """The commits up to ``commit``, newest first for each group of texts, that changed how often one of them stands there.

    A text may be folded over lines in its file. Raises HistoryUnavailable.
    """
    path = repository.inside(directory) or "."
    patterns = [pattern for text in texts if (pattern := _pattern(text))]
    for start in range(0, len(patterns), _TOGETHER):
        group = patterns[start : start + _TOGETHER]
        answer = repository.git.run(
            "log", "--format=%H", *DIFF, "--pickaxe-regex", f"-S{'|'.join(group)}", commit, "--", path, seconds=NETWORK_SECONDS
        )
        yield from answer.text.split()


def former_directory(repository: Repository, commit: str, directory: Path, *, known_by: str) -> Path | None:
    """Where a directory was at an earlier commit, told by a file of it that was renamed since; None where git tells of none."""
    path = repository.inside(directory)
    options = ("-r", "-z", "--find-renames", "--diff-filter=R", "--name-status", *DIFF)
    answer = repository.git.run("diff-tree", *options, commit, "HEAD", seconds=NETWORK_SECONDS)
    words = answer.output.decode("utf-8", "surrogateescape").split("\0")
    renamed = dict(zip(words[2::3], words[1::3], strict=False))
    former = renamed.get(f"{path}/{known_by}" if path else known_by, "")
    if PurePosixPath(former).name != known_by:
        return None
    return repository.root / PurePosixPath(former).parent


def _pattern(text: str) -> str:
    """The longest part of a text that every file writes as it is, as git's extended regular expression; empty without any."""
    part = max(_UNSURE.split(text), key=len)[:_LONGEST].strip()
    return "[[:space:]]+".join(_SPECIAL.sub(r"\\\g<0>", word) for word in part.split())
