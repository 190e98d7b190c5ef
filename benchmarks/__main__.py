"""`python -m benchmarks [NAME...] [--json]`: measure, and print a table or one flat JSON object of figures."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

from benchmarks import (
    acks,
    discovery,
    filtering,
    form,
    invoke,
    journal,
    keys,
    ladder,
    listing,
    load,
    opening,
    server,
    startup,
    store,
)

#: Each returns its figures by name.
BENCHMARKS: dict[str, Callable[[], Awaitable[dict[str, float]]]] = {
    "invoke": invoke.measure,
    "acks": acks.measure,
    "startup": startup.measure,
    "server": server.measure,
    "load": load.measure,
    "filter": filtering.measure,
    "store": store.measure,
    "list": listing.measure,
    "ladder": ladder.measure,
    "journal": journal.measure,
    "open": opening.measure,
    "keys": keys.measure,
    "form": form.measure,
    "discovery": discovery.measure,
}

#: The figures with a goal: at most, or at least, so much.
GOALS: dict[str, tuple[str, float]] = {
    "invoke_overhead_ratio": ("<=", 1.10),
    "ack_violations": ("<=", 0),
    "ack_distance_ms_p95": ("<=", 2.0),
    "first_paint_ratio": ("<=", 1.6),
    "help_ratio": ("<=", 1.4),
    "version_ratio": ("<=", 1.4),
    "demo_room_s": ("<=", 3.0),
    "demo_quit_s": ("<=", 1.0),
    "embedded_rpc_ratio": ("<=", 1.2),
    "embedded_throughput_ratio": (">=", 0.9),
    **{f"filter_{name}_ms": ("<=", 300.0 if "path" in name else 150.0) for name in filtering.USUAL},
    **{f"list_filter_{name}_ms": ("<=", 150.0) for name in ("few", "most", "none")},
    **{f"list_{name}_ms_p95": ("<=", 16.0) for name in ("scroll", "jump", "next_error")},
    "list_memory_mib": ("<=", 25.0),
    "list_live_ratio": ("<=", 0.25),
    "store_100k_mib": ("<=", 150.0),
    "store_newcomer_ms": ("<=", 50.0),
    "store_live_percent": ("<=", 3.0),
    **{f"journal_{payloads}_core": ("<=", 0.05) for payloads in ("keep", "redact", "off")},
    **{f"open_{kind}_first_s": ("<=", 1.5) for kind in ("objects", "journal")},
    **{f"open_{kind}_mib": ("<=", 160.0) for kind in ("objects", "journal")},
    **{f"open_json_{name}_per_s": (">=", 100_000.0) for name in opening.FILTERS},
    **{f"open_json_{name}_mib": ("<=", 64.0) for name in opening.FILTERS},
    "ladder_scroll_ms_p95": ("<=", 16.0),
    "ladder_jump_ms_p95": ("<=", 16.0),
    "ladder_next_error_ms_p95": ("<=", 16.0),
    "ladder_live_core": ("<=", 0.25),
    "ladder_put_growth_ratio": ("<=", 2.0),
    "filter_key_ms_p99": ("<=", 50.0),
    "form_first_own_ms_max": ("<=", 150.0),
    "form_key_own_ms_p99": ("<=", 30.0),
    "discovery_advertised_ms_p95": ("<=", 300.0),
    "discovery_advertised_later_ms_p95": ("<=", 300.0),
    "discovery_described_s_max": ("<=", 3.3),
    "discovery_silent_s_max": ("<=", 3.3),
    "load_core": ("<=", 0.25),
    "load_lag_ms_p99": ("<=", 30.0),
    "load_events_lost": ("<=", 0),
    "load_calls_not_shown": ("<=", 0),
    "load_against_table_ratio": ("<=", 0.25),
}


def _row(name: str, value: float) -> str:
    goal = GOALS.get(name)
    if goal is None:
        return f"  {name:<34}{value:>12.3f}"
    sign, limit = goal
    met = value <= limit if sign == "<=" else value >= limit
    return f"  {name:<34}{value:>12.3f}   goal {sign} {limit:g}   {'met' if met else 'MISSED'}"


async def main() -> None:
    """Run the benchmarks that were named, all by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="one flat object of figures on stdout")
    wanted = parser.parse_args()
    unknown = set(wanted.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    figures: dict[str, float] = {}
    for name in wanted.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found = await BENCHMARKS[name]()
        figures |= found
        if not wanted.json:
            print(name)
            print("\n".join(_row(key, value) for key, value in found.items()), flush=True)
    if wanted.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main())
