"""Copying: to the machine's clipboard, or through the terminal where that cannot be reached."""

import asyncio
import shlex

from rpc_inspector.core.budgets import utf8_size
from rpc_inspector.core.session import SessionState

#: Bytes of an argument that every common system takes; Linux ends at 131,072.
_LONGEST_ARGUMENT = 100_000


async def to_machine(text: str) -> bool:
    """Put ``text`` on the local clipboard; whether there is one that can be reached."""
    import pyperclip  # noqa: PLC0415 - it looks for programs when imported, so not before it is needed

    try:
        # It starts a program (xclip, wl-copy), which must not hold up the loop.
        await asyncio.to_thread(pyperclip.copy, text)
    except pyperclip.PyperclipException:
        return False
    return True


def command_line(identity: str, method: str, payload: str, state: SessionState) -> str:
    """The call as a command for a POSIX shell; keys and tokens are left to the environment."""
    if not identity or not method:
        return ""
    options = ["--url", state.url] if state.url else []
    options += ["--room", state.room] if state.room else []
    # As an argument it would be read as an option or a file's name, or be longer than a system takes.
    piped = payload.startswith(("-", "@")) or utf8_size(payload) > _LONGEST_ARGUMENT
    words = [identity, method, *(["-"] if piped else [payload] if payload else [])]
    looks_like_option = identity.startswith("-") or method.startswith("-")
    words = [*options, "--", *words] if looks_like_option else [*words, *options]
    command = shlex.join(["rpc-inspector", "call", *words])
    return f"printf %s {shlex.quote(payload)} | {command}" if piped else command
