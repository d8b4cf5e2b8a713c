"""What transcripts tell about the library: who spoke, what was asked, what has an answer, and what is kept back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.conversations.coverage import Coverage, LiveSource, Reading, Tally, cover
from kbsync.conversations.declared import Declared, Nearest, WordingMatch, find_question, plain_answer, tidy
from kbsync.conversations.transcripts import Speaker, Transcript, robot_accounts, speakers
from kbsync.dialogue import ChatMessage, Role
from kbsync.errors import Misuse
from kbsync.model import AnswerType, Content, Knowledge
from tests.unit.talk import BOT, NOVEMBER, answered, library, live, question, session, spoken, week

ASKING = Reading(min_count=1)


def found(*messages: ChatMessage, reading: Reading = ASKING, agent: str | None = "") -> Coverage:
    """One session held against the sample library."""
    return cover([session("s", *messages, agent=agent)], library(), reading=reading)


def who(*messages: ChatMessage, agent: str | None, robots: tuple[str, ...] = ()) -> list[Speaker]:
    """Who says each message of a session."""
    one = session("s", *messages, agent=agent)
    return [speaker for speaker, _ in speakers(one, robot_accounts([one], robots))]


def test_a_week_is_counted() -> None:
    """Each message is counted once, under what became of it."""
    tally = cover(week(), library(), reading=Reading()).tally
    assert tally == Tally(form=1, unanswered=10, rare=1, wordless=1, lengthy=1, to_person=1)
    assert (tally.declared, tally.asked) == (1, 11)


def test_what_is_asked_alike_is_one_gap() -> None:
    """Three people with three spellings are one gap, the most frequent spelling first; the newest moment counts."""
    gap = cover(week(), library(), reading=Reading()).gaps[0]
    assert (gap.text, gap.wordings[1:], gap.times, gap.people) == ("Can I return it?", ("Can I returns it?",), 3, 3)
    assert (gap.newest, gap.reply, gap.fresh) == (NOVEMBER + 86_400, "Sorry?", True)


def test_a_disabled_question_answers_nobody() -> None:
    """What only a disabled question has is a gap, marked as being in the files already."""
    (gap,) = [gap for gap in cover(week(), library(), reading=Reading()).gaps if gap.nearest and gap.nearest.disabled]
    assert gap.nearest == Nearest("Do you ship abroad?", "Do you ship abroad?", 100, disabled=True)
    assert not gap.fresh


def test_former_words_of_a_question_are_no_new_question() -> None:
    """A text that a question used to have is a gap, but cannot be declared a second time."""
    (gap,) = found(*answered("ann", "invoice please")).gaps
    assert not gap.fresh


def test_what_few_people_ask_is_only_counted() -> None:
    """One person asking over and over is still one person."""
    many = [message for _ in range(5) for message in answered("ann", "Where is Otto?")]
    coverage = found(*many, reading=Reading())
    assert (coverage.gaps, coverage.tally.rare, coverage.tally.unanswered) == ((), 5, 5)


def test_answers_that_git_does_not_declare_are_listed() -> None:
    """Rich and plain answers are known by their words; what came in one session only is counted."""
    rich = cover([session("s", *answered("ann", "你是机器人吗", "是的,我是机器人。"))], library(), reading=ASKING)
    assert (rich.served, rich.served_declared) == ((), 1)
    coverage = cover([*week(), session("s6", *answered("flo", "Thanks", "Dear Flo!"))], library(), reading=Reading())
    assert [(served.text, served.times) for served in coverage.served] == [("Sorry?", 8), ("Hello! How can I help?", 2)]
    assert (coverage.served_declared, coverage.served_rare) == (1, 1)


def test_the_live_library_explains_what_git_does_not() -> None:
    """With the live library at hand, gaps and answers say which question, preset or not, is behind them."""
    coverage = cover(week(), library(), reading=Reading(), live=live())
    greeting = LiveSource("Good day", ("Presets", "Greeting"), preset=True)
    assert {gap.text: gap.live for gap in coverage.gaps}["Hi there!"] == greeting
    assert [served.sources for served in coverage.served] == [(LiveSource("Help", ("FAQ",), preset=False),), (greeting,)]


def test_figures_and_addresses_are_masked_before_they_are_grouped() -> None:
    """Two orders are one question, and neither number is shown; unmasked, both are."""
    messages = (*answered("ann", "Where is order 12345678?"), *answered("ben", "where is order 87654321"))
    (gap,) = found(*messages, reading=Reading()).gaps
    assert gap.wordings == ("Where is order [number]?",)
    shown = found(*messages, reading=Reading(min_count=1, masked=False, threshold=0.6))
    assert {text for gap in shown.gaps for text in gap.wordings} == {"Where is order 12345678?", "where is order 87654321"}


@pytest.mark.parametrize("text", ["", "???", "👍", "1", "138 1234 5678", "ann@example.com"])
def test_signs_and_figures_are_no_questions(text: str) -> None:
    """Pictures, menu figures and data that somebody asked for cannot be declared."""
    assert found(*answered("ann", text)).tally == Tally(wordless=1)


def test_silence_of_the_chatbot_is_no_reply() -> None:
    """The next message of the user is not taken for an answer."""
    (gap,) = found(spoken("ann", "Is this free?"), spoken(BOT, "", Role.AGENT)).gaps
    assert gap.reply is None
    assert [gap.reply for gap in found(spoken("ann", "Is this free?"), spoken("ann", "Nice cat")).gaps] == [None, None]


def test_an_empty_library_declares_nothing() -> None:
    """Without a question everything is a gap, with nothing near it."""
    (gap,) = cover([session("s", *answered("ann", "Hello"))], Knowledge(), reading=ASKING).gaps
    assert (gap.nearest, gap.fresh) == (None, True)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("When will my parcel arrive?", WordingMatch.EXACT),
        ("how long does  delivery take", WordingMatch.FORM),
        ("When will my parcels arrive?", WordingMatch.SIMILAR),
        ("What is love?", WordingMatch.NONE),
        ("Do you ship abroad?", WordingMatch.NONE),
        ("!!!", WordingMatch.NONE),
    ],
)
def test_a_wording_is_held_against_every_wording(text: str, match: WordingMatch) -> None:
    """Standard and similar questions count, word for word, but for form, and nearly."""
    assert Declared(library(), threshold=0.9).match(text) is match


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("When will my parcel arrive?", "When will my parcel arrive?"),
        ("when will MY parcel arrive", "When will my parcel arrive?"),
        ("How long does delivery take", "When will my parcel arrive?"),
        ("你是机器人吗？", "你是机器人吗?"),
    ],
)
def test_a_question_is_found_by_its_words(wanted: str, text: str) -> None:
    """By its text first, then but for form, then by a similar question."""
    assert find_question(library(), wanted).content.question == text


def test_a_question_that_is_not_there_is_told_with_the_nearest() -> None:
    """A slip of the pen is answered with what was probably meant, an empty library with nothing."""
    with pytest.raises(Misuse, match="When will my parsel arrive") as refusal:
        find_question(library(), "When will my parsel arrive?")
    assert "When will my parcel arrive?" in str(refusal.value.hint)
    with pytest.raises(Misuse) as refusal:
        find_question(Knowledge(), "Hello")
    assert refusal.value.hint is None


def test_the_chatbot_is_known_by_its_account() -> None:
    """An account of the vendor's form is the chatbot, in whichever role it speaks; everybody else with a role is a person."""
    messages = [spoken("ann", "Hi"), spoken(BOT, "Hello", Role.SYSTEM), spoken("kim", "Hi", Role.AGENT)]
    expected = [Speaker.USER, Speaker.ROBOT, Speaker.PERSON]
    assert who(*messages, agent="kim") == who(*messages, agent="other") == who(*messages, agent=None) == expected
    assert who(*messages, agent="") == [Speaker.USER, Speaker.ROBOT, Speaker.OTHER]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SYSTEM])
