"""Calls as a collection: a folder of requests that make them again."""

from collections.abc import Iterable
from pathlib import Path

from rpc_inspector.core.model import TraceRow
from rpc_inspector.storage.collections.writing import write_collection


def write_folder(rows: Iterable[TraceRow], path: Path) -> None:
    """Write the calls among ``rows`` to a new folder.

    Raises:
        FileUnusable: it cannot be written, is there already, or there are no calls to write.
    """
    write_collection(path, rows)
