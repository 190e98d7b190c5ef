"""Entry point of ``python -m rpc_inspector`` and of the ``rpc-inspector`` command."""


def main() -> None:
    """Run the command line; never returns normally."""
    from rpc_inspector.cli import run  # noqa: PLC0415 - keeps `import rpc_inspector.__main__` free of click

    run()


if __name__ == "__main__":
    main()
