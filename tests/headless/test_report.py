from rpc_inspector.core.explain import Facts, explain
from rpc_inspector.core.model import Call, CallError, Measure, Method, Participant, Payload, Sighting, Stage
from rpc_inspector.core.session import SessionState
from rpc_inspector.headless.output import Output
from rpc_inspector.headless.report import columns, outcome_line, sizes, tell, width


def made(**fields):
    return Call(seq=1, room="r", direction="outgoing", started=0.0, wall=0.0, **fields)


def test_the_line_of_a_call_has_its_times_with_their_source_and_its_sizes():
    stages = (
        Stage(stage="request", dir="sent", time=1.0),
        Stage(stage="ack", dir="received", time=1.012),
        Stage(stage="response", dir="received", time=1.041),
    )
    call = made(
        outcome="ok", transport="v2", request=Payload(38, "x"), response=Payload(34, "y"),
        total=Measure(41.23, 0.1, "sdk"), views=(Sighting(at="caller", source="sdk", stages=stages),),
    )  # fmt: skip
    assert outcome_line(call) == "✓ ok 41.2 ms · ack 12 ms (capture) · 38/34 B · v2"


def test_what_is_not_known_is_not_claimed():
    call = made(outcome="error", error=CallError(code=4020, message="m"), request=Payload(2, "{}"))
    assert outcome_line(call) == "✗ 4020 application error · ack n/a · 2 B"
    assert outcome_line(made(outcome="lost")) == "○ lost · ack n/a · ? B"


def test_sizes_name_both_units_where_they_differ():
    assert sizes(made(request=Payload(2, "{}"), response=Payload(15_400, None))) == "2 B/15.4 kB"


def test_columns_are_aligned_by_cells_and_not_by_characters():
    lines = columns([["name", "n"], ["日本", "7"], ["e\u0301a", "12"]], right=(1,))
    assert [width(line) for line in lines[1:]] == [8, 8]
    assert lines[1] == "日本   7"


def test_a_failed_call_is_told_with_what_happened_who_raised_it_causes_evidence_and_what_to_do(capsys):
    error = CallError(code=1400, message="Method not supported at destination")
    stages = tuple(Stage(stage=kind, dir="sent", time=0.001) for kind in ("request", "ack", "response"))
    failed = made(
        outcome="error", caller="us", callee="agent\x1b[2J", method="great", ended=0.01, error=error,
        views=(Sighting(at="caller", source="sdk", stages=stages),),
    )  # fmt: skip
    agent = Participant(identity="agent\x1b[2J", methods=(Method(name="greet", provenance="advertised"),))
    facts = Facts(state=SessionState(status="connected", room="r"), roster=(agent,))
    tell(failed, explain(failed, facts), Output())
    assert capsys.readouterr().err.splitlines()[1:10] == [
        "  Method not supported at destination",
        "  agent\\e[2J answered that it has no method great.",
        "  raised by the callee; its error packet was seen",
        "  likely: agent\\e[2J has no great; did you mean greet?",
        "    greet is advertised",
        "    great is not",
        "    to do: Call greet.",
        "  also possible: agent\\e[2J has no handler called great",
        "    great is not among the methods known of it",
    ]
