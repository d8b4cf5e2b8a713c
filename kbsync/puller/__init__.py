"""The puller: a pure function from the three libraries and their plan to what is written into the files.

The plan holds the cause of every difference. Where applying it would overwrite a change made in the console, the puller takes
that change over, unless git changed the same field.
"""

from kbsync.puller.decision import Clash, Decision, Scope, decide

__all__ = ["Clash", "Decision", "Scope", "decide"]
