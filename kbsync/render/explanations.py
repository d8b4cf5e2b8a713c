"""What each rule means: what is wrong and why that matters, an example that breaks it, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kbsync.diagnostics import Rule
from kbsync.display import cut, spelled_out
from kbsync.messages import Message, message
from kbsync.render.text_page import Style, TextPage
from kbsync.render.words import RenderOptions, Words

__all__ = ["explanations_text"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule: what is wrong and why that matters, what to do, and a file, or a command, that leads to it."""

    what: Message
    mend: Message
    example: str


def explanations_text(rules: tuple[Rule, ...], options: RenderOptions, *, whole: bool) -> str:
    """Rules with what each means and why it matters; the ``whole`` of them has an example and what to do, too."""
    words, page = Words(options.language), TextPage(options)
    for rule in rules:
        found = EXPLANATIONS[rule]
        page.line((f"{rule.name} {rule.value}", Style.TITLE))
        page.line((words.say(found.what), Style.PLAIN), indent=2)
        if whole:
            page.blank()
            page.line((words("For example:"), Style.PLAIN), indent=2)
            for line in found.example.splitlines():
                page.line((cut(spelled_out(line), options.width - 4), Style.QUIET), indent=4)
            page.blank()
            page.line((words("What to do: {mend}", mend=words.say(found.mend)), Style.PLAIN), indent=2)
    return page.text()


_ONE = "category: Shipping\nquestions:\n"
_ASKED = f"{_ONE}  - question: Where is it?\n"

