"""Content rules over valid files."""

from kbsync.checks.rules import check

__all__ = ["check"]
