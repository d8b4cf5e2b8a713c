"""A branch is a stranger: nothing that it brings into the tree makes git run a program, or leads git to another repository."""

from pathlib import Path

import pytest

from kbsync.pacing import SystemClock
from tests.fakes.git_repos import GitRepos
from tests.flows.harness import Bench
from tests.flows.shop import SMALL

RUN = "sh run.sh"

BARE = {
    "HEAD": "ref: refs/heads/main\n",
    "objects/keep": "",
    "refs/keep": "",
    "run.sh": "touch {trace}\n",
    "config": f"""\
[core]
	bare = true
	fsmonitor = {RUN}
	gitProxy = {RUN}
	hooksPath = .
	sshCommand = {RUN}
	pager = {RUN}
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[remote "origin"]
	url = ext::{RUN}
[credential]
	helper = !{RUN}
[alias]
	remote = !{RUN}
	rev-parse = !{RUN}
""",
}
"""Files that git takes for a bare repository, whose configuration runs a program wherever git can be told to."""


@pytest.mark.parametrize("place", ["shops", "shops/knowledge"])
def test_a_bare_repository_in_the_tree_is_not_obeyed(bench: Bench, tmp_path: Path, place: str) -> None:
    """Be it the knowledge directory or one above it: the repository is the one around them, and its remote is asked."""
    assert bench.tree is not None
    bench.clock = SystemClock()
    origin, trace = GitRepos(tmp_path).init("origin", "--bare"), tmp_path / "trace"
    bench.tree.git("remote", "add", "origin", f"file://{origin.path}")
    with bench.served():
        (bench.path / "shops").mkdir()
        (bench.path / "knowledge").rename(bench.path / "shops" / "knowledge")
        bench.tree.write({f"shops/knowledge/{name}": text for name, text in SMALL.items()})
        bench.tree.write({f"{place}/{name}": text.replace("{trace}", str(trace)) for name, text in BARE.items()})
        head = bench.tree.commit({".gitignore": ".kbsync/\n"})
        for line in ("plan", "apply --yes", "drift", "pull --check", "unlock --yes", "apply --yes --base HEAD"):
            ended = bench.run(*line.split(), "--dir", "shops/knowledge")
            assert (line, ended.code, trace.exists()) == (line, 0, False)
        assert origin.git("rev-parse", "refs/kbsync/applied/production") == head
        assert bench.run("init", "--ci", "none", "--dir", "shops/other").code == 0
    assert not trace.exists()
