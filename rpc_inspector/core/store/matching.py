"""Which captured request belongs to which call of ours.

``perform_rpc`` returns no request id, and calls in flight at once leave in another order than they were made (measured
with livekit 1.2.0), so order says nothing. A request is known by its destination, method, payload and the time that
the callee is told; identical calls in flight at once are told times that differ by 1 ms, which travels in the request.
Where the told time is cut to its least, 1,000 ms, that mark is lost: then no packet is assigned, rather than guessed.
"""

from collections import Counter
from dataclasses import dataclass

from rpc_inspector.core.budgets import MIN_TOLD_MS, Budget, budget_for, utf8_size
from rpc_inspector.core.events import RpcEvent

#: More identical calls in flight than this are not told apart: the callee's time would drift noticeably.
MAX_SHIFT_MS = 1000


@dataclass(frozen=True, slots=True)
class OwnCall:
    """A call of ours whose packets have not been seen yet."""

    seq: int
    destination: str
    method: str
    payload: str
    payload_bytes: int
    budget: Budget

    def could_be(self, event: RpcEvent) -> bool:
        """Whether the request of ``event``, complete or only begun, can be this call's."""
        if (event.destination, event.method) != (self.destination, self.method):
            return False
        if event.told_ms is not None and event.told_ms != self.budget.told:
            return False
        if event.payload is not None:
            return event.payload == self.payload
        return event.payload_bytes is None or event.payload_bytes == self.payload_bytes


class OwnCalls:
    """The calls of ours that wait for their packets."""

    def __init__(self) -> None:
        self._waiting: dict[int, OwnCall] = {}
        self._by_aim: dict[tuple[str, str], dict[int, OwnCall]] = {}
        self._destinations: Counter[str] = Counter()

    def budget(self, destination: str, method: str, payload: str, response_ms: int, ack_ms: int) -> Budget:
        """The budget to call with: as asked, or some ms longer where an identical call still waits for its packets.

        Where the told time is cut to its least the budget stays as asked: longer limits would not be seen.
        """
        asked = budget_for(response_ms, ack_ms)
        taken = {
            call.budget.told for call in self._by_aim.get((destination, method), {}).values() if call.payload == payload
        }
        if asked.told not in taken or response_ms - ack_ms < MIN_TOLD_MS:
            return asked
        for shift in range(1, MAX_SHIFT_MS):
            if asked.told + shift not in taken:
                return budget_for(response_ms + shift, ack_ms)
        return asked

    def add(self, seq: int, destination: str, method: str, payload: str, budget: Budget) -> None:
        """A call is about to be made."""
        call = OwnCall(seq, destination, method, payload, utf8_size(payload), budget)
        self._waiting[seq] = call
        self._by_aim.setdefault((destination, method), {})[seq] = call
        self._destinations[destination] += 1

    def match(self, event: RpcEvent) -> list[int]:
        """The calls that a request of ours can belong to: none, one, or several that cannot be told apart yet."""
        alike = self._by_aim.get((event.destination or "", event.method or ""), {})
        return [seq for seq, call in alike.items() if call.could_be(event)]

    def waits_for(self, destination: str) -> bool:
        """Whether a call to that destination still waits for its packets."""
        return destination in self._destinations

    def remove(self, seq: int) -> None:
        """A call has its packets, or will not get any."""
        call = self._waiting.pop(seq, None)
        if call is None:
            return
        aim = (call.destination, call.method)
        del self._by_aim[aim][seq]
        if not self._by_aim[aim]:
            del self._by_aim[aim]
        self._destinations[call.destination] -= 1
        if not self._destinations[call.destination]:
            del self._destinations[call.destination]
