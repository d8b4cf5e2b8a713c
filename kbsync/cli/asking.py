"""Asks the person at the terminal for consent. Who is asked what, and what follows, is the commands' business."""

import sys

from kbsync.cli.screen import Screen
from kbsync.messages import Message

__all__ = ["confirms", "is_interactive"]

YES = ("y", "yes", "是")
"""What counts as consent, letter case aside."""


def is_interactive() -> bool:
    """Whether there is a terminal to ask; a closed standard input is none."""
    return sys.stdin is not None and sys.stdin.isatty()


def confirms(screen: Screen, question: Message) -> bool:
    """Ask on stderr, so that stdout holds the result alone; an empty line, anything else and the end of input mean no."""
    screen.prompt(question)
    return sys.stdin.readline().strip().lower() in YES
