"""Methods that the user knows of: which participants they belong to, by identity, kind or agent name. Pure."""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from rpc_inspector.core.model import Kind, Method, Participant

#: The attribute in which livekit-agents (1.6) tells the agent's name.
AGENT_NAME_ATTRIBUTE = "lk.agent.name"

#: What differs between sessions of the same part: web-1 and web-2, agent-AJ_x7Fq and agent-AJ_Lk02.
_VARYING = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[A-Z]{2}_\w+|(?<![^\W_])[0-9a-f]{0,40}\d[0-9a-f]{0,40}(?![^\W_])|\d+"
)


class Entry(Struct, frozen=True, kw_only=True):
    """Methods of the participants that fit all that is given.

    Attributes:
        identity, agent: patterns in which ``*`` stands for anything; ``None`` fits everybody.
        kind: of participant; likewise.
        methods: their provenance is ``catalogue``; each has its ``origin``.
    """

    identity: str | None = None
    kind: str | None = None
    agent: str | None = None
    methods: tuple[Method, ...] = ()

    def fits(self, someone: Participant) -> bool:
        """Whether it is about that participant."""
        return (
            (self.identity is None or fnmatchcase(someone.identity, self.identity))
            and (self.kind is None or someone.kind == self.kind)
            and (self.agent is None or fnmatchcase(someone.attributes.get(AGENT_NAME_ATTRIBUTE, ""), self.agent))
        )


class Catalogue(NamedTuple):
    """What the files say. ``problems`` are sentences that begin with file and line."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()

    def methods(self, someone: Participant) -> tuple[Method, ...]:
        """The methods of a participant; of several entries the first that names a method has it."""
        found: dict[str, Method] = {}
        for entry in self.entries:
            if entry.fits(someone):
                for method in entry.methods:
                    found.setdefault(method.name, method)
        return tuple(found.values())


class SavedMethod(Struct, frozen=True, kw_only=True):
    """A method that was called by the user, and of whom it was called last."""

    identity: str
    kind: Kind
    method: str

    def fits(self, someone: Participant) -> bool:
        """Whether that participant plays the same part."""
        return someone.kind == self.kind and pattern_of(someone.identity) == pattern_of(self.identity)


@lru_cache(maxsize=4096)
def pattern_of(identity: str) -> str:
    """The identity with what differs between sessions of the same part as ``*``: ``web-*``, ``agent-*``."""
    return _VARYING.sub("*", identity)
