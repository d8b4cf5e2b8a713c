"""What a failure of the network means for a call: one table from httpx's exceptions to ours.

Answers that did arrive, whatever they say, are judged in ``answers``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from kbsync.desk.scrub import scrub
from kbsync.errors import OutcomeUnknown, ServiceError, Unreachable
from kbsync.messages import Message, message

__all__ = ["LOST", "MEANINGS", "Way", "lost"]

NO_CONNECTION = message("No connection to {host} for {command}: {reason}")
NO_CONNECTION_THROUGH = message("No connection to {host} through the proxy {proxy} for {command}: {reason}")
BAD_ADDRESS = message("The endpoint {host} of the target cannot be called for {command}: {reason}")
NO_PROXY = message("The proxy {proxy} did not let {command} through to {host}: {reason}")
NO_SLOT = message("{command} was not sent: all connections were busy for too long")
TOO_LATE = message("No answer to {command} came in time, so whether it took effect is not known")
BROKEN = message("The connection broke during {command}, so whether it took effect is not known: {reason}")
UNREADABLE = message("The answer to {command} cannot be read, so whether it took effect is not known: {reason}")

MEANINGS: Mapping[type[Exception], tuple[type[ServiceError], Message]] = {
    # Nothing was sent: the name is not known, nobody listens, or the certificate is not trusted.
    httpx.ConnectError: (Unreachable, NO_CONNECTION),
    httpx.ConnectTimeout: (Unreachable, NO_CONNECTION),
    httpx.ProxyError: (Unreachable, NO_PROXY),
    httpx.PoolTimeout: (Unreachable, NO_SLOT),
    httpx.UnsupportedProtocol: (Unreachable, BAD_ADDRESS),
    httpx.InvalidURL: (Unreachable, BAD_ADDRESS),
    # Something was sent, or may have been.
    httpx.ReadTimeout: (OutcomeUnknown, TOO_LATE),
    httpx.WriteTimeout: (OutcomeUnknown, TOO_LATE),
    httpx.ReadError: (OutcomeUnknown, BROKEN),
    httpx.WriteError: (OutcomeUnknown, BROKEN),
    httpx.CloseError: (OutcomeUnknown, BROKEN),
    httpx.LocalProtocolError: (OutcomeUnknown, BROKEN),
    httpx.RemoteProtocolError: (OutcomeUnknown, BROKEN),
    httpx.DecodingError: (OutcomeUnknown, UNREADABLE),
    httpx.TooManyRedirects: (OutcomeUnknown, UNREADABLE),
    httpx.HTTPStatusError: (OutcomeUnknown, UNREADABLE),
    httpx.CookieConflict: (OutcomeUnknown, UNREADABLE),
    httpx.StreamConsumed: (OutcomeUnknown, UNREADABLE),
    httpx.StreamClosed: (OutcomeUnknown, UNREADABLE),
    httpx.ResponseNotRead: (OutcomeUnknown, UNREADABLE),
    httpx.RequestNotRead: (OutcomeUnknown, UNREADABLE),
    # What httpx lets through: a host name that the resolver cannot even write, and the machine's own faults.
    UnicodeError: (Unreachable, BAD_ADDRESS),
    OSError: (OutcomeUnknown, BROKEN),
}
"""Every exception that a call can end in, except the parents of httpx's; a test notices when httpx gains one."""

LOST = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError, UnicodeError, OSError)
"""What to catch around a call."""

_CHECK = message(
    "Check the target's region or endpoint, and whether this machine reaches that host and port; where only a proxy leads there, "
    "name it in HTTPS_PROXY."
)
_CHECK_PROXY = message(
    "Check the proxy (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY lists hosts to reach without it), then the target's region "
    "or endpoint."
)
_LOOK = message("Run the command again: kbsync looks at the live library before it repeats anything.")


@dataclass(frozen=True, slots=True)
class Way:
    """How calls reach the service, for words alone: ``host`` and ``proxy`` are name and port, without password or query.

    ``proxy`` is empty where calls go directly.
    """

    host: str
    proxy: str = ""


def lost(command: str, error: Exception, *, way: Way) -> ServiceError:
    """The exception for a failure of the network; httpx's own stays behind, because its request carries the address."""
    known = (MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)
    meaning, words = next(known, (OutcomeUnknown, BROKEN))
    if words is NO_CONNECTION and way.proxy:
        words = NO_CONNECTION_THROUGH
    reason = scrub(str(error)) or type(error).__name__
    check = _CHECK_PROXY if way.proxy else _CHECK
    said = Message(words.template, (("command", command), ("host", way.host), ("proxy", way.proxy), ("reason", reason)))
    return meaning(said, command=command, hint=check if meaning is Unreachable else _LOOK)
