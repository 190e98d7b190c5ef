"""The line above the send key: what speaks against the call, otherwise both sides' limits."""

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

from rpc_inspector.core.preflight import Level, Point, Preflight
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.glyphs import G

STYLES: dict[Level, str] = {"ok": "$text-success", "info": "$muted", "warn": "$text-warning", "stop": "$text-error"}


def sign(level: Level) -> str:
    """The sign of a point, which says its level without colour."""
    return {"ok": G.ok, "info": G.dot, "warn": G.refused, "stop": G.failed}[level]


class PreflightLine(Static):
    """One quiet line. Told that something changed, it looks once that is drawn, however much changed until then.

    Attributes:
        look: gives the preflight of what is composed now and the limits in short, or in one sentence why there is none.
    """

    look: Callable[[], tuple[Preflight, str] | str] | None = None
    _stale = False

    def changed(self) -> None:
        """Something that the call depends on changed."""
        if not self._stale:
            self._stale = self.call_after_refresh(self._look_now)

    def _look_now(self) -> None:
        self._stale = False
        if self.look is None or not self.is_attached:
            return
        found = self.look()
        if isinstance(found, str):
            self.update(Content.styled(found, "$text-error"))
            return
        preflight, limits = found
        self.update(against(preflight.worst) if preflight.worst else Content.styled(limits, "$muted"))

    async def on_click(self) -> None:
        """All points."""
        await self.run_action("screen.preflight")


def against(point: Point) -> Content:
    """``▲ not active yet  alt+p why``."""
    style = STYLES[point.level]
    words = sanitise(point.words, limit=80)
    return Content.assemble((f"{sign(point.level)} {words}", style), ("  alt+p why", "$muted"))
