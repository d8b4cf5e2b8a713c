"""Sample conversations: a chatbot, people who ask it, and a library that declares some of it."""

from kbsync.conversations.transcripts import Transcript
from kbsync.dialogue import ChatMessage, MessagePart, Role
from kbsync.model import AnswerType, Category, Content, Knowledge, MenuType, Question, Status

__all__ = ["BOT", "NOVEMBER", "answered", "library", "live", "question", "session", "spoken", "week"]

BOT = "@RBT#DeskDefaultRobot"
NOVEMBER = 1_762_000_000.0
"""A moment on 2025-11-01."""


def spoken(account: str, text: str, role: Role = Role.USER, at: float = NOVEMBER) -> ChatMessage:
    """A message of one text."""
    return ChatMessage(account, role, (MessagePart("TIMTextElem", text),), at)


def session(name: str, *messages: ChatMessage, agent: str | None = "") -> Transcript:
    """A session in which nobody but the chatbot served, unless an agent is named."""
    return Transcript(name, messages, agent)


def answered(account: str, text: str, reply: str = "Sorry?", at: float = NOVEMBER) -> tuple[ChatMessage, ChatMessage]:
    """A question of somebody, and what the chatbot said."""
    return spoken(account, text, at=at), spoken(BOT, reply, Role.AGENT, at=at + 1)


def question(text: str, answer: str, *similar: str, **fields: object) -> Question:
    """A declared question."""
    known = {"category": ("Shipping",), "similar": similar, **fields}
    return Question(Content(text, answer, **known))  # type: ignore[arg-type]  # each test names real fields


def library() -> Knowledge:
    """Four questions: one with another wording, one rich, one disabled, one renamed."""
    renamed = question("May I pay later?", "After 14 days.")
    return Knowledge(
        (),
        (
            question("When will my parcel arrive?", "Within 3 days.", "How long does delivery take?"),
            question("你是机器人吗?", "<p>是的,<b>我是</b>机器人。</p>", answer_type=AnswerType.RICH),
            question("Do you ship abroad?", "No.", status=Status.DISABLED),
            Question(renamed.content, previously=("Invoice please",)),
        ),
    )


def live() -> Knowledge:
    """What the service holds besides: a preset greeting and an answer of the console's."""
    preset = Category(("Presets", "Greeting"), 2, MenuType.PRESET)
    return Knowledge(
        (preset, Category(("FAQ",), 3)),
        (
            question("Good day", "Hello! How can I help?", "Hi there", category=preset.path),
            question("Help", "Sorry?", category=("FAQ",)),
        ),
    )


def week() -> tuple[Transcript, ...]:
    """Five sessions in which most of what can happen does."""
    return (
        session("s1", *answered("ann", "Can I return it?"), *answered("ann", "when will my parcel arrive", "Within 3 days.")),
        session("s2", *answered("ben", "can I return it"), *answered("ben", "Hi there!", "Hello! How can I help?")),
        session("s3", *answered("cy", "Can I returns it?", at=NOVEMBER + 86_400), *answered("cy", "My name is Cy")),
        session(
            "s4",
            *answered("dee", "Do you ship abroad?"),
            *answered("dee", "When will it arrive"),
            spoken("dee", "👍"),
            spoken("dee", "order 12345678 " * 20),
        ),
        session(
            "s5",
            *answered("eve", "do you ship abroad"),
            *answered("eve", "hi there", "Hello! How can I help?"),
            *answered("eve", "When will it arrive?"),
            spoken("kim", "Hello, this is Kim.", Role.AGENT),
            spoken("eve", "Here is my order"),
            agent="kim",
        ),
    )
