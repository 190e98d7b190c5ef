"""``demo``: a room of its own with participants to call, and the interface on it. Nothing to configure."""

from contextlib import closing

import click

from rpc_inspector.cli.options import CONTEXT, Recording, plain_options, recording_options


@click.command("demo", context_settings=CONTEXT)
@click.option("--headless", is_flag=True, help="Call every method once, print the trace, and check each outcome.")
@recording_options
@plain_options
def command(*, headless: bool, recording: Recording) -> int:
    """Open the interface on a room of its own, with participants to call.

    The room lives on this machine, on a free port of the loopback, and ends with the program.
    """
    return _headless() if headless else _interface(recording)


def _interface(recording: Recording) -> int:
    from rpc_inspector.cli.tui import require_terminal  # noqa: PLC0415 - the help does not need it
    from rpc_inspector.demo.process import DemoProcess  # noqa: PLC0415 - likewise

    require_terminal()
    demo = DemoProcess()
    demo.start()  # first of all: its imports take as long as ours
    import asyncio  # noqa: PLC0415 - the child is being started meanwhile
    from pathlib import Path  # noqa: PLC0415 - likewise

    from msgspec.structs import replace  # noqa: PLC0415 - likewise

    from rpc_inspector.cli.session import Recorder  # noqa: PLC0415 - likewise
    from rpc_inspector.core.session import Target  # noqa: PLC0415 - likewise
    from rpc_inspector.storage.catalogue import default_paths  # noqa: PLC0415 - likewise
    from rpc_inspector.tui.app import run_app  # noqa: PLC0415 - likewise
    from rpc_inspector.tui.start import Start  # noqa: PLC0415 - likewise

    async def find_target() -> Target:
        return replace(await demo.target(), catalogues=tuple(map(str, default_paths(Path.cwd()))))

    try:
        with closing(Recorder(recording)) as recorder:
            return run_app(
                Start(
                    make_session=recorder.make_session,
                    find_target=find_target,
                    title="demo",
                    concealing=recorder.concealing,
                )
            )
    finally:
        asyncio.run(demo.stop())


def _headless() -> int:
    from rpc_inspector.demo.process import DemoProcess  # noqa: PLC0415 - the help does not need it

    demo = DemoProcess()
    demo.start()
    from rpc_inspector.cli.rehearsing import rehearse  # noqa: PLC0415 - the child is being started meanwhile
    from rpc_inspector.cli.running import run_async  # noqa: PLC0415 - likewise

    return run_async(lambda: rehearse(demo))
