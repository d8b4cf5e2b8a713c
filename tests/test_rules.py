"""Each rule has one place: where a second one would begin, a test finds it."""

import ast
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import kbsync
from kbsync import planfile
from kbsync.files.schema import CATEGORY, QUESTION
from kbsync.model import AnswerType, Status
from kbsync.plan import Action, Cause, Field
from tests.test_architecture import nodes as pieces

pytestmark = pytest.mark.no_cover

ROOT = Path(kbsync.__file__).parent


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """Every piece of source with its file."""
    return tuple((str(path.relative_to(ROOT)), node) for path in sorted(ROOT.rglob("*.py")) for node in pieces(path))


@cache
def mentions() -> dict[str, set[str]]:
    """The files that mention each name, as a variable or behind a dot."""
    found: dict[str, set[str]] = {}
    for file, node in nodes():
        if isinstance(node, ast.Name | ast.Attribute):
            found.setdefault(node.id if isinstance(node, ast.Name) else node.attr, set()).add(file)
    return found


def users(name: str) -> set[str]:
    """The files that mention a name."""
    return mentions().get(name, set())


def test_an_action_is_turned_round_in_one_table() -> None:
    """Undo, drift and pull ask the action for its inverse."""
    tables = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Dict) and node.keys
        for parts in [(*filter(None, node.keys), *node.values)]
        if all(isinstance(part, ast.Attribute) and ast.unparse(part.value) == "Action" for part in parts)
    }
    assert tables == {"plan.py"}


def test_answer_types_and_statuses_are_named_by_their_enums() -> None:
    """Nobody else writes the words down but the frozen format of plan files; what people read is a message."""
    spoken = {id(call.args[0]) for _, call in nodes() if isinstance(call, ast.Call) and call.args}
    words = {each.word for kind in (AnswerType, Status) for each in kind} - {"text"}
    found = {file for file, node in nodes() if isinstance(node, ast.Constant) and node.value in words and id(node) not in spoken}
    assert {file for file in found if not file.startswith(("render", "sandbox", "rehearsal"))} == {"planfile.py"}


def test_the_plan_file_names_what_the_plan_names() -> None:
    """Its words are frozen and written down once more; they are the same ones."""
    assert get_args(planfile.AnswerTypeV1) == tuple(each.word for each in AnswerType)
    assert get_args(planfile.StatusV1) == tuple(each.word for each in Status)
    assert get_args(planfile.CauseV1) == tuple(Cause)
    assert get_args(planfile.FieldV1) == tuple(Field)
    assert get_args(planfile.QuestionActionV1) == tuple(Action)


def test_one_function_tells_what_the_console_added() -> None:
    """A drift and a pull ask the same one."""
    assert users("added_in_console") == {"planner/removals.py", "puller.py"}


def test_one_function_tells_whether_a_plan_may_be_applied() -> None:
    """Others ask it, or show its reasons."""
    raised = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Constant) and node.value == "the plan is not applied; nothing was changed"
    }
    assert raised == {"guards.py"}


def test_texts_freed_and_taken_are_told_by_the_order() -> None:
    """The applier asks a phase what its changes need."""
    assert users("needs") <= {"ordering.py", "applier/phases.py", "applier/run.py"}


def test_line_ends_become_lf_in_one_function() -> None:
    """Files, drafts and what the service says go through the one of the model; the embedded service has rules of its own."""
    found = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace"
        if [ast.unparse(argument) for argument in node.args] in (["'\\r'", "'\\n'"], ["'\\r\\n'", "'\\n'"])
    }
    assert {file for file in found if not file.startswith("sandbox")} == {"model.py"}


def test_the_keys_of_files_are_listed_by_their_schema() -> None:
    """The reader, hints, the order of ``fmt`` and the JSON Schemas ask its tables: nobody else lists keys in an order."""
    keys = {*QUESTION.names, *CATEGORY.names}
    found = {
        file
        for file, node in nodes()
        if file.startswith("files/") and isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Set)
        for parts in [node.keys if isinstance(node, ast.Dict) else node.elts]
        if sum(isinstance(part, ast.Constant) and part.value in keys for part in parts) > 1
    }
    assert found == set()


def test_a_class_name_means_one_thing() -> None:
    """No name, leading underscores aside, is that of classes in two files."""
    places: dict[str, set[str]] = {}
    for file, node in nodes():
        if isinstance(node, ast.ClassDef):
            places.setdefault(node.name.lstrip("_"), set()).add(file)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_signature_of_a_paced_call_stands_in_one_place() -> None:
    """What may end the waiting of a call, and what is asked before it leaves, is taken by the limiter's slot alone."""
    found = {
        (file, node.name)
        for file, node in nodes()
        if isinstance(node, ast.FunctionDef)
        if {"stop", "still"} <= {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    }
    assert found == {("limiter/pacer.py", "slot")}
    assert "Pacer" not in {ast.unparse(base) for _, node in nodes() if isinstance(node, ast.ClassDef) for base in node.bases}


def test_use_cases_hold_the_decisions() -> None:
    """A command parses and draws: its exit code is that of its use case, or that all is done, and it words no refusal."""
    commands = [node for file, node in nodes() if file.startswith("cli/commands/")]
    returned = [part for node in commands if isinstance(node, ast.Return) for part in ast.walk(node)]
    assert {part.attr for part in returned if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "Exit"} == {"DONE"}
    assert [node for node in commands if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)] == []


