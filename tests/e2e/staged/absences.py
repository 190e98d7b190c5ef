"""Callees that are not there, not for long, not listening or not readable."""

import asyncio
import signal

from tests.e2e.staged.stage import ALL, QUICK, Situation, request
from tests.support.rooms import until


async def left_before(stage):
    await stage.join("departed")
    await stage.troupe.ask("departed", "leave")
    await stage.gone("departed")
    return await stage.fails("departed", **QUICK)


async def left_before_and_not_sent(stage):
    await stage.join("farewell")
    await stage.troupe.ask("farewell", "leave")
    await stage.gone("farewell")
    return await stage.fails("farewell")


async def left_during(stage):
    await stage.join("leaver")
    told = await stage.fails("leaver", "leave")
    await stage.gone("leaver")
    return stage.explained(told.call)


async def removed_during(stage):
    await stage.join("evicted")
    seq = stage.begin("evicted", "sleep", "7.5")
    await stage.troupe.told("handling", method="sleep", payload="7.5")
    await stage.remove("evicted")
    return stage.explained(await stage.session.finished(seq))


async def replaced_during(stage):
    await stage.join("double")
    seq = stage.begin("double", "sleep", "7.6")
    await stage.troupe.told("handling", method="sleep", payload="7.6")
    await stage.troupe.join(stage.url, "double", {})
    return stage.explained(await stage.session.finished(seq))


async def not_joined_yet(stage):
    seq = stage.begin("latecomer", **(QUICK | {"ack_ms": 1_200}))
    await until(lambda: stage.session.row(seq).views, what="the request was sent")
    await stage.troupe.join(stage.url, "latecomer", ALL)
    call = await stage.session.finished(seq)
    await stage.here("latecomer")
    return stage.explained(call)


async def not_active(stage):
    await until(lambda: stage.listed("halfway"), within_s=20, what="halfway has joined")
    return await stage.fails("halfway", **QUICK)


async def callee_mute(stage):
    await stage.join("mute", can_publish_data=False)
    return await stage.fails("mute", **QUICK)


async def callee_muted(stage):
    await stage.join("muted")
    assert (await stage.call("muted")).outcome == "ok"
    await stage.grant("muted", can_publish_data=False)
    return await stage.fails("muted", **QUICK)


async def stopped(stage):
    process = stage.others["stopped"]
    await stage.here("stopped")
    assert (await stage.call("stopped")).outcome == "ok"
    process._process.send_signal(signal.SIGSTOP)
    told = await stage.fails("stopped", **QUICK)
    stage.others["stopped call"].set_result(told.call.seq)
    return told


async def late_ack(stage):
    """The same call, once the process runs again."""
    seq = await stage.others["stopped call"]
    stage.others["stopped"]._process.send_signal(signal.SIGCONT)

    def acked():
        return "its ack came" in (stage.session.row(seq).note or "")

    await until(acked, within_s=15, what="the late ack was seen")
    return stage.explained(seq)


async def killed(stage):
    await stage.here("killed")
    stage.others["killed"].kill()
    return await stage.fails("killed", **QUICK)


async def blocked(stage):
    await stage.here("blocked")
    first = stage.begin("blocked", "stuck", "2.5", response_ms=900)
    await stage.others["blocked"].told("handling", method="stuck")
    second = await stage.fails("blocked", "echo", response_ms=900)
    await stage.session.finished(first)
    stage.others["stuck call"].set_result(first)
    return second


async def blocking(stage):
    return stage.explained(await stage.others["stuck call"])


async def encrypted_callee(stage):
    await stage.join("sealed", ALL, key="theirs")
    told = await stage.fails("sealed", **QUICK)

    def seen():
        return any(event.kind == "capture" for event in stage.session.events_of("sealed"))

    await until(seen, what="its encrypted packets were told")
    return stage.explained(told.call)


async def deaf(stage):
    """One direction works: it calls us, and hears nothing."""
    peer = stage.others["deaf"]
    await stage.here("deaf")
    peer.send(request("q-deaf", stage.session.state.identity, "hello"))
    for _ in range(2):
        await stage.call("deaf", **(QUICK | {"ack_ms": 300}))
    return await stage.fails("deaf", **(QUICK | {"ack_ms": 300}))


