"""One DataPacket passing a vantage point, and how it becomes an event."""

from typing import Any

from msgspec import Struct

from rpc_inspector.core.events import Direction, EncryptedEvent, RpcEvent, Source, StageKind, WireEvent

#: What feeding bytes gives: nearly always nothing or one event.
Events = tuple[WireEvent, ...]


#: A serialised DataPacket.
_Packet = bytes


class Passage(Struct, frozen=True, kw_only=True):
    """Where, when and between whom a DataPacket passed.

    ``time`` and ``end`` are seconds of CLOCK_MONOTONIC of its first and, if it had several, its last SCTP packet;
    ``bytes`` those of the DataPacket, ``raw`` the packet itself where packets are kept. The other fields are those of
    :class:`RpcEvent`.
    """

    source: Source
    place: str
    precision: float
    dir: Direction
    time: float
    end: float | None
    sender: str | None
    destination: str | None
    bytes: int
    retransmissions: int = 0
    raw: _Packet | None = None

    def event(self, stage: StageKind, request_id: str, **details: Any) -> RpcEvent:
        """The event of a stage that passed in this one packet; ``details`` are further fields of the event."""
        return RpcEvent(
            source=self.source,
            place=self.place,
            precision=self.precision,
            dir=self.dir,
            time=self.time,
            sender=self.sender,
            destination=self.destination,
            stage=stage,
            id=request_id,
            **{
                "end": self.end,
                "bytes": self.bytes,
                "retransmissions": self.retransmissions,
                "raw": () if self.raw is None else (self.raw,),
                **details,
            },
        )

    def encrypted(self) -> EncryptedEvent:
        """The event of a packet whose content is end-to-end encrypted."""
        return EncryptedEvent(
            source=self.source,
            place=self.place,
            dir=self.dir,
            time=self.time,
            sender=self.sender,
            destination=self.destination,
            bytes=self.bytes,
        )
