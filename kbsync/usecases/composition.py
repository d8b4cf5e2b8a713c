"""Connects a run to the Desk service of a target: secrets, pace, transport, and the ports for reading and writing."""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kbsync.desk.chitchat import DeskReader, DeskWriter, read_tree
from kbsync.desk.client import Transport
from kbsync.desk.signing import Signer
from kbsync.errors import KbsyncError, MissingSecret, ServiceError, UnusableFile
from kbsync.history.repository import Repository
from kbsync.limiter import BackgroundWork, CallObserver, Pacer
from kbsync.messages import Message, message
from kbsync.model import Knowledge
from kbsync.ports import Ports
from kbsync.settings import Driver, Target
from kbsync.usecases.context import Call, LinkedStop, RunContext
from kbsync.usecases.workspace import (
    Workspace,
    check_address,
    check_state,
    open_settings,
    prepare_state,
    shared_state_directory,
)

if TYPE_CHECKING:
    from kbsync.sandbox.server import SandboxTransport

Pause = Callable[[str, float], None]

Rows = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection to one target. ``transport`` is for calls that are not about the library, such as sessions.

    Once ``stop`` is set, what the reader has not sent yet raises Interrupted.
    """

    target: Target
    transport: Transport
    pacer: Pacer
    stop: threading.Event

    def service_time(self, *, ask: bool = False) -> float | None:
        """The service's time, None if no answer had one; ``ask`` then spends a call on it."""
        if ask and self.transport.service_time() is None:
            with suppress(ServiceError):
                read_tree(self.transport.until(self.stop), repeat=False)
        return self.transport.service_time()

    def reader(self, on_rows: Rows | None = None) -> DeskReader:
        """A reader; ``on_rows`` is called with the number of rows of every page."""
        return DeskReader(self.transport.until(self.stop), on_rows=on_rows)

    def ports(self, stop: threading.Event | None, on_rows: Rows | None = None, *, halt: threading.Event | None = None) -> Ports:
        """A reader and a writer that send nothing once ``stop`` is set; without one, a stopped run can finish what it began.

        Once ``halt`` is set nothing is written at all.
        """
        transport = self.transport if stop is None else self.transport.until(stop)
        writing = transport if halt is None else self.transport.until(halt)
        return Ports(DeskReader(transport, on_rows=on_rows), DeskWriter(writing))


@contextmanager
def connect(
    target: Target,
    *,
    context: RunContext,
    state: Path,
    on_pause: Pause | None = None,
    on_call: CallObserver | None = None,
    credentials: "Credentials | None" = None,
) -> Iterator[Connection]:
    """Open a target and close it afterwards; ``state`` is the directory for kbsync's own files.

    Raises MissingSecret where neither ``credentials`` nor the environment has one.
    """
    with ExitStack() as stack:
        if target.driver is Driver.SANDBOX:
            from kbsync.rehearsal import DEMO  # noqa: PLC0415  (a real target never loads the sandbox)

            credentials = Credentials(DEMO.secret)
            http = stack.enter_context(_embedded(target, context, state))
        else:
            credentials, http = credentials or find_credentials(target, context.environ), None
        pacer = Pacer(
            context.clock,
            rate=target.calls_per_second,
            pacing=target.pacing,
            on_pause=on_pause,
            on_call=on_call,
            budget=_budget(target, context, state),
        )
        transport = Transport(
            endpoint=target.endpoint or "http://127.0.0.1",
            sdkappid=target.sdkappid,
            identifier=target.identifier,
            signer=Signer(target.sdkappid, target.identifier, clock=context.clock, **asdict(credentials)),
            pacer=pacer,
            clock=context.clock,
            http=http,
        )
        stack.callback(transport.close)
        yield Connection(target, transport, pacer, context.stop)


@contextmanager
def _embedded(target: Target, context: RunContext, state: Path) -> Iterator["SandboxTransport"]:
    """The embedded service of a target in place of the network."""
    from kbsync.rehearsal import Switches  # noqa: PLC0415
    from kbsync.sandbox.server import SandboxTransport  # noqa: PLC0415
    from kbsync.sandbox.service import Service  # noqa: PLC0415

    switches = Switches.from_words(context.environ.get("KBSYNC_SANDBOX_SWITCHES", "").split())
    prepare_state(state)
    service = Service(sandbox_file(state, target.name), clock=context.clock, switches=switches)
    try:
        yield SandboxTransport(service)
    finally:
        service.close()


