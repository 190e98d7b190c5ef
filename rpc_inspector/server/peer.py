"""One client's WebRTC connection, by aiortc: data channels only."""

import logging
from collections.abc import Callable

import msgspec
from aioice.ice import get_host_addresses
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from rpc_inspector.server.errors import NoNetworkInterfaceError

log = logging.getLogger(__name__)

MAX_SDP_BYTES = 256 * 1024
MAX_CANDIDATES = 100


class PeerError(Exception):
    """An offer or a candidate that cannot be used."""


class _CandidateInit(msgspec.Struct, rename="camel"):
    candidate: str = ""
    sdp_mid: str | None = None
    sdp_m_line_index: int | None = msgspec.field(default=None, name="sdpMLineIndex")


def require_network() -> None:
    """Raises NoNetworkInterfaceError when WebRTC has no address to use on this machine.

    Neither the SDKs nor aioice gather loopback addresses as candidates.
    """
    if not get_host_addresses(use_ipv4=True, use_ipv6=True):
        raise NoNetworkInterfaceError


class Peer:
    """The server's end of one of a client's connections.

    On the publisher connection the client offers, and its channels carry data both ways. On the subscriber
    connection, which only clients on the older route `/rtc` have, the server offers.

    Args:
        connected: called when the connection is up.
        lost: called when it failed or the client closed it.
        opened: called with each data channel that the client opens.
        received: called with each packet and whether it came on the reliable channel.
    """

    def __init__(
        self,
        *,
        connected: Callable[[], None] | None = None,
        lost: Callable[[], None] | None = None,
        opened: Callable[[RTCDataChannel], None] | None = None,
        received: Callable[[bytes, bool], None] | None = None,
    ) -> None:
        # No ICE server: aiortc would ask a public STUN server by default. One transport for all media sections,
        # or aiortc gathers candidates for each.
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._connection = RTCPeerConnection(configuration)
        self._connected = connected
        self._lost = lost
        self._opened = opened
        self._received = received
        self._early: list[_CandidateInit] = []
        self._candidates = 0
        self._described = False
        self._connection.on("connectionstatechange", self._on_state)
        self._connection.on("datachannel", self._on_channel)

    async def answer(self, offer: str) -> str:
        """Returns the answer to an offer, each media section accepted but inactive.

        Refusing them (port 0) would break livekit-client's next offer (measured with livekit-client 2.23).

        Raises:
            PeerError: the offer cannot be used.
        """
        if len(offer) > MAX_SDP_BYTES:
            raise PeerError(f"the offer is longer than {MAX_SDP_BYTES} bytes")
        connection = self._connection
        try:
            await connection.setRemoteDescription(RTCSessionDescription(_usable(offer), "offer"))
            self._described = True
            for transceiver in connection.getTransceivers():
                transceiver.direction = "inactive"
            await connection.setLocalDescription(await connection.createAnswer())
            await self._add_early()
        except Exception as error:  # aiortc raises anything on what a hostile client sends
            raise PeerError(f"the offer cannot be used ({type(error).__name__})") from error
        if connection.sctp is None:
            raise PeerError("the offer has no data channel section")
        answer: str = connection.localDescription.sdp
        return answer

    async def offer(self) -> str:
        """Returns an offer of this side's own, of channels that stay unused."""
        self._connection.createDataChannel("_reliable")
        self._connection.createDataChannel("_lossy", ordered=False, maxRetransmits=0)
        await self._connection.setLocalDescription(await self._connection.createOffer())
        offer: str = self._connection.localDescription.sdp
        return offer

    async def accept(self, answer: str) -> None:
        """Takes the client's answer to `offer`.

        Raises:
            PeerError: the answer cannot be used.
        """
        if len(answer) > MAX_SDP_BYTES:
            raise PeerError(f"the answer is longer than {MAX_SDP_BYTES} bytes")
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(_usable(answer), "answer"))
            self._described = True
            await self._add_early()
        except Exception as error:  # aiortc raises anything on what a hostile client sends
            raise PeerError(f"the answer cannot be used ({type(error).__name__})") from error

    async def add_candidate(self, candidate_init: str) -> None:
        """Adds a trickled candidate, JSON of an RTCIceCandidateInit; those before the client's description are kept.

        Raises:
            PeerError: it cannot be read, or there are too many.
        """
        self._candidates += 1
        if self._candidates > MAX_CANDIDATES:
            raise PeerError(f"more than {MAX_CANDIDATES} candidates")
        try:
            init = msgspec.json.decode(candidate_init, type=_CandidateInit)
        except msgspec.DecodeError as error:
            raise PeerError("the candidate is no RTCIceCandidateInit") from error
        # The end of candidates is not passed on: with only mDNS names before it, aioice would give up although
        # the client's own checks still show where it is.
        if not init.candidate or ".local " in init.candidate:
            return
        if not self._described:
            self._early.append(init)
        else:
            await self._add(init)

    async def _add_early(self) -> None:
        early, self._early = self._early, []
        for init in early:
            await self._add(init)

    async def _add(self, init: _CandidateInit) -> None:
        try:
            candidate = candidate_from_sdp(init.candidate.removeprefix("candidate:"))
            candidate.sdpMid = init.sdp_mid
            candidate.sdpMLineIndex = init.sdp_m_line_index
            if candidate.protocol.lower() == "udp":
                await self._connection.addIceCandidate(candidate)
        except Exception as error:  # aiortc raises anything on what a hostile client sends
            raise PeerError(f"the candidate cannot be used ({type(error).__name__})") from error

    async def close(self) -> None:
        """Closes the connection; nothing is called back any more."""
        self._connection.remove_all_listeners()
        await self._connection.close()

    def _on_state(self) -> None:
        state = self._connection.connectionState
        if state == "connected" and self._connected is not None:
            self._connected()
        elif state in ("failed", "closed") and self._lost is not None:
            self._lost()

    def _on_channel(self, channel: RTCDataChannel) -> None:
        received, opened = self._received, self._opened
        reliable = channel.label == "_reliable"
        if received is None or opened is None or not (reliable or channel.label == "_lossy"):
            return

        def on_message(message: bytes | str) -> None:
            if isinstance(message, bytes):
                received(message, reliable)

        channel.on("message", on_message)
        opened(channel)


def _usable(offer: str) -> str:
    """The offer without the lines that would make aioice wait for mDNS, or stop waiting for candidates."""
    lines = offer.splitlines()
    kept = [line for line in lines if line != "a=end-of-candidates" and not _is_mdns(line)]
    return "\r\n".join(kept) + "\r\n"


def _is_mdns(line: str) -> bool:
    return line.startswith("a=candidate:") and ".local " in line
