"""All rooms of one server: made on join, forgotten some time after the last one left."""

import asyncio
from collections.abc import Iterable

from livekit.protocol import models

from rpc_inspector.server.events import Feed
from rpc_inspector.server.rooms import Room

DEPARTURE_TIMEOUT_S = 20.0
"""How long an empty room lives on, so that a lone participant that reconnects finds the same room."""


class Registry:
    """The rooms by name, and the feeds of those that are watched.

    Args:
        keep: names of rooms that exist from the start and stay when empty.
    """

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._rooms: dict[str, Room] = {}
        self._feeds: dict[str, Feed] = {}
        self._kept: set[str] = set()
        self._expiries: dict[str, asyncio.TimerHandle] = {}
        for name in keep:
            self.keep(name)

    def rooms(self) -> list[Room]:
        """Returns all rooms."""
        return list(self._rooms.values())

    def find(self, name: str) -> Room | None:
        """Returns the room of that name, if it exists."""
        return self._rooms.get(name)

    def open(self, name: str) -> Room:
        """Returns the room of that name for somebody who joins it; makes it if needed."""
        expiry = self._expiries.pop(name, None)
        if expiry is not None:
            expiry.cancel()
        if name not in self._rooms:
            self._rooms[name] = Room(name, self.feed(name), self._on_emptied)
        return self._rooms[name]

    def keep(self, name: str) -> Room:
        """Returns the room of that name and lets it stay when empty."""
        self._kept.add(name)
        return self.open(name)

    def delete(self, name: str) -> None:
        """Removes a room and everybody in it."""
        self._kept.discard(name)
        room = self._rooms.get(name)
        if room is not None:
            room.close(models.ROOM_DELETED)
            self._forget(name)

    def feed(self, name: str) -> Feed:
        """Returns the feed of the room of that name, which need not exist yet."""
        return self._feeds.setdefault(name, Feed())

    def close(self) -> None:
        """Ends all connections and forgets all rooms."""
        for name, room in list(self._rooms.items()):
            room.close(models.SERVER_SHUTDOWN)
            self._forget(name)

    def _on_emptied(self, room: Room) -> None:
        name = room.info.name
        if name not in self._kept:
            loop = asyncio.get_running_loop()
            self._expiries[name] = loop.call_later(DEPARTURE_TIMEOUT_S, self._forget, name)

    def _forget(self, name: str) -> None:
        expiry = self._expiries.pop(name, None)
        if expiry is not None:
            expiry.cancel()
        self._rooms.pop(name, None)
        feed = self._feeds.get(name)
        if feed is not None and not feed.watchers:
            del self._feeds[name]
