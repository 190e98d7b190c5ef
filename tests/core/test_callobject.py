"""A call as an object of JSON, and back."""

import json
import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.budgets import Budget
from rpc_inspector.core.callobject import CallObject, CallSummary, call_from, call_line, call_object
from rpc_inspector.core.model import Call, CallError, Measure, Payload, Sighting, Stage, replace
from tests.support.calls import call, story

NASTY = "\u202e\x1b[31m\ud83d 😀 \x00\u2028 é"
texts = st.one_of(st.text(max_size=8), st.just(NASTY))
maybe = st.none() | texts
ms = st.integers(0, 3_000_000).map(lambda n: n / 100)
precisions = st.sampled_from([0.01, 0.1, 1.0, 50.0])


def read(line):
    return call_from(msgspec.json.decode(line, type=CallObject))


@st.composite
def stages(draw, origin):
    kinds = draw(st.lists(st.sampled_from(["request", "ack", "response"]), unique=True, max_size=3))
    return tuple(
        Stage(
            stage=kind,
            dir=draw(st.sampled_from(["sent", "received", "forwarded"])),
            time=origin + draw(ms) / 1000,
            end=draw(st.none() | ms.map(lambda at: origin + at / 1000)),
            precision=draw(precisions),
            bytes=draw(st.integers(0, 1 << 40)),
            packets=draw(st.integers(1, 9)),
            retransmissions=draw(st.integers(0, 3)),
            complete=draw(st.booleans()),
            compressed=draw(st.booleans()),
        )
        for kind in kinds
    )


@st.composite
def calls(draw):
    started = draw(st.floats(0, 1e6))
    payload = st.none() | st.builds(
        Payload, st.integers(0, 1 << 40), maybe, st.none() | st.text(string.ascii_letters, min_size=1), st.booleans()
    )
    sightings = st.builds(
        Sighting,
        at=st.sampled_from(["caller", "callee", "server"]),
        source=st.sampled_from(["sdk", "app", "browser", "server", "file"]),
        place=texts,
        stages=stages(started + draw(ms) / 1000),
    )
    return Call(
        seq=draw(st.integers(0, 9)),
        room=draw(texts),
        direction=draw(st.sampled_from(["outgoing", "incoming", "observed"])),
        started=started,
        wall=draw(st.floats(1e9, 2e9)),
        id=draw(maybe),
        purpose=draw(st.sampled_from(["call", "ping", "describe"])),
        caller=draw(maybe),
        callee=draw(maybe),
        method=draw(maybe),
        transport=draw(st.sampled_from([None, "v1", "v2"])),
        outcome=draw(st.sampled_from(["ok", "error", "cancelled", "lost", "open"])),
        error=draw(
            st.none()
            | st.builds(
                CallError,
                code=st.integers(0, 2000),
                message=texts,
                data=maybe,
                raised_by=st.sampled_from([None, "callee", "us"]),
                causes=st.lists(texts, max_size=2).map(tuple),
            )
        ),
        request=draw(payload),
        response=draw(payload),
        total=draw(st.none() | st.builds(Measure, ms, precisions, st.just("sdk"))),
        told_ms=draw(st.none() | st.integers(0, 99_999)),
        budget=draw(st.none() | st.builds(Budget, st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))),
        views=tuple(draw(st.lists(sightings, max_size=3))),
        repeats=draw(st.integers(0, 3)),
        note=draw(maybe),
        marked=draw(st.booleans()),
        comment=draw(maybe),
    )


@given(calls())
def test_what_was_written_is_read_and_written_the_same(before):
    line = call_line(before)
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line) == call_object(before)
    after = msgspec.convert(json.loads(line), CallObject)  # JSON of Python's: a lone surrogate passes
    written, again = call_object(before), call_object(call_from(after))
    # A duration between two stages, each rounded, may be off by one of its last digit: nothing else may.
    for name, ms in written.pop("ms").items():
        found, precision = again["ms"][name], written["precision_ms"][name]
        assert found == (ms if ms is None else pytest.approx(ms, abs=max(precision, 0.01) * 1.01))
    del again["ms"]
    assert again == written


@pytest.mark.parametrize("before", [row for row in story() if isinstance(row, Call)], ids=lambda row: row.seq)
def test_a_call_comes_back_with_all_that_its_object_tells(before):
    after = read(call_line(before))
    same = ("id", "caller", "callee", "method", "outcome", "error", "request", "response", "told_ms", "budget", "note")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    for measure in ("ack", "answer", "duration", "handler"):
        mine, theirs = getattr(after, measure), getattr(before, measure)
        assert (mine is None) == (theirs is None)
        if mine:
            assert mine.ms == pytest.approx(theirs.ms, abs=theirs.precision)
            assert (mine.precision, mine.source) == (theirs.precision, theirs.source)


def test_marks_comments_and_redaction_are_told_only_where_they_are():
    plain = call(1)
    assert not {"marked", "comment", "purpose", "repeats"} & set(call_object(plain))
    assert "redacted" not in call_object(plain)["request"]
    told = replace(plain, marked=True, comment="look", request=Payload(3, None, redacted=True))
    assert {"marked": True, "comment": "look"}.items() <= call_object(told).items()
    assert call_object(told)["request"] == {"bytes": 3, "payload": None, "redacted": True}


def test_what_an_object_lacks_is_none_and_what_nobody_knows_is_ignored():
    known = b'{"v":1,"outcome":"ok","started_at":"2026-11-20T12:00:00.123Z",'
    found = read(known + b'"colour":"red","views":[{"at":"server"}]}')
    assert (found.caller, found.method, found.total, found.request) == (None, None, None, None)
    assert found.views == (Sighting(at="server", source="file"),)
    assert found.wall == pytest.approx(1_795_176_000.123, abs=1e-6)


@pytest.mark.parametrize(
    "line",
    [
        b'{"outcome":"ok"}',
        b'{"started_at":"2026-11-20T12:00:00Z"}',
        b'{"outcome":"ok","started_at":"yesterday"}',
        b'{"outcome":"ok","started_at":"2026-11-20T12:00:00Z","caller":7}',
        b'{"outcome":"perhaps","started_at":"2026-11-20T12:00:00Z"}',
    ],
)
def test_what_is_no_call_is_refused_with_a_reason(line):
    with pytest.raises(ValueError, match=r"\w"):
        read(line)


def test_a_summary_knows_the_total_without_the_stages():
    before = call(3, caller="web-1", ack=0.91, total=19.04)
    summary = call_from(msgspec.json.decode(call_line(before), type=CallSummary))
    assert summary.views == ()
    assert summary.duration == Measure(19.04, 0.01, "server")
