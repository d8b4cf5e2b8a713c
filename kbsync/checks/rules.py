"""Content rules over valid files: what would embarrass in front of customers, or make plans repeat themselves.

A rule is a member of ``Rule`` and a function that finds what breaks it, joined in ``FINDERS`` or ``TEXTS``. Its options, where
it has some, are keys in ``files/schema``. The rules here are about one text or one answer at a time: leftovers, hidden
characters, markup, length. What is sent is never changed by them.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial

from kbsync.checks.alike import (
    CheckFinding,
    Options,
    find_near_duplicates,
    find_nearly_declared,
    find_same_but_for_form,
    number,
)
from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.display import DIRECTIONS, shorten, spelled_out
from kbsync.messages import Message, message
from kbsync.model import AnswerType, Content, Entry, Knowledge, Question
from kbsync.settings import Check

__all__ = ["ATTRIBUTE", "COMMENTS", "WHOLE_TAG", "check"]

Finding = tuple[Message, Message]
"""What is wrong, and what to do."""


def words(options: Options, name: str) -> tuple[str, ...]:
    """A list of words from the settings; one word alone is a list of one."""
    value = options.get(name, ())
    return value if isinstance(value, tuple) else (str(value),)


_QUESTION, _ANSWER, _SIMILAR = message("the question"), message("the answer"), message("a similar question")


AT_ONCE = 250
"""Questions whose texts are looked at together, to see that nothing can be found in them."""


Look = tuple[Callable[[Message, str], Finding | None], Callable[[str], object]]
"""What is found in a text, given what it is of a question; and whether anything can be in many, a null between two."""


def _in_texts(knowledge: Knowledge, looks: Mapping[Rule, Look]) -> Mapping[Rule, list[CheckFinding]]:
    """What is found in the texts of the library, in the order of the files."""
    found: dict[Rule, list[CheckFinding]] = {rule: [] for rule in looks}
    for at in range(0, len(knowledge.questions), AT_ONCE):
        several = knowledge.questions[at : at + AT_ONCE]
        contents = [question.content for question in several]
        texts = "\0".join([text for each in contents for text in (each.question, each.answer, *each.similar)])
        for rule, (find, may) in looks.items():
            if may(texts):
                found[rule] += _each_text(several, find)
    return found


def _each_text(questions: Iterable[Question], find: Callable[[Message, str], Finding | None]) -> Iterator[CheckFinding]:
    for question in questions:
        content = question.content
        place = question.similar_location or question.location
        texts = [
            (_QUESTION, content.question, question.location),
            (_ANSWER, content.answer, question.answer_location),
            *[(_SIMILAR, text, place) for text in content.similar],
        ]
        for part, text, place in texts:
            if found := find(part, text):
                yield CheckFinding(question, *found, location=place)


def _answers(
    knowledge: Knowledge, find: Callable[[str], Iterable[Finding]], how: AnswerType | None = None
) -> Iterator[CheckFinding]:
    """What is found in the answers, of one type or of all."""
    for question in knowledge.questions:
        if how in (None, question.content.answer_type):
            for found in find(question.content.answer):
                yield CheckFinding(question, *found, location=question.answer_location)


PLACEHOLDERS = ("TODO", "FIXME", "XXX", "TBD", "{{", "}}", "待补充", "待定")
"""Marks that writers leave for themselves. Capitals count: ``todo`` is a word of other languages."""

FILLER = "[Ll]orem [Ii]psum|LOREM IPSUM"

HIDDEN = re.compile(f"[\u00ad\u200b\u2060\ufeff{DIRECTIONS}]")
"""Direction marks and zero-width characters that no spelling needs; joiners, which some scripts need, are left alone."""

TYPESET = re.compile("“[^“”]*”|„[^„“”]*[“”]|‘[^‘’]*’|«[^«»]*»|»[^«»]*«|「[^「」]*」|『[^『』]*』", re.DOTALL)
"""A text in the quotes of word processors as a whole."""

PASTED = re.compile("[\t“„‘«»「『]")
"""A tab, or what such a text begins with."""

AROUND = 20
"""Characters shown on either side of one that cannot be seen."""


def find_placeholders(options: Options) -> Look:
    """Unfinished texts, found by the marks that writers leave; the option ``words`` adds marks."""
    marks = (*PLACEHOLDERS, *words(options, "words"))
    pattern = re.compile("|".join([FILLER, *(_whole(mark) for mark in marks)]))
    may = re.compile("|".join(map(re.escape, ("orem ", "LOREM ", *marks)))).search
    hint = message("finish the text; if the mark is meant, switch the check placeholder off in kbsync.yaml")

    def find(part: Message, text: str) -> Finding | None:
        found = pattern.search(text) if may(text) else None
        if found is None:
            return None
        return message("{part} still holds {mark}: {text}", part=part, mark=found.group(), text=shorten(text)), hint

    return find, may


def find_invisible(_options: Options) -> Look:
    """Texts with characters that hide or reorder what is read."""
    hint = message("delete the word around it and type it again; pasted text often brings such characters along")

    def find(part: Message, text: str) -> Finding | None:
        found = HIDDEN.search(text)
        if found is None:
            return None
        code = f"U+{ord(found.group()):04X} {unicodedata.name(found.group())}"
        before, behind = text[max(0, found.start() - AROUND) : found.start()], text[found.end() : found.end() + AROUND]
        said = message(
            "{part} holds the invisible character {code}, here shown as ▮: {near}",
            part=part,
            code=code,
            near=shorten(f"{before}▮{behind}"),
        )
        return said, hint

    return find, HIDDEN.search


def find_untrimmed(_options: Options) -> Look:
    """Texts with space at their ends: the service may drop it, and then every plan would want to put it back."""
    hint = message("take the space away; after |+ a block keeps all its line ends, after | none")

    def find(part: Message, text: str) -> Finding | None:
        if text == text.strip():
            return None
        return message("{part} begins or ends with space: {text}", part=part, text=shorten(text)), hint

    return find, lambda texts: (each := texts.split("\0")) != list(map(str.strip, each))


def find_decomposed(_options: Options) -> Look:
    """Texts that are not in the composed Unicode form (NFC): another form looks the same, and the service may store this one."""
    hint = message("write the text in the composed form: it is pasted from elsewhere, and typing it anew gives that form")

    def find(part: Message, text: str) -> Finding | None:
        if unicodedata.is_normalized("NFC", text):
            return None
        said = message("{part} is not in the composed Unicode form (NFC): {text}", part=part, text=shorten(spelled_out(text)))
        return said, hint

    return find, lambda texts: not unicodedata.is_normalized("NFC", texts)


def find_pasted(_options: Options) -> Look:
    """Texts that show where they were pasted from: quotes around the whole of it, tabs from a spreadsheet."""

    def find(part: Message, text: str) -> Finding | None:
        if TYPESET.fullmatch(text):
            said = message("{part} stands in quotes that customers would see: {text}", part=part, text=shorten(text))
            return said, message("take the quotes away; YAML knows only straight ones")
        if "\t" not in text:
            return None
        at = text.index("\t")
        near = shorten(text[max(0, at - AROUND) : at + AROUND].replace("\t", "⇥"))
        said = message("{part} holds a tab, as cells of a spreadsheet do: {near}", part=part, near=near)
        return said, message("put spaces in its place, or give each cell its own key")

    return find, PASTED.search


def _whole(mark: str) -> str:
    """A pattern for a mark as a whole word, also between Chinese characters, which have no space around words."""
    before = "(?<![A-Za-z0-9])" if mark[:1].isascii() and mark[:1].isalnum() else ""
    after = "(?![A-Za-z0-9])" if mark[-1:].isascii() and mark[-1:].isalnum() else ""
    return f"{before}{re.escape(mark)}{after}"


TAG = re.compile(
    r"</?(?:a|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr"
    r"|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)
ENTITY = re.compile(
    r"&(?:amp|apos|copy|gt|hellip|laquo|lt|mdash|nbsp|ndash|quot|raquo|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE
)

LONGEST_ANSWER = 2000
"""Characters. The service's own limit is not published; longer small talk is hardly read in a chat window."""

