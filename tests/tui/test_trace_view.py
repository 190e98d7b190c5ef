"""The list's state against one that is made anew after every step: whatever happens in whatever order."""

import random

import pytest

from rpc_inspector.core.model import Call, RoomEvent, replace
from rpc_inspector.core.statistics.summary import outcome_of
from rpc_inspector.tui.widgets.trace.lines import Group, Grouped
from rpc_inspector.tui.widgets.trace.row_index import begun
from rpc_inspector.tui.widgets.trace.stats import TraceStats, failed
from rpc_inspector.tui.widgets.trace.view import TraceView
from tests.support.calls import call, event

FILTERS = {
    "none": None,
    "method a": lambda row: isinstance(row, Call) and row.method == "a",
    "errors": failed,
    "even": lambda row: row.seq % 2 == 0,
    "nothing": lambda _row: False,
}
ORDERS = {
    "total": lambda row: None if row.is_open or row.duration is None else row.duration.ms,
    "method": lambda row: row.method,
    "response": lambda row: row.response and row.response.bytes,
}


class Naive:
    """The same as a TraceView, by looking at everything each time."""

    def __init__(self):
        self.rows, self.frozen = {}, None
        self.how = {"filter": "none", "sort": "time", "descending": False, "group": "", "only_marked": False}

    def accepts(self, row):
        matches = FILTERS[self.how["filter"]]
        plain = not isinstance(row, Call) or row.purpose == "call"
        return plain and (not self.how["only_marked"] or row.marked) and (matches is None or matches(row))

    def by_time(self):
        rows = self.rows if self.frozen is None else self.frozen
        return sorted(filter(self.accepts, rows.values()), key=lambda row: (begun(row), row.seq))

    def lines(self, unfolded):
        rows = self.by_time()
        if self.how["group"]:
            return self._grouped(rows, unfolded)
        if self.how["sort"] == "time":
            return [row.seq for row in (reversed(rows) if self.how["descending"] else rows)]
        key = ORDERS[self.how["sort"]]
        value = {row.seq: key(row) if isinstance(row, Call) else None for row in rows}
        known = [row for row in rows if value[row.seq] is not None]
        known.sort(key=lambda row: (value[row.seq], begun(row), row.seq), reverse=self.how["descending"])
        unknown = [row for row in rows if value[row.seq] is None]
        return [row.seq for row in [*known, *(reversed(unknown) if self.how["descending"] else unknown)]]

    def _grouped(self, rows, unfolded):
        groups = {}
        for row in rows:
            name = (
                None if isinstance(row, RoomEvent) else row.method if self.how["group"] == "method" else outcome_of(row)
            )
            groups.setdefault((isinstance(row, RoomEvent), name), []).append(row.seq)
        lines = []
        for key in sorted(groups, key=lambda key: (key[0], key[1] is None, key[1] or "")):
            lines += [key, *(groups[key] if key in unfolded else [])]
        return lines

    def figures(self):
        stats = TraceStats()
        for row in self.rows.values():
            if self.accepts(row):
                stats.change(None, row)
        return stats


def lines_of(view):
    there = [view.line(n) for n in range(len(view.lines))]
    return [line.key if isinstance(line, Group) else line.seq for line in there]


def figures(stats):
    return stats.calls, stats.errors, stats.total.count, stats.percentile(0.5)


def any_row(chance, seq):
    if chance.random() < 0.1:
        return event(seq, chance.randrange(100) / 10)
    return call(
        seq, chance.randrange(100) / 10, method=chance.choice("abc"), total=chance.choice([None, 3, 40.5, 700]),
        code=chance.choice([0, 0, 0, 1500, 1400]), marked=chance.random() < 0.1, sizes=(3, chance.choice([5, 900])),
        purpose="ping" if chance.random() < 0.1 else "call",
    )  # fmt: skip


