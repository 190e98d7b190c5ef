"""(a) What our invoke path costs: with capture and trace on, against a bare loop over the SDK."""

from statistics import median

from benchmarks.callers import CALLEE, caller
from tests.support.peers import peer
from tests.support.rooms import embedded_server

ROUNDS = 15
CALLS = 80


async def measure() -> dict[str, float]:
    """Two processes in one room call the same peer in turns, sequentially.

    The ratio is the median of the rounds' ratios: a burst of other load on the machine then spoils one round, not all.
    """
    bare_ms: list[float] = []
    ours_ms: list[float] = []
    async with (
        embedded_server() as server,
        peer(server.url, CALLEE),
        caller("bare", server.url) as bare,
        caller("ours", server.url) as ours,
    ):
        for each in (bare, ours):
            await each.round(50)  # warm
        for _ in range(ROUNDS):
            bare_ms.append(median((await bare.round(CALLS))["ms"]))
            ours_ms.append(median((await ours.round(CALLS))["ms"]))
    return {
        "invoke_overhead_ratio": median(mine / theirs for mine, theirs in zip(ours_ms, bare_ms, strict=True)),
        "invoke_bare_ms_median": median(bare_ms),
        "invoke_ours_ms_median": median(ours_ms),
    }
