"""``check``: the requests of a collection made in order, and whether each came to what was expected."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.exits import Exit
from rpc_inspector.core.expectations import NOTHING, Failure, came_back, check
from rpc_inspector.core.model import Call, Participant, replace
from rpc_inspector.core.query.paths import Path as JsonPath
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.naming import is_secret_name
from rpc_inspector.core.secrets.redaction import Rules, redact
from rpc_inspector.core.session import CannotSend, Invocation, NotAuthorised, Session, SessionError, Target, Update
from rpc_inspector.core.templates import Resolved, Sources, resolve
from rpc_inspector.headless.checklines import Checked, Summary, checked_line, checked_lines, summary_line, summary_words
from rpc_inspector.headless.entering import enter
from rpc_inspector.headless.junit import write_junit
from rpc_inspector.headless.output import Output
from rpc_inspector.storage.collections import Collection, Request, To

_RULES = Rules()


class Wish(Struct, frozen=True, kw_only=True):
    """How to check.

    Attributes:
        collection: where the requests are from. chosen: those that are made, in order.
        sources: what placeholders stand for at the beginning.
        wait_ms: how long a destination is waited for; 0 does not.
        as_json: lines of JSON instead of lines for people. junit: a file for a report too.
        bail: end at the first that is not as expected.
    """

    collection: Collection
    chosen: Sequence[Request]
    sources: Sources
    wait_ms: int = 0
    as_json: bool = False
    junit: Path | None = None
    bail: bool = False


async def check_collection(session: Session, target: Target, wish: Wish, out: Output) -> Exit:
    """Join once, make the calls one after another, and tell of each how it went; reports are written in any case.

    Args:
        session: not joined yet.
        target: with a room.
        wish: what to check, and how.
        out: where to write.

    Returns:
        0, or 20 where something was not as expected.

    Raises:
        SessionError: there is no connection, or not any more.
        FileUnusable: the report cannot be written.
        asyncio.CancelledError: interrupted; what is known by then is written.
    """
    await enter(session, target, out)
    if not session.state.permissions.can_publish_data:
        raise NotAuthorised(
            "Our token may not send data (canPublishData), so no call was made.", "Use a token that has it."
        )
    began = time.monotonic()
    run = _Run(session, wish, out)
    try:
        await run.all()
    finally:
        results = run.results()
        summary = Summary.of(results, time.monotonic() - began)
        out.line(summary_line(summary) if wish.as_json else summary_words(summary))
        if wish.junit is not None:
            write_junit(wish.junit, wish.collection.folder.resolve().name, results, summary)
    return Exit.NOT_AS_EXPECTED if summary.failed else Exit.OK


class _Run:
    """The requests, one after another: what earlier ones brought is there for later ones."""

    def __init__(self, session: Session, wish: Wish, out: Output) -> None:
        self._session, self._wish, self._out = session, wish, out
        self._results: list[Checked] = []
        self._saved: dict[str, object] = {}
        self._responses: dict[str, str] = {}
        self._never_came: set[str] = set()
        self._concealing = Concealing(wish.sources.secrets.values())

    def results(self) -> list[Checked]:
        """Of every chosen request, also of those whose turn did not come."""
        rest = self._wish.chosen[len(self._results) :]
        return [*self._results, *(self._checked(request, "not run") for request in rest)]

    async def all(self) -> None:
        """Make them all, telling of each."""
        for request in self._wish.chosen:
            result = self._checked(request, "skipped", why=request.skip) if request.skip else await self._one(request)
            self._results.append(result)
            for line in [checked_line(result)] if self._wish.as_json else checked_lines(result):
                self._out.line(line)
            if self._wish.bail and result.status == "failed":
                return

    def _checked(self, request: Request, status: str, **more: object) -> Checked:
        return Checked(
            request=request, file=self._wish.collection.file_of(request), status=status, **more  # type: ignore[arg-type] # by the callers' own words
        )  # fmt: skip

    def _sources(self) -> Sources:
        now = self._wish.sources
        return replace(now, variables={**now.variables, **self._saved}, responses=self._responses)

    async def _one(self, request: Request) -> Checked:
        sources = self._sources()
        to = request.to.resolved(sources)
        method, payload = resolve(request.method, sources, plain=True), resolve(request.payload, sources)
        names = [resolve(text, sources, plain=True) for text in (request.to.identity, *request.to.attributes.values())]
        if lacking := self._lacking([*names, method, payload]):
            return self._checked(request, "failed", failures=lacking)
        callee = await self._callee(request, to)
        wanted = Invocation(
            destination=callee,
            method=method.text,
            payload=payload.text,
            response_ms=request.response_ms,
            ack_ms=request.ack_ms,
        )
        try:
            call = await self._call(wanted)
        except CannotSend as error:
            return self._checked(request, "failed", failures=(Failure("request", "to be sent", error.what),))
        if hidden := {text.text for text in (*names, method) if text.secrets_used}:
            call = replace(call, callee=_hidden(call.callee, hidden), method=_hidden(call.method, hidden))
        return self._compared(request, call, sources)

    def _lacking(self, texts: Sequence[Resolved]) -> tuple[Failure, ...]:
        """What cannot be filled in; what was filled in is kept out of sight from now on where it is secret."""
        for resolved in texts:
            self._concealing.learn(resolved)
            for remark in resolved.remarks:
                self._out.warn(self._concealing.text(remark))
        return tuple(
            Failure("request", f"${{{missing.name}}}", f"{missing.what} {missing.advice}")
            for resolved in texts
            for missing in resolved.missing
        )

    async def _call(self, wanted: Invocation) -> Call:
        seq = self._session.start_call(wanted)
        try:
            return await self._session.finished(seq)
        except asyncio.CancelledError:
            self._session.cancel(seq)
            await self._session.finished(seq)
            raise

    def _compared(self, request: Request, call: Call, sources: Sources) -> Checked:
        failures = check(call, request.expect, sources)
        if call.outcome == "ok" and call.response and call.response.text is not None:
            self._responses[request.method] = call.response.text
        if not any(failure.at == "outcome" for failure in failures):
            failures += self._save(request, call)
        hide = self._concealing.text
        return self._checked(
            request,
            "failed" if failures else "passed",
            call=redact(self._concealing.call(call), _RULES),
            failures=tuple(Failure(one.at, hide(one.expected), hide(one.came)) for one in failures),
        )

    def _save(self, request: Request, call: Call) -> tuple[Failure, ...]:
        came, failures = came_back(call), []
        for name, path in request.save.items():
            found = NOTHING if came is NOTHING else next(JsonPath.parse(path).find(came), NOTHING)
            if found is NOTHING:
                failures.append(Failure(f"save {name}", path, "nothing there"))
            else:
                self._saved[name] = found
                self._keep_secret(name, path, found)
        return tuple(failures)

    def _keep_secret(self, name: str, path: str, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        if any(is_secret_name(key, text) for key in (name, *JsonPath.parse(path).keys[-1:])):
            self._concealing.add([text])

    # Whom to call

    async def _callee(self, request: Request, to: To) -> str:
        """An identity; where nobody is meant, the words for whom, which the session says nobody has."""
        expects_nobody = ErrorCode.RECIPIENT_NOT_FOUND in request.expect.codes
        if not self._wish.wait_ms or expects_nobody or str(to) in self._never_came:
            return to.identity if to.is_exact else self._match(to) or str(to)
        seconds = self._wish.wait_ms / 1000
        if to.is_exact:
            found = await self._session.wait_for_participant(to.identity, seconds)
            came = found.identity if found else ""
        else:
            came = await self._arrival(to, seconds)
        if not came:
            self._never_came.add(str(to))
            self._out.warn(self._concealing.text(f"{to} was not active within {seconds:g} s"))
        return came or str(to)

    def _match(self, to: To, fits: Callable[[Participant], bool] = lambda _: True) -> str:
        """The first by identity of those who are meant."""
        there = (one for one in self._session.roster if not one.is_self and one.state != "disconnected")
        return min((one.identity for one in there if fits(one) and to.fits(one)), default="")

    async def _arrival(self, to: To, seconds: float) -> str:
        arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def look(_update: Update | None = None) -> None:
            identity = self._match(to, lambda one: one.can_receive_calls)
            if identity and not arrived.done():
                arrived.set_result(identity)

        end = self._session.subscribe(look)
        look()
        try:
            async with asyncio.timeout(seconds):
                return await arrived
        except TimeoutError:
            return ""
        finally:
            end()


def _hidden(name: str | None, secret: set[str]) -> str | None:
    return MASK if name in secret else name


__all__ = ["SessionError", "Wish", "check_collection"]
