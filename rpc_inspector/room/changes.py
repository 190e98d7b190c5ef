"""What changed about a participant, as kinds of room events with a short phrase each."""

import json
from collections.abc import Iterable, Iterator

from rpc_inspector.core.methods import ADVERTISED_ATTRIBUTE
from rpc_inspector.core.model import Participant, RoomEventKind

#: Attribute names in one phrase at most.
_NAMED = 3

Change = tuple[RoomEventKind, str]


def changes(before: Participant, after: Participant) -> Iterator[Change]:
    """How ``after`` differs from ``before``, of the same session: what nobody told us of by itself."""
    if before.attributes != after.attributes:
        every = before.attributes.keys() | after.attributes.keys()
        yield attributes_changed(name for name in every if before.attributes.get(name) != after.attributes.get(name))
    if before.metadata != after.metadata:
        yield metadata_changed(after.metadata)
    if before.name != after.name:
        yield name_changed(before.name, after.name)
    if before.permissions.can_publish_data != after.permissions.can_publish_data:
        yield permissions_changed(can_publish_data=after.permissions.can_publish_data)


def attributes_changed(names: Iterable[str]) -> Change:
    """These attributes have other values; the one that advertises methods is no attribute like others."""
    ordered = sorted(names)
    if ordered == [ADVERTISED_ATTRIBUTE]:
        return "methods", f"advertises its methods anew ({ADVERTISED_ATTRIBUTE})"
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return "attributes", ", ".join(ordered[:_NAMED]) + more


def metadata_changed(now: str) -> Change:
    """The metadata, of a participant or of the room, is this now."""
    return "metadata", json.dumps(now[:60], ensure_ascii=False) if now else "empty"


def name_changed(before: str, now: str) -> Change:
    """The display name is another."""
    return "name", f"{before or '—'} → {now}"


def permissions_changed(*, can_publish_data: bool) -> Change:
    """The permissions are others."""
    return "permissions", "may send data" if can_publish_data else "may not send data"
