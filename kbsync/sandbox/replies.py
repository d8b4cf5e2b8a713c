"""Answers as bytes: the vendor's envelope, and what each fault makes of one. Who goes wrong when is decided in ``faults``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kbsync.sandbox.faults import Fault, FaultKind
from kbsync.sandbox.refusals import Refusal

__all__ = ["Reply", "refused", "replace_reply", "spoil", "status_page", "success"]

JSON = MappingProxyType({"content-type": "application/json; charset=utf-8"})
HTML = MappingProxyType({"content-type": "text/html; charset=utf-8"})


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. ``fault`` is what the transport has still to do to it (drop, cut, wait); None: send it as it is."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fault: Fault | None = None


def success(fields: Mapping[str, object]) -> Reply:
    """The envelope of a call that was carried out, with the command's own fields (1047/34620, DOC)."""
    return _envelope({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, **fields})


def refused(refusal: Refusal) -> Reply:
    """The envelope of a call that was refused; HTTP status 200 all the same (1047/34620, DOC)."""
    return _failure(int(refusal.code), refusal.info)


def status_page(status: int, *, retry_after: float = 0.0) -> Reply:
    """An answer of the front before the service: a page for people."""
    headers = {**HTML, "retry-after": f"{retry_after:g}"} if retry_after else HTML
    return Reply(status, headers, f"<html><body><h1>{status}</h1></body></html>\n".encode())


def replace_reply(fault: Fault) -> Reply:
    """The answer to a call that a fault keeps from being carried out."""
    match fault.kind:
        case FaultKind.REFUSE:
            return _failure(int(fault.number), "injected fault")
        case FaultKind.HTTP_502:
            return status_page(502)
        case FaultKind.HTML_503:
            return status_page(503)
        case FaultKind.HTTP_429:
            return status_page(429, retry_after=fault.number)
        case _:
            return Reply(0, {}, b"", fault)


def spoil(reply: Reply, fault: Fault) -> Reply:
    """What a fault makes of the answer to a call that was carried out."""
    match fault.kind:
        case FaultKind.CUT_JSON:
            return Reply(reply.status, reply.headers, reply.body[: len(reply.body) // 2])
        case FaultKind.GARBAGE:
            return Reply(reply.status, reply.headers, b"\x00\xff not the answer you are looking for")
        case FaultKind.HTTP_502_AFTER:
            return status_page(502)
        case _:
            return Reply(reply.status, reply.headers, reply.body, fault)


def _failure(code: int, info: str) -> Reply:
    return _envelope({"ActionStatus": "FAIL", "ErrorInfo": info, "ErrorCode": code})


def _envelope(fields: Mapping[str, object]) -> Reply:
    return Reply(200, JSON, json.dumps(fields, ensure_ascii=False).encode())