def test_the_commands_about_sessions_are_listed_once() -> None:
    """The client and the embedded service ask the same list for the name of the service in an address."""
    found = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Set)
        if {"Command.SESSION_LIST", "Command.SEND_STREAM"} <= {ast.unparse(part) for part in node.elts}
    }
    assert found == {"commands.py"}


def test_a_plan_is_put_into_words_in_one_place() -> None:
    """The formats for people ask the same functions for a change's label, place, cause and fields, and draw what they answer."""
    drawing = {f"render/{name}.py" for name in ("text", "markdown", "html", "github")}
    for word in ("value_of", "FIELD_NAMES", "VOICES", "changed_fields", "deeds", "recognition"):
        assert users(word) & drawing <= ({"render/text.py"} if word == "recognition" else set()), word


def test_json_is_drawn_in_one_room() -> None:
    """A command line hands values over and prints what comes back."""
    writers = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("document", "json.dumps")
        if file.startswith(("render/", "cli/"))
    }
    assert writers <= {f"render/{name}.py" for name in ("results", "findings", "coverage")}


def test_a_place_is_written_by_itself() -> None:
    """File and line are joined where a location is defined."""
    joined = {
        file
        for file, node in nodes()
        if isinstance(node, ast.JoinedStr)
        if {
            part.value.attr
            for part in node.values
            if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Attribute)
        }
        >= {"path", "line"}
    }
    assert joined == {"diagnostics.py"}


def calls(name: str) -> set[str]:
    """The files that call a method of this name."""
    return {
        file
        for file, node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    }


def test_the_console_edits_of_a_plan_are_listed_by_the_guards() -> None:
    """The question before an apply asks for the list from which the refusal names them."""
    assert users("console_edits") == users("undone_changes") == {"guards.py", "render/page.py"}


def test_one_function_tells_whether_a_problem_stops_an_apply() -> None:
    """What formats show as stopping is what an apply refuses for; the planner puts such problems first."""
    asked = {file for file, node in nodes() if isinstance(node, ast.Attribute) and ast.unparse(node) == "problem.blocking"}
    assert asked == {"guards.py", "planner/__init__.py"}
    assert users("stops") == {"guards.py", "render/view.py"}


def test_a_good_outcome_is_told_by_itself() -> None:
    """Nobody else lists the outcomes that leave an object as declared."""
    listed = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        if {ast.unparse(part) for part in node.elts} == {"Outcome.APPLIED", "Outcome.ALREADY"}
    }
    assert listed == {"report.py"}


def test_one_function_tells_whether_a_category_kept_its_title() -> None:
    """Last parts of paths are compared in the model."""
    compared = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Compare)
        if all(ast.unparse(part).endswith(("[-1]", "[-1:]")) for part in (node.left, *node.comparators))
    }
    assert compared == {"model.py"}


def test_a_field_tells_whether_it_differs() -> None:
    """Values of a field are compared by the field; whole contents by ``compare``."""
    compared = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        if all(
            isinstance(part, ast.Call) and ast.unparse(part.func).rpartition(".")[2] in ("of", "getattr")
            for part in (node.left, *node.comparators)
        )
    }
    assert compared == {"plan.py"}


def test_texts_are_cut_in_one_place() -> None:
    """An ellipsis stands for what is left out where one function puts it; the lines of findings are cut to columns."""
    cut = {
        file
        for file, node in nodes()
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.IfExp)
        for part in ast.iter_child_nodes(node)
        if isinstance(part, ast.Constant) and part.value == "…"
    }
    assert cut == {"display.py", "render/findings.py", "desk/signing.py"}


def test_what_turns_the_writing_is_listed_once() -> None:
    """Who takes direction marks out, or reports them, asks the table of the display."""
    holding = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if any(mark in node.value for mark in ("\u202a", r"\u202a", "\u2066", r"\u2066"))
    }
    assert holding == {"display.py"}


def test_a_path_is_put_into_words_by_the_model() -> None:
    """Its parts are joined nowhere else."""
    joined = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Attribute) and node.attr == "join" and ast.unparse(node.value) == "' / '"
    }
    assert joined == {"model.py"}


def test_a_moment_is_put_into_words_by_the_display() -> None:
    """A day, or a second, in UTC; the lock has a form of its own for programs, and a transcript's times are checked when read."""
    assert calls("strftime") == {"display.py"}
    assert calls("fromtimestamp") == {"display.py", "history/lease.py", "conversations/transcripts.py"}


def test_a_commit_is_shortened_by_the_display() -> None:
    """Nobody else cuts the name of one."""
    cut = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
        if ast.unparse(node.value).rpartition(".")[2] in ("commit", "head", "base", "base_commit", "identity")
    }
    assert cut == {"display.py"}
