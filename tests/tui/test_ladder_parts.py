"""What a ladder's lines say and where they stand: layout, words, painting."""

import time

import pytest
from rich.cells import cell_len

from rpc_inspector.core.ladder.arrows import steps_of
from rpc_inspector.core.ladder.model import Gap, Ladder
from rpc_inspector.core.model import CallError, Payload, replace
from rpc_inspector.core.session import SessionState
from rpc_inspector.tui.glyphs import ASCII, Glyphs
from rpc_inspector.tui.widgets.ladder.layout import NARROWEST, ROOMY, SIDE, WIDEST, plan
from rpc_inspector.tui.widgets.ladder.packet import fields, flowed, heading, stacked
from rpc_inspector.tui.widgets.ladder.painter import Paint, gap_pieces, header_pieces, step_pieces, style_of
from rpc_inspector.tui.widgets.ladder.signs import signs_for
from rpc_inspector.tui.widgets.ladder.words import delta_text, gap_text, labels, seen_by, time_text
from rpc_inspector.tui.widgets.names import Names
from tests.support.calls import MONOTONIC, US, call, event, story, view


@pytest.fixture(autouse=True)
def _utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def names():
    made = Names()
    made.set_us(US)
    return made


def painted(rows, width=120, offset=0, signs=None):
    """The lines of a ladder with their names above, as text."""
    ladder = Ladder(US)
    ladder.put(rows)
    layout = plan(width, ladder.lifelines, names(), US)
    paint = Paint(layout, ladder.lifelines, names(), offset, signs=signs or signs_for(Glyphs()))
    shown = [header_pieces(paint, "")]
    for line in ladder.between(0, len(ladder)):
        if isinstance(line, Gap):
            shown.append(gap_pieces(line, paint))
        else:
            steps = ladder.steps_of(line.row.seq)
            at = steps.index(line)
            timed = time_text(line, steps[at - 1] if at else None, "stage", None)
            shown.append(step_pieces(line, timed, "  ", paint))
    assert {sum(cell_len(text) for text, _ in pieces) for pieces in shown} == {SIDE + layout.view}
    return ["".join(text for text, _ in pieces) for pieces in shown]


def lifelines(*rows):
    ladder = Ladder(US)
    ladder.put(rows)
    return ladder.lifelines


def unseen_ack(seq=1, **more):
    return call(seq, views=(view(MONOTONIC, None, 41),), **more)


# Shapes


def test_kinds_of_arrows_differ_in_shape_and_both_ways():
    out = painted([call(1, callee="bob")])
    assert "─ get_weather 38 B ─" in out[1]
    assert out[1].count("▶") == 1
    assert "◁╌╌" in out[2]
    assert " ack ╌" in out[2]
    assert "◀──" in out[3]
    assert " 34 B  ok  41.2 ms ─" in out[3]
    back = painted([call(1, caller="bob", callee=US)])
    assert "◀──" in back[1]
    assert "╌▷" in back[2]
    assert "─▶" in back[3]
    failed = painted([call(1, callee="bob", code=1500)])
    assert " 1500 handler raised ──✗" in failed[3]
    assert "◀──" in failed[3]


def test_what_nobody_saw_is_dotted_or_not_drawn():
    lines = painted([call(1, callee="bob", views=())])
    assert len(lines) == 3
    assert "· · " in lines[1]
    assert "─" not in "".join(lines)
    assert "ack not seen" in lines[2]
    assert "ack not seen" in painted([unseen_ack(callee="bob")])[-1]


def test_an_end_without_a_packet_is_no_arrow():
    error = CallError(code=1501, message="", raised_by="caller")
    rows = [call(1, callee="bob", views=(view(MONOTONIC, None, None),), error=error, outcome="error", total=7000.0)]
    end = painted(rows)[-1]
    assert "✗ 1501 no ack in 7 s" in end
    assert not set(end) & set("◀▶◁▷─")


def test_a_ladder_can_be_written_in_ascii():
    lines = painted(story(), signs=signs_for(ASCII))
    drawn = {sign for line in lines for sign in line}
    assert not drawn & set("─╌◀▶◁▷│┃║┊")
    assert any("= get_weather 38 B " in line and ">" in line for line in lines)
    assert any("<--" in line and " ack -" in line for line in lines)


