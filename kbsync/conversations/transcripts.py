"""Whole sessions as they were spoken, and who is who in them. What is learned from the words is told elsewhere."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from kbsync.dialogue import ChatMessage, Role

__all__ = ["Speaker", "Transcript", "robot_accounts", "speakers"]

ROBOT = "@RBT#"
"""How the accounts of chatbots begin in the vendor's ids (www.tencentcloud.com/document/product/1047/55280)."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One session, oldest message first.

    ``agent`` is the account of the person who served it, empty when nobody did, None when that is not known.
    """

    session: str
    messages: tuple[ChatMessage, ...]
    agent: str | None = None


class Speaker(Enum):
    """Who said something; OTHER is the system, or somebody who could not be made out."""

    USER = auto()
    ROBOT = auto()
    PERSON = auto()
    OTHER = auto()


def robot_accounts(transcripts: Sequence[Transcript], named: Collection[str] = ()) -> frozenset[str]:
    """The accounts of the chatbot: the named ones, else those that look like one, else those that spoke where no person did.

    The last resort is needed because no page says under which account and role a chatbot speaks (1229/68824). Roles are told
    apart there because the system's notices come in such sessions too. Empty when nothing can be made out.
    """
    if named:
        return frozenset(named)
    spoken = [(transcript, message) for transcript in transcripts for message in transcript.messages]
    known = {message.account for _, message in spoken if message.account.startswith(ROBOT)}
    alone = [message for transcript, message in spoken if transcript.agent == ""]
    for role in (Role.AGENT, Role.SYSTEM):
        known = known or {message.account for message in alone if message.role is role}
    return frozenset(known)


def speakers(transcript: Transcript, robots: Collection[str]) -> Iterator[tuple[Speaker, ChatMessage]]:
    """Each message with who said it, in the order of the session."""
    for message in transcript.messages:
        yield _speaker(message, transcript.agent, robots), message


def _speaker(message: ChatMessage, agent: str | None, robots: Collection[str]) -> Speaker:
    if message.account in robots:
        return Speaker.ROBOT
    if message.role is Role.USER:
        return Speaker.USER
    if agent and message.account == agent:
        return Speaker.PERSON
    # A session can be handed on from one person to another, so any agent counts where the robot is known for certain.
    return Speaker.PERSON if message.role is Role.AGENT and agent != "" and robots else Speaker.OTHER
