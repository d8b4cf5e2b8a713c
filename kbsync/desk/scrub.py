"""Foreign text made fit to be shown: no signatures, no control characters, not endless.

Which text is foreign is the caller's knowledge; nothing else is done to it.
"""

import re

__all__ = ["scrub"]

LONGEST = 300
"""Characters that are kept of what the service or the network layer says."""

SIGNATURE = re.compile(
    r"""
    (?<=usersig=) [^&\s"'<>]+           # in a query string
    | \b e[AFJN] (?: [\w*+/=-] | %[0-9A-Fa-f]{2} ){40,}    # how zlib's four headers begin in base64
    """,
    re.VERBOSE,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def scrub(text: str) -> str:
    """One line without signatures, terminal escapes and direction marks, cut off after 300 characters."""
    line = SIGNATURE.sub("***", CONTROL.sub(" ", text)).strip()
    return line if len(line) <= LONGEST else line[:LONGEST] + "…"