def test_concurrency_is_seen_on_the_callees_lifeline():
    lines = painted([call(1, 0, callee="bob"), call(2, 0.001, callee="bob")])
    at = lines[2].rindex("║")
    assert lines[1][at] == "┃"
    assert lines[3][at] == "║"
    assert lines[-1][at] == "│"
    assert lines[1].index("│") == lines[-1].index("│")


def test_a_lifeline_is_there_while_its_participant_is():
    rows = [call(1, 0, callee="bob"), event(2, 0.1, "left", "bob"),
                call(3, 0.2, caller="x", callee="y"), event(4, 0.3, "joined", "bob")]  # fmt: skip
    lines = painted(rows)
    at = next(line for line in lines if "○ left" in line).index("○")
    before, after = lines[3], next(line for line in lines if "joined" in line)
    assert before[at] == "│"
    assert lines[-2][at] == " "
    assert after[at] == "●"
    assert "bob ○" in painted(rows[:3])[0]
    assert "bob ○" not in lines[0]


def test_silences_say_how_long_they_were():
    lines = painted([call(1, 0), call(2, 7.3)])
    gap = next(line for line in lines if "┊" in line)
    assert gap.split()[:2] == ["7.3", "s"]


def test_a_call_to_oneself_and_one_to_nobody_known_have_their_places():
    lines = painted([call(1, callee=US), replace(call(2, 0.1), caller=None)])
    assert "◀─ get_weather 38 B" in lines[1]
    assert " ?" in lines[0]


def test_hostile_and_wide_names_keep_the_lines_their_width():
    evil = "a\x1b]52;c;x\x07\u202eb"
    wide = "天気予報エージェント" * 3
    lines = painted([call(1, callee=evil, method="\x1b[2J"), call(2, 0.1, callee=wide, method=wide)], width=80)
    assert not any(sign in line for line in lines for sign in "\x1b\x07\u202e")
    for offset in range(0, 40, 3):
        painted([call(2, 0.1, callee=wide, method=wide)], width=60, offset=offset)


def test_no_two_names_are_cut_to_the_same_text():
    crowd = [f"very-long-participant-name-{n}-of-many" for n in range(12)]
    rows = [call(n, n / 100, callee=who) for n, who in enumerate(crowd, 1)]
    ladder = Ladder(US)
    ladder.put(rows)
    known = names()
    layout = plan(300, ladder.lifelines, known, US)
    shown = [known.fit(who, layout.name_width) for who in layout.people]
    assert len(set(shown)) == len(shown)


# Where lifelines stand


def test_the_idle_are_hidden_then_lifelines_squeezed_then_scrolled():
    calls = [call(n, n / 100, callee=f"agent-{n}") for n in range(1, 4)]
    idle = [event(n, 0, "joined", f"idle-{n}") for n in range(10, 13)]
    roomy = plan(400, lifelines(*calls, *idle), names(), US)
    assert len(roomy.people) == 7
    assert roomy.pitch == WIDEST
    some = plan(145, lifelines(*calls, *idle), names(), US)
    assert (some.people[4:], some.hidden) == (("idle-10",), 2)
    assert some.pitch >= ROOMY
    hidden = plan(76, lifelines(*calls, *idle), names(), US)
    assert (hidden.people[:4], hidden.hidden) == ((US, "agent-1", "agent-2", "agent-3"), 3)
    assert not hidden.scrolls
    crowd = [call(n, n / 100, callee=f"agent-{n}") for n in range(1, 40)]
    many = plan(76, lifelines(*crowd, *idle), names(), US)
    assert (many.pitch, many.hidden, many.scrolls) == (NARROWEST, 3, True)
    assert set(many.visible(NARROWEST * 20)) < set(many.people)
    assert len(many.visible(NARROWEST * 20)) < 10


def test_events_of_the_hidden_are_told_across_the_lifelines():
    rows = [call(n, n / 100, callee=f"agent-{n}") for n in range(1, 4)]
    lines = painted([*rows, event(9, 1, "joined", "idle-9")], width=76)
    assert "idle-9" not in lines[0]
    assert "● idle-9 joined" in lines[-1]


