"""Secrets are taken out of calls, and nothing else is."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.model import Call, CallError, Payload, RoomEvent
from rpc_inspector.core.secrets.redaction import MASK, SECRET_KEYS, Rules, redact, redact_event, redact_text

RULES = Rules()
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def call_with(text: str | None, **more) -> Call:
    request = None if text is None else Payload(len(text.encode()), text)
    return Call(seq=1, room="r", direction="outgoing", started=0, wall=0, request=request, **more)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"password": "x", "n": 1.0}', f'{{"password": "{MASK}", "n": 1.0}}'),
        ('{"a": {"api-key": [1, {"z": 2}], "b": 1e400}}', f'{{"a": {{"api-key": "{MASK}", "b": 1e400}}}}'),
        ('{"apiKey":5,"API_KEY":6}', f'{{"apiKey":"{MASK}","API_KEY":"{MASK}"}}'),
        ('{"p\\u0061ssword":1}', f'{{"p\\u0061ssword":"{MASK}"}}'),
        ('{"max_tokens": 5, "accessToken": "a"}', f'{{"max_tokens": 5, "accessToken": "{MASK}"}}'),
        ('{"s": "{\\"secret\\": \\"x y\\", \\"k\\": 1}"}', f'{{"s": "{{\\"secret\\": \\"{MASK}\\", \\"k\\": 1}}"}}'),
        ('{"u": "https://h/?token=abc&b=1"}', f'{{"u": "https://h/?token={MASK}&b=1"}}'),
        ('{"a": "token=", "b": 1}', '{"a": "token=", "b": 1}'),
        (f'[" {JWT} "]', f'[" {MASK} "]'),
        (f'"{JWT}"', f'"{MASK}"'),
        ('{"password": "abc', f'{{"password": "{MASK}"'),
        ('{"secret": {"a": "b', f'{{"secret": "{MASK}"'),
        ("password=hunter2 and token: xyz", f"password={MASK} and token: {MASK}"),
        ("Cookie: a=b; c=d\nHost: h", f"Cookie: {MASK}\nHost: h"),
        ("Authorization: Bearer abc", f"Authorization: {MASK}"),
        ("note: pass-word='a b' c", f"note: pass-word='{MASK}' c"),
        ("postgres://me:pw@host/db", f"postgres://{MASK}@host/db"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n", MASK),
        ("no secret: here", f"no secret: {MASK}"),
        ("nothing at all", "nothing at all"),
    ],
)
def test_what_is_masked_and_what_stays(text, masked):
    assert redact_text(text, RULES) == masked
    got = redact(call_with(text), RULES).request
    assert got == Payload(len(text.encode()), masked, redacted=text != masked), "its size stays true"


@given(JSON, st.sampled_from(["password", "API-Key", "x_secret_y", "accessToken"]), st.text(min_size=12))
def test_a_secret_goes_wherever_it_stands_and_all_else_stays(value, key, secret):
    text = json.dumps({"before": value, key: secret, "after": [{key: {"deep": secret}}, value]})
    got = json.loads(redact_text(text, Rules(keys=(key,))))
    assert got[key] == got["after"][0][key] == MASK
    clean = json.dumps({"before": value, "after": value})
    if redact_text(clean, RULES) == clean:
        assert got["before"] == value
        assert got["after"][1] == value


@given(st.text(st.characters()) | st.text(alphabet='{}[]":,\\=token \n-_.', max_size=80))
def test_no_text_makes_it_fail_and_json_stays_json(text):
    for shape in (text, json.dumps(text), '{"token": ' + text, '{"a": ' + json.dumps("password=" + text) + "}"):
        masked = redact_text(shape, RULES)
        assert isinstance(masked, str)
        assert shape != json.dumps(text) or isinstance(json.loads(masked), str)


@pytest.mark.parametrize(
    "text",
    [
        '{"secret":' * 90_000, "secret:" + "{" * 900_000, "a" * 900_000 + "token", "x://" + "a:" * 450_000,
        'token="' + "\\" * 900_000, "token: " * 120_000, '"secret"' * 110_000, "eyJ" * 300_000,
    ],
)  # fmt: skip
def test_hostile_texts_take_linear_time(text):
    began = time.perf_counter()
    redact_text(text, RULES)
    took = time.perf_counter() - began
    half = time.perf_counter()
    redact_text(text[: len(text) // 4], RULES)
    quarter = time.perf_counter() - half
    # Quadratic would be 16 times as long; the constant forgives a machine that is busy elsewhere.
    assert took < 10 * quarter + 0.5


def test_a_payload_too_long_to_look_through_is_taken_out_whole():
    text = "a" * 50_000_000
    assert redact(call_with(text), RULES).request == Payload(50_000_000, None, redacted=True)
    assert redact(call_with(text), Rules(payloads="keep")).request.text is text


def test_without_payloads_their_sizes_stay():
    error = CallError(code=1500, message=f"token={JWT}", data='{"a": 1}', causes=("password=x was refused",))
    call = call_with("hello", error=error, comment="my password: hunter2", response=Payload(7, None, "lost chunk"))
    got = redact(call, Rules(payloads="off"))
    assert got.request == Payload(5, None, redacted=True)
    assert got.response == call.response, "what never was known was not redacted"
    assert got.error == CallError(
        code=1500, message=f"token={MASK}", data=MASK, causes=(f"password={MASK} was refused",)
    )
    assert got.comment == f"my password: {MASK}"


def test_own_keys_are_globs_and_come_on_top():
    rules = Rules(keys=(*SECRET_KEYS, "user*"))
    assert redact_text('{"UserName": 1, "token": 2, "x": 3}', rules) == (
        f'{{"UserName": "{MASK}", "token": "{MASK}", "x": 3}}'
    )
    assert "user*" in rules.words


def test_a_room_event_is_redacted_too():
    event = RoomEvent(seq=1, kind="attributes", time=0, wall=0, room="r", text=f"auth={JWT} page=/")
    assert redact_event(event, RULES).text == f"auth={MASK} page=/"
    assert redact_event(event, Rules(payloads="keep")) is event


def test_paths_lead_to_what_is_masked():
    rules = Rules(keys=(), paths=("$.user.name", "$..pin", "$.list[-1]", '$["odd key"]'))
    text = '{"user": {"name": {"first": "A"}, "age": 7}, "a": [{"pin": 1}], "list": [1, 2.50], "odd key": null}'
    assert redact_text(text, rules) == (
        f'{{"user": {{"name": "{MASK}", "age": 7}}, "a": [{{"pin": "{MASK}"}}], "list": [1, "{MASK}"],'
        f' "odd key": "{MASK}"}}'
    )
    assert redact_text('{"user": 1, "password": "x"}', rules) == '{"user": 1, "password": "x"}'
    assert redact_text('"alone"', Rules(keys=(), paths=("$",))) == f'"{MASK}"'
    assert "$.user.name" in rules.words


def test_where_a_path_leads_in_broken_or_hostile_json_cannot_be_told_so_all_of_it_goes():
    rules = Rules(paths=("$..pin",))
    assert redact_text('{"pin": 1', rules) == MASK
    assert redact_text("[" * 100 + "1" + "]" * 100, rules) == MASK
    assert redact_text("plain words", rules) == "plain words"
    with pytest.raises(ValueError, match="path"):
        Rules(paths=("user.name",))
