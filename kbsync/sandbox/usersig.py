"""The verifier of UserSig: reads one, recomputes its HMAC and says what is wrong with it. Making one is the client's business.

Format: tencentyun/tls-sig-api-v2-python (CODE); codes: 1047/34348 (DOC); the order of the checks: UNKNOWN, a switch.
"""

import base64
import hashlib
import hmac
import json
import zlib
from dataclasses import dataclass

from kbsync.sandbox.account import Account
from kbsync.sandbox.readings import SignatureOrder
from kbsync.sandbox.refusals import Code, Refusal
from kbsync.sandbox.switches import Switches

__all__ = ["check_usersig"]

INFLATED_MAX = 65536
"""Bytes a token may inflate to: a few hundred are usual, and a stranger may send a bomb."""
SUBSTITUTIONS = str.maketrans("*-_", "+/=")


@dataclass(frozen=True, slots=True)
class _Token:
    identifier: str
    sdkappid: int
    time: int
    expire: int
    userbuf: str | None
    signature: str


def check_usersig(usersig: str, *, identifier: str, account: Account, switches: Switches, now: float) -> None:
    """Raise Refusal with the 700xx code of the first fault; ``now`` is Unix time in seconds."""
    if not usersig:
        raise Refusal(Code.SIGNATURE_EMPTY)
    token = _decode(usersig)
    identity = (
        (token.identifier != identifier, Code.SIGNATURE_IDENTIFIER),
        (token.sdkappid != account.sdkappid, Code.SIGNATURE_SDKAPPID),
    )
    signature = ((not hmac.compare_digest(_sign(token, account.secret), _bytes(token.signature)), Code.SIGNATURE_KEY),)
    early = switches.clock_skew is not None and token.time > now + switches.clock_skew
    lifetime = ((now >= token.time + token.expire, Code.SIGNATURE_EXPIRED), (early, Code.SIGNATURE_ILLEGAL))
    order = {
        SignatureOrder.IDENTITY_FIRST: (*identity, *signature, *lifetime),
        SignatureOrder.SIGNATURE_FIRST: (*signature, *identity, *lifetime),
        SignatureOrder.EXPIRY_FIRST: (*lifetime, *identity, *signature),
    }[switches.signature_order]
    code = next((code for wrong, code in order if wrong), None)
    if code is not None:
        raise Refusal(code)


def _decode(usersig: str) -> _Token:
    try:
        packed = base64.b64decode(usersig.translate(SUBSTITUTIONS), validate=True)
        inflater = zlib.decompressobj()
        fields = json.loads(inflater.decompress(packed, INFLATED_MAX))
    except (ValueError, zlib.error, RecursionError):
        raise Refusal(Code.SIGNATURE_ILLEGAL) from None
    if not inflater.eof or not isinstance(fields, dict) or fields.get("TLS.ver") != "2.0":
        raise Refusal(Code.SIGNATURE_ILLEGAL)
    texts = [fields.get("TLS.identifier"), fields.get("TLS.sig"), fields.get("TLS.userbuf", "")]
    numbers = [fields.get("TLS.sdkappid"), fields.get("TLS.time"), fields.get("TLS.expire")]
    if not all(type(each) is str for each in texts) or not all(type(each) is int for each in numbers):
        raise Refusal(Code.SIGNATURE_ILLEGAL)
    return _Token(
        identifier=fields["TLS.identifier"],
        sdkappid=fields["TLS.sdkappid"],
        time=fields["TLS.time"],
        expire=fields["TLS.expire"],
        userbuf=fields.get("TLS.userbuf"),
        signature=fields["TLS.sig"],
    )


def _sign(token: _Token, secret: str) -> bytes:
    content = (
        f"TLS.identifier:{token.identifier}\nTLS.sdkappid:{token.sdkappid}\nTLS.time:{token.time}\nTLS.expire:{token.expire}\n"
    )
    if token.userbuf is not None:
        content += f"TLS.userbuf:{token.userbuf}\n"
    return base64.b64encode(hmac.digest(_bytes(secret), _bytes(content), hashlib.sha256))


def _bytes(text: str) -> bytes:
    # JSON can carry half a surrogate pair, which has no UTF-8; such a token fails its check and nothing else.
    return text.encode("utf-8", "replace")
