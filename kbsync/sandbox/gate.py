"""What stands before every command: URL, application, region, signature, administrator, limit, body.

The codes are documented (1047/34348), which one wins when several are due is UNKNOWN; here it is the order of the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kbsync.commands import Command
from kbsync.sandbox.account import Account
from kbsync.sandbox.limits import SECOND, allow_call
from kbsync.sandbox.parameters import Parameters
from kbsync.sandbox.readings import LimitAnswer, SimilarPath, Verdict
from kbsync.sandbox.refusals import SESSION_COMMANDS, Code, HttpRefusal, Refusal
from kbsync.sandbox.store import Database
from kbsync.sandbox.switches import Switches
from kbsync.sandbox.usersig import check_usersig
from kbsync.settings import REGIONS

__all__ = ["Gate", "Request", "command_of"]

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
    name = path.rpartition("/")[2]
    hidden = {SimilarPath.BOTH: "", SimilarPath.NEW: Command.UPDATE_SIMILAR_OLD, SimilarPath.OLD: Command.UPDATE_SIMILAR}
    if name not in set(Command) or name == hidden[switches.similar_path]:
        raise Refusal(Code.PATH)
    service = "desk_http_svc" if name in SESSION_COMMANDS else "openim_console_http_svc"
    if path != f"/v4/{service}/{name}":
        raise Refusal(Code.PATH)
    return Command(name)


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

    def _check_speed(self, command: Command, *, now: int) -> None:
        limit = self._account.calls_per_second
        if allow_call(self._database, command, limit=limit, switches=self._switches, now=now):
            return
        if self._switches.limit_answer is LimitAnswer.HTTP_429:
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
        if parameters.has("LanguageTag") and not takes_language and self._switches.language_tag is Verdict.REFUSE:
            raise Refusal(Code.PARAMETERS, "LanguageTag is not known here")
        return parameters
