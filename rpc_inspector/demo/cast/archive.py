"""A store that moves much data, over the limits of version 1 where version 2 carries it."""

import hashlib
from collections.abc import Sequence

from livekit import rtc

from rpc_inspector.demo.actor import Actor, work
from rpc_inspector.demo.methods import DemoMethod, Request, a, an_object, compact

CORRUPT = 4130
#: Makes the default answer of export_log about 300 kB.
DEFAULT_LINES = 2900

_LEVELS = ("DEBUG", "INFO", "INFO", "INFO", "WARNING")
_SOURCES = ("checkout", "weather", "gateway", "billing", "phone")


class Archive(Actor):
    """Echoes, measures, exports, and fails at length."""

    identity = "archive"
    name = "Archive"
    attributes = {"region": "eu-west", "used": "71 %"}  # noqa: RUF012 - declared ClassVar in Actor

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        anything = {"description": "Anything at all, JSON or not"}
        lines = a("integer", "How many lines", minimum=1, maximum=10_000, default=DEFAULT_LINES)
        size = an_object("bytes", "sha256", bytes=a("integer"), sha256=a("string"))
        return (
            DemoMethod(
                "echo", "Sends back what it got", self.echo, anything, anything, [({"say": "hello"}, {"say": "hello"})]
            ),
            DemoMethod(
                "measure",
                "Says how many bytes arrived, and their SHA-256",
                self.measure,
                anything,
                size,
                [({}, {"bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()})],
            ),
            DemoMethod(
                "export_log",
                "The log, about 300 kB unless told otherwise",
                self.export_log,
                an_object(lines=lines),
                an_object("lines", lines=a("array", items=a("object"))),
                [({"lines": 1}, {"lines": [_line(0)]})],
            ),
            DemoMethod(
                "restore",
                "Restore a backup; fails with more words than an error carries (4130)",
                self.restore,
                an_object(backup=a("string")),
                an_object("restored", restored=a("string")),
                [({"backup": "monday"}, {"restored": "monday"})],
            ),
        )

    async def echo(self, request: Request) -> str:
        """Exactly what came."""
        return request.payload

    async def measure(self, request: Request) -> object:
        """Of the payload's UTF-8."""
        data = request.payload.encode()
        return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    async def export_log(self, request: Request) -> object:
        """The time grows with the number of lines."""
        lines = int(request.number("lines", DEFAULT_LINES, least=1, most=10_000))
        await work(lines / 100, lines / 40)
        return {"lines": [_line(number) for number in range(lines)]}

    async def restore(self, request: Request) -> object:
        """LiveKit cuts an error's message at 256 bytes and its data at 15,360, silently."""
        backup = str(request.body.get("backup", "latest"))
        await work(120, 300)
        blocks = [{"block": number, "problem": "checksum mismatch"} for number in range(600)]
        message = f"The backup {backup} cannot be restored: " + "its checksum does not match; " * 12
        raise rtc.RpcError(CORRUPT, message, compact({"backup": backup, "blocks": blocks}))


def _line(number: int) -> dict[str, object]:
    """A line of the log; the same number gives the same line."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    level, source = _LEVELS[number % len(_LEVELS)], _SOURCES[number * 7 % len(_SOURCES)]
    text = f"request {digest[:16]} took {int(digest[16:20], 16) % 900} ms"
    return {"n": number, "time": round(number * 0.137, 3), "level": level, "source": source, "text": text}
