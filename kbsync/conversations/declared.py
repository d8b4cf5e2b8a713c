"""The declared wordings and answers: whether a wording has an answer, which one is nearest, an answer as words and in pieces.

Wordings are compared in a normal form: Unicode, case, width, punctuation and markup do not count.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser

import regex
from rapidfuzz import fuzz, process

from kbsync.compare import forms
from kbsync.errors import Misuse
from kbsync.messages import message
from kbsync.model import AnswerType, Content, Knowledge, Question, Status

__all__ = ["find_question", "pieces", "plain_answer"]


class WordingMatch(StrEnum):
    """How a wording is declared: word for word, but for case, width, punctuation and space, nearly, or not at all."""

    EXACT = "exact"
    FORM = "form"
    SIMILAR = "similar"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The declared wording that is most like another; ``percent`` is how alike, 100 for the same but for form."""

    question: str
    wording: str
    percent: int
    disabled: bool


class Declared:
    """The wordings and answers of a library. ``threshold`` is the share, 0 to 1, from which two wordings are alike.

    A disabled question answers no user, so its wordings count only for ``nearest``; its answer counts as declared.
    """

    def __init__(self, knowledge: Knowledge, *, threshold: float) -> None:
        self._cutoff = threshold * 100
        enabled_first = sorted(knowledge.questions, key=lambda question: question.content.status is Status.DISABLED)
        self._wordings = [(text, question) for question in enabled_first for text in _wordings(question)]
        self._forms = forms(text for text, _ in self._wordings) if self._wordings else []
        previous = {reduced(text) for question in knowledge.questions for text in question.previously}
        self._taken = previous.union(self._forms)
        enabled = sum(question.content.status is Status.ENABLED for _, question in self._wordings)
        self._answering = self._forms[:enabled]
        self._texts = {tidy(text) for text, _ in self._wordings[:enabled]}
        self._answers = {reduced(plain_answer(question.content)) for question in knowledge.questions}

    def match(self, text: str) -> WordingMatch:
        """How a tidy text is declared."""
        if text in self._texts:
            return WordingMatch.EXACT
        found = self._best(text)
        if found is None:
            return WordingMatch.NONE
        return WordingMatch.FORM if found[0] >= 100 else WordingMatch.SIMILAR  # noqa: PLR2004  (percent)

    def answering(self, text: str) -> Question | None:
        """The enabled question that is alike a text, if one is."""
        found = self._best(text)
        return None if found is None else found[1]

    def nearest(self, text: str) -> Nearest | None:
        """The wording that is most like a text, an enabled one where two are equally so; None in an empty library."""
        if not self._forms:
            return None
        _, percent, place = process.extractOne(reduced(text), self._forms, scorer=fuzz.ratio, processor=None)
        wording, question = self._wordings[place]
        disabled = question.content.status is Status.DISABLED
        return Nearest(question.content.question, wording, int(percent), disabled)

    def takes(self, text: str) -> bool:
        """Whether some question has these words already, form aside: also a disabled one, also as previous words."""
        return reduced(text) in self._taken

    def answers(self, text: str) -> bool:
        """Whether some question declares this answer, form aside."""
        return reduced(text) in self._answers

    def _best(self, text: str) -> tuple[float, Question] | None:
        """The enabled wording that is most alike, where it is alike enough; a text of signs alone is like no other."""
        form = reduced(text)
        found = process.extractOne(form, self._answering, scorer=fuzz.ratio, processor=None, score_cutoff=self._cutoff)
        return None if found is None or not form else (found[1], self._wordings[found[2]][1])


def find_question(knowledge: Knowledge, wanted: str) -> Question:
    """The question with this text, else the one that has it as a similar question, form aside. Raises Misuse."""
    form = reduced(wanted)
    ways: tuple[Callable[[Question], bool], ...] = (
        lambda question: question.content.question == wanted,
        lambda question: reduced(question.content.question) == form,
        lambda question: form in map(reduced, question.content.similar),
    )
    for way in ways:
        for question in filter(way, knowledge.questions):
            return question
    nearest = Declared(knowledge, threshold=1).nearest(wanted)
    hint = None if nearest is None else message("the nearest declared question is {question}", question=nearest.question)
    raise Misuse(message("no file declares the question {question}", question=wanted), hint=hint)


def _wordings(question: Question) -> tuple[str, ...]:
    return (question.content.question, *question.content.similar)


BLOCKS = frozenset(
    {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "table", "tr", "ul"}
)

UNSEEN = frozenset({"script", "style", "head", "template"})


def tidy(text: str) -> str:
    """A text on one line: controls and stretches of space become one space, half a surrogate pair a question mark."""
    whole = text.encode("utf-8", "replace").decode()
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in whole).split())


def reduced(text: str) -> str:
    """The form of one text."""
    return forms([text])[0]


def plain_answer(content: Content) -> str:
    """A question's answer as words: the markup of a rich one is taken away, its blocks become lines."""
    if content.answer_type is AnswerType.TEXT:
        return content.answer
    reader = _TextExtractor()
    reader.feed(content.answer)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return "\n".join(line for line in lines if line)


class _TextExtractor(HTMLParser):
    """Collects what a browser would show as words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        self.words += ["\n"] if tag in BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN and self._unseen > 0
        self.words += ["\n"] if tag in BLOCKS else []

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data.replace("\n", " "))


SHORTEST = 40

LONGEST = 200
"""Characters: a piece is one call, so a few short sentences go together and a long one is cut at a space."""

FULL_STOPS = "。！？；…"

STOPS = ".!?" + FULL_STOPS

CLOSERS = "\"'”’」』）)]》"


def pieces(text: str) -> tuple[str, ...]:
    """The text in pieces that make it up again when joined; at least one."""
    signs: list[str] = regex.findall(r"\X", text)
    found: list[str] = []
    start = 0
    for end in range(1, len(signs)):
        if end - start >= SHORTEST and _sentence_ends(signs[max(start, end - 4) : end], signs[end]):
            cut = end
        elif end - start >= LONGEST:
            cut = _last_space(signs, start, end)
        else:
            continue
        found.append("".join(signs[start:cut]))
        start = cut
    return (*found, "".join(signs[start:]))


def _sentence_ends(before: list[str], following: str) -> bool:
    """Whether a sentence is over between the signs before and the one that follows."""
    if following in STOPS or following in CLOSERS or following.isspace():
        return False
    tail = "".join(before)
    if tail.endswith("\n"):
        return True
    last = tail.rstrip().rstrip(CLOSERS)[-1:]
    return last != "" and (last in FULL_STOPS or (last in STOPS and tail[-1].isspace()))


def _last_space(signs: list[str], start: int, end: int) -> int:
    """The place after the last space between the two, or the end where there is none."""
    return next((place for place in range(end, start, -1) if signs[place - 1].isspace()), end)
