"""Requests and replies: the fields of a request, the codes of refusals, and answers as bytes in the vendor's envelope.

A field of the wrong type is −7 (every page's table, DOC); unknown fields are ignored (UNKNOWN).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Self

from kbsync.commands import SESSION_COMMANDS, Command
from kbsync.rehearsal import Fault, FaultKind, Switches

JSON = MappingProxyType({"content-type": "application/json; charset=utf-8"})


class Code(IntEnum):
    """An ErrorCode; 60002 to 70500 are common (1047/34348, DOC), the others belong to single pages."""

    words: str
    """ErrorInfo, in our own words."""

    def __new__(cls, number: int, words: str) -> Self:
        """A number that has words."""
        code = int.__new__(cls, number)
        code._value_, code.words = number, words
        return code

    PARAMETERS = -7, "parameter parsing failed"
    FREQUENCY = -14, "exceeds the maximum frequency limit allowed by this API"
    ADMINISTRATOR = -20, "request requires App administrator permissions"
    RESOURCE = -50003, "desk resource is invalid"
    PRESET = -50011, "system preset categories cannot be changed so"
    DESK = -50040, "the application has not enabled Desk"
    EXPIRED = -50059, "the Desk edition has expired"
    URL = 60002, "HTTP parsing failed, POST is expected"
    JSON = 60003, "the request body is not valid JSON"
    COMMON_FREQUENCY = 60007, "REST API call frequency exceeds the limit"
    PATH = 60009, "unknown resource, check the request URL"
    COMMON_ADMINISTRATOR = 60010, "the identifier is not an App administrator"
    NO_SDKAPPID = 60012, "sdkappid is missing in the URL"
    QUERY = 60025, "sdkappid, identifier, random or contenttype is wrong"
    REGION = 60026, "the host and the SDKAppID belong to different data centres"
    SIGNATURE_EXPIRED = 70001, "UserSig expired"
    SIGNATURE_EMPTY = 70002, "UserSig is empty"
    SIGNATURE_ILLEGAL = 70003, "UserSig is illegal"
    SIGNATURE_KEY = 70009, "UserSig was made with another key"
    SIGNATURE_IDENTIFIER = 70013, "identifier differs from the one in UserSig"
    SIGNATURE_SDKAPPID = 70014, "sdkappid differs from the one in UserSig"
    UNKNOWN_SDKAPPID = 70020, "SDKAppID unknown, check the data centre"
    INTERNAL = 70500, "internal error"
    STREAM_ADMINISTRATOR = 90009, "request requires App administrator permissions"
    STREAM_TOO_LONG = 93000, "the message body exceeds 12k"
    NOT_DESK = 141000, "the application is not a Desk application"
    SESSION_PARAMETERS = 141004, "invalid parameter"
    SESSION_GONE = 141005, "the session does not exist or has ended"
    SESSION_ILLEGAL = 141006, "illegal SessionId"
    SESSION_FREQUENCY = 141009, "API rate limiting"
    SESSION_UNKNOWN = 141010, "the session does not exist"


COMMON: Mapping[Code, Code] = {
    Code.PARAMETERS: Code.JSON,
    Code.FREQUENCY: Code.COMMON_FREQUENCY,
    Code.ADMINISTRATOR: Code.COMMON_ADMINISTRATOR,
}
"""The common code for the same fault; which of the two is used is UNKNOWN."""

SESSION: Mapping[Code, Code] = {
    Code.PARAMETERS: Code.SESSION_PARAMETERS,
    Code.FREQUENCY: Code.SESSION_FREQUENCY,
    Code.ADMINISTRATOR: Code.COMMON_ADMINISTRATOR,
    Code.DESK: Code.NOT_DESK,
}
"""The session pages have codes of their own (1229/68824, 1229/68825, DOC)."""


class Refusal(Exception):
    """The call is refused and nothing happens; ``info`` becomes ErrorInfo and never repeats what was sent."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    @property
    def info(self) -> str:
        """ErrorInfo."""
        return f"{self.code.words}: {self.detail}" if self.detail else self.code.words


