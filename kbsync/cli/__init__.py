"""The command line: options to settings, one call, an exit code. Nothing is decided here, and nothing else prints.

Commands import what they use when they use it, because start-up is dominated by imports.
"""

import sys
from collections.abc import Sequence

from kbsync.cli.app import application, run

__all__ = ["application", "main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))
