"""UserSig, the signature that proves a call to be the administrator's, and the redaction of it and the secret in all output.

A UserSig is made as the vendor's package tls-sig-api-v2 makes it: that is one release of 2019, as source only, and its build
would run in the job that holds the key.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import zlib
from collections import deque
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote
from weakref import WeakSet

from kbsync.display import COMMANDS, cut
from kbsync.errors import MissingSecret
from kbsync.limiter import Clock
from kbsync.messages import message

__all__ = ["Signer"]

LIFETIME = 1800
"""Seconds. The vendor advises 24 hours for clients that cannot sign anew (www.tencentcloud.com/document/product/1047/34385)."""

EARLY = 600
"""A signature is made again this many seconds before it expires, so that none expires on its way."""

KEPT = 8
"""The number of signatures that are redacted: a late answer may repeat an old one."""

SUBSTITUTIONS = str.maketrans("+/=", "*-_")
"""What a UserSig has in place of these three characters of base64; it is not the URL-safe alphabet of RFC 4648."""


def usersig(sdkappid: int, identifier: str, secret: str, *, issued: int, lifetime: int, userbuf: bytes | None = None) -> str:
    """The UserSig (TLSSigAPIv2) of an account, valid for ``lifetime`` seconds from the Unix time ``issued`` on.

    The secret counts as text and is not hex-decoded (tencentyun/tls-sig-api-v2-python, CODE).
    """
    signed: dict[str, str | int] = {"identifier": identifier, "sdkappid": sdkappid, "time": issued, "expire": lifetime}
    if userbuf is not None:
        signed["userbuf"] = base64.b64encode(userbuf).decode()
    content = "".join(f"TLS.{name}:{value}\n" for name, value in signed.items())
    proof = base64.b64encode(hmac.digest(secret.encode(), content.encode(), hashlib.sha256)).decode()
    # The order is the package's: byte for byte, its signature and this one are the same where zlib is.
    names = ["identifier", "sdkappid", "expire", "time", "userbuf"]
    fields = {"TLS.ver": "2.0", **{f"TLS.{name}": signed[name] for name in names if name in signed}, "TLS.sig": proof}
    return base64.b64encode(zlib.compress(json.dumps(fields).encode())).decode().translate(SUBSTITUTIONS)


class Signer:
    """Signs as ``identifier`` of the application ``sdkappid``: from ``secret``, or with a ready ``usersig``.

    With both, the secret wins, because signatures can be made from it again. ``lifetime`` is in seconds. Raises MissingSecret if
    neither is given. Safe to share by threads; its ``repr`` holds no secret, and while it lives the secrets are redacted in
    texts of the service.
    """

    def __init__(
        self,
        sdkappid: int,
        identifier: str,
        *,
        clock: Clock,
        secret: str | None = None,
        usersig: str | None = None,
        lifetime: int = LIFETIME,
    ) -> None:
        self._secret = (secret or "").strip()
        self._fixed = (usersig or "").strip()
        if not (self._secret or self._fixed):
            raise MissingSecret(
                message("No secret is given to sign the calls with."),
                hint=message("Set KBSYNC_SECRET_KEY (from the console), or KBSYNC_USERSIG to a signature made elsewhere."),
            )
        self._sdkappid = sdkappid
        self._identifier = identifier
        self._clock = clock
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._made: tuple[str, float] | None = None
        self._signed = deque([self._fixed] if self._fixed else [], maxlen=KEPT)
        confide(self)

    def __repr__(self) -> str:
        return f"Signer(sdkappid={self._sdkappid}, identifier={self._identifier!r})"

    @property
    def confidential(self) -> tuple[str, ...]:
        """The secret and the latest signatures, the one that was given among them."""
        with self._lock:
            return (self._secret, *self._signed)

    @property
    def makes(self) -> bool:
        """Whether signatures are made here, by this machine's clock."""
        return bool(self._secret)

    def usersig(self) -> str:
        """A signature that is valid now: the fixed one, or one made here and kept until shortly before it expires."""
        if not self._secret:
            return self._fixed
        with self._lock:
            if self._made is None or not self._fresh(self._made[1]):
                self._made = (self._make(), self._clock.wall())
                self._signed.append(self._made[0])
            return self._made[0]

    def renew(self) -> bool:
        """Forget a signature that the service calls expired or revoked; returns whether a new one can be made."""
        with self._lock:
            self._made = None
        return bool(self._secret)

    def _fresh(self, made: float) -> bool:
        # A clock that was set back would otherwise keep a signature of the future alive.
        return 0 <= self._clock.wall() - made < self._lifetime - min(EARLY, self._lifetime / 2)

    def _make(self) -> str:
        issued = int(self._clock.wall())
        return usersig(self._sdkappid, self._identifier, self._secret, issued=issued, lifetime=self._lifetime)


