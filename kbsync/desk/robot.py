"""The chatbot's live configuration, as far as it decides whether the chitchat library is used at all.

Nothing here changes it.
"""

from dataclasses import dataclass

from kbsync.commands import Command
from kbsync.desk.transport import Transport
from kbsync.desk.wire import Fields

__all__ = ["RobotConfig", "RobotReader"]


@dataclass(frozen=True, slots=True)
class RobotConfig:
    """Scores are between 0 and 1, None when not told.

    Chitchat answers only when it is enabled, no FAQ reaches ``direct_threshold`` and the chitchat score reaches
    ``chitchat_threshold`` (www.tencentcloud.com/document/product/1229/68793).
    """

    chitchat_enabled: bool
    chitchat_threshold: float | None = None
    direct_threshold: float | None = None


class RobotReader:
    """Looks at the default language's configuration."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def config(self, *, repeat: bool = True) -> RobotConfig:
        """What desc_robot_config answers (www.tencentcloud.com/document/product/1229/68831), asked again if it gets lost."""
        fields = Fields(Command.DESC_ROBOT, self._transport.call(Command.DESC_ROBOT, {"LanguageTag": ""}, repeat=repeat))
        return RobotConfig(
            chitchat_enabled=fields.integer("ChitchatEnable") != 0,
            chitchat_threshold=fields.number("ChitchatReaches"),
            direct_threshold=fields.number("DirectAnsweringReaches"),
        )
