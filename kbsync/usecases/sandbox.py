"""The embedded Desk service over HTTP: serve its library, break it, reset it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kbsync.display import day
from kbsync.messages import Message, message
from kbsync.rehearsal import DEMO, Switches, parse_rules, read_rules
from kbsync.sandbox.library import inject
from kbsync.sandbox.seeds import seeded_sessions
from kbsync.sandbox.service import Service
from kbsync.usecases.composition import sandbox_file
from kbsync.usecases.context import Call, Exit, is_agreed, stop_on_signal
from kbsync.usecases.workspace import from_here, prepare_state, state_directory

__all__ = ["inject_faults", "list_switches", "reset_database", "serve_until_stopped"]


def serve_until_stopped(call: Call, *, port: int, words: Sequence[str], database: Path | None, faults: Path | None) -> None:
    """Serve on a loopback port; the address is the result, how to reach it a note."""
    from kbsync.sandbox.server import SandboxServer  # noqa: PLC0415

    rules = () if faults is None else read_rules(faults)
    service = Service(_database(call, database), clock=call.context.clock, switches=Switches.from_words(words), faults=rules)
    server = SandboxServer(service, port=port)
    server.start()
    try:
        with stop_on_signal(call.context.stop, tell=lambda: None):
            _tell_address(call, server.address)
            call.screen.notes(_sessions())
            call.context.stop.wait()
    finally:
        server.stop()
        service.close()


def reset_database(call: Call, database: Path | None, *, yes: bool) -> Exit:
    """Reset the library to its initial content after consent. Raises SafetyRefusal if no person can answer."""
    place = _database(call, database)
    if not yes and not is_agreed(
        call.screen,
        message("Forget everything that {path} holds?", path=from_here(place)),
        absent=message("nobody is here to agree; nothing was changed"),
        instead=message("add --yes"),
        declined=message("The library stays."),
    ):
        return Exit.FAILED
    service = Service(place, clock=call.context.clock)
    try:
        service.reset()
    finally:
        service.close()
    call.screen.note(message("The sandbox is as new."))
    return Exit.DONE


def inject_faults(call: Call, rules: Sequence[str], database: Path | None, *, clear: bool) -> None:
    """Add fault rules to a library's database, which a serving process reads; the pending rules are the result."""
    waiting = inject(_database(call, database), parse_rules(rules), clear=clear)
    call.screen.result("\n".join(waiting))
    call.screen.note(message("faults waiting: {count}", count=len(waiting)))


def list_switches() -> str:
    """Every switch with one of its other values, a line each."""
    return "\n".join(name for name, _ in Switches.variants())


def _tell_address(call: Call, address: str) -> None:
    call.screen.result(address)
    call.screen.note(
        message(
            "The sandbox listens on {address}: a target with endpoint {address}, sdkappid {app}, identifier {who} "
            "and KBSYNC_SECRET_KEY={key} reaches it. Ctrl-C ends it.",
            address=address,
            app=DEMO.sdkappid,
            who=DEMO.identifier,
            key=DEMO.secret,
        )
    )


def _sessions() -> Iterator[Message]:
    """Notes with the ids of the sessions that every new sandbox has, which cannot be guessed."""
    yield message("Its sessions, for kbsync session, kbsync preview and kbsync coverage --session:")
    for session, (state, ended) in seeded_sessions().items():
        if ended is None:
            yield message("  {session}  {state}", session=session, state=state)
        else:
            yield message("  {session}  ended: kbsync coverage --since {day} reads it", session=session, day=day(ended))


def _database(call: Call, given: Path | None) -> Path:
    if given is not None:
        return given
    call.refuse_link()
    state = state_directory(call.directory)
    prepare_state(state)
    return sandbox_file(state)