@contextmanager
def connected(
    call: Call,
    workspace: Workspace,
    *,
    signed: bool = True,
    checked: bool = False,
    note: Callable[[Message], None] | None = None,
) -> Iterator[Connection]:
    """Connect a command to its target, with notes about pauses, with ``-v`` the sums of calls, with ``-vv`` each call.

    Without ``signed`` no secret is needed, and the service refuses every call. ``note`` shows the notes in place of the screen.
    Raises ForeignAddress unless already ``checked``.
    """
    call.refuse_link()
    screen, tell = call.screen, note or call.screen.note

    def tell_pause(command: str, seconds: float) -> None:
        tell(message("The service asks for less speed: {command} waits {seconds} s.", command=command, seconds=f"{seconds:.1f}"))

    def tell_call(command: str, seconds: float, problem: Message | None) -> None:
        # Never the address, which holds the signature.
        after = f"{seconds:.2f}"
        if problem is None:
            tell(message("{command}: answered after {seconds} s", command=command, seconds=after))
        else:
            tell(message("{command}: {problem} ({seconds} s)", command=command, problem=problem, seconds=after))

    on_call = tell_call if screen.verbosity > 1 else None
    target = call.target_of(workspace)
    if not checked:
        check_address(workspace, target, environ=call.context.environ)
    credentials = None if signed else Credentials(usersig="-")
    with connect(
        target, context=call.context, state=workspace.state, on_pause=tell_pause, on_call=on_call, credentials=credentials
    ) as connection:
        try:
            yield connection
        finally:
            if screen.verbosity > 0:
                tell(_calls_of(connection.pacer))


