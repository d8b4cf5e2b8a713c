"""What a foreign text may not show: signatures and secrets by their values, in whatever spelling they come back."""

import base64
import json
import logging
import re
import zlib
from collections.abc import Callable

import httpx
import pytest

from kbsync.commands import Command
from kbsync.desk.connection import HUSH
from kbsync.desk.signing import Signer, scrub
from kbsync.errors import ServiceError
from tests.fakes.clock import FakeClock
from tests.fakes.desk_script import connect
from tests.fakes.echoes import ECHOES, shows
from tests.shares import long

pytestmark = pytest.mark.no_cover

SECRET = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
ELSEWHERE = "Made.Elsewhere-and*Not_By-kbsync~0123456789"
ADDRESS = "/list?usersig={}"


def bare(told: str) -> str:
    """A text followed by what its parts say in base64, wherever that begins."""
    parts = [re.sub("[^A-Za-z0-9]", "", part) for part in told.split("***")]
    cuts = [part[start : start + (len(part) - start) // 4 * 4] for part in parts for start in range(4)]
    return " ".join([told, *(base64.b64decode(cut).decode("latin-1") for cut in cuts)])


def spelled(told: str, value: str, echo: Callable[[str], str]) -> str:
    """What a text shows of a value in the spelling of the echo, which may take several letters for one."""
    return shows(told, echo(value), most=12 * len(echo(value)) // len(value))


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("given", [{"secret": SECRET}, {"usersig": ELSEWHERE}], ids=lambda given: next(iter(given)))
def test_a_signature_is_known_in_any_spelling(given: dict[str, str], echo: Callable[[str], str]) -> None:
    """The signer's own signature is taken out however an answer repeats it, be it made here or given."""
    signer = Signer(1, "admin", clock=FakeClock(), **given)  # type: ignore[arg-type]
    said = echo(ADDRESS.format(signer.usersig()))
    told = scrub(said)
    assert "***" in told
    assert shows(bare(told), signer.usersig()) == spelled(told, signer.usersig(), echo) == ""


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_the_secret_is_known_too(echo: Callable[[str], str]) -> None:
    """The key that signatures are made of is never shown, wherever it got into."""
    signer = Signer(1, "admin", clock=FakeClock(), secret=SECRET)
    told = scrub(echo(ADDRESS.format(SECRET)))
    assert shows(bare(told), SECRET) == spelled(told, SECRET, echo) == ""
    assert signer.usersig()


def test_what_a_signature_proves_itself_with_is_hidden() -> None:
    """A refusal that unpacks the signature shows the application and the time, and not what makes it valid."""
    signer = Signer(1400000000, "admin", clock=FakeClock(), secret=SECRET)
    packed = signer.usersig().translate(str.maketrans("*-_", "+/="))
    unpacked = json.loads(zlib.decompress(base64.b64decode(packed)))
    told = scrub(json.dumps(unpacked))
    assert "1400000000" in told
    assert shows(told, unpacked["TLS.sig"]) == ""


def test_an_older_signature_stays_hidden() -> None:
    """An answer that comes late may repeat the signature before the last."""
    clock = FakeClock()
    signer = Signer(1, "admin", clock=clock, secret=SECRET)
    first = signer.usersig()
    clock.move(1)
    assert signer.renew()
    told = scrub(f"neither {first[60:]} nor {signer.usersig()[60:]}")
    assert told == "neither *** nor ***"


def test_a_signature_of_somebody_else_is_known_by_its_looks() -> None:
    """One that no signer of this process made or was given is taken out too, and what is left of it where a part is known."""
    signer, other = (Signer(app, "admin", clock=FakeClock(), secret=SECRET) for app in (1, 2))
    foreign = other.usersig()
    del other
    assert [scrub(said) for said in (f"_{foreign}", f"usersig={foreign[:30]} no")] == ["_***", "usersig=*** no"]
    assert signer.confidential


def test_harmless_texts_are_left_alone() -> None:
    """Neither an empty or tiny secret nor a common word makes a refusal unreadable."""
    signers = [Signer(1, "admin", clock=FakeClock(), secret="s"), Signer(1, "admin", clock=FakeClock(), usersig="-\n*")]
    said = "70009 signature check failed for identifier admin, sdkappid 1400000000 (s) -*"
    assert scrub(said) == said
    assert all(signer.confidential for signer in signers)


def test_a_short_signature_is_hidden_as_a_whole() -> None:
    """A value of a few letters is looked for as it is, and its parts are not."""
    signer = Signer(1, "admin", clock=FakeClock(), usersig="quiet-one")
    assert scrub("quiet%2Done is not quiet") == "*** is not quiet"
    assert signer.confidential


def test_an_endless_text_is_looked_at_as_far_as_it_may_be_shown() -> None:
    """An answer of megabytes costs no time, and what is cut off is marked."""
    signer = Signer(1, "admin", clock=FakeClock(), secret=SECRET)
    said = signer.usersig() * 10_000
    assert scrub(said) == "***…"


ROUTES = {
    "a refusal": lambda text: {"ActionStatus": "FAIL", "ErrorCode": 70009, "ErrorInfo": text},
    "an undocumented code": lambda text: {"ActionStatus": "FAIL", "ErrorCode": 424242, "ErrorInfo": text},
    "a status": lambda text: {"ActionStatus": text, "ErrorCode": 0},
    "a code": lambda text: {"ActionStatus": "FAIL", "ErrorCode": text},
    "a text in place of an answer": lambda text: text,
}
"""Where in an answer the service may repeat the address."""


PLACES = [
    pytest.param(route, usersig, echo, id=f"{place}-{origin}-{spelling}", marks=[long] if (row + column + line) % 2 else [])
    for row, (place, route) in enumerate(ROUTES.items())
    for column, (origin, usersig) in enumerate({"made here": None, "given": ELSEWHERE}.items())
    for line, (spelling, echo) in enumerate(ECHOES.items())
]
"""Every spelling at every place: on a push either of a signature that was made here, or of one that was given."""


@pytest.mark.parametrize(("route", "usersig", "echo"), PLACES)
def test_no_error_shows_the_signature_of_its_call(
    route: Callable[[str], object], usersig: str | None, echo: Callable[[str], str]
) -> None:
    """Wherever an answer repeats the address that was asked for, the error that is made of it does not."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params["usersig"])
        return httpx.Response(200, json=route(echo(f"/list?usersig={sent[-1]}")))

    transport = connect(answer, usersig=usersig)
    with pytest.raises(ServiceError) as caught:
        transport.call(Command.LIST, {}, repeat=False)
    told = f"{caught.value} {caught.value.message.values}"
    assert shows(bare(told), sent[-1]) == spelled(told, sent[-1], echo) == ""


def test_a_broken_connection_shows_no_signature() -> None:
    """What the network layer says of a failure is a foreign text too."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url))
        raise httpx.RemoteProtocolError(f"illegal header: {ECHOES['percent-encoded'](sent[-1])}")

    transport = connect(answer)
    with pytest.raises(ServiceError, match=r"illegal header: https%3A.*\*\*\*") as caught:
        transport.call(Command.LIST, {}, repeat=False)
    assert shows(str(caught.value), httpx.URL(sent[-1]).params["usersig"]) == ""


def test_a_log_shows_no_signature() -> None:
    """A record of the network layer loses the signature in any spelling; one without it stays as it is, however long."""
    signer = Signer(1, "admin", clock=FakeClock(), secret=SECRET)
    echo = ECHOES["percent-encoded"](ADDRESS.format(signer.usersig()))
    records = [logging.LogRecord("httpcore.http11", logging.DEBUG, "", 0, "got %r", (said,), None) for said in (echo, "x" * 400)]
    assert all(map(HUSH.filter, records))
    first, second = (record.getMessage() for record in records)
    assert first == "got '%2Flist%3Fusersig%3D***'"
    assert second == f"got '{'x' * 400}'"
