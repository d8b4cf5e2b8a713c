"""UserSig: what proves to the service that a call comes from the administrator.

Made as the vendor's package tls-sig-api-v2 makes it: that is one release of 2019, as source only, and its build would run in the
job that holds the key. How a signature joins a request is ``connection``'s business; where the secret comes from is ``wiring``'s.
"""

import base64
import hashlib
import hmac
import json
import threading
import zlib
from collections import deque

from kbsync.desk.scrub import confide
from kbsync.errors import MissingSecret
from kbsync.messages import message
from kbsync.pacing import Clock

__all__ = ["Signer", "usersig"]

DAY = 86400
"""The vendor advises a validity of at least 24 hours (www.tencentcloud.com/document/product/1047/34385)."""

EARLY = 600
"""A signature is made again this many seconds before it expires, so that none expires on its way."""

KEPT = 8
"""So many signatures are remembered as nothing to be shown: an answer that comes late may repeat an old one."""

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

    With both, the secret wins, because a signature made from it can be made again. ``lifetime`` is in seconds. Raises
    MissingSecret when neither is given. Safe to share by threads; nothing it shows holds a secret, and as long as it lives
    nothing that the service says is shown with one.
    """

    def __init__(
        self,
        sdkappid: int,
        identifier: str,
        *,
        clock: Clock,
        secret: str | None = None,
        usersig: str | None = None,
        lifetime: int = DAY,
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
        """Forget a signature that the service calls expired or revoked; says whether a new one can be made."""
        with self._lock:
            self._made = None
        return bool(self._secret)

    def _fresh(self, made: float) -> bool:
        # A clock that was set back would otherwise keep a signature of the future alive.
        return 0 <= self._clock.wall() - made < self._lifetime - min(EARLY, self._lifetime / 2)

    def _make(self) -> str:
        issued = int(self._clock.wall())
        return usersig(self._sdkappid, self._identifier, self._secret, issued=issued, lifetime=self._lifetime)
