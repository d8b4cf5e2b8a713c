"""The doctor's questions: every problem that the answers show, at once, and nothing written."""

from collections.abc import Mapping, Sequence

import httpx
import pytest

from kbsync.commands import READS
from kbsync.desk.doctor import Aspect, examine
from tests.fakes.clock import FakeClock
from tests.fakes.desk_script import Reply, Script, connect

HEALTHY: Mapping[str, Sequence[Reply]] = {
    "desc_chitchat_category": [{"Total": 0, "List": []}],
    "list_chitchat": [{"StandardQuestionCount": 0, "QuestionList": []}],
    "desc_robot_config": [{"ChitchatEnable": 1, "ChitchatReaches": "0.8"}],
    "desk_get_robot_list": [{"RobotList": [{"RobotId": "@RBT#DeskDefaultRobot", "Nick": "Robot", "IsDefault": 1}]}],
}
NAMES = [aspect.value for aspect in Aspect]


def verdicts(changes: Mapping[str, Sequence[Reply]], *, rate: float = 5.0) -> dict[str, bool | None]:
    """What is found of a healthy service with these changes."""
    return {finding.name.value: finding.ok for finding in examine(connect(Script({**HEALTHY, **changes})), rate=rate)}


def test_a_healthy_service_has_every_point_in_order() -> None:
    """All points but the clock are in order, in the documented sequence; a service without a Date tells no time."""
    assert verdicts({}) == dict.fromkeys(NAMES, True) | {"clock": None}


def test_only_reads_are_sent() -> None:
    """The doctor changes nothing."""
    script = Script(HEALTHY)
    examine(connect(script), rate=5.0)
    assert script.commands() == ["desc_chitchat_category", "list_chitchat", "desc_robot_config", "desk_get_robot_list"]
    assert set(script.commands()) <= READS


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        (60026, "region"),
        (70009, "signature"),
        (-20, "administrator"),
        (-50040, "desk"),
    ],
)
def test_a_refusal_names_the_point_that_it_tells_of(reply: int, name: str) -> None:
    """When every call is refused for one reason, that point is wrong, the service answers, the rest is not known."""
    found = verdicts({command: [reply] for command in HEALTHY})
    assert found == dict.fromkeys(NAMES) | {"endpoint": True, name: False, "limit": True}


def test_a_service_that_cannot_be_reached_is_asked_once() -> None:
    """Without a connection there is one failure to tell, and the other points are not known."""
    script = Script({command: [httpx.ConnectError("name not known")] for command in HEALTHY})
    findings = {finding.name: finding for finding in examine(connect(script), rate=5.0)}
    assert len(script.asked) == 1
    assert findings[Aspect.ENDPOINT].ok is False
    assert "name not known" in str(findings[Aspect.ENDPOINT].message)
    assert findings[Aspect.ENDPOINT].hint is not None
    assert findings[Aspect.SIGNATURE].ok is None


def test_independent_problems_are_told_together() -> None:
    """A listing that fails, chitchat that is off and a pace that is too fast are three findings of one run."""
    lost = httpx.ReadTimeout("late")
    found = verdicts({"list_chitchat": [lost], "desc_robot_config": [{"ChitchatEnable": 0}]}, rate=8.0)
    assert [name for name, ok in found.items() if ok is False] == ["questions", "chitchat", "limit"]


def test_an_answer_that_makes_no_sense_is_a_finding() -> None:
    """Where nothing usable is answered, that is told of each call, and nothing is claimed of the rest."""
    found = verdicts({command: [lambda _: httpx.Response(200, text="<html>")] for command in HEALTHY})
    assert [name for name, ok in found.items() if ok is False] == ["categories", "questions", "chitchat", "robots"]
    assert found["endpoint"] is None


@pytest.mark.parametrize(
    ("fields", "ok", "words"),
    [
        ({"ChitchatEnable": 1, "ChitchatReaches": "0.8", "DirectAnsweringReaches": 0.9}, True, "a score of 0.8"),
        ({"ChitchatEnable": 1, "ChitchatReaches": 0.7}, True, "a score of 0.7"),
        ({"ChitchatEnable": 1}, True, "switched on."),
        ({"ChitchatEnable": 0}, False, "switched off"),
    ],
)
def test_the_robot_tells_whether_chitchat_is_used(fields: dict[str, object], ok: bool, words: str) -> None:
    """Scores come as text or number, or not at all; the default language is asked for."""
    script = Script({**HEALTHY, "desc_robot_config": [fields]})
    (found,) = (each for each in examine(connect(script), rate=5.0) if each.name is Aspect.CHITCHAT)
    assert found.ok is ok
    assert words in str(found.message)
    assert ("desc_robot_config", {"LanguageTag": ""}) in script.asked


