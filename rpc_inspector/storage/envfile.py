"""Environment files, as ``.env`` files are written everywhere."""

from io import StringIO
from pathlib import Path

from rpc_inspector.storage.reading import FileUnusable, read_text

MAX_BYTES = 1024 * 1024


def read_env_file(path: Path) -> dict[str, str]:
    """The variables that the file sets; ``${NAME}`` in it takes what the file or the environment says.

    Raises:
        FileUnusable: unreadable, or a line that is no assignment; the text says which.
    """
    text = read_text(path, MAX_BYTES)
    from dotenv import dotenv_values  # noqa: PLC0415 - needed by one option only, and costs as much as click
    from dotenv.parser import parse_stream  # noqa: PLC0415 - likewise

    for binding in parse_stream(StringIO(text)):
        if binding.error:
            raise FileUnusable(
                f"{path} cannot be understood at line {binding.original.line}.", "Lines are written NAME=value."
            )
    return {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value is not None}
