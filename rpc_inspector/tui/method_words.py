"""How it is said how a method is known, and whether its participant describes itself."""

from rpc_inspector.core.model import Describing, Method, Participant, Provenance
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G

#: Where there is no room for the word itself.
SHORT: dict[Provenance, str] = {
    "advertised": "adv",
    "described": "desc",
    "catalogue": "cat",
    "observed": "seen",
    "known": "known",
    "saved": "saved",
}

_DESCRIBING: dict[Describing, str] = {
    "unasked": "",
    "asking": f"asking{G.ellipsis}",
    "described": "describes itself",
    "refused": "does not describe (1400)",
    "silent": "did not answer in time",
    "failed": "describes itself, unreadably",
}
#: What is worth saying where there is little room.
_WORTH_SAYING: dict[Describing, str] = {"asking": f"asking{G.ellipsis}", "silent": "no answer"}

#: What each provenance means, for the detail of a method.
_MEANING: dict[Provenance, str] = {
    "advertised": "in its attribute rpc.methods, which goes with it",
    "described": "in its answer to rpc.describe",
    "catalogue": "in a catalogue file of yours",
    "observed": "a call in the trace showed that it is there",
    "known": "LiveKit's own frameworks register it for such participants; not verified",
    "saved": "you called it before of such a participant",
}


def describing_words(someone: Participant, *, brief: bool) -> str:
    """Whether it describes itself; empty where that is not worth the room."""
    return (_WORTH_SAYING if brief else _DESCRIBING).get(someone.describing, "")


def known_by(method: Method) -> list[tuple[Provenance, str]]:
    """All ways in which a method is known, the surest first, with what each means. Safe to show."""
    return [(way, _meaning(way, method)) for way in (method.provenance, *method.also)]


def _meaning(way: Provenance, method: Method) -> str:
    if way == "catalogue" and method.origin:
        return f"in a catalogue file of yours: {sanitise(method.origin, limit=120)}"
    return _MEANING[way]
