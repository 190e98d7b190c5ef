"""The pure parts of the trace list: cells, names, columns, waterfall, order, counts."""

import random
from itertools import pairwise

import pytest
from rich.cells import cell_len

from rpc_inspector.core.model import Call, Measure
from rpc_inspector.core.session import SessionState
from rpc_inspector.tui.widgets.cells import count, elide, left, milliseconds, right
from rpc_inspector.tui.widgets.names import Names
from rpc_inspector.tui.widgets.outcomes import mark_of
from rpc_inspector.tui.widgets.trace.columns import GUTTER, plan
from rpc_inspector.tui.widgets.trace.emptiness import empty_lines
from rpc_inspector.tui.widgets.trace.row_index import SORT_FROM, Ordered
from rpc_inspector.tui.widgets.trace.row_painter import (
    Paint,
    bar_pieces,
    call_pieces,
    event_pieces,
    event_words,
    header,
)
from rpc_inspector.tui.widgets.trace.stats import TraceStats
from rpc_inspector.tui.widgets.trace.view import TraceView
from rpc_inspector.tui.widgets.trace.waterfall import axis_of, bar
from tests.support.calls import MONOTONIC, US, call, event, story

WIDE = [
    "日本語のエージェント",
    "🌦🌦🌦🌦🌦🌦🌦",
    "a\x1b]52;c;eA==\x07",
    "[bold]x[/bold]",
    "e\u0301\u0301\u0301\u0301",
    "a\u202eb",
]


@pytest.mark.parametrize("text", ["weather-agent-1", "日本語のエージェント", "🌦 weather 🌦 agent"])
@pytest.mark.parametrize("width", [1, 2, 5, 8, 11])
def test_elide_keeps_both_ends_within_the_width(text, width):
    short = elide(text, width)
    assert cell_len(short) <= width
    assert "…" in short
    if width >= 5:
        assert (short[0], short[-1]) == (text[0], text[-1])
    assert cell_len(left(text, width)) == cell_len(right(text, width)) == width


def test_numbers_have_no_more_digits_than_their_source():
    assert milliseconds(Measure(41.234, 0.1, "sdk")) == "41.2"
    assert milliseconds(Measure(12.0, 1, "capture")) == "12  "
    assert milliseconds(Measure(8010.0, 0.1, "sdk")) == "8,010.0"
    assert milliseconds(None) == "n/a  "
    assert [count(n) for n in (0, 9999, 15_360, 1_048_576, 52_428_800)] == ["0", "9999", "15k", "1.0M", "52M"]


def test_our_name_is_short_only_while_nobody_else_could_be_meant():
    names = Names()
    names.set_us(US)
    assert names.text(US) == "inspector"
    assert names.meet("inspector-0aa")
    assert names.text(US) == US
    chosen = Names()
    chosen.set_us("alice")
    assert chosen.text("alice") == "alice"


def test_no_two_names_are_cut_to_the_same_text():
    names = Names()
    many = [f"service-{n:03}-worker-in-europe" for n in range(12)]
    cut = [names.fit(name, 14) for name in many]
    assert len(set(cut)) == len(many)
    assert all(cell_len(text) <= 14 for text in cut)
    assert cut == [names.fit(name, 14) for name in many]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (77, {"time", "caller", "callee", "method", "ack", "total", "outcome"}),
        (117, {"time", "caller", "callee", "method", "size", "ack", "total", "outcome", "bar"}),
        (60, {"time", "caller", "callee", "method", "total", "outcome"}),
    ],
)
def test_columns_fill_the_width_and_go_by_their_worth(width, shown):
    layout = plan(width, {"caller": 13, "callee": 18, "method": 12})
    assert set(layout.widths) == shown
    used = GUTTER + sum(layout.widths.values()) + sum(len(layout.space_before(column)) for column in layout.widths)
    assert used <= width