class HttpRefusal(Exception):
    """The call is refused by HTTP status, before anything that speaks JSON."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def spell(refusal: Refusal, command: str, switches: Switches) -> Refusal:
    """The same refusal with the code that this command's page, or the common table, has for it."""
    code = refusal.code
    if switches.codes == "common":
        code = COMMON.get(code, code)
    if command == Command.SEND_STREAM and code is Code.ADMINISTRATOR:
        code = Code.STREAM_ADMINISTRATOR
    if command in SESSION_COMMANDS:
        code = SESSION.get(code, code)
    return Refusal(code, refusal.detail)


NUMBER_MAX = 2**63


class Parameters:
    """A JSON object's fields; each reader raises Refusal (−7) naming the field. A null is a wrong type."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    @classmethod
    def parse(cls, body: bytes) -> "Parameters":
        """Read a request body: one JSON object, at least ``{}`` (1047/34620, DOC)."""
        try:
            fields = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Refusal(Code.PARAMETERS, "the body is not valid JSON") from None
        if not isinstance(fields, dict):
            raise Refusal(Code.PARAMETERS, "the body is not a JSON object")
        return cls(fields)

    def has(self, name: str) -> bool:
        """Whether the field was sent at all."""
        return name in self._fields

    def text(self, name: str) -> str:
        """A text that must be there and hold something."""
        value = self._text(name, self._required(name))
        if not value:
            raise Refusal(Code.PARAMETERS, f"{name} is empty")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, possibly empty; None when it was not sent."""
        return self._text(name, self._fields[name]) if name in self._fields else None

    def number(self, name: str) -> int:
        """A whole number that must be there."""
        return self._number(name, self._required(name))

    def optional_number(self, name: str) -> int | None:
        """A whole number; None when it was not sent."""
        return self._number(name, self._fields[name]) if name in self._fields else None

    def choice(self, name: str, allowed: tuple[int, ...], *, default: int | None = None) -> int:
        """One of a few numbers; without a default it must be there."""
        value = self.number(name) if default is None else self.optional_number(name)
        if value is None and default is not None:
            return default
        if value not in allowed:
            raise Refusal(Code.PARAMETERS, f"{name} is none of {', '.join(map(str, allowed))}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that must be there; it may be empty, its items may not."""
        value = self._required(name)
        if not isinstance(value, list):
            raise Refusal(Code.PARAMETERS, f"{name} is not an array")
        texts = tuple(self._text(name, item) for item in value)
        if not all(texts):
            raise Refusal(Code.PARAMETERS, f"{name} holds an empty string")
        return texts

    def _required(self, name: str) -> object:
        if name not in self._fields:
            raise Refusal(Code.PARAMETERS, f"{name} is missing")
        return self._fields[name]

    @staticmethod
    def _text(name: str, value: object) -> str:
        if not isinstance(value, str):
            raise Refusal(Code.PARAMETERS, f"{name} is not a string")
        # JSON can spell half a surrogate pair, which no UTF-8 answer could repeat.
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Refusal(Code.PARAMETERS, f"{name} is not valid Unicode")
        return value

    @staticmethod
    def _number(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not -NUMBER_MAX <= value < NUMBER_MAX:
            raise Refusal(Code.PARAMETERS, f"{name} is not an integer")
        return value


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
        case FaultKind.REFUSE_AFTER:
            return _failure(int(fault.number), "injected fault")
        case _:
            return Reply(reply.status, reply.headers, reply.body, fault)


def _failure(code: int, info: str) -> Reply:
    return _envelope({"ActionStatus": "FAIL", "ErrorInfo": info, "ErrorCode": code})


def _envelope(fields: Mapping[str, object]) -> Reply:
    return Reply(200, JSON, json.dumps(fields, ensure_ascii=False).encode())
