"""UserSig: the vendor's algorithm, kept while it is good, made again before it expires, never shown."""

import base64
import json
import zlib

import pytest

from kbsync.desk.scrub import scrub
from kbsync.desk.signing import Signer
from kbsync.errors import MissingSecret
from tests.fakes.clock import FakeClock

VECTORS = [
    (
        1400000000,
        "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e",
        "administrator",
        86400,
        1700000000,
        "yLAe+w7WUeUuqbV9h/TX78u21oTGi+i9Zp1u3PpnY60=",
    ),
    (
        88888888,
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "admin",
        15552000,
        1735689600,
        "gyMIlUJu3vM8f75jYK3po9qfyxqOMsuR4SiEi6gZ5oU=",
    ),
    (
        1500086040,
        "kbsync-test-secret-not-a-real-key",
        "运维_admin-1",
        3600,
        1764000000,
        "ZVgFDF9OpIg/UWYoQg/0mmDYA96YuXAmhc3poAKHc6c=",
    ),
]


def unpacked(usersig: str) -> object:
    """What the service reads in a signature; the compressed bytes themselves differ between builds of zlib."""
    standard = usersig.translate(str.maketrans("*-_", "+/="))
    return json.loads(zlib.decompress(base64.b64decode(standard)))


@pytest.mark.parametrize("vector", VECTORS, ids=["demo", "long-lived", "non-ascii"])
def test_signatures_equal_the_vendors(vector: tuple[int, str, str, int, int, str]) -> None:
    """A signature holds what the vendor's package puts into it at that moment of the clock handed in."""
    app, secret, identifier, lifetime, moment, sig = vector
    signer = Signer(app, identifier, clock=FakeClock(wall=moment), secret=secret, lifetime=lifetime)
    assert unpacked(signer.usersig()) == {
        "TLS.ver": "2.0",
        "TLS.identifier": identifier,
        "TLS.sdkappid": app,
        "TLS.expire": lifetime,
        "TLS.time": moment,
        "TLS.sig": sig,
    }


def test_a_signature_is_kept_until_shortly_before_it_expires() -> None:
    """One signature serves nearly its whole life, and another one is there before it ends."""
    clock = FakeClock()
    signer = Signer(1, "admin", clock=clock, secret="s", lifetime=3600)
    first = signer.usersig()
    clock.move(2999)
    assert signer.usersig() == first
    clock.move(2)
    assert signer.usersig() != first


def test_a_clock_set_back_makes_a_new_signature() -> None:
    """A signature of the future is not used after the clock was corrected."""
    clock = FakeClock()
    signer = Signer(1, "admin", clock=clock, secret="s")
    first = signer.usersig()
    clock.move(-7200)
    assert signer.usersig() != first


def test_a_refused_signature_can_be_renewed_from_the_secret() -> None:
    """After a refusal a secret gives another signature at once."""
    clock = FakeClock()
    signer = Signer(1, "admin", clock=clock, secret="s", usersig="fixed")
    first = signer.usersig()
    clock.move(1)
    assert signer.renew()
    assert signer.usersig() not in (first, "fixed")


def test_a_fixed_signature_cannot_be_renewed() -> None:
    """A signature that was given is used as it is, without the line end that files leave, and cannot be made again."""
    signer = Signer(1, "admin", clock=FakeClock(), usersig="fixed\n")
    assert signer.usersig() == "fixed"
    assert not signer.renew()


def test_a_missing_secret_is_told_by_its_variable() -> None:
    """Without any secret the message names what to set."""
    with pytest.raises(MissingSecret) as caught:
        Signer(1, "admin", clock=FakeClock(), secret="", usersig=" ")
    assert "KBSYNC_SECRET_KEY" in str(caught.value.hint)


def test_a_signer_shows_no_secret() -> None:
    """Printing a signer tells whom it signs for and nothing else."""
    signer = Signer(1, "admin", clock=FakeClock(), secret="hush", usersig="quiet")
    assert repr(signer) == str(signer) == "Signer(sdkappid=1, identifier='admin')"


def test_foreign_text_loses_signatures_and_control_characters() -> None:
    """What the service says is one line, without a signature in any spelling, terminal escapes or direction marks."""
    usersig = Signer(1, "admin", clock=FakeClock(), secret="s").usersig()
    said = f"bad\x1b[31m\r\ncall ?usersig=abc&random=1 of {usersig.replace('*', '%2A')}\u202e!"
    assert scrub(said) == "bad [31m call ?usersig=***&random=1 of *** !"


def test_foreign_text_is_cut_off() -> None:
    """An error page in ErrorInfo does not fill the screen."""
    assert scrub("x" * 1000) == "x" * 300 + "…"
