# ruff: noqa: INP001 - a program of its own, in no package
"""Keeps one comment of a pull request, or one issue, up to date: found again by a hidden line, changed in place.

Speaks to GitHub by the runner's own ``gh``; texts go through its standard input, because an argument may not be long.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LONGEST = 65_000
"""Characters; GitHub refuses a comment above 65,536."""


def main(environ: Mapping[str, str]) -> int:
    """Do what the step's inputs say. 0, or 1 where GitHub refused, which ``gh`` has explained on stderr by then."""
    repository, key = environ["GITHUB_REPOSITORY"], environ["INPUT_KEY"]
    issues = f"repos/{repository}/issues"
    try:
        match environ["INPUT_KIND"]:
            case "comment":
                mark = marker("plan", key)
                place = f"{issues}/{int(environ['INPUT_NUMBER'])}/comments"
                keep(place, f"{issues}/comments", "id", mark=mark, fields={"body": body(mark, environ["INPUT_FILE"])})
            case "issue":
                mark = marker("drift", key)
                text = body(mark, environ["INPUT_FILE"])
                keep(issues, issues, "number", mark=mark, fields={"title": environ["INPUT_TITLE"], "body": text})
            case "closed":
                for found in list(ours(issues, marker("drift", key))):  # closing shifts the pages
                    call("PATCH", f"{issues}/{found['number']}", {"state": "closed", "state_reason": "completed"})
            case other:
                sys.stdout.write(f"::error title=kbsync::kind must be comment, issue or closed, not {other!r}\n")
                return 1
    except subprocess.CalledProcessError:
        return 1
    return 0


def marker(purpose: str, key: str) -> str:
    """A line that nobody sees; of the key only what cannot end an HTML comment."""
    return f"<!-- kbsync report: {purpose} {re.sub('[^A-Za-z0-9._ ]', '~', key)} -->"


def body(mark: str, file: str) -> str:
    """The text to post: the hidden line, then the file, cut with a word about it in the case that it is too long."""
    text = f"{mark}\n{Path(file).read_text(encoding='utf-8', errors='replace')}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n\n**Cut here: the artifact of the run holds the rest.**\n"


def keep(place: str, kept: str, name: str, *, mark: str, fields: Mapping[str, str]) -> None:
    """Change the oldest entry that is ours, or make one."""
    for found in ours(place, mark):
        call("PATCH", f"{kept}/{found[name]}", fields)
        return
    call("POST", place, fields)


def ours(place: str, mark: str) -> Iterator[Mapping[str, Any]]:
    """Entries that begin with the mark and were written by a bot: anybody could put the mark into a text of their own."""
    page = 1
    while entries := call("GET", f"{place}?per_page=100&page={page}"):
        for entry in entries:
            written = (entry["body"] or "").startswith(mark) and entry["user"]["type"] == "Bot"
            if written and "pull_request" not in entry:
                yield entry
        page += 1


def call(method: str, place: str, fields: Mapping[str, str] | None = None) -> Any:
    """One call of the REST API; raises CalledProcessError where it is refused."""
    given = [] if fields is None else ["--input", "-"]
    sent = None if fields is None else json.dumps(fields)
    command = ["gh", "api", "--method", method, *given, place]
    done = subprocess.run(command, input=sent, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - no shell reads it
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main(os.environ))
