"""What a token says of itself. Only its issuer's secret can verify it; that is the server's business."""

import json
from base64 import urlsafe_b64decode
from typing import NamedTuple


class Claims(NamedTuple):
    """The claims that concern us; empty where the token says nothing."""

    room: str = ""
    identity: str = ""
    may_publish_data: bool = True


def read_claims(token: str) -> Claims | None:
    """The token's claims; ``None`` if it cannot be read, which the server then says in its own words."""
    try:
        part = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        video = claims.get("video") or {}
        room, identity = video.get("room") or "", claims.get("sub") or ""
        allowed = video.get("canPublishData")
        publisher = video.get("canPublish")
    except (IndexError, ValueError, AttributeError, RecursionError):
        return None
    if not isinstance(room, str) or not isinstance(identity, str):
        return None
    # As in LiveKit's grants: what is not said of data is as what is said of tracks, and what is not said is allowed.
    return Claims(room, identity, (publisher is not False) if allowed is None else allowed is not False)
