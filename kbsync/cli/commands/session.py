"""``kbsync session``: the three Desk session calls, one thin command each."""

import click

from kbsync.cli.options import DocumentedGroup, Invocation, invocation
from kbsync.usecases.context import Exit


@click.group(cls=DocumentedGroup)
def session() -> None:
    """Look into a Desk session, or send to it."""


@session.command(
    examples=(
        ("kbsync session state 11111111-…", "chatbot, person, queue …"),
        ("kbsync session state --client-user ann --customer-service agent1", "named by its accounts"),
    ),
)
@click.argument("session_id", metavar="SESSION", required=False)
@click.option("--client-user", help="With --customer-service: name the session by its two accounts.")
@click.option("--customer-service", help="The customer service account.")
@invocation("text", "json")
def state(call: Invocation, *, session_id: str | None, client_user: str | None, customer_service: str | None) -> int:
    """Show who serves a session now (get_session_state)."""
    from kbsync.render.results import session_result  # noqa: PLC0415
    from kbsync.usecases.session import read_state  # noqa: PLC0415

    found = read_state(call, session_id, client_user=client_user, customer_service=customer_service)
    call.screen.result(session_result(found, call.format))
    return Exit.DONE


@session.command(
    examples=(
        ("kbsync session messages 11111111-…", "the last twenty"),
        ("kbsync session messages 11111111-… --limit 100 --oldest-first", "from the beginning"),
        ("kbsync session messages 11111111-… --all", "every page"),
    ),
)
@click.argument("session_id", metavar="SESSION")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--all", "everything", is_flag=True, help="Every message, in as many calls as it takes.")
@click.option("--oldest-first", is_flag=True, help="In the order in which they were sent.")
@invocation("text", "json")
def messages(call: Invocation, *, session_id: str, limit: int, offset: int, everything: bool, oldest_first: bool) -> int:
    """Show what was said in a session (describe_chat_messages).

    This is personal data.
    """
    from kbsync.render.results import messages_result  # noqa: PLC0415
    from kbsync.usecases.session import read_messages  # noqa: PLC0415

    some = None if everything else limit
    total, found = read_messages(call, session_id, limit=some, offset=offset, oldest_first=oldest_first)
    call.screen.result(messages_result(total, found, call.format))
    return Exit.DONE


@session.command(
    examples=(
        ("kbsync session send 11111111-… 'Hello, ' 'how are you?'", "one message in two pieces"),
        ("kbsync session send 11111111-… Hello --unfinished", "prints the key to go on with"),
        ("kbsync session send 11111111-… ' again' --key 5_1752", "goes on"),
    ),
    exits={
        Exit.UNSAFE: "no chatbot serves the session; nothing was sent",
    },
)
@click.argument("session_id", metavar="SESSION")
@click.argument("chunks", nargs=-1, required=True)
@click.option("--key", help="Go on with a message that was begun before.")
@click.option("--unfinished", is_flag=True, help="Leave the message open for a later call with --key.")
@click.option("--anyway", is_flag=True, help="Send also where no chatbot serves the session.")
@invocation("text", "json")
def send(call: Invocation, *, session_id: str, chunks: tuple[str, ...], key: str | None, unfinished: bool, anyway: bool) -> int:
    """Stream a message into a session (send_stream_msg).

    Each CHUNK is one call, and what one message cannot hold goes as several. A customer may be reading along, so it goes only
    where the chatbot serves the session.
    """
    from kbsync.render.results import keys_result  # noqa: PLC0415
    from kbsync.usecases.session import SendOptions, send_message  # noqa: PLC0415

    options = SendOptions(session_id, chunks, key=key, finish=not unfinished, anyway=anyway)
    call.screen.report(keys_result(send_message(call, options), call.format))
    return Exit.DONE
