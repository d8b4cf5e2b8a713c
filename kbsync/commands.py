"""The Desk calls by the names that the vendor gives them."""

from enum import StrEnum

__all__ = ["PATHS", "READS", "SESSION_COMMANDS", "Command"]


class Command(StrEnum):
    """One REST command; each has its own limit of 5 calls a second (www.tencentcloud.com/document/product/1229/68839)."""

    DESC_CATEGORY = "desc_chitchat_category"
    ADD_CATEGORY = "add_chitchat_category"
    UPDATE_CATEGORY = "update_chitchat_category"
    DEL_CATEGORY = "del_chitchat_category"
    LIST = "list_chitchat"
    ADD = "add_chitchat"
    UPDATE = "update_chitchat"
    UPDATE_SIMILAR = "update_similar_chitchat"
    """The path of the newest page (679/117573); an older page calls it ``update_chitchat_similar``."""
    UPDATE_SIMILAR_OLD = "update_chitchat_similar"
    BATCH_SET = "batch_set_chitchat"
    DESC_ROBOT = "desc_robot_config"
    LIST_ROBOTS = "desk_get_robot_list"
    SESSION_STATE = "get_session_state"
    SESSION_MESSAGES = "describe_chat_messages"
    SESSION_LIST = "describe_im_cdr_list"
    SEND_STREAM = "send_stream_msg"


READS = frozenset(
    {
        Command.DESC_CATEGORY,
        Command.LIST,
        Command.DESC_ROBOT,
        Command.LIST_ROBOTS,
        Command.SESSION_STATE,
        Command.SESSION_MESSAGES,
        Command.SESSION_LIST,
    }
)
"""The commands that change nothing."""

SESSION_COMMANDS = frozenset(
    {Command.SESSION_STATE, Command.SESSION_MESSAGES, Command.SESSION_LIST, Command.SEND_STREAM},
)
"""The commands of the service ``desk_http_svc`` (www.tencentcloud.com/document/product/1229/68946); the others belong to
``openim_console_http_svc``."""

_DESK = "desk_http_svc"
_OTHERS = "openim_console_http_svc"
PATHS = {command: f"/v4/{_DESK if command in SESSION_COMMANDS else _OTHERS}/{command}" for command in Command}
"""Where each command is called on a host, by the service that it belongs to."""
