"""Rows that are read from a file repeat their names and limits; each is kept once.

A hundred thousand calls of ten methods have ten method names in memory, as those of a live session do.
"""

from msgspec.structs import force_setattr

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.model import Call
from rpc_inspector.core.store.fold import shared


class Sharing:
    """Values seen so far. A row must not be in use elsewhere yet: its fields are set in place."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._budgets: dict[tuple[int, int, int], Budget] = {}
        self._precisions: dict[float, float] = {}

    def share(self, call: Call) -> Call:
        """The same call, made of values that others have too."""
        for field in ("room", "caller", "callee", "method"):
            text = getattr(call, field)
            if text is not None:
                force_setattr(call, field, self._texts.setdefault(text, text))
        if (budget := call.budget) is not None:
            key = budget.ack, budget.response, budget.told
            force_setattr(call, "budget", self._budgets.setdefault(key, budget))
        if call.total is not None:
            precision = call.total.precision
            force_setattr(call.total, "precision", self._precisions.setdefault(precision, precision))
        for payload in (call.request, call.response):
            if payload is not None:
                force_setattr(payload, "bytes", shared(payload.bytes))
        self._share_stages(call)
        return call

    def _share_stages(self, call: Call) -> None:
        once = self._precisions.setdefault
        for view in call.views:
            for stage in view.stages:
                force_setattr(stage, "precision", once(stage.precision, stage.precision))
                force_setattr(stage, "bytes", shared(stage.bytes))
                if stage.time == call.started:
                    force_setattr(stage, "time", call.started)
                elif stage.time == call.ended:
                    force_setattr(stage, "time", call.ended)
