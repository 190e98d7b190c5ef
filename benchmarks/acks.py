"""(b) Are ack times true: against the peer's own send stamp, our record's arrival and the server's forwarding time."""

import os
from statistics import quantiles

from benchmarks.callers import CALLEE, caller
from benchmarks.stamping import stamping_peer
from tests.support.rooms import embedded_server

CALLS = 5_000
IN_FLIGHT = 10
#: ms: the peer's and our stamps are whole milliseconds of one clock.
TOLERANCE_MS = 1.0


async def measure() -> dict[str, float]:
    """Violations: earlier than the peer sent it (by more than 1 ms), later than its record arrived, or unknown."""
    os.environ["BENCHMARK_ARRIVALS"] = "1"
    async with embedded_server() as server, stamping_peer(server.url, CALLEE) as peer:
        async with caller("ours", server.url) as ours:
            seen = (await ours.round(CALLS, IN_FLIGHT))["acks"]
        sent = await peer.stamps()
    violations = unknown = 0
    distances = []
    for call_id, (ours_s, arrival, forwarded) in seen.items():
        if ours_s is None or arrival is None or forwarded is None or call_id not in sent:
            unknown += 1
            continue
        early = (sent[call_id] - ours_s) * 1000
        late = (ours_s - arrival) * 1000
        violations += early > TOLERANCE_MS or late > TOLERANCE_MS
        distances.append(abs(ours_s - forwarded) * 1000)
    return {
        "ack_violations": violations,
        "ack_unknown": unknown,
        "ack_count": len(seen),
        "ack_distance_ms_p95": quantiles(distances, n=20)[-1],
    }
