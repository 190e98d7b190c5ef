"""A session that stands still, for pictures: no network, fixed clocks and ids, core's own trace store.

Behaviour is tested on real rooms; this is only what makes two pictures of the same thing identical.
"""
# ruff: noqa: ARG002 - the Protocol's arguments, which a still picture does not need

from collections.abc import Sequence

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.events import RpcEvent, WireError
from rpc_inspector.core.explain import explain, facts_of
from rpc_inspector.core.model import Call, CallError, Method, Participant, replace
from rpc_inspector.core.session import Invocation, RoomSummary, Session, SessionState, Target, Update
from rpc_inspector.core.store.trace import TraceStore

US = "inspector-7f3"
ROOM = "demo"
#: 2026-11-20 12:00:01.123 UTC at 0 s of the monotonic clock.
WALL = 1_795_176_001.123

WEATHER_SCHEMA = '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}'
WEATHER_EXAMPLE = '{"request":{"city":"Paris","unit":"celsius"},"response":{"temp":21,"sky":"clear"}}'


def roster() -> tuple[Participant, ...]:
    def person(identity, *methods, **more):
        return Participant(
            identity=identity,
            sid=f"PA_{identity[:6]}",
            state=more.pop("state", "active"),
            client_protocol=more.pop("client_protocol", 2),
            joined_at=WALL - 60,
            seen_at=WALL - 59,
            methods=methods,
            **more,
        )

    def method(name, provenance="advertised", **more):
        return Method(name=name, provenance=provenance, **more)

    return (
        person(US, is_self=True),
        person(
            "weather-agent",
            method(
                "get_weather",
                "described",
                description="returns the weather of a city",
                request_schema=WEATHER_SCHEMA,
                examples=(WEATHER_EXAMPLE,),
            ),
            method("set_units"),
            method("forecast"),
            kind="agent",
            name="Weather",
            attributes={"rpc.methods": '{"v":1}', "region": "eu", "api_key": "k-123"},
            metadata='{"build": 7}',
        ),
        person("web-1", method("get_location"), method("show_card"), method("confirm")),
        person("billing", method("refund"), method("charge", "observed"), client_protocol=0),
        person("phone +33…41", method("lk.sip.EndCall", "known"), kind="sip"),
        person("late-bird", state="joined"),
        person("recorder", kind="egress"),
    )