@pytest.mark.parametrize("width", [77, 97, 117, 197])
def test_every_row_is_as_wide_as_the_headings_whatever_is_in_it(width):
    names = Names()
    names.set_us(US)
    rows = story() + [call(50 + n, 5, caller=a, callee=b, method=a + b) for n, (a, b) in enumerate(pairwise(WIDE))]
    calls = [row for row in rows if isinstance(row, Call)]
    for row in calls:
        for role in ("caller", "callee", "method"):
            names.see(role, getattr(row, role))
    paint = Paint(plan(width, names.widest), names, axis_of(calls, MONOTONIC + 9), MONOTONIC + 9)
    expected = cell_len(header(paint.layout, paint.axis, "time").rstrip())
    widths = set()
    for row in calls:
        before, after = call_pieces(row, "12:00:00.000", paint)
        text = "".join(text for text, _ in [*before, *bar_pieces(row, paint), *after])
        assert text.isprintable()
        assert "\x1b" not in text
        widths.add(cell_len(text))
    assert len(widths) == 1
    assert widths.pop() >= expected
    line = event_pieces(event(9, 1, "joined", "e\x1b[2J日本"), "12:00:00.000", width=width)
    assert cell_len("".join(text for text, _ in line)) == width


def test_the_bar_draws_no_ack_that_was_not_seen():
    seen, unseen = call(1, 0, ack=20, total=40), call(2, 0, ack=None, total=40)
    axis = axis_of([seen, unseen], MONOTONIC)
    assert axis is not None
    texts = [["".join(t for t, s in bar(c, axis, 40, MONOTONIC) if s == style) for style in ("bar-ack", "bar-unseen")]
             for c in (seen, unseen)]  # fmt: skip
    assert texts[0][0].strip("─") == ""
    assert len(texts[0][0]) == pytest.approx(20, abs=2)
    assert texts[0][1] == ""
    assert texts[1][0] == ""
    assert set(texts[1][1]) == {"╌"}


def drawn(one, axis, width):
    return "".join(text for text, _ in bar(one, axis, width, MONOTONIC)).rstrip()


def test_room_events_are_cut_at_their_end():
    changed = event(1, 0, "attributes", "web-1", "sip.callStatus, sip.trunkPhoneNumber and 2 more")
    line = "".join(text for text, _ in event_pieces(changed, "12:00:00.000", width=60))
    assert line == "  12:00:00.000  · web-1 changed its attributes · sip.callSt…"


@pytest.mark.parametrize(("at", "ack"), [(0, 1), (0, 39), (100, 20)])
def test_both_stages_of_a_short_call_are_drawn(at, ack):
    axis = axis_of([call(1, 0), call(2, 100)], MONOTONIC)
    assert axis is not None
    assert drawn(call(3, at, ack=ack, total=40), axis, 20).strip() == "─━"


def test_one_long_call_does_not_shrink_the_others():
    quick, slow = [call(n, n / 100, ack=20, total=60) for n in range(9)], call(9, 0.05, ack=20, total=8000)
    axis = axis_of([*quick, slow], MONOTONIC)
    assert axis is not None
    assert axis.span < 0.5
    assert len(drawn(quick[0], axis, 20).strip()) > 4
    assert not any("→" in drawn(one, axis, 20) for one in quick[:5])
    assert drawn(slow, axis, 20).endswith("━→")
    assert len(drawn(slow, axis, 20)) == 20


def test_sizes_and_waterfall_are_shown_from_120_columns():
    layout = plan(117, {"caller": 13, "callee": 14, "method": 14})
    assert list(layout.widths) == ["time", "caller", "callee", "method", "size", "ack", "total", "outcome", "bar"]
    assert layout.widths["bar"] >= 12


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("joined", "", "web-1 joined"),
        ("left", "client initiated", "web-1 left · client initiated"),
        ("methods", "describes 3 methods", "web-1 describes 3 methods"),
        ("attributes", "a, b, c and 2 more", "web-1 changed its attributes · a, b, c and 2 more"),
        ("notice", "the capture is off", "the capture is off"),
    ],
)
def test_room_events_read_as_sentences(kind, text, words):
    assert event_words(event(1, 0, kind, "web-1", text)) == words


def test_bars_stay_in_their_column_for_any_times():
    chance = random.Random(3)  # noqa: S311 - a test's data
    calls = [
        call(n, chance.uniform(0, 3), ack=chance.choice([None, 1, 500]), total=chance.choice([None, 0.0, 3, 9000]))
        for n in range(200)
    ]
    axis = axis_of(calls, MONOTONIC + 2)
    assert axis is not None
    for width in (2, 12, 60):
        for one in calls:
            assert cell_len("".join(text for text, _ in bar(one, axis, width, MONOTONIC + 2))) == width


def shown(view):
    return [view.rows[n].seq for n in range(len(view.rows))]


def arranged(view, **how):
    """Arrange and wait for it."""
    rebuild = view.arrange(**how)
    while rebuild and not rebuild.run(0.01):
        pass
    if rebuild:
        view.adopt(rebuild)