LONGEST = 300
"""Characters kept of a text from the service or the network layer."""

WINDOW = 50_000
"""Characters that are looked at: a text may be as long as an answer, and no signature is spelled in so many."""

SIGNATURE = re.compile(
    r"""
    (?<=usersig=) [^&\s"'<>]+           # in a query string
    | (?<![A-Za-z0-9]) e[AFJN] (?: [\w*+/=-] | %[0-9A-Fa-f]{2} ){40,}    # how zlib's four headers begin in base64
    """,
    re.VERBOSE,
)

CONTROL = re.compile(f"[\x00-\x1f{COMMANDS}]+")

LETTER = re.compile(
    r"""
    %(?:25)* (?: u(?P<units> [0-9A-Fa-f]{4}) | (?P<percent> [0-9A-Fa-f]{2}) )       # percent-encoded, however often
    | \\++ (?: [xX](?P<escape> [0-9A-Fa-f]{2}) | [uU](?:0000)?(?P<unit> [0-9A-Fa-f]{4}) )    # JSON, Python and their like
    | \\++ [xXuU]\{ 0*(?P<braced> [0-9A-Fa-f]{1,6}) \}
    | \\++ (?P<octal> 0?[0-3]?[0-7]{2})
    | & (?:amp;)* \# (?: [xX]0*(?P<hex> [0-9A-Fa-f]{1,6}) | 0*(?P<decimal> [0-9]{1,7}) ) ;?
    | & (?:amp;)* [A-Za-z]+ ; | \\++ (?: [abefnrtv0] | N\{[^{}]*\} )? # what may stand where a line was broken
    | \x1b\[ [0-?]*[ -/]*[@-~] | \x1b\] [^\x07\x1b]* (?: \x07 | \x1b\\ ) | \[ [0-9;:]* m    # colours and links of a terminal
    | < [^<>]{1,20} > | = (?: 2[ABDF] | 3D | 5F )
    | (?P<plain> [A-Za-z0-9])
    """,
    re.VERBOSE,
)
"""One letter or digit in any of its spellings. All else is skipped, be it a joint or a sign that base64 has beside these."""

TAGS = re.compile(rf"<[^<>]*>|{LETTER.pattern}", re.VERBOSE)
"""The same where each tag is a joint, however long: an address may stand in one too."""

NUMBER = re.compile(
    r"""
    (?: (?<![A-Za-z0-9]) | (?= [uU]\+ | 0[xX] ) ) (?: [uU]\+ | 0[xX] )?
    0*+ ([0-9A-Fa-f]{2,3}) (?= [uU]\+ | 0[xX] | [^A-Za-z0-9] | $ )
    """,
    re.VERBOSE,
)
"""A number in a list of numbers, each of which may be a letter's, to whatever base."""

REST = re.compile(r"(?: [*+/=_-] | %(?:25)*(?:2[ABDF]|3D|5F) )*", re.VERBOSE | re.IGNORECASE)
"""Signs that may follow the last letter of a signature and belong to it."""

PIECE = 12
"""Letters in a row by which a value is known, so that a part of it is known too."""

SUBSTITUTED = str.maketrans("*-_", "+/=")
"""The substitutes in a UserSig for three characters of base64."""

SHORTEST = 6
"""Letters below which a value is not looked for: it would be found everywhere, and there is no such key."""


class Discreet(Protocol):
    """An object that holds secrets which must never be shown."""

    @property
    def confidential(self) -> Collection[str]:
        """Secrets and signatures, as they are."""
        ...


_trusted: "WeakSet[Discreet]" = WeakSet()

_guard = threading.Lock()


