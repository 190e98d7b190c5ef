"""Copying: to the machine's clipboard, or through the terminal where that cannot be reached."""

import asyncio
import shlex

from rpc_inspector.core.session import SessionState


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
    words = ["rpc-inspector", "call", identity, method]
    words += [payload] if payload else []
    words += ["--url", state.url] if state.url else []
    words += ["--room", state.room] if state.room else []
    return shlex.join(words)
