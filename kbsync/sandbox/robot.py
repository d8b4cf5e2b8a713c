"""desc_robot_config (1229/68831): whether chitchat is switched on at all, and the thresholds. One default robot, one language."""

from collections.abc import Mapping

from kbsync.sandbox.parameters import Parameters
from kbsync.sandbox.scene import Scene

__all__ = ["describe_robot"]


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
