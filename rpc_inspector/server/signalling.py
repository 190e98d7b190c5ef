"""One client's signalling: the WebSocket between it and the room."""

import asyncio
import logging
import time

from aiohttp import WSMsgType, web
from google.protobuf.message import DecodeError
from livekit.protocol import models, rtc

from rpc_inspector.server import relay
from rpc_inspector.server.peer import Peer, PeerError
from rpc_inspector.server.rooms import Participant, Room, UpdateRefusedError

log = logging.getLogger(__name__)

SERVER_VERSION = "1.9.0"
"""What clients are told: they refuse RPC below 1.8.0 (error 1403)."""
PROTOCOL = 16
PING_INTERVAL_S = 5
PING_TIMEOUT_S = 15
CONNECT_TIMEOUT_S = 15.0
RESPONSE_DELAY_S = 0.01
"""livekit 1.2.0 can miss the answer to a metadata update that comes at once."""
FLUSH_TIMEOUT_S = 0.5
MAX_QUEUED_MESSAGES = 4096


def leave(
    reason: "models.DisconnectReason", action: "rtc.LeaveRequest.Action" = rtc.LeaveRequest.DISCONNECT
) -> rtc.SignalResponse:
    """Returns the message that sends a client away."""
    return rtc.SignalResponse(
        leave=rtc.LeaveRequest(reason=reason, action=action, can_reconnect=action != rtc.LeaveRequest.DISCONNECT)
    )


