"""One call as seen from several places, and an app that shows it: for tests of the detail."""

import json

from textual.app import ComposeResult

from rpc_inspector.core.model import Payload, Sighting, Stage
from rpc_inspector.tui.widgets.detail.pane import CallDetail
from tests.support.calls import call
from tests.support.encoded import encoded, png
from tests.support.hosts import Bare
from tests.support.rooms import until

FORECAST = {
    "city": "Zürich",
    "days": [{"day": "Mon", "temp": 21.5, "rain": False}, {"day": "Tue", "temp": 18, "note": None}],
    "image": encoded(png()),
}
#: What a terminal would obey, hide, reorder or stack.
HOSTILE = (
    "\x1b[2J\x1b]52;c;eA==\x07 \u202eabc\u202c \u200b "
    "\u65e5\u672c\u8a9e e\u0301\u0301\u0301\u0301\u0301 \x00 [red]x[/red]"
)


def payload(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return Payload(len(text.encode("utf-8", "surrogatepass")), text)


def stage(kind, dir_, ms, size=100, *, precision=1.0, **more):
    return Stage(stage=kind, dir=dir_, time=1001.123 + ms / 1000, precision=precision, bytes=size, **more)


CALLER = Sighting(at="caller", source="sdk", stages=(
    stage("request", "sent", 0.6, 310), stage("ack", "received", 6.1, 61), stage("response", "received", 40.1, 480),
))  # fmt: skip
SERVER = Sighting(at="server", source="server", stages=(
    stage("request", "forwarded", 1.52, 330, precision=0.01), stage("ack", "forwarded", 4.91, 70, precision=0.01),
    stage("response", "forwarded", 38.77, 500, precision=0.01),
))  # fmt: skip
CALLEE = Sighting(at="callee", source="app", place="pid 4711", stages=(
    stage("request", "received", 2.2, 310), stage("ack", "sent", 3.0, 61),
    stage("response", "sent", 37.4, 480, end=1001.162, packets=3, compressed=True, retransmissions=2),
))  # fmt: skip


def seen(*views, **more):
    """A call of ours as seen from these places."""
    known = {"request": payload({"city": "Zürich", "days": 2}), "response": payload(FORECAST)} | more
    return call(known.pop("seq", 2), 1.123, views=views or (CALLER,), total=41.2, **known)


class DetailHost(Bare):
    """An app with nothing but the detail."""

    def compose(self) -> ComposeResult:
        yield CallDetail()

    def on_mount(self) -> None:
        self.detail.focus_target.focus()

    def on_call_detail_step(self, message) -> None:
        self.heard.append(("step", message.step))

    @property
    def detail(self) -> CallDetail:
        return self.query_one(CallDetail)

    @property
    def said(self):
        return [notice.message for notice in self._notifications]

    def text(self, selector=None):
        """What a widget shows; without a selector that which has the focus in the detail."""
        widget = self.query_one(selector) if selector else self.detail.focus_target
        strips = widget.render_lines(widget.region.reset_offset)
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def head(self):
        """The line above the payload that is shown."""
        return self.text(f"#{self.detail.tab} .head")


async def settled(app, pilot, within_s=30):
    """Nothing is being made ready any more."""
    await pilot.pause()
    payload_view = app.detail.payload
    await until(lambda: payload_view is None or not payload_view.is_busy, within_s=within_s, what="it is ready")
    await pilot.pause()
