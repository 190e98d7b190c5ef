"""(b) Are ack times true: against the peer's own send stamp, our record's arrival and the server's forwarding time."""

import os
from statistics import quantiles

from benchmarks.callers import CALLEE, caller
from benchmarks.stamping import stamping_peer
from tests.support.rooms import embedded_server

CALLS = 5_000
IN_FLIGHT = 10
#: ms that an ack may seem to be received before it was sent: both stamps are rounded to whole milliseconds of one
#: clock. The small rest is that of adding and subtracting floats.
EARLY_MS = 1.0 + 1e-6
#: ms that a stamp may lie after its record's arrival, by the same rounding.
LATE_MS = 0.5 + 1e-6


async def measure() -> dict[str, float]:
    """Violations: earlier than the peer sent it (by more than 1 ms), later than its record arrived, or unknown."""
    os.environ["BENCHMARK_ARRIVALS"] = "1"
    async with embedded_server() as server, stamping_peer(server.url, CALLEE) as peer:
        async with caller("ours", server.url) as ours:
            seen = (await ours.round(CALLS, IN_FLIGHT))["acks"]
        sent = await peer.stamps()
    violations = unknown = late_stamps = 0
    worst_early = worst_late = 0.0
    distances = []
    for call_id, (ours_s, arrival, forwarded) in seen.items():
        if ours_s is None or arrival is None or forwarded is None or call_id not in sent:
            unknown += 1
            continue
        # libwebrtc stamps a packet after it handed it to the network, so under load a peer's stamp can be late; that
        # the server had already forwarded the packet proves it.
        late_stamps += forwarded < sent[call_id] - EARLY_MS / 1000
        early = (min(sent[call_id], forwarded) - ours_s) * 1000
        late = (ours_s - arrival) * 1000
        worst_early, worst_late = max(worst_early, early), max(worst_late, late)
        violations += early > EARLY_MS or late > LATE_MS
        distances.append(abs(ours_s - forwarded) * 1000)
    return {
        "ack_violations": violations,
        "ack_unknown": unknown,
        "ack_count": len(seen),
        "ack_peer_stamps_late": late_stamps,
        "ack_worst_early_ms": worst_early,
        "ack_worst_late_ms": worst_late,
        "ack_distance_ms_p95": quantiles(distances, n=20)[-1],
    }