@pytest.mark.parametrize(
    ("date", "ok", "words"),
    [
        ("Thu, 09 Oct 2025 08:53:00 GMT", True, "agrees"),
        ("Thu, 09 Oct 2025 08:13:20 GMT", False, "2400 seconds ahead"),
        ("Thu, 09 Oct 2025 09:33:20 GMT", False, "2400 seconds behind"),
    ],
)
def test_the_clock_is_compared_with_the_services(date: str, ok: bool, words: str) -> None:
    """A clock that is far off is told with its distance and direction: signatures depend on it."""

    def dated(_: object) -> httpx.Response:
        envelope = {"ActionStatus": "OK", "ErrorCode": 0, "ChitchatEnable": 1}
        return httpx.Response(200, headers={"Date": date}, json=envelope)

    findings = examine(connect(Script({**HEALTHY, "desc_robot_config": [dated]})), rate=5.0)
    clock = next(finding for finding in findings if finding.name is Aspect.CLOCK)
    assert clock.ok is ok
    assert words in str(clock.message)


ROBOT, OTHER = "@RBT#DeskDefaultRobot", "@RBT#1747124092eniezohf"


def listing(*robots: str) -> dict[str, object]:
    """A page with a question of each robot."""
    return {
        "QuestionList": [{"StandardQuestionId": f"1500086166-{robot}-dhoLfseT3tvxP4H{at}"} for at, robot in enumerate(robots)]
    }


@pytest.mark.parametrize(
    ("robots", "listed", "ok", "said"),
    [
        ({ROBOT: 1}, listing(ROBOT), True, "the only one"),
        ({ROBOT: 1}, {"QuestionList": None}, True, "the only one"),
        ({ROBOT: 1}, {"QuestionList": [{"StandardQuestionId": "q1"}]}, True, "the only one"),
        ({ROBOT: 1, OTHER: 0}, listing(ROBOT), None, f"Nick ({ROBOT}), Nick ({OTHER})"),
        ({ROBOT: 1, OTHER: 0}, listing(ROBOT, OTHER), False, f"questions of {OTHER}, and"),
        ({ROBOT: 1}, listing(OTHER), False, f"questions of {OTHER}, and"),
        ({OTHER: 1, ROBOT: 0}, listing(ROBOT), False, f"the default robot is {OTHER}"),
        ({ROBOT: 0}, listing(OTHER), True, "the only one"),
        ({}, listing(ROBOT), True, "the only one"),
    ],
)
def test_the_robots_are_compared_with_what_is_listed(
    robots: Mapping[str, int], listed: dict[str, object], ok: bool | None, said: str
) -> None:
    """Several robots are a warning; a listed id of another robot than the default is not in order."""
    rows = [{"RobotId": robot, "Nick": "Nick", "IsDefault": default} for robot, default in robots.items()]
    script = Script({**HEALTHY, "list_chitchat": [listed], "desk_get_robot_list": [{"RobotList": rows}]})
    found = next(finding for finding in examine(connect(script), rate=5.0) if finding.name is Aspect.ROBOTS)
    assert found.ok is ok
    assert said in str(found.message)


def test_an_older_service_knows_no_robots() -> None:
    """A service that does not know the call is not called unhealthy for it."""
    assert verdicts({"desk_get_robot_list": [60009]})["robots"] is None
    assert verdicts({"desk_get_robot_list": [-1]})["robots"] is False


@pytest.mark.parametrize("refusal", [-14, lambda _: httpx.Response(503, text="<html>busy</html>")])
def test_a_service_that_refuses_for_ever_ends_the_examination_after_one_patience(refusal: Reply) -> None:
    """One call is repeated for a minute, waits for a slot included; the others would each wait as long and are not tried."""
    for _ in range(10):
        clock = FakeClock()
        begun = clock.now()
        findings = examine(connect(Script({command: [refusal] for command in HEALTHY}), clock=clock), rate=5.0)
        assert any(finding.ok is False for finding in findings)
        assert clock.now() - begun <= 60