ANY_TAG = re.compile(r"""<([a-z][a-z0-9:-]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)""", re.IGNORECASE)
"""A tag as browsers see one, with everything up to its end; possessive, so that no text takes long."""

WHOLE_TAG = re.compile(r"""<(/?)([a-z][a-z0-9:-]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)(>?)""", re.IGNORECASE)
"""A tag with its end, if it has one."""

COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

LONE_TAGS = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
"""Tags that have no other half (html.spec.whatwg.org/multipage/syntax.html#void-elements)."""

SELF_CLOSING = frozenset({"p", "li", "dt", "dd", "option", "thead", "tbody", "tfoot", "tr", "td", "th"})
"""Tags that browsers close themselves (html.spec.whatwg.org/multipage/syntax.html#optional-tags)."""

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")

ADDRESS = re.compile(r"https?://[^\s/?#.]+(?:\.[^\s/?#.]+)*\.?(?:[/?#]\S*)?\Z", re.IGNORECASE)

OTHER_SCHEMES = frozenset({"mailto", "tel", "sms", "data", "weixin", "whatsapp", "tg"})
"""What else a link of a chat answer begins with."""

ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"'<>]*+))?""")

ACTING_TAGS = frozenset({"script", "iframe", "object", "embed"})

LINKS = frozenset({"href", "src", "action", "formaction", "xlink:href"})

