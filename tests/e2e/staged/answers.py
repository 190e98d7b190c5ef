"""The callee's side: its handlers, its limits, its sizes."""

import json

from tests.e2e.staged.stage import ALL, QUICK, Situation
from tests.support.rooms import until

#: Who is in the room before us, so that no join of theirs is seen.
RESIDENTS = ("resident", "shopkeeper", "weather", "promiser")
ADVERTISED = json.dumps({"v": 1, "m": {"get_weather": {}, "set_units": {}}})
PROMISED = json.dumps({"v": 1, "m": {"ghost_method": {}}})


async def prepare(stage):
    """The residents, and what they advertise."""
    for name in RESIDENTS:
        await stage.troupe.join(stage.url, name, {**ALL, "get_weather": "echo", "refuse": "fail"})
    await stage.troupe.ask("weather", "attributes", attributes={"rpc.methods": ADVERTISED})
    await stage.troupe.ask("promiser", "attributes", attributes={"rpc.methods": PROMISED})


def failing(code, message="", data=None):
    return json.dumps({"code": code, "message": message, "data": data})


def calling(*args, **limits):
    """A situation that is no more than one call."""

    async def run(stage):
        await stage.here(args[0])
        return await stage.fails(*args, **limits)

    return run


async def taken_away(stage):
    await stage.troupe.ask("shopkeeper", "register", method="greet", behave="echo")
    assert (await stage.call("shopkeeper", "greet")).outcome == "ok"
    await stage.troupe.ask("shopkeeper", "unregister", method="greet")
    return await stage.fails("shopkeeper", "greet")


async def just_joined(stage):
    await stage.join("newcomer", {})
    return await stage.fails("newcomer", "start_session")


async def lost_handlers(stage):
    await stage.join("returner", {"greet": "echo"})
    assert (await stage.call("returner", "greet")).outcome == "ok"
    await stage.troupe.ask("returner", "leave")
    await stage.gone("returner")
    await stage.join("returner", {})
    return await stage.fails("returner", "greet")


async def hidden_callee(stage):
    await stage.join("phantom", ALL, hidden=True)
    return await stage.fails("phantom", "boom", anyway=True)


async def cancelled(stage):
    seq = stage.begin("resident", "sleep", "0.4")
    await stage.troupe.told("handling", method="sleep", payload="0.4")
    assert stage.session.cancel(seq)
    return stage.explained(await stage.session.finished(seq))


async def late_answer(stage):
    limits = {"response_ms": 300, "ack_ms": 7_000}
    told = await stage.fails("resident", "sleep", "0.8", **limits)

    def late():
        return (stage.session.row(told.call.seq).note or "").startswith("its answer came")

    await until(late, what="the late answer was seen")
    return stage.explained(told.call)


