"""From a join request and its token to a participant's description."""

import base64
import binascii
import secrets
import time
import zlib
from collections.abc import Mapping

from google.protobuf.message import DecodeError
from livekit import api
from livekit.api.access_token import Claims
from livekit.protocol import models, rtc

from rpc_inspector.server.errors import RefusedError

MAX_JOIN_REQUEST_BYTES = 256 * 1024
"""An offer with dozens of media sections has some 50 kB; gzip must not unfold to more than this."""

_KINDS = {
    "ingress": models.ParticipantInfo.INGRESS,
    "egress": models.ParticipantInfo.EGRESS,
    "sip": models.ParticipantInfo.SIP,
    "agent": models.ParticipantInfo.AGENT,
    "connector": models.ParticipantInfo.CONNECTOR,
    "bridge": models.ParticipantInfo.BRIDGE,
}


def new_sid(prefix: str) -> str:
    """Returns an id such as `PA_3f2a...`: clients abort on another prefix than the protocol's."""
    return f"{prefix}_{secrets.token_hex(6)}"


def read_join_request(query: Mapping[str, str]) -> rtc.JoinRequest:
    """Reads what a client asks for when it connects.

    `/rtc/v1` carries a base64url `WrappedJoinRequest`; the older `/rtc` carries single query fields.

    Raises:
        RefusedError: the request cannot be read (status 400).
    """
    wrapped = query.get("join_request")
    if wrapped is not None:
        return _unwrap(wrapped)
    protocol = query.get("client_protocol", "0")
    return rtc.JoinRequest(
        client_info=models.ClientInfo(client_protocol=int(protocol) if protocol.isdecimal() else 0),
        reconnect=query.get("reconnect", "") in ("1", "true"),
        participant_sid=query.get("sid", ""),
    )


def _unwrap(text: str) -> rtc.JoinRequest:
    malformed = RefusedError("The join request is malformed.", status=400)
    try:
        wrapped = rtc.WrappedJoinRequest.FromString(
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        )
        data = wrapped.join_request
        if wrapped.compression == rtc.WrappedJoinRequest.GZIP:
            data = _gunzip(data)
        return rtc.JoinRequest.FromString(data)
    except (DecodeError, binascii.Error, zlib.error, ValueError):
        raise malformed from None


def _gunzip(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    plain = unpacker.decompress(data, MAX_JOIN_REQUEST_BYTES)
    if not unpacker.eof:
        raise RefusedError(f"The join request is cut, or longer than {MAX_JOIN_REQUEST_BYTES} bytes.", status=400)
    return plain


def describe(claims: Claims, join: rtc.JoinRequest) -> models.ParticipantInfo:
    """Returns the participant that a verified token and its join request make, in state JOINED.

    Raises:
        RefusedError: the token's texts cannot be sent, for example lone surrogates (status 401).
    """
    try:
        return _describe(claims, join)
    except ValueError:
        raise RefusedError("The access token is malformed: one of its texts is not valid Unicode.") from None


def _describe(claims: Claims, join: rtc.JoinRequest) -> models.ParticipantInfo:
    grants = claims.video or api.VideoGrants()
    now_ms = time.time_ns() // 1_000_000
    info = models.ParticipantInfo(
        sid=new_sid("PA"),
        identity=claims.identity,
        name=claims.name,
        metadata=claims.metadata,
        attributes=claims.attributes or {},
        state=models.ParticipantInfo.JOINED,
        joined_at=now_ms // 1000,
        joined_at_ms=now_ms,
        version=1,
        kind=_KINDS.get(claims.kind, models.ParticipantInfo.STANDARD),
        permission=_permission(grants),
        client_protocol=join.client_info.client_protocol,
        capabilities=join.client_info.capabilities,
    )
    if grants.can_update_own_metadata:
        if join.metadata:
            info.metadata = join.metadata
        info.attributes.update(join.participant_attributes)
    return info


def _permission(grants: api.VideoGrants) -> models.ParticipantPermission:
    return models.ParticipantPermission(
        can_subscribe=grants.can_subscribe,
        can_publish=grants.can_publish,
        can_publish_data=grants.can_publish_data,
        hidden=bool(grants.hidden),
        recorder=bool(grants.recorder),
        agent=bool(grants.agent),
        can_update_metadata=bool(grants.can_update_own_metadata),
        can_subscribe_metrics=bool(grants.can_subscribe_metrics),
    )
