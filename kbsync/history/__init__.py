"""Git as memory and referee: the base of a plan, the mark of what was applied, the lock of a target. Nothing here knows YAML.

The lock is imported from its own modules (``lock``, ``renewer``), because most commands do without it.
"""

from kbsync.history.applied import advance_applied, read_applied
from kbsync.history.base import Base, find_base
from kbsync.history.repository import Repository
from kbsync.history.snapshot import snapshot

__all__ = ["Base", "Repository", "advance_applied", "find_base", "read_applied", "snapshot"]
