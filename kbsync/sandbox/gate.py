"""Who may call, and how often: the verifier of UserSig, the call limit, and the checks in their order.

The limit is counted at the service's own clock, for every client of the account together. Format of a UserSig:
tencentyun/tls-sig-api-v2-python (CODE); codes: 1047/34348 (DOC); the order of the checks: UNKNOWN, a switch.
"""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kbsync.commands import PATHS, SESSION_COMMANDS, Command
from kbsync.rehearsal import Account, Switches
from kbsync.sandbox.library import Database, Library
from kbsync.sandbox.replies import Code, HttpRefusal, Parameters, Refusal
from kbsync.settings import REGIONS


@dataclass(frozen=True, slots=True)
class Scene:
    """One call inside its transaction; ``now`` is microseconds of Unix time."""

    database: Database
    library: Library
    account: Account
    switches: Switches
    now: int

    @property
    def seen_at(self) -> int | None:
        """The moment that listings show; None is now (how far reads trail writes: UNKNOWN)."""
        return self.now - int(self.switches.read_lag * SECOND) if self.switches.read_lag else None

    def missing(self, what: str) -> Refusal:
        """The refusal for an id that does not exist; no page has a code for it (UNKNOWN)."""
        code = Code.RESOURCE if self.switches.unknown_resource == "resource" else Code.PARAMETERS
        return Refusal(code, f"{what} does not exist")


SECOND = 1_000_000
"""Microseconds: whole numbers, so that a call exactly one second after another is not inside its window."""


def allow_call(database: Database, command: str, *, limit: int, switches: Switches, now: int) -> bool:
    """Count a call and return whether it is within the limit (5 calls a second and command, DOC); ``now`` in microseconds."""
    scope = command if switches.limit_scope == "command" else "*"
    with database.transaction():
        # Calls of a future that a corrected clock took back would block for ever.
        database.run("DELETE FROM call WHERE scope = ? AND (at <= ? OR at > ?)", (scope, now - SECOND, now + SECOND))
        since = now - SECOND if switches.limit_window == "rolling" else now // SECOND * SECOND - 1
        made = database.rows("SELECT count(*) FROM call WHERE scope = ? AND at > ?", (scope, since))[0][0]
        allowed = bool(made < limit)
        if allowed or switches.refused_calls_count:
            database.run("INSERT INTO call VALUES(?, ?)", (scope, now))
    return allowed


INFLATED_MAX = 65536
"""Bytes a token may inflate to: a few hundred are usual, and a stranger may send a bomb."""

SUBSTITUTIONS = str.maketrans("*-_", "+/=")


def check_usersig(usersig: str, *, identifier: str, account: Account, switches: Switches, now: float) -> None:
    """Raise Refusal with the 700xx code of the first fault; ``now`` is Unix time in seconds."""
    if not usersig:
        raise Refusal(Code.SIGNATURE_EMPTY)
    token = _decode(usersig)
    identity = (
        (token["TLS.identifier"] != identifier, Code.SIGNATURE_IDENTIFIER),
        (token["TLS.sdkappid"] != account.sdkappid, Code.SIGNATURE_SDKAPPID),
    )
    signature = ((not hmac.compare_digest(_sign(token, account.secret), _bytes(token["TLS.sig"])), Code.SIGNATURE_KEY),)
    made, expire = token["TLS.time"], token["TLS.expire"]
    early = switches.clock_skew is not None and made > now + switches.clock_skew
    lifetime = ((now >= made + expire, Code.SIGNATURE_EXPIRED), (early, Code.SIGNATURE_ILLEGAL))
    order = {
        "identity-first": (*identity, *signature, *lifetime),
        "signature-first": (*signature, *identity, *lifetime),
        "expiry-first": (*lifetime, *identity, *signature),
    }[switches.signature_order]
    code = next((code for wrong, code in order if wrong), None)
    if code is not None:
        raise Refusal(code)


def _decode(usersig: str) -> dict[str, Any]:
    """The fields of a token, each of its type."""
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
    return fields


def _sign(token: Mapping[str, Any], secret: str) -> bytes:
    signed = ("TLS.identifier", "TLS.sdkappid", "TLS.time", "TLS.expire", "TLS.userbuf")
    content = "".join(f"{name}:{token[name]}\n" for name in signed if name in token)
    return base64.b64encode(hmac.digest(_bytes(secret), _bytes(content), hashlib.sha256))