def changed(chance, row):
    """The row as it may become: another outcome, an earlier begin, a mark; what it is of stays."""
    if isinstance(row, RoomEvent):
        return replace(row, marked=not row.marked)
    other = any_row(chance, row.seq)
    while not isinstance(other, Call) or other.purpose != row.purpose:
        other = any_row(chance, row.seq)
    return other


def step(chance, view, naive, running):
    """One thing that happens; gives what is still to be run."""
    what = chance.choice(["put", "put", "put", "change", "drop", "how", "pause", "run", "run"])
    if what == "put":
        rows = [any_row(chance, seq) for seq in range(len(naive.seen) + 1, len(naive.seen) + chance.randrange(2, 40))]
        naive.seen.update(row.seq for row in rows)
        naive.rows |= {row.seq: row for row in rows}
        view.put(rows)
    elif what == "change" and naive.rows:
        rows = [changed(chance, naive.rows[seq]) for seq in chance.sample(sorted(naive.rows), min(9, len(naive.rows)))]
        naive.rows |= {row.seq: row for row in rows}
        view.put(rows)
    elif what == "drop":
        gone = sorted(naive.rows)[: chance.randrange(9)] + chance.sample(sorted(naive.rows), len(naive.rows) // 20)
        for seq in gone:
            naive.rows.pop(seq, None)
        view.drop(gone)
    elif what == "how":
        change = chance.choice([
            {"filter": chance.choice(list(FILTERS))},
            {"sort": chance.choice(["time", *ORDERS]), "descending": chance.random() < 0.5, "group": ""},
            {"group": chance.choice(["", "method", "outcome"])},
            {"only_marked": chance.random() < 0.5},
        ])  # fmt: skip
        naive.how |= change
        if "filter" in change:
            change = {"matches": FILTERS[change["filter"]]}
        running = view.arrange(**change) or running
    elif what == "pause":
        naive.frozen = dict(naive.rows) if naive.frozen is None else None
        running = view.pause(naive.frozen is not None) or running
    elif running is not None and view.is_current(running) and running.run(0):
        view.adopt(running)
    return running


@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_things_ends_in_the_same_list(seed, monkeypatch):
    monkeypatch.setattr("rpc_inspector.tui.widgets.trace.view.AT_ONCE", 0)
    chance = random.Random(seed)  # noqa: S311 - a test's data
    view, naive = TraceView(), Naive()
    naive.seen = set()
    running = None
    for _ in range(60):
        running = step(chance, view, naive, running)
        if isinstance(view.lines, Grouped) and len(view.lines) and chance.random() < 0.5:
            view.lines.turn(chance.choice(view.lines.groups), unfolded=chance.random() < 0.7)
        if view.is_arranging:
            continue
        unfolded = {group.key for group in view.lines.groups if group.unfolded} if view.how.group else set()
        assert lines_of(view) == naive.lines(unfolded)
        assert [row.seq for row in view.rows.between(0, 9999)] == [row.seq for row in naive.by_time()]
        assert figures(view.stats) == figures(naive.figures())
        there = [view.line(n) for n in range(len(view.lines))]
        assert all(view.lines.place_of(line) == n for n, line in enumerate(there))
        assert set(view.marks) == {seq for seq, row in naive.rows.items() if row.marked}
        assert view.calls == sum(isinstance(row, Call) and row.purpose == "call" for row in naive.rows.values())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("how", [{}, {"sort": "total", "descending": True}, {"sort": "method"}])
def test_errors_are_found_from_every_line(seed, how):
    chance = random.Random(seed)  # noqa: S311 - a test's data
    view = TraceView()
    view.put([any_row(chance, seq) for seq in range(200)])
    view.arrange(**how)
    wrong = [n for n in range(len(view.lines)) if failed(view.line(n))]
    for n in range(len(view.lines)):
        assert view.lines.failed_from(n, 1) == next((at for at in wrong if at > n), None)
        assert view.lines.failed_from(n, -1) == next((at for at in reversed(wrong) if at < n), None)