def test_what_is_beyond_the_edges_is_hinted_and_its_arrows_run_off_them():
    crowd = [call(n, n / 10, callee=f"agent-{n}") for n in range(1, 20)]
    lines = painted(crowd, width=76)
    assert lines[0].endswith("\u203a")
    assert "get_weather" in lines[-3]
    moved = painted(crowd, width=76, offset=NARROWEST)
    assert moved[0][SIDE] == "\u2039"
    assert "inspector" not in moved[0]
    # The arrow comes from beyond the left edge and its text is in view.
    assert moved[-3][SIDE:].startswith("─ get_weather")


# Words


def test_labels_go_from_long_to_short():
    request, ack, response = steps_of(call(1))
    assert list(labels(request, names())) == ["get_weather 38 B", "get_weather 38 B", "get_weather"]
    assert list(labels(response, names()))[1:] == ["34 B  ok  41.2 ms", "ok 41.2 ms", "41.2 ms", "ok"]
    assert list(labels(ack, names()))[-1] == "ack"


@pytest.mark.parametrize(
    ("code", "raised_by", "seen", "words"),
    [
        (1400, "callee", 5, "1400 no such method"),
        (1500, "callee", 5, "1500 handler raised"),
        (1502, "callee", 8005, "1502 its 8 s are over"),
        (1502, "callee", 3000, "1502 timed out"),
        (1502, "caller", None, "1502 no answer in time"),
        (1503, "caller", None, "1503 callee left"),
        (42, "callee", 5, "42 no such \\e[31mcity"),
    ],
)
def test_failures_say_why_in_a_few_words(code, raised_by, seen, words):
    error = CallError(code=code, message="no such \x1b[31mcity", raised_by=raised_by)
    failed = call(1, views=(view(MONOTONIC, 2, seen),), outcome="error", error=error, response=None, total=seen or 9e3)
    assert list(labels(steps_of(failed)[-1], names()))[1] == words


def test_what_travelled_oddly_is_said_in_words():
    stages = view(MONOTONIC, 12, 41).stages
    again = replace(view(MONOTONIC, 12, 41), stages=(replace(stages[0], retransmissions=2), *stages[1:]))
    request, _, response = steps_of(call(1, views=(again,), repeats=3))
    assert next(labels(request, names())) == "get_weather 38 B  · »2 sent again"
    assert next(labels(response, names())) == "34 B  ok  41.2 ms  · 3 repeated"
    late = call(1, views=(view(MONOTONIC, 5, 9000),), outcome="cancelled", total=100.0)
    assert [next(labels(step, names())) for step in steps_of(late)][2:] == ["cancelled by us", "34 B  late"]


def test_times_count_from_the_stage_before_or_from_the_mark():
    mark = call(1, 0)
    request, ack, _ = steps_of(call(2, 1.5))
    assert time_text(request, None, "stage", mark) == ("12:00:01.500", True)
    assert time_text(ack, request, "stage", mark) == ("+12   ms", False)
    assert time_text(ack, request, "clock", mark) == ("12:00:01.512", True)
    assert time_text(request, None, "zero", mark) == ("+1,500   ms", False)
    earlier = steps_of(call(3, -1))[0]
    assert time_text(earlier, None, "zero", mark) == ("-1,000   ms", False)


def test_digits_are_those_of_the_source_and_mixed_clocks_are_told():
    caller = view(MONOTONIC, None, 41)
    callee = view(MONOTONIC, 2, None, at="callee")
    request, ack, _ = steps_of(call(1, views=(caller, replace(callee, stages=callee.stages[1:]))))
    assert time_text(ack, request, "stage", None)[0] == "~2   ms"
    fine = steps_of(call(1, caller="a", callee="b", ack=0.91, total=19.04))
    assert time_text(fine[1], fine[0], "stage", None)[0] == "+0.9 ms"
    assert delta_text(steps_since(0.0)) == "+0   ms"


def steps_since(ms):
    from rpc_inspector.core.ladder.arrows import Delta

    return Delta(ms, 1.0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.733, "733 ms"), (7.31, "7.3 s"), (725, "12 min 5 s"), (10_920, "3 h 2 min")]
)
def test_silences_in_words(seconds, words):
    assert gap_text(seconds) == words