SHORT = {"response_ms": 3_000, "ack_ms": 1_800}
SITUATIONS = (
    Situation("a handler that is slower than the callee was told", "handler-too-slow",
              calling("resident", "sleep", "5", **SHORT), ("sleep", "1.2 s", "resident"), ("handler-still-running",)),
    Situation("a short timeout that leaves the handler one second", "handler-too-slow",
              calling("resident", "sleep", "6", response_ms=2_000), ("sleep", "1 s", "2 s"),
              or_else="handler-still-running"),
    Situation("our own limit over before the handler's", "handler-still-running",
              calling("resident", "sleep", "4", response_ms=300), ("resident", "sleep"), ("handler-too-slow",)),
    Situation("an answer after we had given up", "handler-still-running", late_answer, ("resident", "sleep"),
              ("not-a-string", "handler-too-slow", "not-answering")),
    Situation("a handler that returns a number", "not-a-string",
              calling("resident", "wrong", response_ms=4_500, ack_ms=3_000), ("wrong", "resident"),
              ("handler-too-slow",)),
    Situation("an exception in the handler", "exception-in-handler", calling("resident", "boom", "x"),
              ("boom", "resident"), ("raised-by-handler",)),
    Situation("1500 raised by the handler with data", "raised-by-handler",
              calling("resident", "fail", failing(1500, "no such order", "7")), ("fail", "resident", "no such order"),
              ("exception-in-handler",)),
    Situation("an application's own code with data", "application-code",
              calling("resident", "fail", failing(4020, "declined", '{"a":1}')), ("fail", "resident", "4020"),
              ("raised-by-handler",)),
    Situation("a reserved code that no SDK knows", "application-code",
              calling("resident", "fail", failing(1777, "odd")), ("fail", "resident", "1777")),
    Situation("1501 raised by the handler", "raised-by-handler",
              calling("resident", "fail", failing(1501, "upstream is silent")), ("fail", "resident", "1501"),
              ("not-answering", "unknown-identity", "late-ack")),
    Situation("1501 raised by the handler in the SDK's own words", "raised-by-handler",
              calling("resident", "fail", failing(1501, "Connection timeout")), ("fail", "resident", "1501"),
              ("not-answering",)),
    Situation("1502 raised by the handler at once", "raised-by-handler",
              calling("resident", "fail", failing(1502, "Response timeout")), ("fail", "resident", "1502"),
              ("handler-too-slow", "not-a-string")),
    Situation("1503 raised by the handler", "raised-by-handler",
              calling("resident", "fail", failing(1503, "my backend left")), ("fail", "resident", "1503"),
              ("left-during", "our-connection-ended")),
    Situation("a handler that refuses the caller with 1400", "raised-by-handler",
              calling("resident", "refuse", failing(1400, "not for you")), ("refuse", "resident", "refused"),
              ("not-registered", "not-registered-yet")),
    Situation("1404 raised by the handler", "raised-by-handler",
              calling("resident", "fail", failing(1404, "speak version 3")), ("fail", "resident", "1404"),
              ("version-not-understood",)),
    Situation("a mistyped method", "method-mistyped", calling("weather", "get_wether", "{}"),
              ("weather", "get_wether", "get_weather"), ("not-registered-yet",)),
    Situation("a method that nobody has", "not-registered", calling("resident", "teleport"),
              ("resident", "teleport"), ("not-registered-yet", "method-mistyped", "handlers-lost")),
    Situation("a method that is advertised and not there", "promised-not-registered",
              calling("promiser", "ghost_method"), ("promiser", "ghost_method"), ("method-mistyped",)),
    Situation("a method's name of 300 bytes", "name-too-long", calling("resident", "m" * 300), ("300", "resident")),
    Situation("a handler that was taken away", "unregistered", taken_away, ("shopkeeper", "greet"), ("handlers-lost",)),
    Situation("a callee that has just joined", "not-registered-yet", just_joined, ("newcomer", "start_session"),
              ("handlers-lost", "unregistered")),
    Situation("a callee that joined anew without its handlers", "handlers-lost", lost_handlers, ("returner", "greet"),
              ("unregistered",)),
    Situation("a hidden callee's exception", "exception-in-handler", hidden_callee, ("phantom", "boom"),
              ("unknown-identity",)),
    Situation("a call that the user cancelled", "we-stopped", cancelled, ("resident", "sleep")),
    Situation("a large payload to nobody", "unlisted-counts-as-v1",
              lambda stage: stage.fails("residnt", "echo", "x" * 15_361, **QUICK), ("residnt", "resident", "15,360"),
              ("callee-speaks-v1",)),
    Situation("a large payload to an old SDK", "callee-speaks-v1",
              calling("old", "echo", "x" * 15_361), ("old", "15,361", "version 1"), ("unlisted-counts-as-v1",)),
    Situation("a large answer of an old SDK", "answer-too-large", calling("old", "big", "15361"), ("old", "big"),
              ("raised-by-handler",)),
    Situation("an exception in an old SDK", "exception-in-handler", calling("old", "boom"), ("old", "boom"),
              ("version-not-understood",)),
)  # fmt: skip