class StillSession(Session):
    """What a room looked like at one moment."""

    def __init__(self) -> None:
        self.store = TraceStore(WALL)
        self._listener = None
        self._state = SessionState(
            status="connected",
            url="ws://127.0.0.1:7880",
            room=ROOM,
            identity=US,
            embedded=True,
            capture="on",
            vantage=("us", "server"),
        )
        self._roster = roster()
        self._tell_traffic()

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def roster(self) -> tuple[Participant, ...]:
        return self._roster

    def subscribe(self, listener):
        self._listener = listener
        self.flush(state=self._state, roster=self._roster)
        return lambda: None

    def flush(self, **more) -> None:
        changes = self.store.drain()
        if self._listener:
            self._listener(Update(rows=changes.rows, dropped=changes.dropped, logs=changes.logs, **more))

    def change(self, **changes) -> None:
        """Another state, told to whom it concerns."""
        self._state = replace(self._state, **changes)
        self.flush(state=self._state)

    def repeople(self, people: Sequence[Participant]) -> None:
        self._roster = tuple(people)
        self.flush(roster=self._roster)

    async def join(self, target: Target) -> None:
        return None

    async def leave(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def list_rooms(self, target: Target) -> Sequence[RoomSummary]:
        return [RoomSummary(name="demo", participants=6), RoomSummary(name="staging", participants=1)]

    async def wait_for_participant(self, identity, seconds):
        return None

    async def describe(self, identity: str, method: str | None = None) -> None:
        return None

    def row(self, seq):
        return self.store.get(seq)

    def rows(self):
        return self.store.rows()

    def find(self, **about):
        return self.store.find(**about)

    def events_of(self, identity):
        return self.store.events_of(identity)

    def logs(self):
        return self.store.logs()

    def mark(self, seq: int, *, marked: bool) -> None:
        self.store.mark(seq, marked=marked)
        self.flush()

    def comment(self, seq: int, text: str) -> None:
        self.store.comment(seq, text)
        self.flush()

    def pin(self, seq: int, *, pinned: bool) -> None:
        self.store.pin(seq, pinned=pinned)

    def notice(self, text: str) -> None:
        self.store.note("notice", 9.0, ROOM, None, text)
        self.flush()

    async def finished(self, seq: int) -> Call:
        return self.store.call(seq)

    def cancel(self, seq: int) -> bool:
        self.store.finish(seq, "cancelled", 9.0)
        self.flush()
        return True

    def start_call(self, invocation: Invocation) -> int:
        """Answered at once: `get_weather` well, everybody unknown with 1401 or 1501, the rest not at all."""
        budget = budget_for(invocation.response_ms, invocation.ack_ms)
        seq = self.store.begin(
            room=ROOM,
            us=US,
            destination=invocation.destination,
            method=invocation.method,
            payload=invocation.payload,
            budget=budget,
            time=8.0,
            purpose=invocation.purpose,
        )
        here = any(someone.identity == invocation.destination for someone in self._roster)
        if invocation.method == "get_weather" and here:
            self._packets(seq, "own-1", invocation, 8.0, ack=0.012, answer=0.041)
            self.store.finish(seq, "ok", 8.0412, response='{"temp":21,"sky":"clear"}')
        elif not here:
            code = 1501 if invocation.anyway else 1401
            if invocation.anyway:
                self._packets(seq, "own-2", invocation, 8.0)
            error = CallError(code=code, message="")
            self.store.finish(seq, "error", 15.0 if invocation.anyway else 8.0, error=error)
            call = self.store.call(seq)
            found = explain(call, facts_of(self, call))
            self.store.settle(seq, error=replace(error, raised_by=found.raised_by, causes=found.sentences))
        else:
            self._packets(seq, "own-3", invocation, 8.0, ack=0.012)
        self.flush()
        return seq

    def _packets(self, seq, id_, invocation, at, *, ack=None, answer=None):
        def event(stage, time, **more):
            sent = stage == "request"
            return RpcEvent(
                source="sdk",
                stage=stage,
                dir="sent" if sent else "received",
                time=time,
                id=id_,
                sender=US if sent else invocation.destination,
                destination=invocation.destination if sent else US,
                payload_bytes=None if more.get("payload") is None else len(more["payload"]),
                **more,
            )

        told = self.store.call(seq).told_ms
        self.store.observe(
            event("request", at, method=invocation.method, payload=invocation.payload, told_ms=told, transport="v2"),
            ROOM,
            US,
        )
        if ack:
            self.store.observe(event("ack", at + ack), ROOM, US)
        if answer:
            self.store.observe(event("response", at + answer, payload="{}"), ROOM, US)

    def _tell_traffic(self) -> None:
        """What others called, as the server forwarded it."""
        self.store.note("connected", 0.0, ROOM, None, "connected")
        self.store.note("joined", 0.05, ROOM, "late-bird", "joined")
        calls = (
            ("a", 0.1, "weather-agent", "web-1", "get_location", "{}", 0.009, 0.019, '{"lat":48.9,"lon":2.3}', None),
            ("b", 0.9, "web-1", "billing", "refund", '{"order": 7}', 0.004, 8.01, None, (1502, "Response timeout")),
            ("c", 2.0, "weather-agent", "phone +33…41", "dial", "{}", 0.009, 0.009, None, (1400, "Unsupported")),
            ("d", 2.4, "web-1", "weather-agent", "forecast", '{"days": 3}', 0.011, 0.4, '["sun","rain","sun"]', None),
            ("e", 3.0, "billing", "web-1", "confirm", '{"sum": 12}', 0.012, 0.03, None, (1500, "Application error")),
        )
        for id_, at, caller, callee, name, sent, ack, answer, got, error in calls:

            def event(stage, time, *, id_=id_, caller=caller, callee=callee, **more):
                ends = (caller, callee) if stage == "request" else (callee, caller)
                return RpcEvent(
                    source="server", stage=stage, dir="forwarded", time=time, precision=0.01, id=id_,
                    sender=ends[0], destination=ends[1], bytes=100,
                    payload_bytes=None if more.get("payload") is None else len(more["payload"]), **more,
                )  # fmt: skip

            self.store.observe(event("request", at, method=name, payload=sent, told_ms=8000, transport="v2"), ROOM, US)
            self.store.observe(event("ack", at + ack), ROOM, US)
            wire = WireError(*error) if error else None
            self.store.observe(event("response", at + answer, payload=got, error=wire), ROOM, US)