def confide(holder: Discreet) -> None:
    """From now on, as long as it lives, nothing that ``holder`` calls confidential passes ``scrub``, in whatever thread.

    One for the whole process, as logging is: what is logged or lost beneath one connection may be another's.
    """
    with _guard:
        _trusted.add(holder)


def scrub(text: str) -> str:
    """One line without signatures, terminal escapes and direction marks, cut off after 300 characters."""
    line = CONTROL.sub(" ", hushed(text[:WINDOW])).strip()
    return cut(line if len(text) <= WINDOW else f"{line}…", LONGEST + 1)


def hushed(text: str) -> str:
    """The text with a mark in place of every known secret, and of what looks like a signature."""
    told, done = "", 0
    for start, end in sorted([*_confided(text), *(found.span() for found in SIGNATURE.finditer(text))]):
        if start > done or not told:
            told += f"{text[done:start]}***"
        done = max(done, end)
    return told + text[done:]


Reading = list[tuple[str, tuple[int, int]]]
"""Letters and digits, small, each with the place where it was read."""


def _confided(text: str) -> Iterator[tuple[int, int]]:
    """The places of known secrets, however they are spelled, quoted or broken over lines."""
    with _guard:
        values = {value for holder in _trusted for value in holder.confidential}
    pieces = frozenset[str]().union(*map(_pieces, values))
    sizes = {len(piece) for piece in pieces}
    for found in _readings(text):
        letters = "".join(letter for letter, _ in found)
        hidden = bytearray(len(letters))
        for size in sizes:
            for start in range(len(letters) - size + 1):
                if letters[start : start + size] in pieces:
                    hidden[start : start + size] = b"\1" * size
        for run in re.finditer(b"\1+", hidden):
            start, end = found[run.start()][1][0], found[run.end() - 1][1][1]
            rest = REST.match(text, end)
            yield start, rest.end() if rest else end


def _readings(text: str) -> Iterator[Reading]:
    """The ways to read a text. Lines may be numbered, so letters are read without digits too."""
    for pattern in (LETTER, TAGS) if "<" in text else (LETTER,):
        found = [(letter, match.span()) for match in pattern.finditer(text) if (letter := _letter(match))]
        yield found
        yield [each for each in found if not each[0].isdigit()]
    for base in (8, 10, 16):
        numbers = ((_character(match[1], base), match.span()) for match in NUMBER.finditer(text))
        yield [(letter, span) for letter, span in numbers if letter]


def _letter(found: re.Match[str]) -> str:
    """The letter or digit at that place, in lower case; empty if there is none."""
    kind = found.lastgroup
    if kind is None or kind == "plain":
        return (found["plain"] or "").lower()
    return _character(found[kind], {"octal": 8, "decimal": 10}.get(kind, 16))


def _character(number: str, base: int) -> str:
    """The letter or digit with a number, small; empty where there is none."""
    try:
        letter = chr(int(number, base)).lower()
    except ValueError:
        return ""
    return letter if letter.isascii() and letter.isalnum() else ""


@lru_cache(maxsize=64)
def _pieces(value: str) -> frozenset[str]:
    """The pieces of letters by which a value is known, in its own spelling and in those that change its letters.

    Without digits too, unless that leaves so little that it would be found elsewhere.
    """
    spelled = [value, _inner(value)]
    for raw in (value.encode(), quote(value, safe="").encode()):
        spelled.append(raw.hex())
        spelled += (base64.b64encode(b"." * ahead + raw).decode()[4 * bool(ahead) : -4] for ahead in range(3))
    pieces: set[str] = set()
    for each in spelled:
        letters = re.sub("[^a-z0-9]+", "", each.lower())
        size = min(PIECE, len(letters))
        if size >= SHORTEST:
            pieces.update(letters[start : start + size] for start in range(len(letters) - size + 1))
        bare = re.sub("[0-9]+", "", letters)
        pieces.update(bare[start : start + PIECE] for start in range(len(bare) - PIECE + 1))
    return frozenset(pieces)


def _inner(usersig: str) -> str:
    """What a UserSig proves itself with: who sees that can put it together again. Empty where there is none."""
    try:
        packed = base64.b64decode(usersig.translate(SUBSTITUTED))
        return str(json.loads(zlib.decompressobj().decompress(packed, WINDOW))["TLS.sig"])
    except (ValueError, zlib.error, LookupError, TypeError):
        return ""
