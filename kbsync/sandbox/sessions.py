"""The Desk session calls (1229/68825, 1229/68824, 1229/68823, seed page of send_stream_msg) and desc_robot_config (1229/68831).

One default robot, one language.
"""

import hashlib
import json
import re
from collections.abc import Mapping

from kbsync.sandbox.gate import SECOND, Scene
from kbsync.sandbox.replies import Code, Parameters, Refusal

ROBOT = "@RBT#DeskDefaultRobot"
OTHER_ROBOT = "@RBT#1747124092eniezohf"
"""The RobotId of the vendor's sample of desk_add_robot (269/118512, EX)."""

WITH_AGENT = ("WaitingForAgentAnswering", "Agent")
"""The states in which AgentId is filled (1229/68825, DOC)."""

ENGLISH = {"NotInSession": "Not in session", "Queueing": "Queuing"}
"""How the English page spells two states, by translation damage."""

SESSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

PAGE_MAX = 100

MESSAGE_MAX = 12 * 1024

ROLES = {"user": 1, "agent": 2, "system": 3}
"""FromAccountRole (1229/68824, DOC); which of them a chatbot has is UNKNOWN."""


def session_state(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """get_session_state: by SessionId, or by ClientUserId and CustomerServiceId together (DOC)."""
    if parameters.has("SessionId"):
        where, values = "id = ?", [parameters.text("SessionId")]
    else:
        where, values = "client = ? AND service = ?", [parameters.text("ClientUserId"), parameters.text("CustomerServiceId")]
    statement = f"SELECT id, state, agent FROM session WHERE {where} AND ended IS NULL ORDER BY id"  # noqa: S608 - constants
    rows = scene.database.rows(statement, values)
    if not rows and parameters.has("SessionId"):
        raise Refusal(Code.SESSION_GONE)
    identifier, state, agent = rows[0] if rows else ("", "NotInSession", "")
    english = scene.switches.state_words == "english-page"
    answer = {"SessionId": identifier, "CurrentState": ENGLISH.get(state, state) if english else state}
    return {**answer, "AgentId": agent} if state in WITH_AGENT else answer


def read_messages(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """describe_chat_messages: newest first unless Order is 1 (DOC); ended sessions can be read too (INF)."""
    session = parameters.text("SessionId")
    limit, offset = _window(parameters)
    oldest_first = parameters.choice("Order", (1, 2), default=2) == 1
    if not scene.database.rows("SELECT 1 FROM session WHERE id = ?", (session,)):
        raise Refusal(Code.SESSION_UNKNOWN)
    rows = scene.database.rows("SELECT account, role, text, at FROM chat WHERE session = ? ORDER BY number", (session,))
    if not oldest_first:
        rows.reverse()
    messages = [_message(scene, row) for row in rows[offset : offset + limit]]
    return {"TotalCount": len(rows), "Messages": messages}


def list_sessions(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """describe_im_cdr_list: finished sessions that ended between two Unix seconds, newest first (the order is UNKNOWN)."""
    start, end = parameters.number("StartTimestamp"), parameters.number("EndTimestamp")
    if start > end:
        raise Refusal(Code.PARAMETERS, "StartTimestamp is after EndTimestamp")
    client = parameters.optional_text("ClientUserId")
    limit, offset = _window(parameters)
    statement = "SELECT id, client, ended, card FROM session WHERE ended BETWEEN ? AND ? ORDER BY ended DESC"
    rows = [row for row in scene.database.rows(statement, (start, end)) if not client or row[1] == client]
    records = [
        {"SessionId": identifier, "ClientUserId": user, "Timestamp": ended, **json.loads(card)}
        for identifier, user, ended, card in rows[offset : offset + limit]
    ]
    return {"TotalCount": len(rows), "IMCdrList": records}


def send_stream(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """send_stream_msg: the first call is answered with a MsgKey that the later ones carry, Finish 1 ends it (DOC)."""
    session, chunk = parameters.text("SessionId"), parameters.text("Chunk")
    finish = parameters.choice("Finish", (0, 1), default=0)
    key = parameters.optional_text("MsgKey")
    if not SESSION_ID.fullmatch(session):
        raise Refusal(Code.SESSION_ILLEGAL)
    if not scene.database.rows("SELECT 1 FROM session WHERE id = ? AND ended IS NULL", (session,)):
        raise Refusal(Code.SESSION_GONE)
    text = chunk
    if key:
        statement = "SELECT text FROM chat WHERE session = ? AND key = ? AND open"
        rows = scene.database.rows(statement, (session, key))
        if not rows:
            raise Refusal(Code.PARAMETERS, "MsgKey names no open message")
        text = rows[0][0] + chunk
    if len(text.encode()) > MESSAGE_MAX:
        raise Refusal(Code.STREAM_TOO_LONG)
    if key:
        scene.database.run("UPDATE chat SET text = ?, open = ? WHERE session = ? AND key = ?", (text, not finish, session, key))
    else:
        key = _new_key(scene)
        scene.database.run(
            "INSERT INTO chat(session, account, role, text, at, key, open) VALUES(?, ?, 'robot', ?, ?, ?, ?)",
            (session, ROBOT, text, scene.now // 1000, key, not finish),
        )
    return {"MsgKey": key}


def _window(parameters: Parameters) -> tuple[int, int]:
    limit, offset = parameters.optional_number("Limit"), parameters.optional_number("Offset") or 0
    limit = 20 if limit is None else limit
    if not 0 < limit <= PAGE_MAX or offset < 0:
        raise Refusal(Code.PARAMETERS, "Limit is 1 to 100, Offset at least 0")
    return limit, offset


def _message(scene: Scene, row: tuple[str, str, str, int]) -> Mapping[str, object]:
    account, role, text, at = row
    return {
        "FromAccount": account,
        "FromAccountRole": ROLES.get(role, int(scene.switches.robot_role)),
        "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
        "Timestamp": at,
    }


def _new_key(scene: Scene) -> str:
    number = scene.database.count("message")
    return f"{number}_{scene.now // SECOND}_{hashlib.sha256(str(number).encode()).hexdigest()[:25]}"


def list_robots(scene: Scene, _: Parameters) -> Mapping[str, object]:
    """desk_get_robot_list: every robot, the default one among them (269/133252, DOC)."""
    robots = [(ROBOT, "Robot", 1)]
    if scene.switches.second_robot != "none":
        robots.append((OTHER_ROBOT, "Second robot", 0))
    return {
        "RobotList": [
            {"RobotId": robot, "Nick": nick, "CreateTime": "2026-07-01 00:00:00", "IsDefault": default}
            for robot, nick, default in robots
        ]
    }


def describe_robot(scene: Scene, parameters: Parameters) -> Mapping[str, object]:
    """The live configuration; one threshold is a bare number, as in the vendor's sample, the others are strings."""
    parameters.optional_text("LanguageTag")
    return {
        "WelcomeCardEnable": 1,
        "WelcomeCardTitle": "Hello, how can I help you?",
        "WelcomeCardQuestions": [],
        "ToAgentEnable": 1,
        "DirectAnsweringReaches": 0.8,
        "ChitchatEnable": int(scene.account.chitchat_enabled),
        "ChitchatReaches": "0.8",
        "ClarifyEnable": 1,
        "ClarifyReaches": "0.6",
        "ClarifyMessage": "Did you mean one of these?",
        "ClarifyNumber": 3,
        "FallbackMsg": "I did not understand that.",
    }
