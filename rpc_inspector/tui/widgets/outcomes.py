"""How an outcome looks: a symbol, a word and a style, the same wherever a call is shown.

The symbol alone tells outcomes apart, so that nothing hangs on colour.
"""

from typing import NamedTuple

from rpc_inspector.core.codes import ErrorCode
from rpc_inspector.core.model import Call
from rpc_inspector.tui.glyphs import G


class Mark(NamedTuple):
    """``symbol`` and ``word`` side by side; ``name`` of the code or what else there is to say; ``style`` of a cell."""

    symbol: str
    word: str
    name: str
    style: str

    @property
    def short(self) -> str:
        """``✗ 1502``."""
        return f"{self.symbol} {self.word}"

    @property
    def full(self) -> str:
        """``✗ 1502 RESPONSE_TIMEOUT``."""
        return f"{self.short} {self.name}".rstrip()


_PLAIN = {
    "ok": Mark(G.ok, "ok", "", "ok"),
    "open": Mark(G.waiting, "wait", "", "open"),
    "cancelled": Mark(G.off, "cancel", "by us", "lost"),
    "lost": Mark(G.off, "lost", "its end was not seen", "lost"),
}


#: Nobody was there to run anything: the call was wrong rather than failing.
_REFUSALS = (ErrorCode.UNSUPPORTED_METHOD, ErrorCode.RECIPIENT_NOT_FOUND)


def mark_of(call: Call) -> Mark:
    """The mark of a call."""
    if call.error is None:
        return _PLAIN.get(call.outcome, Mark(G.failed, "error", "", "error"))
    code, name = call.error.code, call.error.name or ""
    return (
        Mark(G.refused, str(code), name, "warning") if code in _REFUSALS else Mark(G.failed, str(code), name, "error")
    )
