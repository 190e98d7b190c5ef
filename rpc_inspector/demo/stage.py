"""What the demo participants share: the room's address, tokens for it, and whether anybody is watching."""

import asyncio
from collections.abc import Mapping

from livekit import api


class Stage:
    """The room that the participants play in.

    Attributes:
        cast: the identities of the demo's own participants.
        visited: set once somebody else has been in the room; then the latecomer may come late.
    """

    def __init__(self, url: str, room: str, api_key: str, api_secret: str) -> None:
        self.url = url
        self.room = room
        self.api_key = api_key
        self.api_secret = api_secret
        self.cast: frozenset[str] = frozenset()
        self.visited = asyncio.Event()

    def token(self, identity: str, *, name: str = "", kind: str = "standard") -> str:
        """A token that joins the room and may advertise methods."""
        grants = api.VideoGrants(
            room_join=True, room=self.room, can_publish=False, can_publish_data=True, can_update_own_metadata=True
        )
        token = api.AccessToken(self.api_key, self.api_secret).with_identity(identity).with_name(name or identity)
        return token.with_kind(kind).with_grants(grants).to_jwt()  # type: ignore[arg-type]  # its Literal of kinds

    def notice(self, present: Mapping[str, object]) -> None:
        """Take note of who is in the room."""
        if self.cast and not self.cast.issuperset(present):
            self.visited.set()
