"""``demo --headless``: the demo's story told without a screen, and whether everything came out as expected."""

from collections.abc import Sequence

from rpc_inspector.cli.ending import OK, OWN_FAILURE
from rpc_inspector.cli.session import a_session
from rpc_inspector.core.text import sanitise
from rpc_inspector.demo.process import DemoProcess
from rpc_inspector.demo.rehearsal import StoryResult, run_story
from rpc_inspector.headless.output import Output
from rpc_inspector.headless.report import CALL_HEADING, CALL_NUMBERS, call_cells, columns


async def rehearse(demo: DemoProcess) -> int:
    """Join the started demo, make every call of its story, print the table; 0 only if all came out as expected."""
    out = Output()
    try:
        async with a_session() as session:
            results = await run_story(session, await demo.target())
    finally:
        await demo.stop()
    for line in _table(results):
        out.line(line)
    odd = [result for result in results if not result.as_expected]
    acked = sum(1 for result in results if result.call and result.call.ack)
    out.line(f"\n{len(results)} calls · {len(results) - len(odd)} as expected · {acked} with a true ack time")
    return OWN_FAILURE if odd else OK


def _table(results: Sequence[StoryResult]) -> list[str]:
    return columns([[*CALL_HEADING, "expected"], *map(_row, results)], right=CALL_NUMBERS)


def _row(result: StoryResult) -> list[str]:
    expected = result.expected
    wanted = "ok" if expected.code is None else str(expected.code)
    verdict = f"{wanted}: {expected.note}" if result.as_expected else f"NOT {wanted}: {expected.note}"
    if result.call is None:
        return [expected.destination, expected.method, "", "", "", "○ never came", verdict]
    return [*call_cells(result.call), sanitise(verdict)]
