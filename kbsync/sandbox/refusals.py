"""What the service says no with: the codes of the vendor's tables and the exception that carries one to the answer.

When a code is due is decided by the gate and the commands.
"""

from collections.abc import Mapping
from enum import IntEnum

from kbsync.commands import Command
from kbsync.sandbox.readings import Codes

__all__ = ["SESSION_COMMANDS", "Code", "HttpRefusal", "Refusal", "spell"]


class Code(IntEnum):
    """An ErrorCode; 60002 to 70500 are common (1047/34348, DOC), the others belong to single pages."""

    PARAMETERS = -7
    FREQUENCY = -14
    ADMINISTRATOR = -20
    RESOURCE = -50003
    PRESET = -50011
    DESK = -50040
    URL = 60002
    JSON = 60003
    COMMON_FREQUENCY = 60007
    PATH = 60009
    COMMON_ADMINISTRATOR = 60010
    NO_SDKAPPID = 60012
    QUERY = 60025
    REGION = 60026
    SIGNATURE_EXPIRED = 70001
    SIGNATURE_EMPTY = 70002
    SIGNATURE_ILLEGAL = 70003
    SIGNATURE_KEY = 70009
    SIGNATURE_IDENTIFIER = 70013
    SIGNATURE_SDKAPPID = 70014
    UNKNOWN_SDKAPPID = 70020
    INTERNAL = 70500
    STREAM_ADMINISTRATOR = 90009
    STREAM_TOO_LONG = 93000
    NOT_DESK = 141000
    SESSION_PARAMETERS = 141004
    SESSION_GONE = 141005
    SESSION_ILLEGAL = 141006
    SESSION_FREQUENCY = 141009
    SESSION_UNKNOWN = 141010


WORDS: Mapping[Code, str] = {
    Code.PARAMETERS: "parameter parsing failed",
    Code.FREQUENCY: "exceeds the maximum frequency limit allowed by this API",
    Code.ADMINISTRATOR: "request requires App administrator permissions",
    Code.RESOURCE: "desk resource is invalid",
    Code.PRESET: "system preset categories cannot be changed so",
    Code.DESK: "the application has not enabled Desk",
    Code.URL: "HTTP parsing failed, POST is expected",
    Code.JSON: "the request body is not valid JSON",
    Code.COMMON_FREQUENCY: "REST API call frequency exceeds the limit",
    Code.PATH: "unknown resource, check the request URL",
    Code.COMMON_ADMINISTRATOR: "the identifier is not an App administrator",
    Code.NO_SDKAPPID: "sdkappid is missing in the URL",
    Code.QUERY: "sdkappid, identifier, random or contenttype is wrong",
    Code.REGION: "the host and the SDKAppID belong to different data centres",
    Code.SIGNATURE_EXPIRED: "UserSig expired",
    Code.SIGNATURE_EMPTY: "UserSig is empty",
    Code.SIGNATURE_ILLEGAL: "UserSig is illegal",
    Code.SIGNATURE_KEY: "UserSig was made with another key",
    Code.SIGNATURE_IDENTIFIER: "identifier differs from the one in UserSig",
    Code.SIGNATURE_SDKAPPID: "sdkappid differs from the one in UserSig",
    Code.UNKNOWN_SDKAPPID: "SDKAppID unknown, check the data centre",
    Code.INTERNAL: "internal error",
    Code.STREAM_ADMINISTRATOR: "request requires App administrator permissions",
    Code.STREAM_TOO_LONG: "the message body exceeds 12k",
    Code.NOT_DESK: "the application is not a Desk application",
    Code.SESSION_PARAMETERS: "invalid parameter",
    Code.SESSION_GONE: "the session does not exist or has ended",
    Code.SESSION_ILLEGAL: "illegal SessionId",
    Code.SESSION_FREQUENCY: "API rate limiting",
    Code.SESSION_UNKNOWN: "the session does not exist",
}

COMMON: Mapping[Code, Code] = {
    Code.PARAMETERS: Code.JSON,
    Code.FREQUENCY: Code.COMMON_FREQUENCY,
    Code.ADMINISTRATOR: Code.COMMON_ADMINISTRATOR,
}
"""The common code for the same fault; which one comes is UNKNOWN."""

SESSION: Mapping[Code, Code] = {
    Code.PARAMETERS: Code.SESSION_PARAMETERS,
    Code.FREQUENCY: Code.SESSION_FREQUENCY,
    Code.ADMINISTRATOR: Code.COMMON_ADMINISTRATOR,
    Code.DESK: Code.NOT_DESK,
}
"""The session pages have codes of their own (1229/68824, 1229/68825, DOC)."""

SESSION_COMMANDS = frozenset({Command.SESSION_STATE, Command.SESSION_MESSAGES, Command.SESSION_LIST, Command.SEND_STREAM})
"""The commands of ``desk_http_svc``; the others belong to ``openim_console_http_svc``."""


class Refusal(Exception):
    """The call is refused and nothing happens; ``info`` becomes ErrorInfo and never repeats what was sent."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    @property
    def info(self) -> str:
        """ErrorInfo."""
        return f"{WORDS[self.code]}: {self.detail}" if self.detail else WORDS[self.code]


class HttpRefusal(Exception):
    """The call is refused by HTTP status, before anything that speaks JSON."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def spell(refusal: Refusal, command: str, codes: Codes) -> Refusal:
    """The same refusal with the code that this command's page, or the common table, has for it."""
    code = refusal.code
    if codes is Codes.COMMON:
        code = COMMON.get(code, code)
    if command == Command.SEND_STREAM and code is Code.ADMINISTRATOR:
        code = Code.STREAM_ADMINISTRATOR
    if command in SESSION_COMMANDS:
        code = SESSION.get(code, code)
    return Refusal(code, refusal.detail)
