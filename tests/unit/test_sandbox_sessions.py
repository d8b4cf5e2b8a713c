"""The sandbox's session commands and the robot's configuration, on the example sessions."""

import pytest

from kbsync.commands import Command
from kbsync.rehearsal import Account
from kbsync.sandbox import seeds
from tests.fakes.caller import Caller

STATE, MESSAGES, LIST, SEND = Command.SESSION_STATE, Command.SESSION_MESSAGES, Command.SESSION_LIST, Command.SEND_STREAM
CHATBOT = seeds.CHATBOT_SESSION


def texts(caller: Caller, **fields: object) -> list[str]:
    """The texts of a session's messages, oldest first unless told otherwise."""
    answer = caller.call(MESSAGES, **({"SessionId": CHATBOT, "Order": 1} | fields))
    return [each["MsgBody"][0]["MsgContent"]["Text"] for each in answer["Messages"]]


@pytest.mark.parametrize(
    ("session", "state", "agent"),
    [
        (seeds.CHATBOT_SESSION, "Chatbot", None),
        (seeds.AGENT_SESSION, "Agent", "test@qq.com"),
        (seeds.WAITING_SESSION, "WaitingForAgentAnswering", "test@qq.com"),
        (seeds.QUEUEING_SESSION, "Queueing", None),
        (seeds.IDLE_SESSION, "NotInSession", None),
    ],
)
def test_there_is_a_session_in_every_state(session: str, state: str, agent: str | None) -> None:
    """Each state of the Chinese page has an example, and AgentId only the two that have an agent."""
    answer = Caller().call(STATE, SessionId=session)
    assert (answer["SessionId"], answer["CurrentState"], answer.get("AgentId")) == (session, state, agent)


def test_a_session_is_found_by_client_and_service_too() -> None:
    """Both ids together name a session; a client without one is not in session; one id alone is not enough."""
    caller = Caller()
    answer = caller.call(STATE, ClientUserId=seeds.CLIENT, CustomerServiceId=seeds.CUSTOMER_SERVICE)
    assert (answer["SessionId"], answer["CurrentState"]) == (CHATBOT, "Chatbot")
    answer = caller.call(STATE, ClientUserId="nobody", CustomerServiceId=seeds.CUSTOMER_SERVICE)
    assert (answer["SessionId"], answer["CurrentState"]) == ("", "NotInSession")
    assert caller.code(STATE, ClientUserId=seeds.CLIENT) == 141004


def test_the_english_page_spells_two_states_its_own_way() -> None:
    """With the switch, the states are spelled with the page's translation damage."""
    caller = Caller("state-words=english-page")
    answers = [caller.call(STATE, SessionId=each) for each in (seeds.QUEUEING_SESSION, seeds.IDLE_SESSION, CHATBOT)]
    assert [each["CurrentState"] for each in answers] == ["Queuing", "Not in session", "Chatbot"]


def test_ended_and_unknown_sessions_have_no_state() -> None:
    """141005 for a session that ended and for one that never was."""
    assert Caller().code(STATE, SessionId=seeds.ENDED_SESSIONS[0]) == 141005
    assert Caller().code(STATE, SessionId="x") == 141005


def test_messages_come_in_the_documented_shape() -> None:
    """Roles, milliseconds, text elements and the total, newest first by default."""
    answer = Caller().call(MESSAGES, SessionId=CHATBOT, Limit=2)
    assert answer["TotalCount"] == 6
    assert answer["Messages"] == [
        {
            "FromAccount": "@RBT#DeskDefaultRobot",
            "FromAccountRole": 2,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "是的,我是智能客服。需要时可以为您转接人工。"}}],
            "Timestamp": 1730939080138,
        },
        {
            "FromAccount": seeds.CLIENT,
            "FromAccountRole": 1,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "你是机器人吗?"}}],
            "Timestamp": 1730939070138,
        },
    ]
    assert Caller("robot-role=3").call(MESSAGES, SessionId=CHATBOT)["Messages"][0]["FromAccountRole"] == 3


