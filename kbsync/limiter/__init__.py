"""When a call may be sent. All waiting of the program is done here, on a clock that is passed in."""

from kbsync.limiter.clock import BackgroundWork, Clock, SystemClock
from kbsync.limiter.pacer import CallObserver, Overdue, Pacer

__all__ = ["BackgroundWork", "CallObserver", "Clock", "Overdue", "Pacer", "SystemClock"]
