"""The joints that no flow shows: who applies and where, what a budget and a secret are called, what is told of a call."""

import os
import pwd
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from kbsync.errors import MissingSecret, Throttled, Unreachable
from kbsync.limiter import Pacer
from kbsync.messages import Message, message
from kbsync.settings import Target
from kbsync.usecases.composition import Connection, find_credentials, variable
from kbsync.usecases.workspace import actor, where
from tests.fakes.clock import FakeClock
from tests.fakes.desk_script import Script, connect, fail
from tests.fakes.paced import paced


@pytest.mark.parametrize(
    ("environ", "committer", "expected"),
    [
        ({"GITHUB_ACTOR": "octocat", "USER": "runner"}, "Anna <anna@shop.example>", "octocat"),
        ({"GITLAB_USER_LOGIN": "tanuki", "USER": "root"}, "", "tanuki"),
        ({"KBSYNC_ACTOR": "robot", "USER": "root"}, "Anna", "robot"),
        ({"CI": "true", "USER": "runner"}, "A bot <bot@forge.example>", "runner"),
        ({"USER": "root"}, "Anna <anna@shop.example>", "Anna <anna@shop.example>"),
        ({"LOGNAME": "", "USER": "alice"}, "", "alice"),
    ],
)
def test_who_applies(environ: Mapping[str, str], committer: str, expected: str) -> None:
    """The person whom the CI system names goes first; elsewhere whoever commits goes before the machine's user."""
    assert actor(environ, committer) == expected


def test_somebody_always_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any name in the environment it is the name of the login, or its number."""
    assert actor({}) == pwd.getpwuid(os.getuid()).pw_name

    def unknown(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert actor({}) == f"uid {os.getuid()}"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "shop/talk", "GITHUB_RUN_ID": "7"},
            "https://github.com/shop/talk/actions/runs/7",
        ),
        ({"CI_JOB_URL": "https://gitlab.example/jobs/9"}, "https://gitlab.example/jobs/9"),
    ],
)
def test_where_it_runs(environ: Mapping[str, str], expected: str) -> None:
    """A lock leads to the job that holds it."""
    assert where(environ) == expected
    assert where({})


def test_a_targets_variable_is_a_name_that_shells_take() -> None:
    """Whatever a target is called."""
    assert variable("eu-west.2", "SECRET_KEY") == "KBSYNC_EU_WEST_2_SECRET_KEY"


def test_credentials_do_not_show_themselves() -> None:
    """Their repr, which a traceback or a log may hold, has neither the key nor the signature."""
    target = Target("production")
    for name in ("KBSYNC_SECRET_KEY", "KBSYNC_USERSIG"):
        assert "canary" not in repr(find_credentials(target, {name: "canary"}))


@pytest.mark.parametrize("name", ["KBSYNC_SECRET_KEY", "KBSYNC_USERSIG", "KBSYNC_PRODUCTION_USERSIG"])
def test_a_secret_that_is_no_text_is_named(name: str) -> None:
    """Bytes that can be neither signed with nor sent end in a sentence, and are not shown."""
    with pytest.raises(MissingSecret) as caught:
        find_credentials(Target("production"), {name: "ab\udcff"})
    assert str(caught.value) == f"{name} holds bytes that are not UTF-8 text"


def test_every_call_is_told_of(tmp_path: Path) -> None:
    """Those that are refused and sent again too, each with its time."""
    told: list[tuple[str, float, str | None]] = []
    clock = FakeClock()

    def hear(command: str, seconds: float, problem: Message | None) -> None:
        told.append((command, seconds, None if problem is None else str(problem)))

    answers = [Throttled(message("too fast"), command="list_chitchat", retry_after=2.0), None]

    def send() -> str:
        clock.move(0.25)
        problem = answers.pop(0)
        if problem is not None:
            raise problem
        return "answer"

    pacer = Pacer(clock, on_call=hear)
    assert paced(pacer, "list_chitchat", send) == "answer"
    assert told == [("list_chitchat", 0.25, "too fast"), ("list_chitchat", 0.25, None)]


def test_a_call_that_fails_is_told_of() -> None:
    """And raises what it raised."""
    told: list[str] = []
    pacer = Pacer(FakeClock(), on_call=lambda command, _seconds, problem: told.append(f"{command}: {problem}"))

    def send() -> None:
        raise Unreachable(message("no connection"), command="list_chitchat")

    with pytest.raises(Unreachable):
        paced(pacer, "list_chitchat", send)
    assert told == ["list_chitchat: no connection"]


def test_the_service_is_asked_for_its_time_once_at_most() -> None:
    """Only where nothing told it yet, and only on demand; a service that tells none is no error."""
    script = Script({"desc_chitchat_category": [lambda _: fail(-50003)]})
    connection = Connection(Target("production", sdkappid=1400000000), connect(script), Pacer(FakeClock()), threading.Event())
    assert (connection.service_time(), script.asked) == (None, [])
    assert connection.service_time(ask=True) is None
    assert [command for command, _ in script.asked] == ["desc_chitchat_category"]