def test_a_chatbot_under_another_name_is_who_answers_where_no_person_serves(role: Role) -> None:
    """Without a telling account, whoever spoke in a session that nobody served is the chatbot, agents before the system."""
    assert who(spoken("ann", "Hi"), spoken("desk", "Hello", role), agent="") == [Speaker.USER, Speaker.ROBOT]
    notice = spoken("administrator", "You are number 2.", Role.SYSTEM)
    robots = [Speaker.ROBOT, Speaker.OTHER if role is Role.AGENT else Speaker.ROBOT]
    assert who(spoken("desk", "Hello", role), notice, agent="") == robots


def test_a_chatbot_that_cannot_be_made_out_is_not_guessed() -> None:
    """Where it is not known who served, nothing is taken for the chatbot's, unless its account is named."""
    message = spoken("desk", "Hello", Role.AGENT)
    assert who(message, agent=None) == [Speaker.OTHER]
    assert who(message, agent="desk") == [Speaker.PERSON]
    assert who(message, agent=None, robots=("desk",)) == [Speaker.ROBOT]
    coverage = found(spoken("ann", "Is it free?"), message, agent=None)
    assert (coverage.robots, coverage.served, len(coverage.gaps)) == (0, (), 1)


def test_markup_is_read_as_a_browser_shows_it() -> None:
    """Blocks become lines, references their characters, what a browser hides is left out, stray ends harm nothing."""
    answer = "<style>p{}</style></script><p>Fish &amp; <b>chips</b>\n today</p><ul><li>one<li>two</ul><script>x()</script>&lt;3"
    content = Content("Q", answer, ("A",), AnswerType.RICH)
    assert plain_answer(content) == "Fish & chips today\none\ntwo\n<3"
    assert plain_answer(replace(content, answer_type=AnswerType.TEXT)) == answer


def test_the_same_words_are_found_whatever_their_order() -> None:
    """The report does not depend on the order of the sessions."""
    reading = Reading(min_count=1)
    assert cover(week(), library(), reading=reading) == cover(week()[::-1], library(), reading=reading)


@given(st.text())
def test_a_tidy_text_stays_tidy(text: str) -> None:
    """Tidying twice changes nothing more, and a tidy text is one line."""
    assert tidy(tidy(text)) == tidy(text)
    assert len(tidy(text).splitlines()) <= 1


def test_a_similar_wording_that_a_file_has_is_not_proposed() -> None:
    """Among the spellings of a gap, those that some question has already are left out."""
    messages = (
        *answered("ann", "Do you ship abroard!"),
        *answered("ann", "Do you ship abroard"),
        *answered("ben", "Do you ship abroad"),
    )
    nobody = Knowledge((), (question("x", "y"), *library().questions))
    (gap,) = cover([Transcript("s", messages, "")], nobody, reading=ASKING).gaps
    assert (gap.wordings, gap.times, gap.fresh) == (("Do you ship abroard",), 3, False)
