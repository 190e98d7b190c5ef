"""Entry point of ``python -m rpc_inspector`` and of the ``rpc-inspector`` command."""

import os


def main() -> None:
    """Run the command line; never returns normally."""
    try:
        from rpc_inspector.cli import run  # noqa: PLC0415 - keeps `import rpc_inspector.__main__` free of click

        run()
    except KeyboardInterrupt:  # while the imports were under way: nothing was begun
        os._exit(130)


if __name__ == "__main__":
    main()
