"""What the placeholders of a collection lack: known before anything is sent."""

from collections.abc import Iterator, Sequence

from rpc_inspector.core.model import replace
from rpc_inspector.core.templates import Missing, Sources, placeholders, resolve
from rpc_inspector.storage.collections.model import Collection, Problem, Request


def secrets_asked(requests: Sequence[Request]) -> list[str]:
    """The names of the secrets that requests use."""
    used = (
        one.name
        for request in requests
        for _, text, plain in _templates(request)
        for one in placeholders(text, plain=plain)
    )
    return list(dict.fromkeys(name.removeprefix("secret:") for name in used if name.startswith("secret:")))


def lacks(collection: Collection, chosen: Sequence[Request], sources: Sources) -> tuple[Problem, ...]:
    """The placeholders of the chosen requests that nothing will stand for when their turn comes.

    What an earlier request saves counts as there, and so does an earlier response, whatever is in it.
    """
    known = dict(sources.variables)
    called: set[str] = set()
    problems: dict[Problem, None] = {}
    for request in chosen:
        for field, missing in _missing(request, replace(sources, variables=known)):
            if missing.name.removeprefix("last:").partition(":$")[0] in called and missing.name.startswith("last:"):
                continue
            saver = next((one for one in collection.requests if missing.name in one.save), None)
            advice = f"{collection.file_of(saver)} saves it, but is not run before." if saver else missing.advice
            problems[request.problem(field, missing.what, advice)] = None
        if not request.skip:
            known.update(dict.fromkeys(request.save, "saved"))
            called.add(request.method)
    return tuple(problems)


def _missing(request: Request, sources: Sources) -> Iterator[tuple[str, Missing]]:
    if request.skip:
        return
    for field, text, plain in _templates(request):
        for missing in resolve(text, sources, plain=plain).missing:
            yield field, missing


def _templates(request: Request) -> Iterator[tuple[str, str, bool]]:
    """Field, text, and whether it is a name."""
    yield "to", request.to.identity, True
    for value in request.to.attributes.values():
        yield "to", value, True
    yield "method", request.method, True
    yield "payload", request.payload, False
    for comparisons in (request.expect.message, *(comparisons for _, comparisons in request.expect.paths)):
        for one in comparisons:
            if one.sign != "matches":
                yield "expect", f"[{one.wanted}]", False
