"""The figures beside long work: how fast it goes and how long it will take. How they are drawn is the drawers' business."""

__all__ = ["minutes", "rate", "time_left"]

SETTLING = 2.0
"""Seconds after which a rate means something: the first calls leave in a burst."""


def rate(done: float, seconds: float) -> float | None:
    """Steps a second on average, None while nobody can tell."""
    return done / seconds if done and seconds >= SETTLING else None


def time_left(done: float, total: float | None, seconds: float) -> str:
    """What is left at the rate so far, as minutes:seconds; empty while nobody can tell."""
    known = rate(done, seconds)
    return "" if known is None or total is None else minutes((total - done) / known)


def minutes(seconds: float) -> str:
    """Minutes and seconds, such as 1:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
