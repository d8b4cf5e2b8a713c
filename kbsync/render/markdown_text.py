"""Text of strangers made safe inside GitHub and GitLab comments: it cannot be markup, a mention or a link.

Both sites look at a comment twice: a Markdown parser first, then filters for mentions, references and emoji over the
text of the finished HTML. Character references stop the first, an element inside the word stops the second.
"""

import re

from kbsync.display import cut, visible

NARROW = 60
"""Below this width a title only has to differ from other titles; it is too short to read."""
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~^\"]")
"""What Markdown or HTML reads as structure inside a line."""
_REFERENCE = re.compile(
    r"""
    \A[ #+=\d-]                     # an indent, a heading, a list, a rule
    | [@#!~%^](?=[\w"'{\[])           # @everyone and name@host, #12, !12, ~label, %milestone, ^alert
    | \$                             # a formula, a snippet
    | &(?=\w)                        # an epic
    | :(?=[\w+-]+: | //)             # :emoji:, https://…
    | (?<=[A-Za-z])-(?=\d)           # GH-12, JIRA-12
    | \[(?=\[)                       # [[wiki page]]
    | (?<=[Ww]{3})\.                 # www.…
    | \b[0-9a-f](?=[0-9a-f]{6,63}\b) # a commit
    """,
    re.VERBOSE,
)
"""The character at which the filters would recognise a reference, or at which the parser would begin a block."""


def text(value: str) -> str:
    """One line of a stranger's text: shown as it is written, hidden characters made visible, line ends as ``↵``."""
    return _escaped(visible(value, newlines=False))


def lines(value: str) -> str:
    """A stranger's text with its line ends kept as ``<br>``."""
    return _escaped(visible(value)).replace("\n", "<br>")


def shortened(value: str, width: int) -> str:
    """A stranger's text on one line, cut to ``width`` characters with a visible ``…``.

    A narrow one is cut in its middle, because questions that begin alike differ at their ends.
    """
    tail = (width - 1) * 2 // 5 if width < NARROW else 0
    return _escaped(cut(visible(value, newlines=False), width, tail=tail))


def code(value: str, width: int = 100) -> str:
    """A stranger's text as code, where no filter looks for references."""
    return f"<code>{_entities(cut(visible(value, newlines=False), width))}</code>"


def comment_safe(value: str) -> str:
    """A name fit for an HTML comment: 100 characters, ``~2D~`` for all but letters, digits, ``.`` and ``_``."""
    return re.sub(r"[^A-Za-z0-9._]", lambda found: f"~{ord(found[0]):X}~", value[:100])


def size(written: str) -> int:
    """How long the sites take a text to be: UTF-16 units, so that an emoji counts twice as in their own limit."""
    return len(written) + sum(character > "\uffff" for character in written)


def _escaped(value: str) -> str:
    parts: list[str] = []
    position = 0
    for found in _REFERENCE.finditer(value):
        parts += (_entities(value[position : found.start()]), f"<span>{_entities(found[0])}</span>")
        position = found.end()
    parts.append(_entities(value[position:]))
    return "".join(parts)


def _entities(value: str) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", value)
