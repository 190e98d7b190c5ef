"""The recorded fixtures, and what they decode to."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.wire.capture import SdkDecoder

FOLDER = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


@dataclass
class Fixture:
    """What the SDKs said of the calls, and the packet records as `(arrival, message)`."""

    truth: dict
    records: list[tuple[float, str]]

    def decode(self, records=None):
        """The decoder after all records (or those given instead), and its events."""
        decoder = SdkDecoder(own=self.truth["own"])
        return decoder, [event for at, text in records or self.records for event in decoder.feed(text, at)]


def load(name):
    truth, *records = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()]
    return Fixture(truth, [(at, text) for at, text in records])


def same_text(payload, said):
    raw = payload.encode()
    return len(raw) == said["bytes"] and hashlib.sha256(raw).hexdigest() == said["sha256"]


def facts(event):
    """What must not depend on the order of the records: all but the times and what the times decide."""
    if not isinstance(event, RpcEvent):
        return (event.dir, event.sender, event.destination, event.bytes)
    return (
        event.stage, event.dir, event.id, event.sender, event.destination, event.transport, event.method,
        event.told_ms, event.version, event.payload, event.payload_bytes, event.compressed, event.error, event.bytes,
        event.packets,
    )  # fmt: skip
