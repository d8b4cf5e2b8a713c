"""What users ask and git does not answer, as text, as Markdown, as JSON and as a knowledge file to be finished."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from kbsync.conversations.coverage import Coverage, LiveSource, Served, UnansweredQuestion
from kbsync.display import cut, day, replace_hidden, visible
from kbsync.messages import Message, message, plural
from kbsync.model import show_path
from kbsync.render.formats import harmless_json
from kbsync.render.markdown_frame import size, text
from kbsync.render.results import document
from kbsync.render.text_page import Style, TextPage
from kbsync.render.words import RenderOptions, Words

_TELLING = 50
"""Percent: a question that is less alike than this has nothing to do with what was asked."""
_LONGEST = 160
"""Characters of a text that is only mentioned."""
_WORDINGS = 5
"""So many other ways to ask are shown as text; the YAML format has them all."""
_BUDGET = 60_000
"""Characters of Markdown: GitHub refuses a comment of more than 65,536."""


def coverage_text(coverage: Coverage, options: RenderOptions = RenderOptions()) -> str:
    """Figures, then what nothing answers, then what git does not declare."""
    words, page = Words(options.language), TextPage(options)
    page.line((words("Coverage (sessions: {count})", count=coverage.sessions), Style.TITLE))
    for figure in _figures(coverage):
        page.line((words.say(figure), Style.PLAIN), indent=2, hang=2)
    if coverage.gaps:
        page.heading(words("Asked and not declared ({count})", count=len(coverage.gaps)))
        for gap in coverage.gaps:
            _draw(page, gap.text, (_demand(gap), *_wordings(gap)), _remarks(gap), words)
    else:
        page.blank()
        page.line((words("Nothing is asked by so many people that git does not declare."), Style.TITLE))
    if coverage.served:
        page.heading(words("Served and not declared ({count})", count=len(coverage.served)))
        for served in coverage.served:
            _draw(page, cut(served.text, _LONGEST), (_supply(served),), _origins(served), words)
    return page.text()


def coverage_markdown(coverage: Coverage, options: RenderOptions = RenderOptions()) -> str:
    """For an issue or a job's summary, never longer than a comment may be: what has no room is counted at the end of its list."""
    words = Words(options.language)
    head = f"## {words('Coverage (sessions: {count})', count=coverage.sessions)}\n\n"
    head += "".join(f"- {text(words.say(figure))}\n" for figure in _figures(coverage))
    gaps = _list([_gap_item(gap, words) for gap in coverage.gaps], _BUDGET * 2 // 3, words)
    room = _BUDGET - size(head) - size(gaps) - 1000
    served = _list(
        [_item(cut(each.text, _LONGEST), (_supply(each), *_origins(each)), words) for each in coverage.served], room, words
    )
    if gaps:
        gaps = f"\n### {words('Asked and not declared ({count})', count=len(coverage.gaps))}\n\n{gaps}"
    else:
        gaps = f"\n**{words('Nothing is asked by so many people that git does not declare.')}**\n"
    if served:
        served = f"\n### {words('Served and not declared ({count})', count=len(coverage.served))}\n\n{served}"
    return head + gaps + served


def coverage_json(coverage: Coverage, _options: RenderOptions = RenderOptions()) -> str:
    """For other programs; the moments in it are days, in UTC."""
    return document(
        sessions=coverage.sessions,
        masked=coverage.reading.masked,
        threshold=coverage.reading.threshold,
        min_count=coverage.reading.min_count,
        robots=coverage.robots,
        messages=asdict(coverage.tally),
        gaps=[
            {
                "text": gap.text,
                "also": list(gap.wordings[1:]),
                "times": gap.times,
                "people": gap.people,
                "newest": day(gap.newest),
                "reply": gap.reply,
                "nearest": None if gap.nearest is None else asdict(gap.nearest),
                "live": None if gap.live is None else _source(gap.live),
            }
            for gap in coverage.gaps
        ],
        served={
            "declared": coverage.served_declared,
            "rare": coverage.served_rare,
            "undeclared": [
                {
                    "text": served.text,
                    "times": served.times,
                    "newest": day(served.newest),
                    "sources": [_source(source) for source in served.sources],
                }
                for served in coverage.served
            ],
        },
    )


def coverage_yaml(coverage: Coverage, options: RenderOptions = RenderOptions()) -> str:
    """Proposals as a valid knowledge file, with answers to be filled in and the frequency of each question.

    A question that a file has already, such as a disabled one, is only named in a comment.
    """
    words = Words(options.language)
    known = [gap for gap in coverage.gaps if not gap.fresh]
    fresh = [gap for gap in coverage.gaps if gap.fresh]
    lines = [
        "# yaml-language-server: $schema=.schema/knowledge.json",
        f"# {words('Asked and not declared (sessions: {count}).', count=coverage.sessions)}",
        f"# {words('Write the answers, choose a category, and take out what no answer is due to.')}",
    ]
    if known:
        lines.append(f"# {words('Declared already, but disabled or renamed:')}")
    for gap in known:
        lines += ["#", *_comments(gap, words), f"#   {_line(gap.text)}"]
    if fresh:
        lines += ["category: TODO", "questions:"]
        for number, gap in enumerate(fresh):
            lines += [""] if number else []
            lines += [f"  {line}" for line in _question(gap, words)]
    return "\n".join(lines) + "\n"


def _figures(coverage: Coverage) -> Iterator[Message]:
    """How many messages there were and what became of them; what did not occur is left out."""
    tally = coverage.tally
    yield message("Messages to the chatbot that were looked up: {count}", count=tally.asked)
    yield message(
        "declared in git: {count} (word for word {exact}, but for form {form}, similar {similar})",
        count=tally.declared,
        exact=tally.exact,
        form=tally.form,
        similar=tally.similar,
    )
    yield message("not declared: {count}", count=tally.unanswered)
    if tally.rare:
        yield message(
            "of these asked by fewer than {people} people, counted and not shown: {count}",
            people=coverage.reading.min_count,
            count=tally.rare,
        )
    if tally.to_person:
        yield message("said to a person and left out: {count}", count=tally.to_person)
    if tally.wordless + tally.lengthy:
        yield message(
            "no questions and left out: {wordless} without words, {lengthy} too long",
            wordless=tally.wordless,
            lengthy=tally.lengthy,
        )
    if coverage.served_rare:
        yield message(
            "answers that are not declared and were served in fewer than {sessions} sessions, not shown: {count}",
            sessions=coverage.reading.min_count,
            count=coverage.served_rare,
        )
    if not coverage.robots:
        yield message("No account could be made out as the chatbot's, so nothing is known of its answers; name it with --bot.")
    if not coverage.reading.masked:
        yield message("Addresses and numbers are not masked: this is personal data.")


def _demand(gap: UnansweredQuestion) -> Message:
    """How much something is asked."""
    return message("messages {times}, people {people}, last on {day}", times=gap.times, people=gap.people, day=day(gap.newest))


def _remarks(gap: UnansweredQuestion) -> Iterator[Message]:
    """Further facts: the chatbot's reply, and the nearest wording in the files."""
    if gap.reply is not None:
        yield message("the chatbot said: {text}", text=cut(gap.reply, _LONGEST))
    if gap.live is not None:
        yield message("answered live by the question {question}", question=cut(gap.live.question, _LONGEST))
    near = gap.nearest
    if near is not None and near.percent >= _TELLING:
        yield message(
            "nearest, but disabled: {question} ({percent} % alike)"
            if near.disabled
            else "nearest declared question: {question} ({percent} % alike)",
            question=cut(near.question, _LONGEST),
            percent=near.percent,
        )


def _supply(served: Served) -> Message:
    """How often an answer was given."""
    return message("messages {times}, last on {day}", times=served.times, day=day(served.newest))


def _origins(served: Served) -> Iterator[Message]:
    """The live questions that give an answer, as far as the library shows."""
    for source in served.sources:
        yield message(
            "the preset question {question} in {category}" if source.preset else "the live question {question} in {category}",
            question=cut(source.question, _LONGEST),
            category=show_path(source.category),
        )


def _wordings(gap: UnansweredQuestion) -> Iterator[Message]:
    """Other ways to ask, and how many more there are."""
    for wording in gap.wordings[1 : _WORDINGS + 1]:
        yield message("also: {text}", text=wording)
    more = len(gap.wordings) - _WORDINGS - 1
    if more > 0:
        yield plural("and {count} more way to ask", "and {count} more ways to ask", count=more)


def _draw(page: TextPage, title: str, said: Iterable[Message], aside: Iterable[Message], words: Words) -> None:
    page.line((title, Style.TITLE), indent=2, hang=2)
    for each in said:
        page.line((words.say(each), Style.PLAIN), indent=4, hang=2)
    for each in aside:
        page.line((words.say(each), Style.QUIET), indent=4, hang=2)


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


def _gap_item(gap: UnansweredQuestion, words: Words) -> str:
    others = " · ".join(gap.wordings[1:])
    also = [message("also: {text}", text=cut(others, _LONGEST))] if others else []
    return _item(gap.text, (_demand(gap), *also, *_remarks(gap)), words, mark="**")


def _item(title: str, said: Iterable[Message], words: Words, *, mark: str = "") -> str:
    return "<br>\n  ".join((f"- {mark}{text(title)}{mark}", *(text(words.say(each)) for each in said))) + "\n"


def _source(source: LiveSource) -> dict[str, object]:
    return {"question": source.question, "category": list(source.category), "preset": source.preset}


def _question(gap: UnansweredQuestion, words: Words) -> Iterator[str]:
    yield from _comments(gap, words)
    yield f"- question: {_quoted(gap.text)}"
    if gap.wordings[1:]:
        yield "  similar:"
        yield from (f"    - {_quoted(wording)}" for wording in gap.wordings[1:])
    yield "  answer: TODO"


def _comments(gap: UnansweredQuestion, words: Words) -> Iterator[str]:
    return (f"# {_line(words.say(each))}" for each in (_demand(gap), *_remarks(gap)))


def _line(text: str) -> str:
    return visible(text, newlines=False)


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON is one, but for what YAML does not count as printable."""
    return replace_hidden(harmless_json(json.dumps(text, ensure_ascii=False)), _escaped)


def _escaped(sign: str) -> str:
    return f"\\U{ord(sign):08X}" if ord(sign) > 0xFFFF else f"\\u{ord(sign):04X}"  # noqa: PLR2004  (the longest short escape)
