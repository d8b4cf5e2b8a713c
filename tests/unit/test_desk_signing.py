"""UserSig: the vendor's algorithm, kept while it is good, made again before it expires, never shown."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.desk.signing import LIFETIME, Signer, scrub, usersig
from kbsync.errors import MissingSecret
from tests.fakes.clock import FakeClock
from tests.fakes.vendor import VECTORS, Vector, vendors_package


def unpacked(usersig: str) -> str:
    """What the service reads in a signature; the compressed bytes themselves differ between builds of zlib."""
    standard = usersig.translate(str.maketrans("*-_", "+/="))
    return zlib.decompress(base64.b64decode(standard)).decode()


@pytest.mark.parametrize("known", VECTORS, ids=["demo", "long-lived", "non-ascii"])
def test_signatures_equal_the_vendors(known: Vector) -> None:
    """A signature holds, to the byte, what the vendor's package puts into it at that moment of the clock handed in."""
    clock = FakeClock(wall=known.issued)
    signer = Signer(known.sdkappid, known.identifier, clock=clock, secret=known.secret, lifetime=known.lifetime)
    assert unpacked(signer.usersig()) == unpacked(known.usersig)
    assert json.loads(unpacked(known.usersig)) == {
        "TLS.ver": "2.0",
        "TLS.identifier": known.identifier,
        "TLS.sdkappid": known.sdkappid,
        "TLS.expire": known.lifetime,
        "TLS.time": known.issued,
        "TLS.sig": known.proof,
    }


def test_a_user_buffer_is_signed_too() -> None:
    """The fourth of the known answers, with bytes of the caller's own."""
    made = usersig(1400000000, "xiaojun", VECTORS[0].secret, issued=1561000000, lifetime=15552000, userbuf=b"abc")
    assert list(json.loads(unpacked(made)).items())[4:] == [
        ("TLS.time", 1561000000),
        ("TLS.userbuf", "YWJj"),
        ("TLS.sig", "XfqmDY22uI/z4gDbGZeVF25jRModF4yGSPyLn2Moa0M="),
    ]


def test_a_signature_is_plain_in_a_query() -> None:
    """It has none of the three characters of base64 that mean something else in an address."""
    made = "".join(usersig(app, "admin", "s", issued=1700000000, lifetime=LIFETIME) for app in range(200))
    assert set("*-_") <= set(made)
    assert not set("+/=") & set(made)


@pytest.mark.no_cover
@given(
    st.integers(1, 2**32),
    st.text(st.characters(codec="utf-8")),
    st.text(st.characters(codec="utf-8")),
    st.floats(0, 2**33),
    st.none() | st.binary(),
)
def test_any_account_signs_as_with_the_vendors_package(
    app: int, identifier: str, secret: str, moment: float, userbuf: bytes | None
) -> None:
    """Not on the known answers alone: the two make the same of everything, byte for byte."""
    package = vendors_package(lambda: moment)(app, secret)
    theirs = (
        package.gen_sig(identifier, LIFETIME) if userbuf is None else package.gen_sig_with_userbuf(identifier, LIFETIME, userbuf)
    )
    assert usersig(app, identifier, secret, issued=int(moment), lifetime=LIFETIME, userbuf=userbuf) == theirs


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
