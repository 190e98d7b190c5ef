"""Whom our SDK dropped from its list although nobody said that they left: it does so when it connects anew.

Measured with livekit 1.2.0, on the embedded server and on livekit-server 1.13.5: on a full reconnect the SDK tells
of everybody as if they had left, without a reason and a moment before it says that it reconnects; then it lists them
anew before it says that it is back. Somebody who truly left has a reason.
"""

from msgspec import Struct

from rpc_inspector.core.model import Participant

#: A leave without a reason is one if no reconnect begins within so long, in seconds.
FORGETTING_S = 3.0
#: So long after our reconnect the others may need to come back, in seconds: livekit-server lists participants without
#: tracks up to 3 s late, not all of them together.
RELISTING_S = 5.0
#: Told of who is not there any more.
GONE = "gone after our reconnect"


class Unlisted(Struct, frozen=True):
    """Somebody as the SDK knew it, and when (s) it was dropped."""

    someone: Participant
    time: float


class UnlistedPeople:
    """Holds them until it is known whether they left. Times in seconds of CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        self._held: dict[str, Unlisted] = {}
        self._reconnecting = False
        self._back: float | None = None

    def __contains__(self, sid: object) -> bool:
        return sid in self._held

    def dropped(self, someone: Participant, now: float) -> None:
        """The SDK tells of a leave without a reason."""
        self._held[someone.sid] = Unlisted(someone, now)

    def listed(self, sid: str) -> Participant | None:
        """The SDK lists that session; gives it as it was before, if it had been dropped."""
        held = self._held.pop(sid, None)
        return held.someone if held else None

    def left(self, sid: str) -> None:
        """It is told that the session left."""
        self._held.pop(sid, None)

    def earlier(self, identity: str) -> Participant | None:
        """Takes out an earlier session of somebody who is listed with a new one."""
        found = next((one.someone for one in self._held.values() if one.someone.identity == identity), None)
        if found:
            del self._held[found.sid]
        return found

    def reconnecting(self) -> None:
        """Our connection broke."""
        self._reconnecting, self._back = True, None

    def reconnected(self, now: float) -> None:
        """It is back."""
        self._reconnecting, self._back = False, now

    def gone(self, now: float) -> list[tuple[Participant, str]]:
        """Takes out those who have left as far as can be known, with what to tell of it."""
        if self._reconnecting:
            return []
        left = [one for one in self._held.values() if self._is_due(one, now)]
        for one in left:
            del self._held[one.someone.sid]
        return [(one.someone, GONE if self._is_of_reconnect(one) else "") for one in left]

    def _is_of_reconnect(self, one: Unlisted) -> bool:
        return self._back is not None and one.time <= self._back

    def _is_due(self, one: Unlisted, now: float) -> bool:
        if self._back is None or one.time > self._back:
            return now - one.time >= FORGETTING_S
        return now - self._back >= RELISTING_S
