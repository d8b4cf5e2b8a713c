"""What a run takes from outside besides its files: time, environment, and the wish to stop."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from kbsync.pacing.clock import Clock, SystemClock

__all__ = ["World"]


@dataclass(frozen=True, slots=True)
class World:
    """The surroundings of one run. ``stop`` is set when the user or the system wants it to end."""

    clock: Clock = field(default_factory=SystemClock)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop: threading.Event = field(default_factory=threading.Event)