def test_vantage_points_are_named():
    assert seen_by(SessionState(vantage=("us", "server"))) == "seen by: us, the embedded server"
    assert seen_by(SessionState(vantage=("us", "server")), short=True) == "seen by: us, server"
    assert seen_by(SessionState()) == "seen by: nobody"
    assert seen_by(SessionState(status="opened", vantage=("file",))) == "read from a file"


# The packet


def shown(step, before=None):
    return dict(fields(step, before))


def test_a_packet_shows_who_saw_it_and_what_it_says():
    server = view(MONOTONIC + 0.0004, 11.5, 40.6, at="server", precision=0.01)
    request, ack, response = steps_of(call(1, views=(view(MONOTONIC, 12, 41), server)))
    assert heading(request, names()).plain == "request  get_weather  inspector → weather-agent"
    told = shown(request)
    assert told["time"] == "12:00:00.000 to 1 ms, sent at the caller (our own SDK's packet log)"
    assert told["also"].startswith("12:00:00.000 forwarded by the server, +0.4 ms")
    assert (told["wire"], told["id"], told["told"], told["version"]) == ("283 B", "id-1", "the callee has 8 s", "2")
    assert told["payload"] == "38 B  " + "x" * 38
    assert shown(ack, request)["since"] == "+12 ms after the request"
    assert shown(response, ack)["payload"].startswith("34 B  yyy")


def test_what_was_not_seen_is_said_and_nothing_of_it_made_up():
    request, response = steps_of(call(1, views=()))
    assert heading(request, names()).plain.startswith("request, not seen")
    assert "the packet was not seen" in shown(request)["time"]
    assert "wire" not in shown(request)
    assert shown(response)["ack"] == "not seen"
    error = CallError(code=1501, message="Connection timeout", raised_by="caller")
    end = steps_of(call(1, views=(), error=error, outcome="error", total=7000.0))[-1]
    told = shown(end)
    assert heading(end, names()).plain == "end at the caller  get_weather  inspector"
    assert told["time"].endswith("no packet told it")
    assert (told["code"], told["raised by"]) == ("1501 CONNECTION_TIMEOUT", "the caller's SDK")


def test_what_is_unusual_on_the_wire_is_told():
    stages = view(MONOTONIC, 12, 41).stages
    odd = replace(
        stages[0], packets=3, retransmissions=1, compressed=True, complete=False, end=MONOTONIC + 0.009, bytes=31_000
    )
    request = steps_of(call(1, views=(replace(view(MONOTONIC, 12, 41), stages=(odd, *stages[1:])),)))[0]
    wire = "31,000 B in 3 packets · the last 9 ms later · compressed · 1 sent again · not complete"
    assert shown(request)["wire"] == wire
    late = call(1, views=(view(MONOTONIC, 5, 9000),), outcome="cancelled", total=100.0)
    assert "after the caller had given up" in shown(steps_of(late)[-1])["wire"]


def test_payloads_that_are_not_there_say_why():
    def payload(value):
        return shown(steps_of(call(1, request=value))[0])["payload"]

    assert payload(None) == "not known"
    assert payload(Payload(5, None, None, redacted=True)) == "5 B, redacted"
    assert payload(Payload(5)) == "5 B, text not kept"
    assert payload(Payload(5, None, "bad \x1bdeflate")) == "5 B, cannot be read: bad \\edeflate"
    assert payload(Payload(5, "a\x1b[2J")) == "5 B  a\\e[2J"


def test_fields_flow_below_and_stack_beside():
    request = steps_of(call(1, request=Payload(400, "天気" * 100)))[0]
    below = flowed(fields(request, None), 76, 3)
    assert len(below) == 3
    assert all(line.cell_length <= 76 for line in below)
    beside = stacked(fields(request, None), 50, 40)
    assert all(line.cell_length <= 50 for line in beside)
    assert "".join(line.plain for line in beside).replace(" ", "").count("天気") > 90


def test_styles_tell_refusals_and_failures_apart():
    assert style_of(steps_of(call(1, code=1400))[-1]) == "warning"
    assert style_of(steps_of(call(1, code=1500))[-1]) == "error"
    assert style_of(steps_of(call(1))[-1]) == "answer"
    assert style_of(steps_of(call(1, total=None, outcome="cancelled", ended=MONOTONIC + 1))[-1]) == "lost"
