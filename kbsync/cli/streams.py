"""stdout and stderr as the shell hands them over: closed, full, or with a reader that has gone.

What is said on them belongs to ``screen``.
"""

import os
import sys
from codecs import lookup
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

from kbsync.errors import UnusableFile
from kbsync.messages import message

__all__ = ["steady_streams"]


@contextmanager
def steady_streams() -> Iterator[None]:
    """Until the block ends, writing to stderr never raises, and a stdout that cannot be written says so in words, once.

    It then raises BrokenPipeError where its reader has gone, else UnusableFile. What is written later is dropped.
    """
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        # Python has no stream at all where the shell closed it, as ``>&-`` does.
        result, aside = _Result(_able(sys.stdout or nowhere)), _Aside(sys.stderr or nowhere)
        with redirect_stdout(cast("TextIO", result)), redirect_stderr(cast("TextIO", aside)):
            yield


def _able(stream: TextIO) -> TextIO:
    """The same stream, which spells a sign that its locale lacks in place of giving up."""
    if isinstance(stream, TextIOWrapper):
        # ASCII is what a locale says that was never set up.
        stream.reconfigure(encoding="utf-8" if lookup(stream.encoding).name == "ascii" else None, errors="backslashreplace")
    return stream


class _Stream:
    """Passes on what is written, until that fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _drop(self) -> None:
        """Let the file behind the stream lead nowhere, or Python would try what is left once more when it ends, and complain."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


class _Aside(_Stream):
    """What is said beside the result: losing it must not stop, and not even disturb, what it tells of."""

    def write(self, text: str) -> int:
        """Write it if that can be done."""
        try:
            self._stream.write(text)
        except OSError:
            self._drop()
        except RuntimeError:
            # A signal came in the middle of another writing, and its handler cannot write into that.
            pass
        return len(text)

    def flush(self) -> None:
        """Write what waits, if that can be done."""
        try:
            self._stream.flush()
        except OSError:
            self._drop()
        except RuntimeError:
            pass


class _Result(_Stream):
    """The result: who asked for it has to know that it did not arrive."""

    def write(self, text: str) -> int:
        """Write it. Raises BrokenPipeError or UnusableFile."""
        try:
            # Click asks with an empty text whether this is a stream; a full disk must not be found, and forgotten, there.
            return 0 if text == "" else self._stream.write(text)
        except OSError as problem:
            raise self._lost(problem) from None

    def flush(self) -> None:
        """Write what waits. Raises BrokenPipeError or UnusableFile."""
        try:
            self._stream.flush()
        except OSError as problem:
            raise self._lost(problem) from None

    def _lost(self, problem: OSError) -> Exception:
        self._drop()
        if isinstance(problem, BrokenPipeError):
            return problem
        return UnusableFile(
            message("the result cannot be written to stdout: {reason}", reason=problem.strerror or "unknown reason")
        )
