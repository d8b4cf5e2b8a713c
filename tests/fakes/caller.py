"""A caller with a valid signature, for talking to the sandbox without any client of ours."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kbsync.commands import SESSION_COMMANDS, Command
from kbsync.rehearsal import DEMO, Account, FaultRule, Switches
from kbsync.sandbox.service import Reply, Request, Service
from tests.fakes.clock import FakeClock
from tests.fakes.console import snapshot

__all__ = ["Caller", "sign"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


def sign(
    account: Account, *, time: int, expire: int = 86400, identifier: str | None = None, changed: Mapping[str, Any] = NOTHING
) -> str:
    """A UserSig as section 2 of the vendor's description makes it; ``changed`` replaces JSON fields afterwards."""
    name = account.identifier if identifier is None else identifier
    content = f"TLS.identifier:{name}\nTLS.sdkappid:{account.sdkappid}\nTLS.time:{time}\nTLS.expire:{expire}\n"
    fields = {
        "TLS.ver": "2.0",
        "TLS.identifier": name,
        "TLS.sdkappid": account.sdkappid,
        "TLS.expire": expire,
        "TLS.time": time,
        "TLS.sig": base64.b64encode(hmac.digest(account.secret.encode(), content.encode(), hashlib.sha256)).decode(),
    }
    return pack(json.dumps({**fields, **changed}).encode())


def pack(token: bytes) -> str:
    """Compress and spell with the vendor's three substitutions."""
    return base64.b64encode(zlib.compress(token)).decode().translate(str.maketrans("+/=", "*-_"))


class Caller:
    """A sandbox in memory with its clock; ``call`` keeps within the limit by letting time pass before each call."""

    def __init__(self, *words: str, account: Account = DEMO, faults: Sequence[FaultRule] = ()) -> None:
        self.clock = FakeClock()
        self.account = account
        self.service = Service(None, clock=self.clock, switches=Switches.from_words(words), account=account, faults=faults)

    def request(self, command: str, fields: Mapping[str, Any] | bytes = b"{}", **query: str | None) -> Request:
        """A good request; ``query`` replaces parameters, None leaves one out."""
        service = "desk_http_svc" if command in SESSION_COMMANDS else "openim_console_http_svc"
        parameters = {
            "sdkappid": str(self.account.sdkappid),
            "identifier": self.account.identifier,
            "usersig": sign(self.account, time=int(self.clock.wall())),
            "random": "99999999",
            "contenttype": "json",
            **query,
        }
        return Request(
            method="POST",
            path=f"/v4/{service}/{command}",
            query={name: value for name, value in parameters.items() if value is not None},
            headers={"content-type": "application/json", "host": "127.0.0.1:8080"},
            body=fields if isinstance(fields, bytes) else json.dumps(fields).encode(),
        )

    def send(self, request: Request) -> Reply:
        """Send at once."""
        return self.service.handle(request)

    def call(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command at a moment that the limit allows, and read its JSON."""
        self.clock.move(0.25)
        answer: dict[str, Any] = json.loads(self.send(self.request(command, fields)).body)
        return answer

    def code(self, command: str, **fields: Any) -> int:
        """The ErrorCode of a call."""
        return int(self.call(command, **fields)["ErrorCode"])

    def add(self, question: str, category: int = 10513, **fields: Any) -> str:
        """Add a question and return its id, as the library has it."""
        given = {"Answer": "An answer.", "AnswerType": 0, "SimilarQuestions": [], **fields}
        assert self.code(Command.ADD, CategoryId=category, Question=question, **given) == 0
        return str(self.questions()[-1]["id"])

    def questions(self) -> list[dict[str, object]]:
        """The library's questions."""
        return snapshot(self.service)["questions"]

    def question(self, identifier: str) -> dict[str, object] | None:
        """One question, None when it is gone."""
        return next((each for each in self.questions() if each["id"] == identifier), None)

    def listed(self, **fields: Any) -> list[str]:
        """The texts of a listing's first hundred questions."""
        answer = self.call(Command.LIST, PageIndex=1, PageSize=100, **fields)
        return [entry["StandardQuestion"] for entry in answer["QuestionList"]]
