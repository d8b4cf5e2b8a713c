"""Tells on stderr which calls were sent: one by one, or in sum. When that is wanted is the flow's business."""

from kbsync.cli.screen import Screen
from kbsync.messages import Message, message
from kbsync.store import Meter

__all__ = ["tell_call", "tell_calls"]


def tell_call(screen: Screen, command: str, seconds: float, problem: Message | None) -> None:
    """Tell of one call that was sent; never its address, which holds the signature."""
    after = f"{seconds:.2f}"
    if problem is None:
        screen.note(message("{command}: answered after {seconds} s", command=command, seconds=after))
    else:
        screen.note(message("{command}: {problem} ({seconds} s)", command=command, problem=screen.say(problem), seconds=after))


def tell_calls(screen: Screen, meter: Meter) -> None:
    """Tell of all calls that were sent, by command."""
    sent = ", ".join(f"{command} {count}" for command, count in sorted(meter.calls.items()))
    calls = sent or screen.say(message("none"))
    screen.note(message("Calls sent: {calls}; refused for speed: {throttled}.", calls=calls, throttled=meter.throttled))
