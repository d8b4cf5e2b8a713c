"""Which tests speak of what only a POSIX system has, so that Windows can leave them out."""

import inspect
import re
from collections.abc import Callable
from types import FunctionType
from typing import Any

__all__ = ["needs_posix"]

POSIX = re.compile(r"mkfifo|symlink_to|chmod|st_mode|umask|openpty|os\.kill|#!/|[\"' ]/(?:dev|proc|bin|etc)/")


def needs_posix(test: Callable[..., Any], seen: frozenset[object] = frozenset()) -> bool:
    """Whether a test, or a function beside it that it names, has a name or a path in it that Windows has not."""
    text = _source(test)
    used = [test.__globals__.get(name) for name in re.findall(r"\w+", text)]
    near = {it for it in used if isinstance(it, FunctionType) and it.__module__ == test.__module__} - seen - {test}
    return bool(POSIX.search(text)) or any(needs_posix(it, seen | near | {test}) for it in near)


def _source(test: Callable[..., Any]) -> str:
    """The text of a function with its decorators; empty for one that hypothesis made."""
    try:
        return inspect.getsource(test)
    except OSError:
        return ""