def _bytes(text: str) -> bytes:
    # JSON can carry half a surrogate pair, which has no UTF-8; such a token fails its check and nothing else.
    return text.encode("utf-8", "replace")


RANDOM_MAX = 2**32

LANGUAGE_TAKERS = frozenset({Command.LIST, Command.DESC_ROBOT})
"""The commands whose page lists a LanguageTag."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. ``path`` has no query; ``query`` is percent-decoded; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str]
    body: bytes


def command_of(path: str, switches: Switches) -> Command:
    """The command that a path names; anything else is 60009 (1047/34348, DOC)."""
    found = next((command for command in Command if PATHS[command] == path), None)
    hidden = {"both": "", "new": Command.UPDATE_SIMILAR_OLD, "old": Command.UPDATE_SIMILAR}
    older = found is Command.LIST_ROBOTS and not switches.robot_list
    if found is None or found == hidden[switches.similar_path] or older:
        raise Refusal(Code.PATH)
    return found


class Gate:
    """Lets a request through to its command, or raises Refusal or HttpRefusal."""

    def __init__(self, database: Database, *, account: Account, switches: Switches) -> None:
        self._database = database
        self._account = account
        self._switches = switches

    def admit(self, request: Request, *, now: int) -> tuple[Command, Parameters]:
        """The command and its parameters; ``now`` is microseconds of Unix time."""
        if request.method != "POST":
            raise Refusal(Code.URL)
        command = command_of(request.path, self._switches)
        self._check_application(request, command)
        self._check_caller(request, now=now)
        self._check_speed(command, now=now)
        return command, self._read_body(request, command)

    def _check_application(self, request: Request, command: Command) -> None:
        query = request.query
        if not query.get("sdkappid"):
            raise Refusal(Code.NO_SDKAPPID)
        random = query.get("random", "")
        random_fits = random.isascii() and random.isdigit() and len(random) <= len(str(RANDOM_MAX)) and int(random) < RANDOM_MAX
        if not query.get("identifier") or query.get("contenttype") != "json" or not random_fits:
            raise Refusal(Code.QUERY)
        if not (query["sdkappid"].isascii() and query["sdkappid"].isdigit()):
            raise Refusal(Code.QUERY)
        if query["sdkappid"] != str(self._account.sdkappid):
            raise Refusal(Code.UNKNOWN_SDKAPPID)
        if self._account.wrong_region or not self._host_fits(request.headers.get("host", ""), command):
            raise Refusal(Code.REGION)

    def _host_fits(self, host: str, command: Command) -> bool:
        if host not in REGIONS.values():
            return True
        if command in SESSION_COMMANDS and not self._switches.desk_on_regional_hosts:
            return host == REGIONS["china"]
        right = not self._account.region or host == REGIONS.get(self._account.region)
        # The session pages print this host outright, whatever the region (1229/68824, EX).
        return right or (command in SESSION_COMMANDS and host == REGIONS["china"])

    def _check_caller(self, request: Request, *, now: int) -> None:
        identifier = request.query["identifier"]
        check_usersig(
            request.query.get("usersig", ""),
            identifier=identifier,
            account=self._account,
            switches=self._switches,
            now=now / SECOND,
        )
        if identifier != self._account.identifier or not self._account.administrator:
            raise Refusal(Code.ADMINISTRATOR)
        if not self._account.desk_enabled:
            raise Refusal(Code.DESK)
        if self._account.desk_expired:
            raise Refusal(Code.EXPIRED)

    def _check_speed(self, command: Command, *, now: int) -> None:
        limit = self._account.calls_per_second
        if allow_call(self._database, command, limit=limit, switches=self._switches, now=now):
            return
        if self._switches.limit_answer == "http-429":
            raise HttpRefusal(429)
        raise Refusal(Code.FREQUENCY)

    def _read_body(self, request: Request, command: Command) -> Parameters:
        if self._switches.body_max is not None and len(request.body) > self._switches.body_max:
            raise Refusal(Code.PARAMETERS, "the body is too large")
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self._switches.content_type_check and content_type != "application/json":
            raise Refusal(Code.PARAMETERS, "Content-Type is not application/json")
        parameters = Parameters.parse(request.body)
        takes_language = command in LANGUAGE_TAKERS or command in SESSION_COMMANDS
        if parameters.has("LanguageTag") and not takes_language and self._switches.language_tag == "refuse":
            raise Refusal(Code.PARAMETERS, "LanguageTag is not known here")
        return parameters
