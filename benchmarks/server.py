"""(e) The embedded server against the real livekit-server: RPC median, and calls a second at 20 in flight."""

import sys
import tempfile
from statistics import median

from benchmarks.callers import CALLEE, caller
from tests.support import livekit_server
from tests.support.peers import peer
from tests.support.rooms import embedded_server

ROUNDS = 7
SEQUENTIAL = 150
AT_ONCE = 300
IN_FLIGHT = 20


async def measure() -> dict[str, float]:
    """Medians of interleaved rounds, as ratios; nothing where livekit-server is not installed."""
    if livekit_server.binary() is None:
        print(f"  livekit-server not found ({livekit_server.VARIABLE} or PATH): left out", file=sys.stderr)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        async with (
            embedded_server() as embedded,
            livekit_server.livekit_server(folder) as real,
            peer(embedded.url, CALLEE),
            peer(real.url, CALLEE),
            caller("bare", embedded.url) as to_embedded,
            caller("bare", real.url) as to_real,
        ):
            medians: dict[str, list[float]] = {"embedded": [], "real": []}
            rates: dict[str, list[float]] = {"embedded": [], "real": []}
            for _ in range(ROUNDS):
                for name, each in (("embedded", to_embedded), ("real", to_real)):
                    medians[name].append(median((await each.round(SEQUENTIAL))["ms"]))
                    rates[name].append(AT_ONCE / (await each.round(AT_ONCE, IN_FLIGHT))["seconds"])
    return {
        "embedded_rpc_ratio": median(medians["embedded"]) / median(medians["real"]),
        "embedded_throughput_ratio": median(rates["embedded"]) / median(rates["real"]),
        "embedded_rpc_ms_median": median(medians["embedded"]),
        "real_rpc_ms_median": median(medians["real"]),
        "embedded_calls_per_s": median(rates["embedded"]),
        "real_calls_per_s": median(rates["real"]),
    }
