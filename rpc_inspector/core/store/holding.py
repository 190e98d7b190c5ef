"""Packets of our own calls that cannot be given to one of them yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rpc_inspector.core.events import RpcEvent

#: So many request ids are held back at most; beyond it the oldest are forgotten.
MAX_HELD = 1000


@dataclass(slots=True)
class Held:
    """The packets of one request id.

    Attributes:
        room, us: where they were seen, and our identity there. events: in the order in which they were reported.
        ambiguous: its request was seen, and several calls of ours could have sent it.
        given_up: those calls have ended: what still comes of this id belongs to one of them, unknown which.
    """

    room: str
    us: str
    events: list[RpcEvent] = field(default_factory=list)
    ambiguous: bool = False
    given_up: bool = False

    def add(self, event: RpcEvent) -> None:
        """Keep one more packet."""
        self.events.append(event)

    def give_up(self) -> None:
        """Keep no packets any more, but remember the id."""
        self.given_up = True
        self.events.clear()

    @property
    def callee(self) -> str | None:
        """Whom the call is to."""
        return next((event.callee for event in self.events), None)


class Holding:
    """What is held back, by request id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Held] = {}

    def __iter__(self) -> Iterator[tuple[str, Held]]:
        return iter(list(self._by_id.items()))

    def get(self, request_id: str) -> Held | None:
        """What is held of that id."""
        return self._by_id.get(request_id)

    def open(self, request_id: str, room: str, us: str) -> Held:
        """What is held of that id, from now on if nothing was."""
        held = self._by_id.get(request_id)
        if held is None:
            held = self._by_id[request_id] = Held(room, us)
            if len(self._by_id) > MAX_HELD:
                del self._by_id[next(iter(self._by_id))]
        return held

    def release(self, request_id: str) -> tuple[RpcEvent, ...]:
        """Hold that id no longer; the packets that were held."""
        held = self._by_id.pop(request_id, None)
        return tuple(held.events) if held else ()
