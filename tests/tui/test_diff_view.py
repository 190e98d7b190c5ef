"""Two calls beside each other as a widget."""

import json

import pytest
from textual.app import ComposeResult

from rpc_inspector.core.model import Payload, replace
from rpc_inspector.tui.widgets.detail.diff_view import DiffLines, DiffView
from tests.support.calls import call
from tests.support.details import CALLER, HOSTILE, payload, seen
from tests.support.hosts import Bare
from tests.support.rooms import until


class DiffHost(Bare):
    """An app with nothing but a comparison."""

    def __init__(self, first, second) -> None:
        super().__init__()
        self._calls = first, second

    def compose(self) -> ComposeResult:
        yield DiffView(*self._calls)

    def on_mount(self) -> None:
        self.lines.focus()

    @property
    def lines(self) -> DiffLines:
        return self.query_one(DiffLines)

    @property
    def view(self) -> DiffView:
        return self.query_one(DiffView)

    def text(self, selector="DiffLines"):
        widget = self.query_one(selector)
        strips = widget.render_lines(widget.region.reset_offset)
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def shown(app, pilot):
    await pilot.pause()
    await until(lambda: "comparing" not in app.text("#diff-how"), what="the comparison")
    await pilot.pause()


async def test_it_begins_where_the_calls_differ():
    same = payload({"a": 1})
    cases = (
        (seen(request=payload({"a": 2})), "request"), (seen(request=same, response=payload("x")), "response"),
        (seen(request=same), "timing"),
    )  # fmt: skip
    for second, tab in cases:
        app = DiffHost(seen(request=same), second)
        async with app.run_test(size=(100, 30)) as pilot:
            await shown(app, pilot)
            assert app.view.tab == tab


async def test_signs_tell_what_is_new_gone_and_changed():
    first = seen(request=payload({"a": 1, "b": 2, "c": "x" * 200}))
    app = DiffHost(first, seen(request=payload({"a": 5, "d": None, "c": "y" * 200})))
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(app, pilot)
        rows = app.text().splitlines()
        assert "~ $.a  1 → 5" in rows
        assert "- $.b  2" in rows
        assert "+ $.d  null" in rows
        assert "~ $.c" in rows
        at = rows.index("~ $.c")
        assert rows[at + 1].startswith('    - "xxx')
        assert any(row.startswith('    + "yyy') for row in rows[at:])
        assert app.text("#diff-how").strip().startswith("~2  +1  -1, as JSON, the order of keys ignored")


async def test_tabs_by_key_and_click():
    app = DiffHost(seen(), seen(seq=3))
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(app, pilot)
        await pilot.press("1")
        assert app.view.tab == "request"
        assert "the same, letter by letter" in app.text("#diff-how")
        await pilot.press("right")
        assert app.view.tab == "response"
        border = "".join(segment.text for segment in app.screen._compositor.render_strips()[0])
        await pilot.click(DiffView, offset=(border.index("3 Timing") + 2, 0))
        assert app.view.tab == "timing"
        assert "longer by" in app.text()


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (None, None, "neither call has one"),
        (payload("x"), None, "the second call has none"),
        (payload("x"), Payload(1, None), "the text of the second is not known"),
        (payload('{"a":1}'), payload('{ "a": 1 }'), "the same JSON, written in another way"),
        (payload("one\ntwo"), payload("one\n2"), "+1  -1, line by line"),
    ],
)
async def test_what_cannot_be_compared_or_is_equal_says_so(first, second, says):
    app = DiffHost(seen(request=first), seen(request=second))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("1")
        await shown(app, pilot)
        assert says in app.text("#diff-how")


async def test_failed_calls_are_compared_by_their_errors():
    failed = call(3, code=1500)
    app = DiffHost(failed, replace(failed, seq=4, error=replace(failed.error, message="it failed twice")))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("2")
        await shown(app, pilot)
        assert "- 1500 APPLICATION_ERROR it failed" in app.text()
        assert "+ 1500 APPLICATION_ERROR it failed twice" in app.text()


async def test_a_megabyte_is_compared_in_a_thread():
    rows = [{"id": n, "name": f"somebody {n}"} for n in range(20_000)]
    changed = [*rows[:9000], {"id": 9000, "name": "else"}, *rows[9001:]]
    app = DiffHost(seen(response=payload(rows)), seen(response=payload(changed)))
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(app, pilot)
        assert app.text().splitlines()[0] == '~ $[9000].name  "somebody 9000" → "else"'
        assert "against" in app.text("#diff-how")


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_hostile_text_is_safe(tab):
    hostile = {"caller": HOSTILE, "callee": HOSTILE, "method": HOSTILE}
    first = seen(CALLER, request=payload(HOSTILE), response=payload(json.dumps({HOSTILE: HOSTILE})), **hostile)
    second = replace(first, seq=3, request=payload(HOSTILE + "x"), response=payload(json.dumps({HOSTILE: 1})))
    app = DiffHost(first, second)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(tab)
        await shown(app, pilot)
        text = "".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())
        assert not set(text) & set("\x1b\x07\x00\u202e\u200b")
        assert all(app.lines.render_line(y).cell_length <= app.lines.width for y in range(15))
