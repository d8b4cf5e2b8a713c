"""What nothing answers, as a knowledge file to be finished: valid as it stands, with the answers left to be written.

Comments tell how much each is asked. Placing and answering them is for people.
"""

import json
from collections.abc import Iterator

from kbsync.conversations.coverage import Coverage, UnansweredQuestion
from kbsync.display import replace_hidden, visible
from kbsync.messages import Message
from kbsync.render.coverage_phrases import demand, remarks
from kbsync.render.orders import harmless_json
from kbsync.render.words import Words

__all__ = ["coverage_yaml"]


def coverage_yaml(coverage: Coverage, *, language: str = "en") -> str:
    """Write proposals; a question that a file has already, such as a disabled one, is only named in a comment."""
    words = Words(language)
    known = [gap for gap in coverage.gaps if not gap.fresh]
    lines = ["# yaml-language-server: $schema=.schema/knowledge.json", *_head(coverage, words)]
    for gap in known:
        lines += ["#", *_comments(gap, words), f"#   {_line(gap.text)}"]
    fresh = [gap for gap in coverage.gaps if gap.fresh]
    if fresh:
        lines += ["category: TODO", "questions:"]
        for number, gap in enumerate(fresh):
            lines += [""] if number else []
            lines += [f"  {line}" for line in _question(gap, words)]
    return "\n".join(lines) + "\n"


def _head(coverage: Coverage, words: Words) -> Iterator[str]:
    yield f"# {words('Asked and not declared (sessions: {count}).', count=coverage.sessions)}"
    yield f"# {words('Write the answers, choose a category, and take out what no answer is due to.')}"
    if any(not gap.fresh for gap in coverage.gaps):
        yield f"# {words('Declared already, but disabled or renamed:')}"


def _question(gap: UnansweredQuestion, words: Words) -> Iterator[str]:
    yield from _comments(gap, words)
    yield f"- question: {_quoted(gap.text)}"
    if gap.wordings[1:]:
        yield "  similar:"
        yield from (f"    - {_quoted(wording)}" for wording in gap.wordings[1:])
    yield "  answer: TODO"


def _comments(gap: UnansweredQuestion, words: Words) -> Iterator[str]:
    told: list[Message] = [demand(gap), *remarks(gap)]
    return (f"# {_line(words.say(each))}" for each in told)


def _line(text: str) -> str:
    return visible(text, newlines=False)


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON is one, but for what YAML does not count as printable."""
    return replace_hidden(harmless_json(json.dumps(text, ensure_ascii=False)), _escaped)


def _escaped(sign: str) -> str:
    return f"\\U{ord(sign):08X}" if ord(sign) > 0xFFFF else f"\\u{ord(sign):04X}"  # noqa: PLR2004  (the longest short escape)
