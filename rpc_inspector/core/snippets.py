r"""A call as text that makes it again: a shell command, a Python program, a JavaScript program.

What a stranger chose (names, payloads) stands in them as literals alone, and nothing invisible is in the text: pasted
into a terminal, a control character could end the paste and begin a command. No token is ever in them.
"""

import json
import shlex
from collections.abc import Callable
from string import Template

from msgspec import Struct

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS, utf8_size
from rpc_inspector.core.model import Call
from rpc_inspector.core.session import Invocation, SessionState

#: Bytes of an argument that every common system takes; Linux ends at 131,072.
_LONGEST_ARGUMENT = 100_000


class Language(Struct, frozen=True, kw_only=True):
    """A kind of text. ``make`` gives it; empty text for a call whose callee or method is not known."""

    name: str
    description: str
    make: Callable[[Invocation, SessionState], str]


def invocation_of(call: Call) -> Invocation:
    """What would make a call again; where its payload was not seen or was taken out, an empty one."""
    budget = call.budget
    return Invocation(
        destination=call.callee or "",
        method=call.method or "",
        payload=(call.request and call.request.text) or "",
        response_ms=budget.response if budget else DEFAULT_RESPONSE_MS,
        ack_ms=budget.ack if budget else DEFAULT_ACK_MS,
    )


def command(wanted: Invocation, state: SessionState) -> str:
    """A command for a POSIX shell; keys and tokens are left to the environment."""
    if not wanted.destination or not wanted.method:
        return ""
    payload = wanted.payload
    # As an argument it would be read as an option or a file's name, or be longer than a system takes.
    piped = payload.startswith(("-", "@")) or utf8_size(payload) > _LONGEST_ARGUMENT or not payload.isprintable()
    names = [wanted.destination, wanted.method]
    words = [*map(_shell, names), *(["-"] if piped else [_shell(payload)] if payload else [])]
    looks_like_option = any(name.startswith("-") for name in names)
    options = _options(wanted, state)
    words = [*options, "--", *words] if looks_like_option else [*words, *options]
    line = " ".join(["rpc-inspector call", *words])
    return f"{_printf(payload)} | {line}" if piped else line


def _options(wanted: Invocation, state: SessionState) -> list[str]:
    options = ["--url", _shell(state.url)] if state.url else []
    options += ["--room", _shell(state.room)] if state.room else []
    options += ["--timeout", f"{wanted.response_ms / 1000:g}"] if wanted.response_ms != DEFAULT_RESPONSE_MS else []
    return options + (["--ack-timeout", f"{wanted.ack_ms / 1000:g}"] if wanted.ack_ms != DEFAULT_ACK_MS else [])


def _shell(text: str) -> str:
    """A word; one with invisible characters is made of their numbers when the command runs."""
    return shlex.quote(text) if text.isprintable() else f'"$({_printf(text)})"'


def _printf(text: str) -> str:
    if text.isprintable():
        return f"printf %s {shlex.quote(text)}"
    shown = "".join(one if one.isprintable() else _octal(one) for one in text.replace("\\", "\\\\").replace("%", "%%"))
    return f"printf -- {shlex.quote(shown)}"


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogatepass"))


_PYTHON = Template("""\
# pip install livekit. LIVEKIT_URL is the server's, LIVEKIT_TOKEN a token for $room.
import asyncio
import os

from livekit import rtc


async def main() -> None:
    room = rtc.Room()
    await room.connect(os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_TOKEN"])
    try:
        answer = await room.local_participant.perform_rpc(
            destination_identity=$destination,
            method=$method,
            payload=$payload,
            response_timeout=$timeout,
        )
        print(answer)
    except rtc.RpcError as error:
        raise SystemExit(f"{error.code} {error.message} {error.data or ''}") from error
    finally:
        await room.disconnect()


asyncio.run(main())
""")

_JAVASCRIPT = Template("""\
// npm install @livekit/rtc-node. LIVEKIT_URL is the server's, LIVEKIT_TOKEN a token for $room.
// Run it as a module (call.mjs). In a browser: import from "livekit-client", give connect() the two, drop dispose().
import { Room, dispose } from "@livekit/rtc-node";

const room = new Room();
await room.connect(process.env.LIVEKIT_URL, process.env.LIVEKIT_TOKEN, { autoSubscribe: false, dynacast: false });
try {
  const answer = await room.localParticipant.performRpc({
    destinationIdentity: $destination,
    method: $method,
    payload: $payload,
    responseTimeout: $timeout,
  });
  console.log(answer);
} catch (error) {
  console.error(error.code, error.message, error.data ?? "");
  process.exitCode = 1;
} finally {
  await room.disconnect();
  await dispose();
}
""")


def python(wanted: Invocation, state: SessionState) -> str:
    """A program for the ``livekit`` package."""
    if not wanted.destination or not wanted.method:
        return ""
    return _PYTHON.substitute(
        room=_room(state),
        destination=repr(wanted.destination),
        method=repr(wanted.method),
        payload=repr(wanted.payload),
        timeout=f"{wanted.response_ms / 1000!r}",
    )


def javascript(wanted: Invocation, state: SessionState) -> str:
    """A program for ``@livekit/rtc-node``; ``performRpc`` takes the same of ``livekit-client``."""
    if not wanted.destination or not wanted.method:
        return ""
    return _JAVASCRIPT.substitute(
        room=_room(state),
        destination=_js(wanted.destination),
        method=_js(wanted.method),
        payload=_js(wanted.payload),
        timeout=wanted.response_ms,
    )


def _room(state: SessionState) -> str:
    """The room in a comment, which a line end would end."""
    return f"the room {_js(state.room)}" if state.room else "the room"


def _js(text: str) -> str:
    """A string literal; ``</`` would end a script in a page."""
    literal = json.dumps(text, ensure_ascii=False).replace("</", "<\\/")
    return "".join(one if one.isprintable() else _js_escape(one) for one in literal)


def _js_escape(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) > 0x7E else f"\\u{ord(character):04x}"


LANGUAGES: tuple[Language, ...] = (
    Language(name="command", description="rpc-inspector call, for a shell", make=command),
    Language(name="Python", description="a program for the livekit package", make=python),
    Language(name="JavaScript", description="a program for @livekit/rtc-node", make=javascript),
)