async def old_version(stage):
    """An SDK that acknowledges and does not know the version of the request, as old ones do."""
    await stage.here("raw")
    raw = stage.others["raw"]
    seq = stage.begin("raw", "renew")
    asked = await until(lambda: next((one for one in raw.got if one.HasField("rpc_request")), None), what="the request")
    raw.refuse(asked, 1404, "Unsupported RPC version")
    return stage.explained(await stage.session.finished(seq))


async def ourselves(stage):
    return await stage.fails(stage.session.state.identity, **QUICK)


async def ourselves_and_not_sent(stage):
    return await stage.fails(stage.session.state.identity)


SILENT = ("not-answering", "not-active")
SITUATIONS = (
    Situation("nobody of that name", "unknown-identity", lambda stage: stage.fails("zzzz", **QUICK), ("zzzz",),
              (*SILENT, "left-before", "callee-may-not-send")),
    Situation("a mistyped identity", "unknown-identity", lambda stage: stage.fails("shopkeper", **QUICK),
              ("shopkeper", "shopkeeper"), SILENT),
    Situation("a mistyped identity, not sent", "unknown-identity", lambda stage: stage.fails("wheather"),
              ("wheather", "weather"), SILENT),
    Situation("ourselves", "self-call", ourselves, ("inspector",), (*SILENT, "unknown-identity")),
    Situation("ourselves, not sent", "self-call", ourselves_and_not_sent, ("inspector",), ("unknown-identity",)),
    Situation("a callee that had left", "left-before", left_before, ("departed",), (*SILENT, "unknown-identity")),
    Situation("a callee that had left, not sent", "left-before", left_before_and_not_sent, ("farewell",),
              ("unknown-identity",)),
    Situation("a callee that leaves during the call", "left-during", left_during, ("leaver",),
              ("our-connection-ended", "replaced")),
    Situation("a callee that is removed during the call", "left-during", removed_during, ("evicted",),
              ("our-connection-ended", "replaced")),
    Situation("a second session of the callee's identity", "replaced", replaced_during, ("double",),
              ("our-connection-ended",)),
    Situation("a callee that joins too late", "not-joined-yet", not_joined_yet, ("latecomer",), ("unknown-identity",)),
    Situation("a callee that is not active yet", "not-active", not_active, ("halfway",),
              ("unknown-identity", "left-before")),
    Situation("a callee without canPublishData", "callee-may-not-send", callee_mute, ("mute",), ("unknown-identity",)),
    Situation("a callee that lost canPublishData", "callee-may-not-send", callee_muted, ("muted",),
              ("unknown-identity",)),
    Situation("a callee whose process is stopped", "not-answering", stopped, ("stopped",),
              ("unknown-identity", "left-before", "not-active", "hidden-caller")),
    Situation("a callee whose ack comes late", "late-ack", late_ack, ("stopped",), ("not-answering",)),
    Situation("a callee that was killed", "not-answering", killed, ("killed",), ("unknown-identity", "left-before"),
              or_else="left-during"),
    Situation("a callee whose event loop is blocked", "callee-blocked", blocked, ("blocked", "echo"),
              ("not-answering",)),
    Situation("the handler that blocks it", "callee-blocked", blocking, ("blocked", "stuck"), ("handler-too-slow",)),
    Situation("a callee that encrypts", "encryption-differs", encrypted_callee, ("sealed",), ("unknown-identity",)),
    Situation("an old SDK that does not know the version", "version-not-understood", old_version, ("raw",),
              ("not-registered",), embedded_only=True),
    Situation("a callee that hears nothing and calls us", "one-direction", deaf, ("deaf",), ("unknown-identity",),
              embedded_only=True),
)  # fmt: skip


async def prepare_late(stage, peers, raw):
    """Who joins after us: processes that are stopped, killed and blocked, and clients that are no SDK."""
    loop = asyncio.get_running_loop()
    stage.others |= {"stopped call": loop.create_future(), "stuck call": loop.create_future()}
    for name, started in peers.items():
        stage.others[name] = started
    await stage.others["blocked"].do("register", method="stuck", behave="stuck")
    stage.others |= raw
