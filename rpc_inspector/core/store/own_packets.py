"""Which of our own calls a packet belongs to, and what is held back until that is known."""

from collections.abc import Iterator
from typing import NamedTuple

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.store.holding import Held, Holding
from rpc_inspector.core.store.matching import OwnCalls

#: So long (s) after the end of a call of ours its packets may still be reported: a vantage point may lag.
LATE_PACKETS_S = 2.0


class Found(NamedTuple):
    """Where a packet of ours belongs: the call's row, ``None`` if it is no call that we know of.

    ``earlier``: packets of the same call that were held back.
    """

    seq: int | None
    earlier: tuple[RpcEvent, ...] = ()


class OwnPackets:
    """Gives packets to the calls of ours that wait for them.

    Attributes:
        unassigned: calls of ours whose packets could not be told apart.
    """

    def __init__(self) -> None:
        self._calls = OwnCalls()
        self._held = Holding()
        self._late: dict[int, float] = {}
        self.unassigned = 0

    def budget(self, destination: str, method: str, payload: str, response_ms: int, ack_ms: int) -> Budget:
        """The budget to make a call with, such that its packets can be told from those of identical calls."""
        return self._calls.budget(destination, method, payload, response_ms, ack_ms)

    def expect(self, seq: int, destination: str, method: str, payload: str, budget: Budget) -> None:
        """The call of that row is about to be made."""
        self._calls.add(seq, destination, method, payload, budget)

    def ended(self, seq: int, late_from: float | None = None) -> None:
        """The packets of that call are waited for no more, or only for a little while after ``late_from`` (s)."""
        if late_from is None:
            self._calls.remove(seq)
        else:
            self._late[seq] = late_from

    def find(self, event: RpcEvent, room: str, us: str) -> Found | None:
        """Whose packet of ours this is; ``None`` while that is not known: it is held back until it is."""
        held = self._held.get(event.id)
        if held is not None and held.given_up:
            return None
        if event.stage != "request":
            if held is None and (event.callee is None or not self._calls.waits_for(event.callee)):
                return Found(None)
            # A vantage point that came in the middle of the call, or is ahead of the one that saw the request.
            self._hold(event, room, us, ambiguous=False)
            return None
        candidates = self._calls.match(event)
        if len(candidates) > 1:
            self._hold(event, room, us, ambiguous=True)
            return None
        earlier = self._held.release(event.id)
        if not candidates:
            return Found(None, earlier)
        self._calls.remove(candidates[0])
        self._late.pop(candidates[0], None)
        return Found(candidates[0], earlier)

    def expire(self, now: float) -> Iterator[Held]:
        """What was held back for calls that are over and whose requests nobody saw: it belongs to no call of ours."""
        for seq in [seq for seq, ended in self._late.items() if now - ended > LATE_PACKETS_S]:
            del self._late[seq]
            self._calls.remove(seq)
        for request_id, held in self._held:
            if held.given_up or held.callee is None or self._calls.waits_for(held.callee):
                continue
            if held.ambiguous:
                held.give_up()
            else:
                self._held.release(request_id)
                yield held

    def _hold(self, event: RpcEvent, room: str, us: str, *, ambiguous: bool) -> None:
        """Keep a packet until its call is known. An ambiguous request counts once, whoever reports it."""
        held = self._held.open(event.id, room, us)
        held.add(event)
        if ambiguous and event.complete and not held.ambiguous:
            held.ambiguous = True
            self.unassigned += 1