class Session:
    """Serves one client from its join to its leave; owns its WebSocket and its peer connection.

    Args:
        ws: the client's WebSocket, prepared.
        transport: the TCP connection below it.
        room: the room that it joins.
        info: what its token and join request say about it.
    """

    def __init__(
        self,
        ws: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        room: Room,
        info: models.ParticipantInfo,
    ) -> None:
        self._ws = ws
        self._transport = transport
        self._room = room
        self._outgoing: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_QUEUED_MESSAGES)
        self._ended = False
        self.participant = Participant(info, self)
        self._peer = Peer(
            connected=lambda: room.activate(self.participant),
            lost=self._on_lost,
            opened=self.participant.mailbox.attach,
            received=self._on_packet,
        )
        self._subscriber: Peer | None = None

    async def serve(self, offer: rtc.SessionDescription | None, *, subscriber: bool = False) -> None:
        """Serves the client until either side ends it.

        Args:
            offer: the offer that came with the join request, if any.
            subscriber: whether the client expects a second connection that the server offers (route `/rtc`).
        """
        others = self._room.join(self.participant)
        self.send(self._join_response(others))
        writer = asyncio.create_task(self._write())
        deadline = asyncio.get_running_loop().call_later(CONNECT_TIMEOUT_S, self._on_deadline)
        try:
            if offer is not None:
                await self._answer(offer)
            if subscriber:
                await self._offer_subscriber()
            await self._read()
        except PeerError as error:
            log.info("participant %s: %s", self.participant.info.sid, error)
            self._room.remove(self.participant, models.JOIN_FAILURE)
        finally:
            deadline.cancel()
            self._room.remove(self.participant, models.SIGNAL_CLOSE)
            await self._finish(writer)

    def send(self, response: rtc.SignalResponse) -> None:
        """Queues a message; a client that reads none for too long is cut off."""
        if self._ended:
            return
        try:
            self._outgoing.put_nowait(response.SerializeToString())
        except asyncio.QueueFull:
            self.drop()

    def end(self, reason: "models.DisconnectReason", action: "rtc.LeaveRequest.Action") -> None:
        """Tells the client to leave and closes the WebSocket, by which `serve` ends."""
        self.send(leave(reason, action))
        if not self._ended:
            self._ended = True
            # A full queue means that nothing is being read: then the connection is dropped by send().
            if not self._outgoing.full():
                self._outgoing.put_nowait(None)

    def drop(self) -> None:
        """Cuts the WebSocket without a word, as a failing network would."""
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    def _join_response(self, others: list[models.ParticipantInfo]) -> rtc.SignalResponse:
        join = rtc.JoinResponse(
            room=self._room.describe(),
            participant=self.participant.info,
            other_participants=others,
            server_version=SERVER_VERSION,
            server_info=models.ServerInfo(
                edition=models.ServerInfo.Standard, version=SERVER_VERSION, protocol=PROTOCOL, node_id="rpc-inspector"
            ),
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            subscriber_primary=False,
            fast_publish=True,
        )
        return rtc.SignalResponse(join=join)

    async def _write(self) -> None:
        try:
            while (message := await self._outgoing.get()) is not None:
                await self._ws.send_bytes(message)
            await self._ws.close()
        except ConnectionError:
            pass  # the client has gone; the reader notices as well and ends the session

    async def _finish(self, writer: asyncio.Task[None]) -> None:
        self.end(models.SIGNAL_CLOSE, rtc.LeaveRequest.DISCONNECT)
        await asyncio.wait({writer}, timeout=FLUSH_TIMEOUT_S)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        await self._peer.close()
        if self._subscriber is not None:
            await self._subscriber.close()

    async def _read(self) -> None:
        while True:
            try:
                message = await self._ws.receive(timeout=PING_TIMEOUT_S + PING_INTERVAL_S)
            except TimeoutError:
                self._room.remove(self.participant, models.CONNECTION_TIMEOUT)
                return
            if message.type != WSMsgType.BINARY:
                return
            try:
                request = rtc.SignalRequest.FromString(message.data)
            except DecodeError:
                log.info("participant %s sent what is no SignalRequest", self.participant.info.sid)
                self._room.remove(self.participant, models.STATE_MISMATCH)
                return
            await self._handle(request)

    async def _handle(self, request: rtc.SignalRequest) -> None:
        match request.WhichOneof("message"):
            case "offer":
                await self._answer(request.offer)
            case "answer" if self._subscriber is not None:
                await self._subscriber.accept(request.answer.sdp)
            case "trickle":
                await self._trickle(request.trickle)
            case "ping_req":
                now_ms = time.time_ns() // 1_000_000
                pong = rtc.Pong(last_ping_timestamp=request.ping_req.timestamp, timestamp=now_ms)
                self.send(rtc.SignalResponse(pong_resp=pong))
            case "ping":
                self.send(rtc.SignalResponse(pong=time.time_ns() // 1_000_000))
            case "update_metadata":
                self._update(request.update_metadata)
            case "add_track":
                self._refuse_track(request.add_track)
            case "leave":
                self._room.remove(self.participant, models.CLIENT_INITIATED)
            case _:
                pass  # all else is about media, which this server has none of

    async def _answer(self, offer: rtc.SessionDescription) -> None:
        answer = rtc.SessionDescription(type="answer", sdp=await self._peer.answer(offer.sdp), id=offer.id)
        self.send(rtc.SignalResponse(answer=answer))

    async def _offer_subscriber(self) -> None:
        """Offers the second connection that clients on `/rtc` have.

        It carries nothing here, but livekit 1.1.2 reports itself connected only once it is up.
        """
        self._subscriber = Peer()
        offer = rtc.SessionDescription(type="offer", sdp=await self._subscriber.offer())
        self.send(rtc.SignalResponse(offer=offer))

    async def _trickle(self, trickle: rtc.TrickleRequest) -> None:
        peer = self._peer if trickle.target == rtc.SignalTarget.PUBLISHER else self._subscriber
        if peer is None or not trickle.candidateInit:
            return
        try:
            await peer.add_candidate(trickle.candidateInit)
        except PeerError as error:
            # One candidate of many: the connection may come up all the same.
            log.info("participant %s: %s", self.participant.info.sid, error)

    def _update(self, update: rtc.UpdateParticipantMetadata) -> None:
        response = rtc.RequestResponse(request_id=update.request_id, update_metadata=update)
        if not self.participant.info.permission.can_update_metadata:
            response.reason = rtc.RequestResponse.NOT_ALLOWED
            response.message = "does not have permission to update own metadata"
        else:
            try:
                self._room.update(
                    self.participant, name=update.name, metadata=update.metadata, attributes=update.attributes
                )
            except UpdateRefusedError as error:
                response.reason = rtc.RequestResponse.LIMIT_EXCEEDED
                response.message = str(error)
        answer = rtc.SignalResponse(request_response=response)
        asyncio.get_running_loop().call_later(RESPONSE_DELAY_S, self.send, answer)

    def _refuse_track(self, request: rtc.AddTrackRequest) -> None:
        response = rtc.RequestResponse(
            reason=rtc.RequestResponse.UNSUPPORTED_TYPE, message="this server carries data only", add_track=request
        )
        self.send(rtc.SignalResponse(request_response=response))

    def _on_packet(self, data: bytes, reliable: bool) -> None:
        relay.forward(self._room, self.participant, data, reliable=reliable)

    def _on_lost(self) -> None:
        self._room.remove(self.participant, models.CONNECTION_TIMEOUT, rtc.LeaveRequest.RECONNECT)

    def _on_deadline(self) -> None:
        if self.participant.info.state == models.ParticipantInfo.JOINED:
            self._room.remove(self.participant, models.JOIN_FAILURE)
