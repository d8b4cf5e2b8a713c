"""UserSig: what proves to the service that a call comes from the administrator. Made by the vendor's own package.

How a signature joins a request is ``connection``'s business; where the secret comes from is ``wiring``'s.
"""

import runpy
import threading
from collections import deque
from types import SimpleNamespace

from kbsync.desk.scrub import confide
from kbsync.errors import MissingSecret
from kbsync.messages import message
from kbsync.pacing import Clock

__all__ = ["Signer"]

DAY = 86400
"""The vendor advises a validity of at least 24 hours (www.tencentcloud.com/document/product/1047/34385)."""

EARLY = 600
"""A signature is made again this many seconds before it expires, so that none expires on its way."""

KEPT = 8
"""So many signatures are remembered as nothing to be shown: an answer that comes late may repeat an old one."""


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
        # The vendor's module reads the machine's clock by itself. A copy of our own takes the time from the clock handed in,
        # and the module that others may import stays as it is.
        vendor = runpy.run_module("TLSSigAPIv2")
        vendor["time"] = SimpleNamespace(time=self._clock.wall)
        return str(vendor["TLSSigAPIv2"](self._sdkappid, self._secret).gen_sig(self._identifier, self._lifetime))
