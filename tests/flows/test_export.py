"""The page of the whole library through the real command line."""

import re
from pathlib import Path

from tests.flows.harness import Bench
from tests.flows.shop import FIRST, SMALL


def places(bench: Bench, remote: str, *words: str) -> list[str]:
    """Where the links of the page lead."""
    assert bench.tree is not None
    bench.tree.git("remote", "set-url", "origin", remote)
    page = bench.run("export", "--format", "html", *words)
    assert page.code == 0, page.err
    assert "s3cret" not in page.out + page.err
    return re.findall(r'<a href="(http[^"]*)"', page.out)


def test_a_page_of_the_files_alone(bench: Bench) -> None:
    """Without a service, without a commit: every question is there, and its link leads to where the remote edits the file."""
    bench.write(SMALL)
    new = bench.run("export", "--format", "html")
    assert (new.code, new.out.count("<article")) == (0, 1)
    assert "uncommitted changes" in new.out
    commit = bench.commit({})
    assert f"<dd>{commit[:12]}</dd>" in bench.run("export", "--format", "html").out
    assert bench.tree is not None
    bench.tree.git("remote", "add", "origin", "x")
    assert places(bench, "x") == []
    at = "knowledge/small.yaml#L4"
    for remote, place in (
        ("https://me:s3cret@github.com/shop/faq.git", f"https://github.com/shop/faq/edit/main/{at}"),
        ("git@github.com:shop/faq.git", f"https://github.com/shop/faq/edit/main/{at}"),
        ("ssh://git@altssh.gitlab.com:443/a/b/faq", f"https://gitlab.com/a/b/faq/-/edit/main/{at}"),
        ("http://oauth2:s3cret@gitlab.shop:8080/a/faq/", f"http://gitlab.shop:8080/a/faq/-/edit/main/{at}"),
    ):
        assert places(bench, remote) == [place]
    for remote in (
        "https://me:s3cret@git.shop/a/faq",
        "https://github.com/../s3cret",
        "https://me:s3cret/x@github.com/a/faq",
        "/srv/x",
    ):
        assert places(bench, remote) == []
    bench.tree.git("checkout", "--detach", "--quiet")
    assert places(bench, "git@github.com:shop/faq.git") == [f"https://github.com/shop/faq/blob/{commit}/{at}"]


def test_where_git_is_broken_there_are_no_links(bench: Bench) -> None:
    """The page is made all the same, and what git said is told."""
    bench.commit(SMALL)
    (bench.path / ".git" / "HEAD").unlink()
    page = bench.run("export", "--format", "html")
    assert (page.code, page.out.count("<article")) == (0, 1)
    assert "git" in page.err


def test_what_is_live_and_not_in_git(bench: Bench) -> None:
    """Questions that the console made, that git gave up, that the service owns: each is named as what it is."""
    bench.settings()
    bench.commit(FIRST)
    assert bench.run("apply", "--yes").code == 0
    bench.commit({"other.yaml": "removed: [How can I pay?]\n---\n" + FIRST["other.yaml"].replace("How can I pay?", "Paying?")})
    page = bench.run("export", "--format", "html", "--live")
    assert page.code == 0, page.err
    shown = [re.sub(r"<[^>]*>", "", card) for card in page.out.split("<article")[1:]]
    gone = next(card for card in shown if "How can I pay?" in card)
    assert "live, no longer in git" in gone
    assert any("live, the service" in card for card in shown)
    assert not any("live, not in git" in card for card in shown if "Do you ship abroad?" in card)


def test_outside_git(tmp_path: Path) -> None:
    """No commit, no links, nothing to complain about."""
    bench = Bench.make(tmp_path, git=False)
    bench.write(SMALL)
    page = bench.run("export", "--format", "html")
    assert (page.code, page.err) == (0, "")
    assert "<li>knowledge/small.yaml:4</li>" in page.out
