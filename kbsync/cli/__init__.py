"""The command line: options to settings, one call, an exit code. Nothing is decided here, and nothing else prints.

Commands import what they use when they use it, because start-up is dominated by imports.
"""

from kbsync.cli.app import application, main

__all__ = ["application", "main"]
