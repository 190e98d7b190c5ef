"""The stage: a room on a real server, our session in it, and everybody else in other processes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from livekit import api
from livekit.protocol import models

from rpc_inspector.core.explain import Explanation, explain, facts_of
from rpc_inspector.core.model import Call, RoomEvent
from rpc_inspector.core.session import Invocation, SessionError, Target
from rpc_inspector.room import open_session
from tests.e2e.staged.contradicting import contradictions
from tests.support.rooms import KEY, ROOM, SECRET, token, until
from tests.support.troupes import troupe

#: For calls that end without an ack, so that nobody waits seven seconds.
QUICK = {"ack_ms": 700, "response_ms": 2_000, "anyway": True}
METHODS = ("echo", "sleep", "boom", "fail", "big", "leave", "wrong")
ALL = {name: name for name in METHODS}


def request(number, destination, method, version=1, told_ms=1_000):
    """The bytes of a request that no SDK makes."""
    asked = models.RpcRequest(id=number, method=method, payload="", response_timeout_ms=told_ms, version=version)
    return models.DataPacket(destination_identities=[destination], rpc_request=asked).SerializeToString()


@dataclass
class Told:
    """What the session says of a staged call."""

    call: Call
    explanation: Explanation | None
    contradicted: list[str]


@dataclass
class Stage:
    """What situations use.

    Attributes:
        server: has a `url`. session: ours, captured, with an API key.
        troupe: participants in another process. others: whatever a group of situations shares.
    """

    server: object
    session: object
    troupe: object
    lk: object
    exits: AsyncExitStack
    others: dict = field(default_factory=dict)

    @property
    def url(self):
        return self.server.url

    async def here(self, identity, session=None):
        """Waits until somebody is active in our roster."""
        assert await (session or self.session).wait_for_participant(identity, 20), f"{identity} is not in the room"

    async def gone(self, identity):
        """Waits until somebody is not in our roster any more."""
        await until(lambda: not self.listed(identity), within_s=20, what=f"{identity} has left")

    def listed(self, identity):
        return any(one.identity == identity for one in self.session.roster)

    async def join(self, identity, methods=None, **grants):
        """Somebody joins, and we see it."""
        await self.troupe.join(self.url, identity, ALL if methods is None else methods, **grants)
        if not grants.get("hidden"):
            await self.here(identity)

    def begin(self, destination, method="echo", payload="", session=None, **limits):
        """Begins a call; its number."""
        return (session or self.session).start_call(
            Invocation(destination=destination, method=method, payload=payload, **limits)
        )

    async def call(self, destination, method="echo", payload="", session=None, **limits):
        """Makes a call and waits for its end."""
        session = session or self.session
        return await session.finished(self.begin(destination, method, payload, session, **limits))

    async def fails(self, *args, session=None, **limits):
        """Makes a call that fails, and explains it."""
        call = await self.call(*args, session=session, **limits)
        return self.explained(call, session)

    def explained(self, call, session=None):
        """A call as it is now, with what explains it now."""
        session = session or self.session
        now = session.row(call if isinstance(call, int) else call.seq)
        facts = facts_of(session, now)
        told = explain(now, facts)
        events = [row for row in session.rows() if isinstance(row, RoomEvent)]
        return Told(now, told, contradictions(now, told, facts, events) if told else [])

    async def grant(self, identity, **permissions):
        """The server gives somebody other permissions."""
        allowed = api.ParticipantPermission(**({"can_subscribe": True, "can_publish": True} | permissions))
        await self.lk.room.update_participant(
            api.UpdateParticipantRequest(room=ROOM, identity=identity, permission=allowed)
        )

    async def remove(self, identity):
        """The server sends somebody away."""
        await self.lk.room.remove_participant(api.RoomParticipantIdentity(room=ROOM, identity=identity))

    async def another(self, identity, *, passphrase="", close=True, url=None, **grants):
        """Another session of ours; not captured, because packets of one process cannot be told apart."""
        session = open_session(capture=False)
        if close:
            self.exits.push_async_callback(session.close)
        made = token(identity, can_publish_data=True, **grants)
        await session.join(Target(url=url or self.url, room=ROOM, token=made, passphrase=passphrase, describe=False))
        return session

    async def observed(self, caller, method, within_s=25):
        """The call of others with that method, once it has ended for us."""

        def ended():
            found = self.session.find(participant=caller, method=method)
            return next((row for row in found if isinstance(row, Call) and not row.is_open), None)

        return self.explained(await until(ended, within_s=within_s, what=f"{method} of {caller} has ended"))


@dataclass(frozen=True)
class Situation:
    """One staged failure.

    Attributes:
        name: of the situation. cause: the id of its true cause. run: stages it and gives what is told of it.
        says: words in the first cause's text. never: causes that the staged facts contradict.
        or_else: another that is as true, where it depends on the server what is seen in time.
        embedded_only: cannot be staged on livekit-server, or not seen there.
    """

    name: str
    cause: str
    run: Callable[[Stage], Awaitable[Told]]
    says: tuple[str, ...]
    never: tuple[str, ...] = ()
    embedded_only: bool = False
    or_else: str = ""


@asynccontextmanager
async def stage(server, prepare):
    """A stage on a server; `prepare(stage)` lets those join who are there before our session."""
    async with troupe() as others, AsyncExitStack() as exits:
        lk = await exits.enter_async_context(api.LiveKitAPI(server.url.replace("ws", "http", 1), KEY, SECRET))
        session = open_session()
        exits.push_async_callback(session.close)
        made = Stage(server, session, others, lk, exits)
        await prepare(made)
        await session.join(Target(url=server.url, room=ROOM, api_key=KEY, api_secret=SECRET, describe=False))
        # Somebody looks, so RoomService is asked, which knows of joins and leaves at once.
        exits.callback(session.subscribe(lambda _update: None))
        yield made


async def in_time(situation, made):
    """Runs a situation; what was told, or why it could not be staged."""
    try:
        async with asyncio.timeout(45):
            return await situation.run(made)
    except (AssertionError, TimeoutError, RuntimeError, SessionError) as problem:
        return problem