def test_messages_are_paged_and_checked() -> None:
    """Limit, offset and order work together; unknown sessions and wrong figures have their codes."""
    caller = Caller()
    assert texts(caller, Limit=2, Offset=1) == ["Hello! How can I help you?", "When will my parcel arrive?"]
    assert texts(caller, SessionId=seeds.ENDED_SESSIONS[0], Limit=1) == ["How do I return a parcel?"]
    assert caller.code(MESSAGES, SessionId="x") == 141010
    for wrong in ({"Limit": 101}, {"Limit": 0}, {"Offset": -1}, {"Order": 3}, {"Limit": "1"}):
        assert caller.code(MESSAGES, SessionId=CHATBOT, **wrong) == 141004


def test_finished_sessions_are_listed_by_time_and_client() -> None:
    """Those that ended between two moments, newest first, with what the page shows of each."""
    caller = Caller()
    everything = {"StartTimestamp": 1730940000, "EndTimestamp": 1730950000}
    answer = caller.call(LIST, **everything)
    assert answer["TotalCount"] == 2
    assert [each["SessionId"] for each in answer["IMCdrList"]] == list(reversed(seeds.ENDED_SESSIONS))
    assert answer["IMCdrList"][0] == {
        "SessionId": seeds.ENDED_SESSIONS[1],
        "AgentGroupId": 1,
        "AgentGroupName": "Default",
        "AgentId": "test@qq.com",
        "ChannelType": "Web",
        "ClientUserId": seeds.CLIENT,
        "ClientUserNickName": seeds.CLIENT,
        "Duration": 40,
        "EndStatus": "AgentEndedSession",
        "SatisfactionSelected": "",
        "Timestamp": 1730950000,
    }
    assert caller.call(LIST, **everything, ClientUserId="user5")["TotalCount"] == 1
    assert len(caller.call(LIST, **everything, Limit=1, Offset=1)["IMCdrList"]) == 1
    assert caller.call(LIST, StartTimestamp=1730940001, EndTimestamp=1730949999)["TotalCount"] == 0
    assert caller.code(LIST, StartTimestamp=2, EndTimestamp=1) == 141004


def test_a_streamed_message_grows_under_its_key() -> None:
    """The first call makes the message, the later ones lengthen it, and after the last it is closed."""
    caller = Caller()
    key = caller.call(SEND, SessionId=CHATBOT, Chunk="Hello, ")["MsgKey"]
    assert caller.call(SEND, SessionId=CHATBOT, Chunk="this is ", MsgKey=key)["MsgKey"] == key
    assert caller.code(SEND, SessionId=CHATBOT, Chunk="Tencent Cloud.", MsgKey=key, Finish=1) == 0
    assert caller.code(SEND, SessionId=CHATBOT, Chunk="more", MsgKey=key) == 141004
    assert texts(caller)[6:] == ["Hello, this is Tencent Cloud."]
    assert caller.call(SEND, SessionId=CHATBOT, Chunk="One piece.", Finish=1)["MsgKey"] != key


def test_what_cannot_be_streamed() -> None:
    """Wrong ids, ended sessions, empty and over-long pieces have their codes and send nothing."""
    caller = Caller()
    assert caller.code(SEND, SessionId="x", Chunk="a") == 141006
    assert caller.code(SEND, SessionId=seeds.ENDED_SESSIONS[0], Chunk="a") == 141005
    assert caller.code(SEND, SessionId=CHATBOT, Chunk="") == 141004
    assert caller.code(SEND, SessionId=CHATBOT, Chunk="a", Finish=2) == 141004
    assert caller.code(SEND, SessionId=CHATBOT, Chunk="字" * 4097) == 93000
    assert len(texts(caller)) == 6


def test_the_robot_says_whether_chitchat_is_on() -> None:
    """The configuration follows the account, and thresholds come as number and as string."""
    answer = Caller().call(Command.DESC_ROBOT, LanguageTag="")
    assert (answer["ChitchatEnable"], answer["ChitchatReaches"], answer["DirectAnsweringReaches"]) == (1, "0.8", 0.8)
    assert Caller(account=Account(chitchat_enabled=False)).call(Command.DESC_ROBOT)["ChitchatEnable"] == 0
    assert Caller().code(Command.DESC_ROBOT, LanguageTag=1) == -7
