"""What a new sandbox holds: the vendor's example tree, a few preset questions, and one session in every state.

The tree is the sample of desc_chitchat_category (1229/68847, EX, its damaged lines mended); the rest is invented.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kbsync.sandbox.library import ALL, PRESET, Database, Library, StoredCategory, StoredQuestion

__all__ = ["seeded_sessions"]

CHATBOT_SESSION = "b0f4ca12-4850-4218-a284-efe679a87066"
"""State Chatbot, six messages in English and Chinese (the SessionId of the vendor's describe_chat_messages sample)."""
AGENT_SESSION = "fd8a2e30-54de-4e40-bcaf-02718409c5cf"
"""State Agent, AgentId test@qq.com (the SessionId of the vendor's send_stream_msg sample)."""
WAITING_SESSION = "11111111-0000-4000-8000-000000000001"
"""State WaitingForAgentAnswering."""
QUEUEING_SESSION = "11111111-0000-4000-8000-000000000002"
"""State Queueing."""
IDLE_SESSION = "11111111-0000-4000-8000-000000000003"
"""State NotInSession."""
ENDED_SESSIONS = ("22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002")
"""Finished, in describe_im_cdr_list; they ended at 1730940000 and 1730950000 (Unix seconds)."""
CLIENT, CUSTOMER_SERVICE = "8618655061639", "@customer_service_account"
"""ClientUserId and CustomerServiceId of the chatbot session (samples of 1229/68824 and 1229/68825)."""

CATEGORIES = (
    StoredCategory(10506, 0, "System preset category", PRESET),
    StoredCategory(10507, 0, "All categories", ALL),
    StoredCategory(10508, 10506, "Daily greeting", PRESET),
    StoredCategory(10509, 10506, "Ask robot information", PRESET),
    StoredCategory(10510, 10506, "Emotional expression", PRESET),
    StoredCategory(10511, 10506, "hobbies", PRESET),
    StoredCategory(10512, 10506, "Customer service scenario QA", PRESET),
    StoredCategory(10513, 0, "Update of small talk library categorization"),
)

QUESTIONS: tuple[tuple[int, str, str, tuple[str, ...]], ...] = (
    (10508, "Hello", "Hello! How can I help you?", ("Hi", "Hey there", "Good day")),
    (10508, "你好", "您好!请问有什么可以帮您?", ("您好", "嗨")),
    (10508, "Good night", "Good night, sleep well.", ()),
    (
        10509,
        "Are you a robot?",
        "Yes, I am a robot. I can hand you over to a person at any time.",
        ("Am I talking to a machine?",),
    ),
    (10509, "你是机器人吗?", "是的,我是智能客服。需要时可以为您转接人工。", ("你是人工智能吗?",)),
    (10510, "I am angry", "I am sorry to hear that. Let us see what we can do.", ()),
    (10511, "Do you like music?", "I like every song that people hum while they wait.", ()),
    (10512, "I want to talk to a person", "Of course, one moment please.", ("转人工",)),
)


@dataclass(frozen=True, slots=True)
class _SeededSession:
    state: str
    client: str
    messages: tuple[tuple[str, str], ...] = ()
    agent: str = ""
    ended: int | None = None


SESSIONS: Mapping[str, _SeededSession] = MappingProxyType(
    {
        CHATBOT_SESSION: _SeededSession(
            "Chatbot",
            CLIENT,
            (
                ("user", "hello"),
                ("robot", "Hello! How can I help you?"),
                ("user", "When will my parcel arrive?"),
                ("robot", "I did not understand that."),
                ("user", "你是机器人吗?"),
                ("robot", "是的,我是智能客服。需要时可以为您转接人工。"),
            ),
        ),
        AGENT_SESSION: _SeededSession(
            "Agent", "user1", (("user", "转人工"), ("agent", "您好,我是客服小王。")), agent="test@qq.com"
        ),
        WAITING_SESSION: _SeededSession("WaitingForAgentAnswering", "user2", (("user", "Refund please"),), agent="test@qq.com"),
        QUEUEING_SESSION: _SeededSession(
            "Queueing", "user3", (("user", "I want to talk to a person"), ("system", "You are number 2."))
        ),
        IDLE_SESSION: _SeededSession("NotInSession", "user4"),
        ENDED_SESSIONS[0]: _SeededSession(
            "",
            "user5",
            (("user", "How do I return a parcel?"), ("robot", "I did not understand that."), ("user", "how can I send it back")),
            ended=1730940000,
        ),
        ENDED_SESSIONS[1]: _SeededSession(
            "",
            CLIENT,
            (("user", "退货怎么办?"), ("robot", "I did not understand that."), ("user", "转人工"), ("agent", "请提供订单号。")),
            agent="test@qq.com",
            ended=1730950000,
        ),
    }
)

FIRST_MESSAGE = 1730939030138
"""Unix milliseconds of the first message of each session (sample of 1229/68824); one every ten seconds."""


def seeded_sessions() -> Mapping[str, tuple[str, int | None]]:
    """Every session that a new sandbox holds, by id: its state, and when it ended in Unix seconds, None while it lasts."""
    return {identifier: (session.state, session.ended) for identifier, session in SESSIONS.items()}


def plant(database: Database, library: Library) -> None:
    """Fill an empty database; called inside a transaction. Everything has been there since the beginning of time."""
    for category in CATEGORIES:
        library.put_category(category, now=0)
    for category_id, question, answer, similar in QUESTIONS:
        identifier, position = library.new_question()
        planted = StoredQuestion(identifier, position, question, answer, category_id, preset=True, similar=similar)
        library.put_question(planted, now=0)
    for identifier, session in SESSIONS.items():
        _plant_session(database, identifier, session)


def _plant_session(database: Database, identifier: str, session: _SeededSession) -> None:
    card = {
        "AgentGroupId": 1,
        "AgentGroupName": "Default",
        "AgentId": session.agent,
        "ChannelType": "Web",
        "ClientUserNickName": session.client,
        "Duration": 10 * len(session.messages),
        "EndStatus": "AgentEndedSession" if session.agent else "ClientEndedSession",
        "SatisfactionSelected": "",
    }
    database.run(
        "INSERT INTO session VALUES(?, ?, ?, ?, ?, ?, ?)",
        (identifier, session.state, session.client, CUSTOMER_SERVICE, session.agent, session.ended, json.dumps(card)),
    )
    accounts = {"user": session.client, "agent": session.agent, "robot": "@RBT#DeskDefaultRobot", "system": "administrator"}
    for place, (role, text) in enumerate(session.messages):
        database.run(
            "INSERT INTO chat(session, account, role, text, at, key, open) VALUES(?, ?, ?, ?, ?, '', 0)",
            (identifier, accounts[role], role, text, FIRST_MESSAGE + 10_000 * place),
        )