class ReadingAhead:
    """A listing of the live library in a thread of its own, while something else is done; ``target`` is None if none has begun.

    What there is to tell of it waits until somebody waits for it, on a ``reader``.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._held: list[Callable[[], object]] | None = []
        self._on_rows: Rows = lambda _rows: None
        self._work: BackgroundWork[Knowledge] | None = None
        self.target: Target | None = None
        self.repository: Repository | None = None

    @contextmanager
    def begin(self, workspace: Workspace) -> Iterator[None]:
        """Begin. Raises what ``connected`` does; the address is checked already."""
        context = replace(self._call.context, stop=LinkedStop(self._ended, self._call.context.stop.is_set))
        call = replace(self._call, context=context)
        screen = call.screen
        with connected(call, workspace, checked=True, note=lambda words: self._tell(lambda: screen.note(words))) as connection:
            reader = connection.reader(lambda rows: self._tell(lambda: self._on_rows(rows)))
            self.target, self._reader = connection.target, reader
            self._work = BackgroundWork(self._reader.read, context.clock)
            yield

    def reader(self, on_rows: Rows) -> "ReadingAhead":
        """The reader that waits for it; ``on_rows`` is called with the rows of every page so far, and of each that follows."""
        with self._lock:
            self._on_rows = on_rows
            for act in self._held or ():
                act()
            self._held = None
        return self

    def read(self) -> Knowledge:
        """What was read. Raises what the reading did."""
        assert self._work is not None  # noqa: S101  (a reader is asked for only where a target is known)
        return self._work.result()

    @property
    def robots(self) -> frozenset[str]:
        """The robots that have questions in what was read."""
        return self._reader.robots

    def end(self, *, wait: bool = True) -> None:
        """Send nothing more and, with ``wait``, stay until what is under way has come back."""
        self._ended.set()
        if wait and self._work is not None:
            with suppress(Exception):
                self._work.result()

    def _tell(self, act: Callable[[], object]) -> None:
        """Do it now, or once somebody waits."""
        with self._lock:
            if self._held is None:
                act()
            else:
                self._held.append(act)


@contextmanager
def reading_ahead(call: Call, *, given: str | None = None) -> Iterator[ReadingAhead]:
    """List the live library of a target while its files are read, as soon as ``kbsync.yaml`` alone tells where it is.

    ``given`` is the base for ``check_address``. Where anything is in the way nothing begins, so that it is found, and told, in
    its turn; the embedded service is not read ahead, as it answers at once. What nobody waited for has ended with the block.
    """
    ahead = ReadingAhead(call)
    with ExitStack() as stack:
        with suppress(KbsyncError):
            workspace = open_settings(call.directory)
            target = None if workspace is None else call.target_of(workspace)
            if workspace is not None and target is not None and target.driver is Driver.DESK:
                ahead.repository = check_address(workspace, target, environ=call.context.environ, given=given)
                stack.enter_context(ahead.begin(workspace))
        try:
            yield ahead
        finally:
            # Whoever presses Ctrl-C waits for no service.
            ahead.end(wait=not isinstance(sys.exception(), KeyboardInterrupt))


@contextmanager
def reading(call: Call, source: Connection | ReadingAhead) -> Iterator[DeskReader | ReadingAhead]:
    """A reader for the live library, with a progress display; afterwards a note if several robots have questions in it."""
    with call.screen.progress(call.context.clock) as progress:
        progress.start(message("reading the live library"), None)
        reader = source.reader(progress.advance)
        yield reader
    if len(reader.robots) > 1:
        names = ", ".join(sorted(reader.robots))
        call.screen.note(
            message(
                "The listing holds questions of several robots ({robots}), and no call says which one it means: "
                "kbsync doctor tells which is the default.",
                robots=names,
            )
        )


def _calls_of(pacer: Pacer) -> Message:
    sent = ", ".join(f"{command} {count}" for command, count in sorted(pacer.calls.items()))
    calls = sent or message("none")
    return message("Calls sent: {calls}; refused for speed: {throttled}.", calls=calls, throttled=pacer.throttled)


def sandbox_file(state: Path, target: str = "sandbox") -> Path:
    """Where the embedded service keeps the library of a target."""
    return state / f"{target}.db"


def _budget(target: Target, context: RunContext, state: Path) -> Path | None:
    """The budget file, from which every process of this user and machine that reaches the same application draws.

    None where nothing can be written: looking at a library must work in a read-only checkout too.
    The embedded service counts for each library by itself, so its budget lies beside the library.
    """
    place = shared_state_directory(target, environ=context.environ)
    if place is not None:
        return place / "pace.json"
    check_state(state)
    try:
        prepare_state(state)
    except UnusableFile:
        return None
    writable = os.access(state, os.W_OK)
    return state / f"pace-{target.key}.json" if writable else None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Either the app's secret key, of which signatures are made, or one signature made elsewhere. Never shown."""

    secret: str | None = field(default=None, repr=False)
    usersig: str | None = field(default=None, repr=False)


def find_credentials(target: Target, environ: Mapping[str, str]) -> Credentials:
    """The credentials for a target; its own variables take precedence over the general ones. Raises MissingSecret."""
    for prefix in (variable(target.name, ""), "KBSYNC_"):
        secret, usersig = _read(environ, f"{prefix}SECRET_KEY"), _read(environ, f"{prefix}USERSIG")
        if secret:
            return Credentials(secret=secret)
        if usersig:
            return Credentials(usersig=usersig)
    raise MissingSecret(
        message("no secret for target {target}: KBSYNC_SECRET_KEY is not set", target=target.name),
        hint=message(
            "set KBSYNC_SECRET_KEY (the app's key from the Chat console) or KBSYNC_USERSIG; "
            "{own} is for this target alone and wins",
            own=variable(target.name, "SECRET_KEY"),
        ),
    )


def _read(environ: Mapping[str, str], name: str) -> str:
    found = environ.get(name, "").strip()
    # What Python makes of bytes that are not UTF-8 can neither be signed with nor sent.
    if any("\ud800" <= letter <= "\udfff" for letter in found):
        raise MissingSecret(
            message("{name} holds bytes that are not UTF-8 text", name=name),
            hint=message("copy it from the Chat console once more"),
        )
    return found


def variable(target: str, name: str) -> str:
    """The environment variable that holds a secret for one target: ``KBSYNC_PRODUCTION_SECRET_KEY``."""
    return f"KBSYNC_{re.sub('[^A-Z0-9]', '_', target.upper())}_{name}"
