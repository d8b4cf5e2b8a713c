"""What an earlier apply may have made that no listing shows yet: looked for with patience before anything is created again.

How long reads may lag behind writes is nowhere said, and no call refuses a second question of the same text for certain, so
patience is all there is; ``readback`` counts afterwards what is there twice.
"""

from kbsync.applier.looking import Looker
from kbsync.applier.snapshot import Snapshot
from kbsync.messages import message
from kbsync.model import Knowledge
from kbsync.plan import CategoryChange, Change, Plan
from kbsync.progress import Progress

__all__ = ["look_for_leftovers"]


def look_for_leftovers(plan: Plan, live: Knowledge, *, looker: Looker, progress: Progress) -> Knowledge:
    """The library once it shows everything that the plan creates, or as it is after all patience.

    Raises ServiceError when it cannot be listed; nothing has been sent then.
    """
    made = [change for change in plan.changes if change.before is None]

    def shows_all(seen: Snapshot) -> bool:
        return all(_is_there(change, seen) for change in made)

    if shows_all(Snapshot(live)):
        return live
    progress.note(message("the last apply did not end in order: looking for what it made before anything is created"))
    look = looker.look(shows_all, writes=0)
    if look.snapshot is None or look.error is not None:
        assert look.error is not None  # noqa: S101  (without a listing there is an error)
        raise look.error
    return look.snapshot.knowledge


def _is_there(change: Change, seen: Snapshot) -> bool:
    if isinstance(change, CategoryChange):
        return seen.at(change.after or ()) is not None
    return bool(seen.called(change.title))
