"""One list of a participant's methods from all that tell of them, with what does not fit together."""

import json
from collections.abc import Collection, Iterable, Mapping

from rpc_inspector.core.model import PROVENANCES, Method, Provenance, replace

#: How a provenance begins a sentence about a conflict.
_CLAIM: dict[Provenance, str] = {
    "advertised": "advertised",
    "described": "described",
    "catalogue": "in the catalogue",
    "observed": "called before",
    "known": "known of such participants",
    "saved": "typed before",
}

By = Mapping[Provenance, Method]


def merge_methods(
    sources: Mapping[Provenance, Iterable[Method]], *, refused: Collection[str] = (), both_whole: bool = False
) -> tuple[Method, ...]:
    """One entry a name: the surest provenance names it, and what surer sources leave open comes from the others.

    Args:
        sources: the methods by how they are known.
        refused: names of which the last call was answered with 1400.
        both_whole: advertisement and description were told at the same time and each claims to name all.
    """
    by_name: dict[str, dict[Provenance, Method]] = {}
    for provenance in PROVENANCES:
        for method in sources.get(provenance, ()):
            by_name.setdefault(method.name, {}).setdefault(provenance, method)
    return tuple(_merged(by, refused, both_whole=both_whole) for by in by_name.values())


def _merged(by: By, refused: Collection[str], *, both_whole: bool) -> Method:
    first, *others = by.values()
    merged = first
    for method in others:
        merged = replace(
            merged,
            description=_longer(merged.description, method.description),
            request_schema=merged.request_schema or method.request_schema,
            response_schema=merged.response_schema or method.response_schema,
            examples=merged.examples or method.examples,
            origin=merged.origin or method.origin,
        )
    conflicts = tuple(_conflicts(by, refused=first.name in refused, both_whole=both_whole))
    return replace(merged, also=tuple(other.provenance for other in others), conflicts=conflicts)


def _longer(surest: str | None, other: str | None) -> str | None:
    """An advertised description may be the beginning of the described one."""
    if surest and other and other.startswith(surest.rstrip("…. ")):
        return other
    return surest or other


def _conflicts(by: By, *, refused: bool, both_whole: bool) -> Iterable[str]:
    if refused:
        yield f"{_CLAIM[next(iter(by))]}, but the last call said 1400"
    if both_whole and "advertised" in by and "described" not in by:
        yield "advertised, but its own description does not name it"
    if both_whole and "described" in by and "advertised" not in by:
        yield "described, but its own list (rpc.methods) does not name it"
    catalogue, described = by.get("catalogue"), by.get("described")
    if catalogue and described:
        place = f" ({catalogue.origin})" if catalogue.origin else ""
        pairs = (
            ("request", described.request_schema, catalogue.request_schema),
            ("response", described.response_schema, catalogue.response_schema),
        )
        for what, own, ours in pairs:
            if own and ours and not _same(own, ours):
                yield f"the catalogue{place} has another {what} schema than it describes; its own is shown"


def _same(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except RecursionError:  # too deep to be compared by value
        return one == other
