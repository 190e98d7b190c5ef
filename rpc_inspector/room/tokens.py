"""Access tokens: minting ours, and reading what a given one allows before it is used."""

import secrets
import time
import warnings
from datetime import timedelta
from typing import Any

import jwt
from livekit import api
from msgspec import Struct

from rpc_inspector.core.session import ConnectFailed, NotAuthorised, Target

# The length of a server's secret is not ours to choose, and livekit-server's own --dev secret has six bytes.
warnings.filterwarnings("ignore", message="The HMAC key is", category=UserWarning)

#: How long a token of ours is valid: a reconnection hours later must still succeed, and the server renews it anyway.
VALID_FOR = timedelta(hours=6)


class Pass(Struct, frozen=True, kw_only=True):
    """A token to join with and what it says. Its ``repr`` has no secret.

    Attributes:
        token: the JWT.
        identity, room: who joins where.
        expires: seconds since the epoch, or ``None``.
        room_admin: it also administers its room, so RoomService answers to it.
    """

    token: str
    identity: str
    room: str
    expires: float | None = None
    room_admin: bool = False

    def __repr__(self) -> str:
        """Without the token."""
        return f"Pass({self.identity!r}, {self.room!r})"

    @property
    def expired(self) -> bool:
        """It is past its expiry."""
        return self.expires is not None and self.expires < time.time()


def pass_for(target: Target) -> Pass:
    """The pass to join ``target`` with: its own token, read and checked, or one minted with its key.

    Raises:
        NotAuthorised: the token is unreadable, expired, for another room or identity, or does not allow joining.
        ConnectFailed: no room is named, or there is neither token nor key.
    """
    if target.token:
        return _given(target)
    if not target.room:
        raise ConnectFailed("No room is named.", "Name one with --room, or choose one from the list.")
    if not target.has_key:
        raise ConnectFailed(
            "There is neither a token nor an API key to join with.", "Give a token, or an API key and its secret."
        )
    identity = target.identity or f"inspector-{secrets.token_hex(2)[:3]}"
    token = (
        api.AccessToken(target.api_key, target.api_secret)
        .with_identity(identity)
        .with_ttl(VALID_FOR)
        .with_grants(
            api.VideoGrants(
                room_join=True,
                room=target.room,
                can_publish=False,
                can_subscribe=True,
                can_publish_data=True,
                can_update_own_metadata=True,
            )
        )
    )
    expires = time.time() + VALID_FOR.total_seconds()
    return Pass(token=token.to_jwt(), identity=identity, room=target.room, expires=expires)


def admin_token(target: Target, room: str) -> str | None:
    """A token that administers ``room``: minted with the key, or the given one if it may; ``None`` without either."""
    if target.has_key:
        grants = api.VideoGrants(room_admin=True, room=room, can_publish=False, can_subscribe=False)
        return api.AccessToken(target.api_key, target.api_secret).with_grants(grants).to_jwt()
    if target.token:
        claims = _claims(target.token)
        video = _grants(claims)
        if video.get("roomAdmin") and video.get("room") == room:
            return target.token
    return None


def expiry(token: str) -> float | None:
    """When a token expires, seconds since the epoch; ``None`` if it does not say or cannot be read."""
    try:
        stamp = _claims(token).get("exp")
    except NotAuthorised:
        return None
    return float(stamp) if isinstance(stamp, (int, float)) else None


def _given(target: Target) -> Pass:
    claims = _claims(target.token)
    video = _grants(claims)
    room, identity, expires = video.get("room"), claims.get("sub"), expiry(target.token)
    if expires is not None and expires < time.time():
        raise NotAuthorised(f"The token has expired {_ago(time.time() - expires)} ago.", "Make a new one.")
    if not video.get("roomJoin"):
        raise NotAuthorised(
            "The token does not permit joining a room.", "Make one with the grant roomJoin and a room's name."
        )
    if not isinstance(identity, str) or not identity:
        raise NotAuthorised("The token has no identity.", "Make one with an identity.")
    if not isinstance(room, str) or not room:
        raise NotAuthorised("The token names no room.", "Make one for a room.")
    if target.room and target.room != room:
        raise NotAuthorised(
            f"The token is for the room {room}, not for {target.room}.",
            "Leave out the room, or use a token made for it.",
        )
    if target.identity and target.identity != identity:
        raise NotAuthorised(
            f"The token is for the identity {identity}, not for {target.identity}.",
            "Leave out the identity, or use a token made for it.",
        )
    admin = bool(video.get("roomAdmin"))
    return Pass(token=target.token, identity=identity, room=room, expires=expires, room_admin=admin)


def _claims(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise NotAuthorised(
            "The token cannot be read: it is no JWT.", "Copy the whole token, three parts with dots between them."
        ) from error
    return claims


def _grants(claims: dict[str, Any]) -> dict[str, Any]:
    video = claims.get("video")
    return video if isinstance(video, dict) else {}


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"
