"""From the session to the interface: each update becomes one message."""

from collections.abc import Callable
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump

from rpc_inspector.core.session import Session, Update


class SessionUpdated(Message):
    """The session changed."""

    bubble = False

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update


def attach(session: Session, pump: MessagePump) -> Callable[[], Any]:
    """Have every update of ``session`` posted to ``pump``; returns what ends it.

    The session already sends batches, at most 30 a second, so each becomes a message as it is.
    """

    def post(update: Update) -> None:
        pump.post_message(SessionUpdated(update))

    return session.subscribe(post)
