"""The canary: fails when a new SDK no longer logs its packets as this one does, since that is documented nowhere."""

import logging
import os
import time

from livekit import rtc

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.room.sdk_capture import LOGGER, SWITCH
from rpc_inspector.wire.capture import SdkDecoder
from tests.support.peers import peer
from tests.support.rooms import embedded_server, join, until


class Tape(logging.Handler):
    """Reads the SDK's records without anything of the session between."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.decoder = SdkDecoder(own="canary")
        self.events = []

    def emit(self, record):
        self.events += self.decoder.feed(record.getMessage(), time.monotonic())


async def test_the_sdk_still_logs_its_packets(monkeypatch):
    monkeypatch.setenv(SWITCH, "1")
    logger, tape = logging.getLogger(LOGGER), Tape()
    before = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(tape)
    advice = f"livekit {rtc.__version__} logs otherwise than 1.2.0: see wire/pcapline.py and room/sdk_capture.py"
    try:
        async with embedded_server() as server, peer(server.url, "callee"), join(server.url, "canary") as room:
            for number in range(30):
                answer = await room.local_participant.perform_rpc(
                    destination_identity="callee", method="echo", payload=str(number)
                )
                assert answer == str(number)

            def seen():
                return [e for e in tape.events if isinstance(e, RpcEvent) and e.complete]

            await until(lambda: sum(e.stage == "response" for e in seen()) == 30, what=advice)
    finally:
        logger.removeHandler(tape)
        logger.setLevel(before[0])
        logger.propagate = before[1]
    by_id = {}
    for event in seen():
        by_id.setdefault(event.id, []).append(event.stage)
    assert list(by_id.values()) == [["request", "ack", "response"]] * 30, advice
    assert [e.payload for e in seen() if e.stage == "request"] == [str(number) for number in range(30)], advice
    assert tape.decoder.stamps_trusted, f"the stamps are no longer of CLOCK_MONOTONIC; {advice}"
    counts = tape.decoder.counts
    assert (counts.bad_lines, counts.bad_packets, counts.bad_messages, counts.failures) == (0, 0, 0, 0), advice


async def test_without_the_switch_the_sdk_logs_no_packets(monkeypatch):
    """The switch is what turns it on; were it always on, it would flood every terminal."""
    monkeypatch.delenv(SWITCH, raising=False)
    assert SWITCH not in os.environ
    logger, tape = logging.getLogger(LOGGER), Tape()
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(tape)
    try:
        async with embedded_server() as server, peer(server.url, "callee"), join(server.url, "canary") as room:
            await room.local_participant.perform_rpc(destination_identity="callee", method="echo", payload="x")
    finally:
        logger.removeHandler(tape)
        logger.setLevel(before)
    assert tape.decoder.counts.packets == 0
