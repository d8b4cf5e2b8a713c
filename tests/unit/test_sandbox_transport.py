"""The sandbox behind httpx without a socket: answers as they are, faults as httpx raises them."""

import httpx
import pytest

from kbsync.commands import Command
from kbsync.rehearsal import parse_rules
from kbsync.sandbox.server import SandboxTransport
from tests.fakes.caller import Caller


def post(caller: Caller, *, timeout: float | None = 5.0, latency: float = 0.0) -> httpx.Response:
    """One desc_chitchat_category through httpx."""
    request = caller.request(Command.DESC_CATEGORY)
    with httpx.Client(transport=SandboxTransport(caller.service, latency=latency), timeout=timeout) as client:
        return client.post(f"https://sandbox.invalid{request.path}", params=dict(request.query), content=request.body)


def test_an_answer_comes_through() -> None:
    """Status, headers and JSON are the service's, and the signature survives its percent-encoding."""
    response = post(Caller())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json()["Total"] == 8


def test_latency_passes_on_both_ways() -> None:
    """The service sees a call after half the latency, the caller its answer after the other half."""
    caller = Caller()
    post(caller, latency=0.5)
    assert caller.service.log[0].time == 1000.25
    assert caller.clock.now() == 1000.5


@pytest.mark.parametrize(
    ("fault", "raised", "waited"),
    [
        ("unreachable", httpx.ConnectError, 0),
        ("reset-before", httpx.ReadError, 0),
        ("lose-answer", httpx.ReadError, 0),
        ("cut-body", httpx.RemoteProtocolError, 0),
        ("hang:60", httpx.ReadTimeout, 5),
        ("hang:2", httpx.RemoteProtocolError, 2),
        ("slow:60", httpx.ReadTimeout, 5),
    ],
)
def test_faults_become_exceptions(fault: str, raised: type[Exception], waited: float) -> None:
    """Each fault is raised as httpx would, after the time that a real one takes, and the text holds no signature."""
    caller = Caller(faults=parse_rules([f"*={fault}"]))
    with pytest.raises(raised) as caught:
        post(caller)
    assert caller.clock.now() - 1000 == waited
    assert "usersig" not in str(caught.value)


@pytest.mark.parametrize(("timeout", "late"), [(5.0, 2.0), (None, 60.0)])
def test_a_slow_answer_within_patience_is_only_late(timeout: float | None, late: float) -> None:
    """An answer that comes before the timeout is whole."""
    caller = Caller(faults=parse_rules([f"*=slow:{late}"]))
    assert post(caller, timeout=timeout).json()["Total"] == 8
    assert caller.clock.now() == 1000 + late


def test_a_cut_answer_is_half_an_answer() -> None:
    """A cut or foreign answer arrives with status 200 and is no JSON."""
    caller = Caller(faults=parse_rules(["*#1=cut-json", "*#2=garbage"]))
    for _ in range(2):
        response = post(caller)
        assert response.status_code == 200
        with pytest.raises(ValueError):  # noqa: PT011 - whatever the JSON reader says
            response.json()
