"""Puts wordings that are alike together, so that a question asked in ten ways is seen once.

Which wordings come here, and what is made of the groups, is told in ``analysis``.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from kbsync.conversations.forms import reduced
from kbsync.conversations.hearing import Asked

__all__ = ["Group", "gather"]


@dataclass(slots=True)
class Group:
    """Messages that ask alike, while they are being collected."""

    spellings: Counter[str] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    newest: float = 0.0

    @property
    def times(self) -> int:
        """How many messages there are in it."""
        return self.spellings.total()

    def wordings(self) -> tuple[str, ...]:
        """The spellings, those of the most frequent form first."""
        forms = {text: reduced(text) for text in self.spellings}
        times: Counter[str] = Counter()
        for text, count in self.spellings.items():
            times[forms[text]] += count
        return tuple(sorted(forms, key=lambda text: (-times[forms[text]], forms[text], -self.spellings[text], text)))

    def take(self, other: "Group") -> None:
        """Join another group to this one."""
        self.spellings += other.spellings
        self.replies += other.replies
        self.people |= other.people
        self.newest = max(self.newest, other.newest)


def gather(asked: Iterable[Asked], *, shown: Callable[[str], str], threshold: float) -> tuple[Group, ...]:
    """Group messages: first those that are the same in the form that is ``shown``, then the rare ones with the frequent.

    Greedy: from the most frequent wording down, each joins the first group whose leading wording it is most like, else it leads
    a new one. So no chain of small steps joins what is not alike.
    """
    leaders: dict[str, Group] = {}
    for form, group in sorted(_same(asked, shown).items(), key=lambda item: (-item[1].times, item[0])):
        near = process.extractOne(form, leaders.keys(), scorer=fuzz.ratio, processor=None, score_cutoff=threshold * 100)
        if near is None:
            leaders[form] = group
        else:
            leaders[near[0]].take(group)
    return tuple(leaders.values())


def _same(asked: Iterable[Asked], shown: Callable[[str], str]) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for each in asked:
        text = shown(each.text)
        group = groups.setdefault(reduced(text), Group())
        group.spellings[text] += 1
        group.replies.update([shown(each.reply)] if each.reply else [])
        group.people.add(each.account)
        group.newest = max(group.newest, each.sent_at)
    return groups
