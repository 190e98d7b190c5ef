"""Who may do what: access tokens checked, and each refusal said in a sentence."""

import dataclasses
from datetime import timedelta

import jwt
import msgspec
from aiohttp import web
from google.protobuf.json_format import ParseError
from livekit import api
from livekit.api.access_token import Claims

from rpc_inspector.server.errors import RefusedError

MAX_TOKEN_BYTES = 128 * 1024
"""A token may carry 64 KiB of attributes, and base64 adds a third."""


class _Shape(msgspec.Struct):
    """The types that the verifier promises but does not check."""

    identity: str
    name: str
    kind: str
    metadata: str
    attributes: dict[str, str]
    video: api.VideoGrants


class TokenGate:
    """Verifies the tokens that one API key signed.

    Args:
        api_key: the key's name, the token's issuer.
        api_secret: the key's secret; it is never logged nor shown.
    """

    def __init__(self, api_key: str, api_secret: str) -> None:
        self._verifier = api.TokenVerifier(api_key, api_secret)

    def claims(self, request: web.Request) -> Claims:
        """Verifies the token of a request.

        Raises:
            RefusedError: no token, or one that is not valid (status 401).
        """
        token = _token_of(request)
        if not token:
            raise RefusedError("The request carries no access token.")
        if len(token) > MAX_TOKEN_BYTES:
            raise RefusedError(f"The access token is longer than {MAX_TOKEN_BYTES} bytes.")
        return self._verify(token)

    def _verify(self, token: str) -> Claims:
        try:
            return _checked(self._verifier.verify(token))
        except jwt.ExpiredSignatureError:
            raise RefusedError("The access token has expired: make a new one.") from None
        except jwt.ImmatureSignatureError:
            raise RefusedError("The access token is not valid yet: compare the clocks of both machines.") from None
        except jwt.InvalidIssuerError:
            raise RefusedError("The access token was made with an API key that this server does not know.") from None
        except jwt.InvalidSignatureError:
            raise RefusedError("The access token's signature is wrong: its API secret is not this server's.") from None
        except jwt.MissingRequiredClaimError as error:
            raise RefusedError(f"The access token lacks the claim {error.claim!r}.") from None
        except (jwt.InvalidTokenError, ParseError, AttributeError, TypeError, ValueError):
            # The verifier trusts the claims' types, so a signed token of odd shape raises whatever comes;
            # msgspec's errors are ValueErrors.
            raise RefusedError("The access token is malformed.") from None


def _checked(claims: Claims) -> Claims:
    fields = {name: getattr(claims, name) for name in ("identity", "name", "kind", "metadata", "attributes")}
    msgspec.convert({**fields, "video": dataclasses.asdict(claims.video or api.VideoGrants())}, _Shape)
    return claims


def _token_of(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.query.get("access_token", "")


def require_join(claims: Claims, room: str = "") -> str:
    """Returns the name of the room that the token's bearer may join.

    Args:
        claims: the verified token.
        room: the room that the request names, empty for the token's own.

    Raises:
        RefusedError: the token does not permit joining this room (status 401).
    """
    video = claims.video
    if video is None or not video.room_join:
        raise RefusedError("The access token does not permit joining a room (it has no roomJoin grant).")
    if not video.room:
        raise RefusedError("The access token names no room.")
    if not claims.identity:
        raise RefusedError("The access token has no identity.")
    if room and room != video.room:
        raise RefusedError("The access token is for another room.")
    return video.room


def require_admin(claims: Claims, room: str = "") -> str:
    """Returns the name of the room that the token's bearer may administer.

    Args:
        claims: the verified token.
        room: the room that the request names, empty for the token's own.

    Raises:
        RefusedError: no roomAdmin grant for this room (status 403).
    """
    video = claims.video
    if video is None or not video.room_admin or not video.room:
        raise RefusedError("The access token does not permit administering a room (roomAdmin and room).", status=403)
    if room and room != video.room:
        raise RefusedError("The access token administers another room.", status=403)
    return video.room


def require_list(claims: Claims) -> None:
    """Raises RefusedError (status 403) unless the token permits listing rooms."""
    if claims.video is None or not claims.video.room_list:
        raise RefusedError("The access token does not permit listing rooms (roomList).", status=403)


def require_create(claims: Claims) -> None:
    """Raises RefusedError (status 403) unless the token permits creating and deleting rooms."""
    if claims.video is None or not claims.video.room_create:
        raise RefusedError("The access token does not permit creating or deleting rooms (roomCreate).", status=403)


def guest_token(api_key: str, api_secret: str, room: str, identity: str, valid_for: timedelta) -> str:
    """Returns a token for somebody to join `room` with, who may send data and update its own attributes."""
    grants = api.VideoGrants(room_join=True, room=room, can_publish_data=True, can_update_own_metadata=True)
    made = api.AccessToken(api_key, api_secret).with_identity(identity).with_ttl(valid_for).with_grants(grants)
    return made.to_jwt()
