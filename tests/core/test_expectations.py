import json

import pytest

from rpc_inspector.core.expectations import Expectation, Failure, check, comparisons_of, exactly
from rpc_inspector.core.model import CallError, Payload, replace
from rpc_inspector.core.query.patterns import RegexError
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.templates import Sources, resolve
from tests.support.calls import call

ANSWER = {"temp": 21.5, "city": "Paris", "days": [{"t": 1}, {"t": 9}], "none": None, "token": "t0ps3cret", "on": True}


def answered(text, **more):
    return call(1, **more) if text is None else replace(call(1, **more), response=Payload(len(text), text))


def differences(path, typed, *, answer=None, sources=Sources()):  # noqa: B008 - immutable
    text = json.dumps(ANSWER if answer is None else answer)
    return check(answered(text), Expectation(paths=((path, comparisons_of(typed)),)), sources)


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("$.temp", ">10"), ("$.temp", ">= 21.5"), ("$.temp", ">0 and <50"), ("$.temp", "= 21.5"), ("$.temp", "!= 3"),
        ("$.city", "Paris"), ("$.city", "/^par/"), ("$.city", "!= Oslo"), ("$.city", ">=Oslo"),
        ("$.days[*].t", "<10"), ("$.days[-1].t", "=9"), ("$.none", "exists"), ("$.nothing", "absent"),
        ("$.on", "=true"),
        ("$.city", "${city}"), ("$.temp", ">${least}"), ("$.temp", "/^21/"),
    ],
)  # fmt: skip
def test_comparisons_that_hold(path, typed):
    assert differences(path, typed, sources=Sources(variables={"city": "Paris", "least": 10})) == ()


@pytest.mark.parametrize(
    ("path", "typed", "expected", "came"),
    [
        ("$.temp", ">50", "> 50", "21.5"),
        ("$.temp", ">0 and <20", "< 20", "21.5"),
        ("$.temp", "21.5", '"21.5"', "21.5"),
        ("$.city", "Oslo", '"Oslo"', '"Paris"'),
        ("$.city", ">3", "> 3", '"Paris"'),
        ("$.city", "/^x/", "/^x/", '"Paris"'),
        ("$.days[*].t", "<5", "< 5", "9"),
        ("$.nothing", "exists", "exists", "nothing there"),
        ("$.nothing", "x", '"x"', "nothing there"),
        ("$.none", "absent", "absent", "null"),
        ("$.token", "other", '"other"', MASK),
        ("$.city", "${secret:PIN}", MASK, '"Paris"'),
        ("$.city", "${sity}", "${sity}", "There is no variable sity. Set it, or write $${ for a plain ${."),
    ],
)
def test_what_does_not_hold_is_told_with_what_came(path, typed, expected, came):
    sources = Sources(secrets={"PIN": "1234"})
    found = differences(path, typed, sources=sources)
    assert [one.at for one in found] == [path]
    assert (found[0].expected.strip('"'), found[0].came) == (expected.strip('"'), came)


def test_a_saved_value_is_compared_as_a_value_and_never_read_as_a_comparison():
    hostile = Sources(variables={"name": "> 0", "list": [1]})
    assert differences("$.n", "${name}", answer={"n": 5}, sources=hostile) == (Failure("$.n", '"> 0"', "5"),)
    assert differences("$.n", "${name}", answer={"n": "> 0"}, sources=hostile) == ()
    assert differences("$.n", "= ${list}", answer={"n": [1]}, sources=hostile) == ()


def test_values_are_exact():
    wanted = Expectation(paths=(("$.days", exactly('[{"t": 1}, {"t": ${nine}}]')), ("$.city", exactly('">3"'))))
    found = check(answered(json.dumps(ANSWER | {"city": ">3"})), wanted, Sources(variables={"nine": 9}))
    assert found == ()


def test_text_that_is_no_json_is_at_the_root():
    assert check(answered("pong"), Expectation(paths=(("$", comparisons_of("pong")),)), Sources()) == ()
    assert check(answered("pong"), Expectation(paths=(("$.x", comparisons_of("exists")),)), Sources()) != ()


def test_outcomes_and_codes():
    declined = replace(
        call(1, code=4020), error=CallError(code=4020, message="Card declined", data='{"available": 100}')
    )
    fine = Expectation(
        codes=(1500, 4020), message=comparisons_of("/declined/"), paths=(("$.available", comparisons_of(">99")),)
    )
    assert check(declined, fine, Sources()) == ()
    assert check(declined, Expectation(outcome="error"), Sources()) == ()
    assert check(declined, Expectation(), Sources()) == (Failure("outcome", "ok", "error 4020: Card declined"),)
    assert check(declined, Expectation(codes=(1501,)), Sources()) == (
        Failure("code", "1501 CONNECTION_TIMEOUT", "4020"),
    )
    assert check(call(1), Expectation(codes=(1501, 1502)), Sources()) == (
        Failure("outcome", "error 1501 CONNECTION_TIMEOUT or 1502 RESPONSE_TIMEOUT", "ok"),
    )
    assert check(call(1, total=None), Expectation(), Sources()) == (Failure("outcome", "ok", "open"),)


def test_durations():
    assert check(call(1), Expectation(total_ms=42, ack_ms=12), Sources()) == ()
    slow = check(call(1), Expectation(total_ms=41, ack_ms=11), Sources())
    assert slow == (Failure("ms.total", "at most 41", "41.2"), Failure("ms.ack", "at most 11", "12.0"))
    assert check(call(1, ack=None), Expectation(ack_ms=5), Sources()) == (Failure("ms.ack", "at most 5", "not seen"),)


def test_a_wrong_regular_expression_is_refused_when_it_is_read():
    with pytest.raises(RegexError):
        comparisons_of("/(/")


def test_what_was_sent_as_a_secret_is_masked_wherever_it_comes_back():
    sources = Sources(secrets={"PIN": '99"11é'}, variables={"api_key": "k3y-9"})
    concealing = Concealing(sources.secrets.values())
    concealing.learn(resolve('{"a": "${api_key}", "b": ${api_key}}', sources))
    came = '{"echo": "99\\"11é", "also": "99\\"11\\u00e9", "key": "k3y-9"}'
    assert concealing.text(came) == f'{{"echo": "{MASK}", "also": "{MASK}", "key": "{MASK}"}}'
    assert concealing.text('plain 99"11é') == f"plain {MASK}"
    failed = replace(
        answered(came, code=4020), error=CallError(code=4020, message="no k3y-9", data="k3y-9", causes=("k3y-9?",))
    )
    hidden = concealing.call(failed)
    assert "k3y-9" not in repr(hidden)
    assert hidden.response.redacted
    assert Concealing().text("anything") == "anything"
