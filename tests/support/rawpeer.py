"""A client of our own on aiortc: it sends the packets that an SDK would not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from livekit.protocol import models
from livekit.protocol import rtc as proto

from tests.support.rooms import token


class RawPeer:
    """A participant that has joined; `open` brings its data channel up.

    Attributes:
        got: the packets that came on its reliable channel.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self.got: list[models.DataPacket] = []

    async def open(self) -> None:
        """Offers, and returns once the reliable channel is open."""
        self._channel = self._connection.createDataChannel("_reliable")
        is_open = asyncio.Event()
        self._channel.on("open", is_open.set)
        self._channel.on("message", lambda data: self.got.append(models.DataPacket.FromString(data)))
        await self._connection.setLocalDescription(await self._connection.createOffer())
        offer = proto.SessionDescription(sdp=self._connection.localDescription.sdp, type="offer", id=7)
        await self._ws.send_bytes(proto.SignalRequest(offer=offer).SerializeToString())
        answer = proto.SignalResponse()
        while not answer.HasField("answer"):
            answer = proto.SignalResponse.FromString(await self._ws.receive_bytes())
        assert answer.answer.id == 7
        await self._connection.setRemoteDescription(RTCSessionDescription(answer.answer.sdp, "answer"))
        await asyncio.wait_for(is_open.wait(), 10)

    def send(self, data: bytes) -> None:
        """Sends bytes on the reliable channel."""
        assert self._channel is not None
        self._channel.send(data)

    def refuse(self, packet: models.DataPacket, code: int, message: str) -> None:
        """Acknowledges the request in a packet that came, and answers it with an error."""
        asked, to = packet.rpc_request, [packet.participant_identity]
        error = models.RpcError(code=code, message=message)
        ack = models.DataPacket(destination_identities=to, rpc_ack=models.RpcAck(request_id=asked.id))
        answer = models.RpcResponse(request_id=asked.id, error=error)
        self.send(ack.SerializeToString())
        self.send(models.DataPacket(destination_identities=to, rpc_response=answer).SerializeToString())

    async def close(self) -> None:
        """Closes the peer connection."""
        await self._connection.close()


@asynccontextmanager
async def raw_peer(url: str, identity: str) -> AsyncIterator[RawPeer]:
    """A raw participant after its JoinResponse."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{url}/rtc", params={"access_token": token(identity)}) as ws,
    ):
        assert proto.SignalResponse.FromString(await ws.receive_bytes()).HasField("join")
        peer = RawPeer(ws)
        try:
            yield peer
        finally:
            await peer.close()
