"""Opens the Desk service of a target: over the network, or the one embedded in kbsync. Readers and writers apart."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kbsync.desk.chitchat import DeskReader, DeskWriter
from kbsync.desk.signing import Signer
from kbsync.desk.transport import Transport
from kbsync.errors import UnusableFile
from kbsync.pacing import Pacer
from kbsync.settings import Driver, Target
from kbsync.usecases.places import meeting_place
from kbsync.usecases.secrets import find_credentials
from kbsync.usecases.telling import Heard, TellingPacer
from kbsync.usecases.workspace import check_state, prepare_state
from kbsync.usecases.world import World

__all__ = ["Door", "open_door", "sandbox_file"]

Pause = Callable[[str, float], None]
Rows = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Door:
    """An open way to one target. ``transport`` is for calls that are not about the library, such as sessions.

    Once ``stop`` is set, what the reader and the writer have not sent yet raises Interrupted. The looker and the finisher are
    for what a stopped run still owes: a look at what it did, and the rest of what it began.
    """

    target: Target
    transport: Transport
    pacer: Pacer
    stop: threading.Event

    def reader(self, on_rows: Rows | None = None) -> DeskReader:
        """Looks and cannot write; ``on_rows`` hears the number of rows of every page that was read."""
        return DeskReader(self.transport.until(self.stop), on_rows=on_rows)

    def looker(self, on_rows: Rows | None = None) -> DeskReader:
        """Looks too, also when stopped."""
        return DeskReader(self.transport, on_rows=on_rows)

    def writer(self) -> DeskWriter:
        """Writes."""
        return DeskWriter(self.transport.until(self.stop))

    def finisher(self) -> DeskWriter:
        """Writes too, also when stopped."""
        return DeskWriter(self.transport)


def sandbox_file(state: Path, target: str = "sandbox") -> Path:
    """Where the embedded service keeps the library of a target."""
    return state / f"{target}.db"


@contextmanager
def open_door(
    target: Target, *, world: World, state: Path, on_pause: Pause | None = None, on_call: Heard | None = None
) -> Iterator[Door]:
    """Open a target and close it afterwards; ``state`` is the directory for kbsync's own files. Raises MissingSecret."""
    pacer = partial(_pacer, target, world, state=state, on_pause=on_pause, on_call=on_call)
    if target.driver is Driver.SANDBOX:
        with _embedded(target, world, state, pacer()) as door:
            yield door
        return
    credentials = find_credentials(target, world.environ)
    pace = pacer()
    signer = Signer(target.sdkappid, target.identifier, clock=world.clock, secret=credentials.secret, usersig=credentials.usersig)
    transport = Transport(
        endpoint=target.endpoint,
        sdkappid=target.sdkappid,
        identifier=target.identifier,
        signer=signer,
        pacer=pace,
        clock=world.clock,
    )
    try:
        yield Door(target, transport, pace, world.stop)
    finally:
        transport.close()


@contextmanager
def _embedded(target: Target, world: World, state: Path, pacer: Pacer) -> Iterator[Door]:
    from kbsync.rehearsal.switches import Switches  # noqa: PLC0415
    from kbsync.sandbox.account import DEMO  # noqa: PLC0415  (a real target never loads the sandbox)
    from kbsync.sandbox.service import Service  # noqa: PLC0415
    from kbsync.sandbox.transport import SandboxTransport  # noqa: PLC0415

    switches = Switches.from_words(world.environ.get("KBSYNC_SANDBOX_SWITCHES", "").split())
    prepare_state(state)
    service = Service(sandbox_file(state, target.name), clock=world.clock, switches=switches)
    transport = Transport(
        endpoint="http://127.0.0.1",
        sdkappid=DEMO.sdkappid,
        identifier=DEMO.identifier,
        signer=Signer(DEMO.sdkappid, DEMO.identifier, clock=world.clock, secret=DEMO.secret),
        pacer=pacer,
        clock=world.clock,
        http=SandboxTransport(service),
    )
    try:
        yield Door(target, transport, pacer, world.stop)
    finally:
        transport.close()
        service.close()


def _pacer(target: Target, world: World, *, state: Path, on_pause: Pause | None, on_call: Heard | None) -> Pacer:
    """The pace of a target; every process of this user and machine that reaches the same application draws from one budget."""
    kind = Pacer if on_call is None else partial(TellingPacer, on_call=on_call)
    return kind(
        world.clock,
        rate=target.calls_per_second,
        pacing=target.pacing,
        on_pause=on_pause,
        budget=_budget(target, world, state),
    )


def _budget(target: Target, world: World, state: Path) -> Path | None:
    """The budget file, or None where nothing can be written: looking at a library must work in a read-only checkout too.

    The embedded service counts for each library by itself, so its budget lies beside the library.
    """
    place = meeting_place(target, environ=world.environ)
    if place is not None:
        return place / "pace.json"
    check_state(state)
    try:
        prepare_state(state)
    except UnusableFile:
        return None
    writable = os.access(state, os.W_OK)
    name = target.name if target.driver is Driver.SANDBOX else target.sdkappid
    return state / f"pace-{name}.json" if writable else None
