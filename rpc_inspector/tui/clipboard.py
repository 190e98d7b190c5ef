"""Copying: to the machine's clipboard, or through the terminal where that cannot be reached."""

import asyncio


async def to_machine(text: str) -> bool:
    """Put ``text`` on the local clipboard; whether there is one that can be reached."""
    import pyperclip  # noqa: PLC0415 - it looks for programs when imported, so not before it is needed

    try:
        # It starts a program (xclip, wl-copy), which must not hold up the loop.
        await asyncio.to_thread(pyperclip.copy, text)
    except pyperclip.PyperclipException:
        return False
    return True
