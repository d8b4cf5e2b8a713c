"""What a CI runner would carry out if it stood in a log, and the ways to show it that make it mere text.

Orders of our own are made in ``github_commands`` and do not pass here.
"""

import re

__all__ = ["ORDER", "harmless", "harmless_json", "harmless_markup"]

ORDER = re.compile(r"(?:^|(?<=\r))[^\S\r\n]*(?=::)|##\w*(?=\[)", re.MULTILINE)
"""``::add-mask::`` at the start of a line, which the runner trims, and ``##[error]`` or ``##vso[…]`` anywhere in it."""

_START = re.compile(r"((?:^|(?<=\r))[^\S\r\n]*):(?=:)", re.MULTILINE)
_OLD_FORM = re.compile(r"##(?=\w*\[)")


def harmless(text: str) -> str:
    """Text for people: a dot stands where an order would begin or end its name. Doing it twice changes nothing more."""
    return ORDER.sub(r"\g<0>·", text)


def harmless_json(text: str) -> str:
    """A JSON document that says the same and holds no order; none of its lines can begin with a colon as it is."""
    return _OLD_FORM.sub(r"#\\u0023", text)


def harmless_markup(text: str) -> str:
    """An HTML or XML document that says the same and holds no order."""
    return _OLD_FORM.sub("#&#35;", _START.sub(r"\g<1>&#58;", text))
