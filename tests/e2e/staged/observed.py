"""Calls of others, as the server forwards them: what their ends tell."""

import asyncio

from tests.e2e.staged.stage import ALL, Situation, request

SHORT = {"response_timeout": 1.0, "max_round_trip_latency": 2.0}


def begin(stage, caller, destination, method, payload=""):
    """Somebody of the troupe calls; the trace tells what came of it."""
    asking = stage.troupe.ask(caller, "call", destination_identity=destination, method=method, payload=payload, **SHORT)
    stage.others.setdefault("calling", set()).add(asyncio.ensure_future(asking))


async def callee_removed(stage):
    await stage.join("victim", ALL | {"nap-a": "sleep"})
    await stage.join("caller-a")
    begin(stage, "caller-a", "victim", "nap-a", "30")
    await stage.troupe.told("handling", method="nap-a")
    await stage.remove("victim")
    return await stage.observed("caller-a", "nap-a")


async def caller_leaves(stage):
    await stage.join("host", ALL | {"nap-b": "sleep"})
    await stage.join("caller-b")
    begin(stage, "caller-b", "host", "nap-b", "30")
    await stage.troupe.told("handling", method="nap-b")
    await stage.remove("caller-b")
    return await stage.observed("caller-b", "nap-b")


async def hidden_caller(stage):
    await stage.join("server-c", ALL | {"echo-c": "echo"})
    await stage.join("unseen", hidden=True)
    begin(stage, "unseen", "server-c", "echo-c")
    return await stage.observed("unseen", "echo-c")


async def mute_callee(stage):
    await stage.join("mute-d", ALL | {"echo-d": "echo"}, can_publish_data=False)
    await stage.join("caller-d")
    begin(stage, "caller-d", "mute-d", "echo-d")
    return await stage.observed("caller-d", "echo-d")


async def no_string(stage):
    await stage.join("careless", {"wrong-e": "wrong"})
    await stage.join("caller-e")
    begin(stage, "caller-e", "careless", "wrong-e")
    return await stage.observed("caller-e", "wrong-e")


async def exception(stage):
    await stage.join("clumsy", {"boom-f": "boom"})
    await stage.join("caller-f")
    begin(stage, "caller-f", "clumsy", "boom-f")
    return await stage.observed("caller-f", "boom-f")


async def other_version(stage):
    """A request of a version that the callee does not know, sent twice with one id."""
    await stage.here("raw")
    for _ in range(2):
        stage.others["raw"].send(request("q-version", "resident", "echo", version=9))
    return await stage.observed("raw", "echo")


async def same_id(stage):
    """Two callers whose requests have the same id."""
    await stage.here("raw")
    await stage.here("deaf")
    for name in ("raw", "deaf"):
        stage.others[name].send(request("q-same", "resident", "teleport-g"))
    await stage.observed("deaf", "teleport-g")
    return await stage.observed("raw", "teleport-g")


SITUATIONS = (
    Situation("others: the callee is removed", "left-during", callee_removed, ("victim",), ("callee-silent",), True),
    Situation("others: the caller leaves", "caller-left", caller_leaves, ("caller-b",), ("left-during",), True),
    Situation("others: a hidden caller", "hidden-caller", hidden_caller, ("unseen", "server-c"), (), True),
    Situation("others: a callee without canPublishData", "callee-may-not-send", mute_callee, ("mute-d",), (), True),
    Situation("others: a handler that returns a number", "handler-still-running", no_string, ("careless", "wrong-e"),
              ("callee-silent",), True),
    Situation("others: an exception", "exception-in-handler", exception, ("clumsy", "boom-f"), (), True),
    Situation("others: a version that the callee does not know", "version-not-understood", other_version,
              ("resident",), ("not-registered",), True),
    Situation("others: two callers with one id", "not-registered", same_id, ("resident", "teleport-g"),
              ("method-mistyped",), True),
)  # fmt: skip
