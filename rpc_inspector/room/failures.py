"""Failures to connect and ends of connections, each as a sentence on what happened and one on what to do."""

import re
from typing import Any, cast
from urllib.parse import urlsplit

from livekit import rtc

from rpc_inspector.core.secrets.redaction import mask_jwts
from rpc_inspector.core.session import CloseReason, ConnectFailed, NotAuthorised, SessionError

_STATUS = re.compile(r"client error: (\d{3}) ?([A-Za-z ]*?)(?: - (.*))?$", re.DOTALL)
_LAYERS = re.compile(r"^(?:engine: |signal failure: |transport connection error: |internal error: |IO error: )+")
#: The server's own words may be a whole page of HTML.
_WORDS_LIMIT = 300


def server_place(url: str) -> str:
    """The host and port that ``url`` names, or the URL itself if it names none."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def connect_failure(url: str, message: str) -> SessionError:
    """What the SDK's words on a failed connection mean. Measured with livekit 1.2.0."""
    place = server_place(url)
    status = _STATUS.search(message)
    if status:
        return refused(place, int(status[1]), status[3] or status[2] or "")
    lowered = message.lower()
    for signs, what, advice in _SIGNS:
        if any(sign in lowered for sign in signs):
            return ConnectFailed(what.format(place=place), advice)
    words = mask_jwts(_LAYERS.sub("", message))[:_WORDS_LIMIT]
    return ConnectFailed(f"Cannot connect to {place}: {words}.", "Check the URL and that the server is running.")


def refused(place: str, status: int, words: str) -> SessionError:
    """The HTTP ``status`` with which the server refused, in its own ``words``."""
    said = mask_jwts(" ".join(words.split()))[:_WORDS_LIMIT].rstrip(".")
    if status in (401, 403):
        return NotAuthorised(
            f"The server at {place} refused us: {said or 'not authorised'}.",
            "Check the API key and secret, or the token, and that they belong to this server.",
        )
    if status in (404, 405):
        return ConnectFailed(f"There is no LiveKit server at {place} (HTTP {status}).", "Check the URL and its path.")
    return ConnectFailed(f"The server at {place} answered HTTP {status}: {said or 'no words'}.", "Try again later.")


def no_answer(url: str, seconds: float, last_words: str = "") -> SessionError:
    """Nothing came of the connection within ``seconds``; ``last_words`` are what the SDK last complained of."""
    known = connect_failure(url, last_words) if last_words else None
    if known and "timed out" not in last_words.lower():
        return known
    return ConnectFailed(
        f"{server_place(url)} did not answer within {seconds:g} s.",
        "Check the URL, and that no firewall drops the packets.",
    )


#: Signs in the SDK's words, what they mean, what to do.
_SIGNS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("connection refused",), "Nothing listens at {place}.", "Start the server, or check the host and port."),
    (
        ("failed to lookup", "name or service not known", "nodename nor servname", "no such host"),
        "The host of {place} is not known.",
        "Check its spelling and your network.",
    ),
    (
        ("network is unreachable", "no route to host", "host is unreachable"),
        "{place} cannot be reached from this network.",
        "Check the address and your network.",
    ),
    (
        ("certificate", "unknownissuer", "notvalidforname"),
        "The TLS certificate of {place} is not trusted.",
        "Use the host's name that the certificate is for, or install its authority.",
    ),
    (
        ("corrupt message", "invalidcontenttype", "handshake eof", "tls", "ssl"),
        "{place} does not answer with TLS.",
        "Use ws:// instead of wss://, or the port that serves TLS.",
    ),
    (("parse the url", "empty host"), "{place} is no URL of a server.", "Write it as ws://host:port or wss://host."),
    (
        ("pc_connection", "peerconnection", "ice ", "dtls"),
        "{place} answered, but no WebRTC connection to it came up.",
        "Check that its UDP and TCP media ports can be reached from here.",
    ),
    (("timed out", "timeout"), "{place} did not answer in time.", "Check the URL, and that no firewall is between."),
    (
        ("connection reset", "connection closed", "broken pipe", "httparse", "websocket protocol", "invalid http"),
        "{place} does not speak LiveKit's protocol.",
        "Check the port, and whether it wants wss:// instead of ws://.",
    ),
)

_R = rtc.DisconnectReason
_ENDS: dict[int, tuple[CloseReason, str]] = {
    _R.CLIENT_INITIATED: ("left", "We left the room."),
    _R.DUPLICATE_IDENTITY: ("duplicate_identity", "Another session joined with our identity and replaced us."),
    _R.SERVER_SHUTDOWN: ("server_shutdown", "The server shut down."),
    _R.PARTICIPANT_REMOVED: ("removed", "We were removed from the room."),
    _R.ROOM_DELETED: ("room_deleted", "The room was deleted."),
    _R.ROOM_CLOSED: ("room_deleted", "The room was closed."),
}


def end_of(reason: int, *, expired: bool) -> tuple[CloseReason, str]:
    """Why our connection ended, and that in a sentence; ``expired``: our token is past its expiry."""
    known = _ENDS.get(reason)
    if known:
        return known
    if expired:
        return "token_expired", "The connection was lost and our token has expired, so it could not be renewed."
    return "lost", f"The connection to the server was lost ({reason_in_words(reason)})."


def reason_in_words(reason: int) -> str:
    """A disconnect reason as lower-case words: ``duplicate identity``."""
    try:
        return str(_R.Name(cast("Any", reason))).lower().replace("_", " ")
    except ValueError:
        return f"reason {reason}"