@pytest.mark.parametrize("sizes", [(1, 3, 90), (1, SORT_FROM + 1, 30)])
def test_rows_are_in_order_whatever_order_they_come_in(sizes):
    chance = random.Random(7)  # noqa: S311 - a test's data
    places = [(chance.randrange(300) / 10, seq) for seq in range(2000)]
    order, pending = Ordered(), list(places)
    while pending:
        order.add([pending.pop() for _ in range(min(chance.choice(sizes), len(pending)))])
    assert [order.place_at(n) for n in range(len(order))] == sorted(places)
    gone = sorted(places)[:20] + chance.sample(sorted(places)[20:], 50)
    assert order.remove(gone)
    left_over = sorted(set(places) - set(gone))
    assert [order.place_at(n) for n in range(len(order))] == left_over
    assert all(order.index_of(place) == n for n, place in enumerate(left_over))
    assert order.index_of(gone[0]) is None
    assert not order.remove(gone)


def test_counts_follow_changes_and_drops():
    stats = TraceStats()
    running, done = call(1, total=None), call(1, total=40, code=1500)
    stats.change(None, running)
    stats.change(running, done)
    stats.change(done, done)
    assert (stats.calls, stats.errors) == (1, 1)
    assert stats.in_words() == "p50 40.0 ms · p95 40.0 ms"
    assert stats.in_words(MONOTONIC + 5) == "0.1/s · p50 40.0 ms · p95 40.0 ms"
    stats.change(done, None)
    assert (stats.calls, stats.errors, stats.in_words()) == (0, 0, "")


def test_pings_are_neither_shown_nor_counted_unless_asked_for():
    view = TraceView()
    view.put([call(1), call(2, purpose="ping", code=1400), call(3, purpose="describe")])
    assert (len(view.rows), view.stats.calls, view.stats.errors, view.calls) == (1, 1, 0, 1)
    arranged(view, internal=True)
    assert (len(view.rows), view.stats.calls, view.stats.errors, view.calls) == (3, 3, 1, 3)
    arranged(view, internal=False)
    assert (len(view.rows), view.stats.calls) == (1, 1)


def test_pause_freezes_the_rows_and_not_the_counts():
    view = TraceView()
    view.put([call(1), call(2, 1, total=None)])
    view.pause(True)
    view.put([call(2, 1, total=9, code=1500), call(3, 2), call(4, 3, purpose="ping")])
    view.drop([1])
    assert shown(view) == [1, 2]
    assert view.rows[1].outcome == "open"
    assert (view.stats.calls, view.stats.errors, view.new) == (2, 1, 1)
    arranged(view, matches=lambda row: row.seq != 2)
    assert shown(view) == [1]
    assert (view.stats.calls, view.stats.errors, view.new) == (1, 0, 1)
    arranged(view, matches=None)
    assert (view.stats.calls, view.stats.errors, view.new) == (2, 1, 1)
    view.pause(False)
    assert shown(view) == [2, 3]
    assert view.rows[0].outcome == "error"


def test_the_last_mark_is_time_zero():
    view = TraceView()
    view.put([call(seq, seq) for seq in range(1, 6)])
    assert view.since(view.rows[4], "zero") == 4.0
    view.put([call(4, 4, marked=True)])
    view.put([call(2, 2, marked=True), event(9, 2.5)])
    assert (list(view.marks), view.since(view.rows[5], "zero")) == ([4, 2], 3.0)
    assert view.since(view.rows[2], "previous") == 0.5
    view.put([call(2, 2)])
    assert (list(view.marks), view.since(view.rows[5], "zero")) == ([4], 1.0)
    view.drop([4])
    assert not view.marks


def test_outcomes_differ_in_their_symbols():
    marks = {mark_of(row).symbol for row in (call(1), call(2, code=1502), call(3, code=1400), call(4, total=None))}
    assert len(marks) == 4
    assert mark_of(call(5, code=1502)).full == "✗ 1502 RESPONSE_TIMEOUT"
    assert mark_of(call(6, code=42)).full == "✗ 42"


@pytest.mark.parametrize(
    ("vantage", "says"),
    [(("us",), "pass the server unseen"), (("us", "server"), "every call"), ((), "acks are n/a")],
)
def test_an_empty_trace_says_what_can_be_seen(vantage, says):
    lines = empty_lines(SessionState(status="connected", vantage=vantage, capture="on"))
    assert lines[0] == "No calls yet. ^j sends."
    assert says in lines[1]
