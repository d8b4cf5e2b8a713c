"""The names of the refs that kbsync keeps in a repository. What they point to is said where they are moved."""

import re

from kbsync.errors import HistoryUnavailable
from kbsync.messages import message

__all__ = ["applied_ref", "check_target", "lock_ref"]

COMPONENT = re.compile(r"(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)")
"""One component of a ref by the rules of git-check-ref-format, narrowed to letters, digits, dot, dash and underscore."""


def applied_ref(target: str) -> str:
    """The ref that names the commit which was last applied in full to a target."""
    return f"refs/kbsync/applied/{check_target(target)}"


def lock_ref(target: str) -> str:
    """The ref whose existence on the remote means that somebody applies to a target."""
    return f"refs/kbsync/lock/{check_target(target)}"


def check_target(target: str) -> str:
    """The name of a target, which must do as a component of a ref and of a file name; raises HistoryUnavailable if not."""
    if COMPONENT.fullmatch(target) is None:
        raise HistoryUnavailable(
            message("The target name {target} cannot be part of a git ref.", target=repr(target)),
            hint=message("Use letters, digits, `-`, `_` and single dots inside; the name must not end in `.lock`."),
        )
    return target