IGNORED = re.compile("[\0- ]")
"""What browsers skip in the name of a scheme."""


def find_markup_in_text(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Plain answers with markup: customers would read the tags."""

    def find(answer: str) -> Iterator[Finding]:
        if found := TAG.search(answer) or ENTITY.search(answer):
            yield (
                message("the plain answer holds {mark}, which customers would see as it is written", mark=shorten(found.group())),
                message("write answer_type: rich beside it, or take the markup out"),
            )

    return _answers(knowledge, find, AnswerType.TEXT)


def find_no_markup_in_rich(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Rich answers of several lines without any tag: their line ends would not be shown."""

    def find(answer: str) -> Iterator[Finding]:
        if "\n" in answer and TAG.search(answer) is None:
            yield (
                message("the rich answer has several lines and no markup, so they would run together"),
                message("write answer_type: text, or mark the lines with <p> or <br>"),
            )

    return _answers(knowledge, find, AnswerType.RICH)


def find_long_answers(knowledge: Knowledge, options: Options) -> Iterator[CheckFinding]:
    """Answers that are too long for a chat window; ``max`` is in characters."""
    limit = int(number(options, "max", LONGEST_ANSWER, lowest=1, highest=10**9))

    def find(answer: str) -> Iterator[Finding]:
        if len(answer) > limit:
            yield (
                message("the answer has {length} characters, more than {limit}", length=len(answer), limit=limit),
                message("shorten it, or raise max of the check long-answer in kbsync.yaml"),
            )

    return _answers(knowledge, find)


def find_unsafe_markup(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Rich answers with tags, attributes or links that run code or bring foreign content."""

    def find(answer: str) -> Iterator[Finding]:
        if marks := ", ".join(dict.fromkeys(_unsafe(answer))):
            yield (
                message("the rich answer holds {marks}, which can act in the customer's window", marks=marks),
                message("take it out: text, links to pages, pictures and videos are enough for an answer"),
            )

    return _answers(knowledge, find, AnswerType.RICH)


def find_broken_markup(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Rich answers with tags that are not closed, or that close nothing: what follows would look like what they mark."""

    def find(answer: str) -> Iterator[Finding]:
        if marks := ", ".join(dict.fromkeys(_unbalanced(answer))):
            yield (
                message("the rich answer has tags without their other half: {marks}", marks=marks),
                message("write the missing tag, or take the lone one out"),
            )

    return _answers(knowledge, find, AnswerType.RICH)


def find_doubtful_links(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Rich answers with links that lead nowhere from a chat window, or through a connection that anybody can read."""

    def find(answer: str) -> Iterator[Finding]:
        for link in dict.fromkeys(_links(answer)):
            if (wrong := _doubt(link)) is not None:
                yield wrong[0].fill(link=shorten(link)), wrong[1]

    return _answers(knowledge, find, AnswerType.RICH)


def _unbalanced(answer: str) -> Iterator[str]:
    """The tags that have no other half, in the order in which that shows; those that browsers close themselves may have none."""
    open_tags: list[str] = []
    counts: Counter[str] = Counter()
    for ending, name, _inside, end in WHOLE_TAG.findall(COMMENTS.sub("", answer)):
        tag = name.lower()
        if not end:
            yield f"<{ending}{tag}"
        elif tag in LONE_TAGS:
            continue
        elif not ending:
            open_tags.append(tag)
            counts[tag] += 1
        elif counts[tag]:
            last = ""
            while last != tag:
                last = open_tags.pop()
                counts[last] -= 1
                if last not in {tag, *SELF_CLOSING}:
                    yield f"<{last}>"
        else:
            yield f"</{tag}>"
    yield from (f"<{tag}>" for tag in open_tags if tag not in SELF_CLOSING)


def _links(answer: str) -> Iterator[str]:
    for _tag, inside in ANY_TAG.findall(COMMENTS.sub("", answer)):
        for name, value in ATTRIBUTE.findall(inside):
            if name.lower() in LINKS:
                yield html.unescape(value.strip("\"'")).strip()


def _doubt(link: str) -> tuple[Message, Message] | None:
    """What is wrong about a link, and what to do; None if nothing is, or another rule reports it."""
    whole = message("write the whole address, from https:// on")
    scheme = SCHEME.match(link)
    word = scheme[1].lower() if scheme else ""
    wrong: tuple[Message, Message] | None = None
    if "\\" in link or word == "file" or len(word) == 1:
        said = message("the link “{link}” is a path on somebody's own computer")
        wrong = said, message("put the file on a web site, and link to that")
    elif not word:
        wrong = message("the link “{link}” leads nowhere from a chat window"), whole
    elif word in ("http", "https"):
        if not ADDRESS.match(link):
            wrong = message("the link “{link}” names no web site"), whole
        elif word == "http":
            wrong = message("the link “{link}” is not encrypted"), message("write https:// if the site has it")
    elif word not in OTHER_SCHEMES and word != "javascript":
        wrong = message("the link “{link}” begins with a word that no browser knows"), whole
    return wrong


def _unsafe(answer: str) -> Iterator[str]:
    for tag, inside in ANY_TAG.findall(answer):
        if tag.lower() in ACTING_TAGS:
            yield f"<{tag.lower()}>"
        for name, value in ATTRIBUTE.findall(inside):
            if re.fullmatch("on[a-z]+", name.lower()):
                yield name.lower()
            elif name.lower() in LINKS and _scheme(value) == "javascript":
                yield "javascript:"


def _scheme(value: str) -> str:
    plain = IGNORED.sub("", html.unescape(value.strip("\"'")))
    return plain.partition(":")[0].lower()


Finder = Callable[[Knowledge, Options], Iterator[CheckFinding]]

FINDERS: Mapping[Rule, Finder] = {
    Rule.KB401: find_near_duplicates,
    Rule.KB402: find_same_but_for_form,
    Rule.KB405: find_markup_in_text,
    Rule.KB406: find_no_markup_in_rich,
    Rule.KB407: find_long_answers,
    Rule.KB409: find_nearly_declared,
    Rule.KB410: find_unsafe_markup,
    Rule.KB413: find_broken_markup,
    Rule.KB414: find_doubtful_links,
}
"""The content rules and their finders; each is a warning unless the settings choose another severity."""

TEXTS: Mapping[Rule, Callable[[Options], Look]] = {
    Rule.KB403: find_placeholders,
    Rule.KB404: find_invisible,
    Rule.KB408: find_untrimmed,
    Rule.KB411: find_decomposed,
    Rule.KB412: find_pasted,
}
"""Those about each text by itself, and how it is looked at."""


def check(
    knowledge: Knowledge,
    settings: Mapping[str, Check],
    *,
    rules: Collection[Rule] = frozenset(Rule),
    old: Collection[Content] = frozenset(),
    known: Collection[Entry] = (),
) -> tuple[Diagnostic, ...]:
    """Run those of the content rules that are not switched off.

    Near duplicates among ``old`` contents are not searched. Of two entries alike the one that is not ``known`` is reported.
    """
    finders: Mapping[Rule, Finder] = {
        **FINDERS,
        Rule.KB401: partial(find_near_duplicates, old=old, known=known),
        Rule.KB402: partial(find_same_but_for_form, known=known),
    }
    active = {rule: settings.get(rule.value, Check()) for rule in Rule if rule in rules and rule in {*finders, *TEXTS}}
    looks = {rule: TEXTS[rule](how.options) for rule, how in active.items() if rule in TEXTS and how.severity is not None}
    found = _in_texts(knowledge, looks)
    return tuple(
        _diagnostic(rule, how.severity, finding)
        for rule, how in active.items()
        if how.severity is not None
        for finding in (found[rule] if rule in found else finders[rule](knowledge, how.options))
    )


def _diagnostic(rule: Rule, severity: Severity, finding: CheckFinding) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        severity=severity,
        message=finding.message,
        location=finding.location or finding.question.location or Location("?"),
        hint=finding.hint,
        related=finding.related,
    )