EXPLANATIONS: Final[Mapping[Rule, Explanation]] = {
    Rule.KB101: Explanation(
        message(
            "A file cannot be read, or what has the name of a knowledge file is none, so that its questions would be missing."
        ),
        message("Give kbsync the right to read it, or give it another name."),
        "mkdir knowledge/faq.yaml",
    ),
    Rule.KB102: Explanation(
        message("A file is not UTF-8, so that its letters would reach customers as others."),
        message("Save it as UTF-8 in your editor."),
        "iconv -t latin1 faq.yaml",
    ),
    Rule.KB103: Explanation(
        message("A character that nobody can see stands where it may not: it cuts lines or texts in other programs."),
        message("Delete it; where it is meant, write it as an escape in double quotes."),
        _ASKED + '    answer: "ring \\a"\n',
    ),
    Rule.KB104: Explanation(
        message("A key stands twice in one entry, and only one of the two could count."),
        message("Keep one of them."),
        _ASKED + "    answer: Here.\n    answer: There.\n",
    ),
    Rule.KB105: Explanation(
        message("A line is not YAML, so that the file cannot be read: mostly indentation, a colon, or quotes that are missing."),
        message("Do what the hint says; a text that holds signs is safe in quotes, or in a block after |."),
        _ASKED + "    answer: Note: this text\n",
    ),
    Rule.KB106: Explanation(
        message(
            "A text begins with ! and so is a tag of YAML: it would turn into something else, or customers would not see it."
        ),
        message("Put the text in quotes, or take the tag out."),
        _ASKED + "    answer: !Important\n",
    ),
    Rule.KB107: Explanation(
        message("Entries are merged with <<, which YAML 1.2 does not know."),
        message("Write the entries out."),
        _ONE + "  - <<: {answer: Here.}\n    question: Where is it?\n",
    ),
    Rule.KB108: Explanation(
        message("A text begins with * and so repeats something by its name, and nothing has that name."),
        message("Put the text in quotes, or write the value out."),
        _ASKED + "    answer: *anything\n",
    ),
    Rule.KB109: Explanation(
        message("Something is nested deeper than any knowledge file needs: mostly brackets that belong to a text."),
        message("Take the brackets out, or put the text in quotes."),
        "category: " + "[" * 60,
    ),
    Rule.KB110: Explanation(
        message("A file is larger than kbsync reads at once; mostly it is no knowledge at all."),
        message("Split it into several files."),
        "ls -lh knowledge",
    ),
    Rule.KB111: Explanation(
        message("A key is unknown, so that what stands there would be lost; mostly it is misspelt."),
        message("Write one of the known keys."),
        _ASKED + "    answer: Here.\n    anwser_type: rich\n",
    ),
    Rule.KB112: Explanation(
        message("A value is of the wrong kind, such as a list where a text is due."),
        message("Write what the message names; a text that looks like something else stands in quotes."),
        _ASKED + "    answer: [see here]\n",
    ),
    Rule.KB113: Explanation(
        message("A key is missing without which the entry says nothing."),
        message("Add it."),
        _ASKED + "",
    ),
    Rule.KB114: Explanation(
        message("A value is none of those that the key can have, so that nobody knows what is meant."),
        message("Write one of the words that the message lists."),
        _ASKED + "    answer: Here.\n    status: off\n",
    ),
    Rule.KB115: Explanation(
        message("A symbolic link stands in place of a file; git keeps the link and not what it points to."),
        message("Put the file itself there."),
        "ln -s ../faq.yaml knowledge/faq.yaml",
    ),
    Rule.KB116: Explanation(
        message("A text is empty, and customers would get nothing."),
        message("Write the text, or take the entry out."),
        _ASKED + '    answer: ""\n',
    ),
    Rule.KB117: Explanation(
        message("A file has so many faults that not all are shown; probably it is no knowledge file."),
        message("Mend the first ones, and look again."),
        "kbsync validate",
    ),
    Rule.KB118: Explanation(
        message("A # after a space begins a comment, so that customers would get only what stands before it."),
        message("Put the text in quotes; for a comment write two spaces before #, and one behind it."),
        _ASKED + "    answer: Ask at room #5\n",
    ),
    Rule.KB119: Explanation(
        message("A file holds what git put in its place, such as an unsettled merge or a pointer, and not the content."),
        message("Settle the merge, or fetch the content."),
        _ONE + "<<<<<<< HEAD\n  - question: Where is it?\n    answer: Here.\n",
    ),
    Rule.KB120: Explanation(
        message("A file looks like knowledge and is not read because of its name: its questions would be missing."),
        message("Let its name end in .yaml, or take it away."),
        "mv FAQ.YAML faq.yaml",
    ),
    Rule.KB121: Explanation(
        message("The lines of an answer become one line, because they stand behind the key and not in a block."),
        message("Write | behind answer: and the lines below it."),
        _ASKED + "    answer: First line.\n      Second line.\n",
    ),
    Rule.KB201: Explanation(
        message("There are no settings, so that nobody knows which application is meant."),
        message("Make them with kbsync init, or name the directory with --dir."),
        "kbsync init",
    ),
    Rule.KB202: Explanation(
        message("The address of the service cannot be right, or would send signatures unencrypted."),
        message("Write https://host and nothing more."),
        'version: 1\ntargets:\n  a: {endpoint: "http://example.com", sdkappid: 1400000000}\n',
    ),
    Rule.KB203: Explanation(
        message("A target says twice where the service is, or not at all."),
        message("Keep region or endpoint, one of the two."),
        "version: 1\ntargets:\n  a: {sdkappid: 1400000000}\n",
    ),
    Rule.KB204: Explanation(
        message("The name of a target cannot stand in git refs and environment variables."),
        message("Use letters, digits, - and _."),
        'version: 1\ntargets:\n  "a b": {driver: sandbox}\n',
    ),
    Rule.KB205: Explanation(
        message("The default target is missing, or no target has its name, so that nobody knows where to apply."),
        message("Write default_target: with the name of a target."),
        "version: 1\ndefault_target: b\ntargets:\n  a: {driver: sandbox}\n",
    ),
    Rule.KB206: Explanation(
        message("No content check has this name, so that nothing would be switched."),
        message("Write the name that stands behind the code of a finding."),
        "version: 1\ntargets:\n  a: {driver: sandbox}\nchecks: {near-dupe: off}\n",
    ),
    Rule.KB207: Explanation(
        message("Two targets name one application, and would create everything twice."),
        message("Keep one of the two names."),
        "version: 1\ndefault_target: a\ntargets:\n  a: {region: tokyo, sdkappid: 14}\n  b: {region: tokyo, sdkappid: 14}\n",
    ),
    Rule.KB301: Explanation(
        message("A question is declared twice, and only one answer can be right."),
        message("Keep one of them; other wordings belong under similar."),
        _ASKED + "    answer: Here.\n  - question: Where is it?\n    answer: There.\n",
    ),
    Rule.KB302: Explanation(
        message("A similar wording belongs to another question too, so that either answer could come."),
        message("Leave it with one of the two."),
        _ASKED + "    answer: Here.\n    similar: [And now?]\n  - question: And now?\n    answer: There.\n",
    ),
    Rule.KB303: Explanation(
        message("A text stands twice in one list, or repeats its own question."),
        message("Take one of them out."),
        _ASKED + "    answer: Here.\n    similar: [Where is it?]\n",
    ),
    Rule.KB304: Explanation(
        message("Two questions are pinned to one id, and would overwrite each other."),
        message("Give each its own id, or none."),
        _ASKED + "    answer: Here.\n    id: x\n  - question: And now?\n    answer: There.\n    id: x\n",
    ),
    Rule.KB305: Explanation(
        message("A former text is still a question of its own, so that nothing was renamed from it."),
        message("Take the old question out, or its text from previously."),
        _ASKED + "    answer: Here.\n    previously: [And now?]\n  - question: And now?\n    answer: There.\n",
    ),
    Rule.KB306: Explanation(
        message("Two questions say that they had one former text; only one can have been renamed from it."),
        message("Leave it with the one that was renamed."),
        _ASKED
        + "    answer: Here.\n    previously: [Old?]\n  - question: And now?\n    answer: There.\n    previously: [Old?]\n",
    ),
    Rule.KB307: Explanation(
        message("A category is declared twice, and the two may say different things about it."),
        message("Keep one of them."),
        "categories:\n  - title: Shipping\n  - title: Shipping\n",
    ),
    Rule.KB308: Explanation(
        message("A category has more levels than the service knows, or a title is missing: it could not be made there."),
        message("Write Parent / Child; a title that holds a slash needs the form [first, second]."),
        "category: A / B / C\nquestions: []\n",
    ),
    Rule.KB309: Explanation(
        message("A question has no category, and the service needs one."),
        message("Write category: in the question, or at the head of the document."),
        "questions:\n  - question: Where is it?\n    answer: Here.\n",
    ),
    Rule.KB310: Explanation(
        message(
            "The file of an answer is not there, or lies outside of the knowledge directory, so that the question has no answer."
        ),
        message("Write its path as it is spelled, relative to the file that names it."),
        _ASKED + "    answer: {file: answers/gone.html}\n",
    ),
    Rule.KB311: Explanation(
        message("An id is for a target that the settings do not have, so that it never counts."),
        message("Write the name of a target, as kbsync targets lists them."),
        _ASKED + "    answer: Here.\n    id: {prodution: x}\n",
    ),
    Rule.KB312: Explanation(
        message("A question stands under removed and is declared as well, so that nobody knows which of the two is meant."),
        message("Take it out of one of the two places."),
        _ASKED + "    answer: Here.\nremoved:\n  - Where is it?\n",
    ),
    Rule.KB401: Explanation(
        message("Two questions are worded nearly alike, so that the chatbot may answer one for the other."),
        message("Join them, one a similar question of the other, or word them apart; threshold says how near is too near."),
        _ONE
        + "  - question: How can I change my address?\n    answer: a\n  - question: How can I change my adress?\n    answer: b\n",
    ),
    Rule.KB402: Explanation(
        message("Two questions differ in capitals, width, punctuation or space alone, which a matcher does not see."),
        message("Join them."),
        _ASKED + "    answer: Here.\n  - question: where is it\n    answer: There.\n",
    ),
    Rule.KB403: Explanation(
        message("A text still holds a mark that its writer left for later, such as TODO."),
        message("Finish the text."),
        _ASKED + "    answer: TODO\n",
    ),
    Rule.KB404: Explanation(
        message("A text holds characters that hide or turn what is read."),
        message("Delete the word around it, and type it again."),
        _ASKED + "    answer: Pay\u202elap\n",
    ),
    Rule.KB405: Explanation(
        message("A plain answer holds tags, which customers would read as they are written."),
        message("Write answer_type: rich beside it, or take the tags out."),
        _ASKED + "    answer: See <b>here</b>\n",
    ),
    Rule.KB406: Explanation(
        message("A rich answer of several lines has no tags, so that its lines would run together."),
        message("Mark the lines with <p> or <br>, or write answer_type: text."),
        _ASKED + "    answer: |\n      One.\n      Two.\n    answer_type: rich\n",
    ),
    Rule.KB407: Explanation(
        message("An answer is too long to be read in a chat window; max says what is too long."),
        message("Shorten it, and link to the rest."),
        _ASKED + "    answer: " + "We deliver on weekdays. " * 99 + "\n",
    ),
    Rule.KB408: Explanation(
        message("A text begins or ends with space. The service may drop it, and then every plan would want to put it back."),
        message("Take the space away; after |+ a block keeps all its line ends, after | none."),
        _ASKED + '    answer: "Here. "\n',
    ),
    Rule.KB409: Explanation(
        message("A category is declared nowhere and looks like a misspelt one that is."),
        message("Write it as it is declared; if both are meant, declare this one too."),
        "categories:\n  - title: Shipping\n---\ncategory: Shiping\nquestions:\n  - question: Where is it?\n    answer: Here.\n",
    ),
    Rule.KB410: Explanation(
        message("A rich answer holds tags or links that run code in the customer's window."),
        message("Take them out: text, links, pictures and videos are enough."),
        _ASKED + "    answer: <script>go()</script>\n    answer_type: rich\n",
    ),
    Rule.KB411: Explanation(
        message("A text is not in the composed Unicode form: it looks the same as another one and is not."),
        message("Type it anew; it was pasted from elsewhere."),
        _ASKED + "    answer: Cafe\u0301\n",
    ),
    Rule.KB412: Explanation(
        message(
            "A text shows where it was pasted from: quotes around all of it, or tabs of a spreadsheet. Customers would see them."
        ),
        message("Take them away."),
        _ASKED + "    answer: “Here.”\n",
    ),
    Rule.KB413: Explanation(
        message("A rich answer has tags without their other half, so that all that follows looks like what they mark."),
        message("Write the missing tag, or take the lone one out."),
        _ASKED + "    answer: <b>Here.\n    answer_type: rich\n",
    ),
    Rule.KB414: Explanation(
        message("A link leads nowhere from a chat window, or through a connection that anybody can read."),
        message("Write the whole address, from https:// on."),
        _ASKED + '    answer: <a href="faq.html">Here</a>\n    answer_type: rich\n',
    ),
    Rule.KB501: Explanation(
        message("A text is longer than a cell of a spreadsheet can be: opened there, it would lose its end."),
        message("Shorten it, or export as JSON."),
        "kbsync export",
    ),
    Rule.KB502: Explanation(
        message("A table cannot be read: it is damaged, encrypted, too large or in an unknown encoding."),
        message("Save it anew as .xlsx without a password, or as CSV in UTF-8."),
        "kbsync import old.xls",
    ),
    Rule.KB503: Explanation(
        message("Which sheet, or which column, is meant cannot be told from the headings."),
        message("Head one column with question, or name sheet and columns with --sheet and --map."),
        "frage,antwort\nWhere is it?,Here.\n",
    ),
    Rule.KB504: Explanation(
        message(
            "A cell holds a formula, a date or a number where a text is due: what is seen there is not what is stored, and zeros "
            "at the beginning are lost."
        ),
        message("Format the cell as text and type it again."),
        "| question       | answer |\n| What do I pay? | =B7*2  |\n",
    ),
    Rule.KB505: Explanation(
        message("Cells are merged: only the first of them has the text, so the other rows would have none."),
        message("Unmerge them, and write the text into each."),
        "kbsync import faq.xlsx",
    ),
    Rule.KB506: Explanation(
        message(
            "A row is no question: a text is missing, a cell is one too many, a word is unknown, or there are control characters."
        ),
        message("Mend the cell that is named."),
        "question,answer,status\nWhere is it?,Here.,perhaps\n",
    ),
    Rule.KB507: Explanation(
        message("Two rows are one question, or a text belongs to two questions."),
        message("Keep one of them; other wordings belong under similar questions."),
        "question,answer\nWhere is it?,Here.\nWhere is it?,There.\n",
    ),
}
"""Every rule."""
