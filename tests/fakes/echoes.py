"""The ways in which a service, a proxy or a log may repeat the address of a call, and the signature in it."""

import base64
import html
import json
import re
import textwrap
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

__all__ = ["ECHOES", "shows"]

SIGNS = "[^a-z0-9]+"

Echo = Callable[[str], str]


def _escaped(pattern: str) -> Echo:
    """Each character as an escape with its number."""
    return lambda address: "".join(pattern.format(ord(each)) for each in address)


def _broken(width: int, joint: str) -> Echo:
    return lambda address: joint.join(address[start : start + width] for start in range(0, len(address), width))


def _listed(pattern: str) -> Echo:
    """A list of each character's number."""
    return lambda address: " ".join(pattern.format(ord(each)) for each in address)


def _numbered(width: int) -> Echo:
    """Lines with their numbers."""
    return lambda address: "".join(
        f"{number}: {address[start : start + width]}\n" for number, start in enumerate(range(0, len(address), width), 1)
    )


def _twice(text: str) -> str:
    return quote(quote(text, safe=""), safe="")


def _lower_hex(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text)


ECHOES: Mapping[str, Echo] = {
    "as it is": lambda address: f"no such call: {address}",
    "in angle brackets": lambda address: f"<{address}>",
    "percent-encoded": lambda address: quote(address, safe=""),
    "percent-encoded, small": lambda address: _lower_hex(quote(address, safe="")),
    "percent-encoded twice": _twice,
    "percent-encoded twice, small": lambda address: _lower_hex(_twice(address)),
    "every character percent-encoded": _escaped("%{:02x}"),
    "as a form": lambda address: f"request={quote_plus(address)}&code=7",
    "joined by _": lambda address: re.sub("[^A-Za-z0-9]+", "_", address),
    "joined by -": lambda address: re.sub("[?&=]", "-", address),
    "joined by nothing": lambda address: re.sub("[^A-Za-z0-9]+", "", address),
    "in a sentence": lambda address: f"for{address.rpartition('=')[2]}of",
    "in JSON": lambda address: json.dumps({"url": address}),
    "in JSON in JSON": lambda address: json.dumps(json.dumps({"url": f"{address}\n"})),
    "in JSON, escaped": _escaped("\\u{:04x}"),
    "in a Python text": lambda address: repr(address.encode()),
    "in a Python text, escaped": _escaped("\\x{:02x}"),
    "in HTML": lambda address: f"<a href='{html.escape(address)}'>",
    "in HTML, escaped": _escaped("&#{};"),
    "in HTML, escaped twice": _escaped("&amp;#x{:X};"),
    "broken over lines": _broken(40, "\n"),
    "broken over indented lines": _broken(19, "\r\n      | "),
    "broken over lines of JSON": _broken(40, "\\n"),
    "broken over lines of HTML": _broken(30, "<br/>"),
    "broken over encoded lines": _broken(30, "%0D%0A"),
    "wrapped": lambda address: textwrap.fill(address, 30),
    "letter by letter": " ".join,
    "with invisible joints": _broken(5, "\u200b"),
    "with invisible joints of JSON": _broken(5, "\\u200b"),
    "with invisible joints of HTML": _broken(5, "&#8203;"),
    "with invisible joints of HTML, in hex": _broken(5, "&#x200b;"),
    "with invisible joints, percent-encoded": _broken(5, "%u200B"),
    "with invisible joints of Python": _broken(5, "\\N{ZERO WIDTH SPACE}"),
    "with invisible joints, braced": _broken(5, "\\u{200b}"),
    "in colours": _broken(8, "\x1b[0m\x1b[1;31m"),
    "in colours, in JSON": _broken(8, "\\u001b[38:5:1m"),
    "in colours, in a shell": _broken(8, "\\e[1m"),
    "in cleared lines": _broken(8, "\x1b[2K"),
    "in links of a terminal": _broken(8, "\x1b]8;;https://host/page\x1b\\"),
    "broken by tags": _broken(8, '</span><span class="line line-number-2" id="L2">'),
    "broken by comments": _broken(8, "<!-- a line that is too long ends here -->"),
    "quoted-printable": lambda address: re.sub("[*_-]", lambda found: f"={ord(found[0]):02X}", _broken(70, "=\r\n")(address)),
    "in octal": _escaped("\\{:03o}"),
    "in octal, for echo": _escaped("\\0{:o}"),
    "in JavaScript": _escaped("\\u{{{:x}}}"),
    "in Perl": _escaped("\\x{{{:x}}}"),
    "in a Python text, long": _escaped("\\U{:08X}"),
    "in JavaScript, percent-encoded": _escaped("%u{:04x}"),
    "in HTML, escaped without end": _escaped("&#{}"),
    "in CSS": _escaped("\\{:x} "),
    "as code points": _listed("U+{:04X}"),
    "as code points, joined": _escaped("U+{:04X}"),
    "as bytes of C": _listed("0x{:02x},"),
    "as bytes, joined": _escaped("0x{:02X}"),
    "as a buffer of JSON": lambda address: json.dumps({"type": "Buffer", "data": list(address.encode())}),
    "as bytes in octal": _listed("{:03o}"),
    "as bytes in hex": _listed("{:02x}"),
    "in numbered lines": _numbered(10),
    "in long numbered lines": _numbered(30),
    "in capitals": str.upper,
    "cut off": lambda address: address[: len(address) * 3 // 4],
    "cut out": lambda address: address[len(address) // 2 :],
    "in base64": lambda address: base64.b64encode(address.encode()).decode(),
    "in base64, one further": lambda address: base64.b64encode(f".{address}".encode()).decode(),
    "in base64, two further": lambda address: base64.urlsafe_b64encode(f"..{address}".encode()).decode(),
    "in hex": lambda address: address.encode().hex(),
    "twice": lambda address: f"{quote(address, safe='')}, {address}",
}
"""Each way by its name."""


def shows(told: str, hidden: str, *, most: int = 12) -> str:
    """A piece of more than ``most`` letters of ``hidden`` that a text shows, whatever stands between them; empty for none.

    Lines may be numbered, so letters alone count too.
    """
    for between in (SIGNS, "[^a-z]+"):
        read, letters = (re.sub(between, "", text.lower()) for text in (told, hidden))
        for start in range(max(1, len(letters) - most)):
            piece = letters[start : start + most + 1]
            if piece in read and (len(piece) > most or (piece and between == SIGNS)):
                return piece
    return ""
