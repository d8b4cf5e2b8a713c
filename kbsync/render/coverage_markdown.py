"""A coverage report as Markdown, for an issue or a job's summary. It is never longer than a comment may be."""

from collections.abc import Iterable, Iterator, Sequence

from kbsync.conversations.coverage import Coverage, Served, UnansweredQuestion
from kbsync.messages import Message
from kbsync.render.coverage_phrases import clipped, demand, figures, origins, remarks, supply
from kbsync.render.markdown_text import size, text
from kbsync.render.words import Words

__all__ = ["coverage_markdown"]

_BUDGET = 60_000
"""Characters: GitHub refuses a comment of more than 65,536."""


def coverage_markdown(coverage: Coverage, *, language: str = "en") -> str:
    """Write a report; what has no room is counted at the end of its list."""
    words = Words(language)
    head = f"## {words('Coverage (sessions: {count})', count=coverage.sessions)}\n\n"
    head += "".join(f"- {text(words.say(figure))}\n" for figure in figures(coverage))
    gaps = _list([_gap(gap, words) for gap in coverage.gaps], _BUDGET * 2 // 3, words)
    served = _list([_served(each, words) for each in coverage.served], _BUDGET - size(head) - size(gaps) - 1000, words)
    if gaps:
        gaps = f"\n### {words('Asked and not declared ({count})', count=len(coverage.gaps))}\n\n{gaps}"
    else:
        gaps = f"\n**{words('Nothing is asked by so many people that git does not declare.')}**\n"
    if served:
        served = f"\n### {words('Served and not declared ({count})', count=len(coverage.served))}\n\n{served}"
    return head + gaps + served


def _list(items: Sequence[str], room: int, words: Words) -> str:
    """As many items as there is room for."""
    kept: list[str] = []
    for item in items:
        room -= size(item)
        if room < 0:
            kept.append(f"- {words('and {count} more that have no room here', count=len(items) - len(kept))}\n")
            break
        kept.append(item)
    return "".join(kept)


def _gap(gap: UnansweredQuestion, words: Words) -> str:
    lines = [f"- **{text(gap.text)}**", text(words.say(demand(gap)))]
    if gap.wordings[1:]:
        lines.append(text(clipped(words("also: {text}", text=" · ".join(gap.wordings[1:])))))
    return _item([*lines, *_told(remarks(gap), words)])


def _served(served: Served, words: Words) -> str:
    return _item([f"- {text(clipped(served.text))}", text(words.say(supply(served))), *_told(origins(served), words)])


def _told(many: Iterable[Message], words: Words) -> Iterator[str]:
    return (text(words.say(each)) for each in many)


def _item(lines: Sequence[str]) -> str:
    return "<br>\n  ".join(lines) + "\n"
