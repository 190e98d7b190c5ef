"""Small rules of the core: safe text, budgets, names, payloads, methods, redaction, exits, the JSON of a call."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.budgets import Budget, budget_for, payload_limit, utf8_size
from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.codes import CODES, ErrorCode, code_name
from rpc_inspector.core.exits import Exit, exit_for
from rpc_inspector.core.methods import (
    MethodsUnreadable,
    known_methods,
    parse_advertised,
    parse_described,
)
from rpc_inspector.core.model import Call, CallError, Measure, Payload
from rpc_inspector.core.names import closest
from rpc_inspector.core.payload.text import json_problem, minified, pretty, unsendable
from rpc_inspector.core.provenance import merge_methods
from rpc_inspector.core.secrets.redaction import MASK, mask_attributes, mask_jwts, shown_url
from rpc_inspector.core.session import Target
from rpc_inspector.core.text import sanitise, sanitise_name
from rpc_inspector.core.units import duration, size


@given(st.text(st.characters()), st.booleans())
def test_nothing_unsafe_survives_the_sanitiser(text, multiline):
    safe = sanitise(text, multiline=multiline)
    allowed = "\n\t" if multiline else ""
    assert not [c for c in safe if (ord(c) < 32 or 0x7F <= ord(c) < 0xA0) and c not in allowed]
    assert not set(safe) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff")
    assert not [c for c in safe if 0xD800 <= ord(c) <= 0xDFFF]
    safe.encode()


@given(st.text(st.characters()), st.integers(0, 30))
def test_the_sanitiser_keeps_its_limit(text, limit):
    assert len(sanitise(text, limit=limit)) <= max(limit, 1)


def test_what_was_hidden_is_shown():
    assert sanitise("a\x1b]52;c;aGk=\x07b") == "a\\e]52;c;aGk=\\u{7}b"
    assert sanitise("user\u202egnp.exe") == "user\\u{202e}gnp.exe"
    assert sanitise("two\nlines") == "two\\nlines"
    assert sanitise("two\nlines", multiline=True) == "two\nlines"
    assert sanitise("e" + "\u0301" * 50) == "e" + "\u0301" * 3
    assert sanitise_name("x" * 500) == "x" * 79 + "…"
    assert sanitise("[bold]日本 ✓[/]") == "[bold]日本 ✓[/]", "markup is text like any other"


@pytest.mark.parametrize(
    ("response", "ack", "told", "longest"),
    [(15_000, 7_000, 8_000, 22_000), (2_000, 7_000, 1_000, 9_000), (10_000, 7_000, 3_000, 17_000)],
)
def test_the_callee_is_told_less_than_the_caller_waits(response, ack, told, longest):
    budget = budget_for(response, ack)
    assert (budget.told, budget.longest) == (told, longest)


def test_budgets_in_words():
    assert budget_for().in_words() == "callee gets 8 s · you wait ≤ 22 s"
    assert Budget(ack=500, response=1500, told=1000).in_words() == "callee gets 1 s · you wait ≤ 2 s"


def test_the_limit_follows_the_destinations_protocol():
    assert [payload_limit(protocol) for protocol in (None, 0, 1, 2)] == [15_360, 15_360, None, None]
    assert utf8_size("é€😀") == 2 + 3 + 4
    assert utf8_size("\ud800") == 3


def test_closest_names():
    assert closest("billing-2", ["weather-agent", "billing", "web-1"])[0] == "billing"
    assert closest("WEB", ["weather-agent", "web-1"]) == ["web-1"]
    assert closest("zzz", ["weather-agent"]) == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_formatting_keeps_the_value(value):
    text = json.dumps(value)
    assert json.loads(pretty(text)) == value
    assert json.loads(minified(text)) == value


def test_json_is_judged_at_its_place():
    assert json_problem('{"a": 1}') is None
    assert json_problem('{"a" 1}') == "Expecting ':' delimiter at line 1, column 6"
    assert json_problem("") == "Expecting value at line 1, column 1"
    assert json_problem("[" * 100_000) is not None
    assert pretty("not json") is None
    assert pretty("[1.0, 123456789012345678901234567890]", indent=1) == "[\n 1.0,\n 123456789012345678901234567890\n]"
    assert unsendable("a\ud800") == "it has a lone surrogate (U+D800) at character 2"
    assert unsendable("NUL \0 travels") is None


def test_methods_are_read_and_merged_by_provenance():
    advertised = parse_advertised('{"v":1,"m":{"greet":{"d":"Greets"},"bye":{}}}').methods
    described = parse_described(
        '{"v":1,"methods":{"greet":{"description":"Longer","request":{"type":"object"},"examples":[{"request":1}]}}}'
    ).methods
    merged = merge_methods({"described": described, "advertised": advertised, "known": known_methods("sip")})
    assert [(m.name, m.provenance) for m in merged][:3] == [
        ("greet", "advertised"), ("bye", "advertised"), ("lk.sip.GetRemoteHeaders", "known"),
    ]  # fmt: skip
    assert merged[0].description == "Greets"
    assert json.loads(merged[0].request_schema) == {"type": "object"}
    assert merged[0].examples == ('{"request": 1}',)


@pytest.mark.parametrize("value", ["", "nonsense", "[]", '{"v":2,"m":{}}', '{"v":1}', '{"v":1,"m":[]}', "[" * 5000])
def test_unreadable_methods_say_so(value):
    with pytest.raises(MethodsUnreadable):
        parse_advertised(value)


def test_advertised_methods_are_bounded():
    with pytest.raises(MethodsUnreadable, match="64 KiB"):
        parse_advertised('{"v":1,"m":{"x":{"d":"' + "y" * 70_000 + '"}}}')
    many = json.dumps({"v": 1, "m": {str(n): {} for n in range(2000)}})
    assert len(parse_advertised(many).methods) == 1000


def test_secrets_are_masked():
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    assert mask_attributes({"page": "/", "api_key": "k", "note": f"see {jwt}"}) == {
        "page": "/", "api_key": MASK, "note": MASK,
    }  # fmt: skip
    assert mask_jwts(f"refused {jwt}!") == f"refused {MASK}!"
    shown = repr(Target(url="ws://x", api_key="KEY", api_secret="SECRET", token=jwt, passphrase="PASS"))
    assert not [secret for secret in ("SECRET", jwt, "PASS", "KEY") if secret in shown]


def test_a_url_is_shown_without_its_secrets():
    assert shown_url("wss://user:p@ss@host:7880/rtc?access_token=abc") == "wss://host:7880/rtc"
    assert shown_url("ws://localhost:7880") == "ws://localhost:7880"
    assert "hunter2" not in repr(Target(url="wss://me:hunter2@host"))


def test_every_code_is_explained():
    assert set(CODES) == set(ErrorCode)
    for info in CODES.values():
        assert info.meaning.endswith(".")
        assert info.next_step.endswith(".")
    assert code_name(1502) == "RESPONSE_TIMEOUT"
    assert code_name(4020) is None


@pytest.mark.parametrize(
    ("code", "status"),
    list(
        {
            1400: 11,
            1401: 14,
            1402: 15,
            1403: 16,
            1404: 16,
            1500: 10,
            1501: 12,
            1502: 13,
            1503: 14,
            1504: 15,
            1505: 16,
            4020: 10,
            1999: 10,
        }.items()
    ),
)
def test_exit_statuses(code, status):
    failed = Call(
        seq=1, room="r", direction="outgoing", started=0, wall=0, outcome="error",
        error=CallError(code=code, message=""),
    )  # fmt: skip
    assert exit_for(failed) == status


def test_success_is_zero():
    assert exit_for(Call(seq=1, room="r", direction="outgoing", started=0, wall=0, outcome="ok")) is Exit.OK


def test_the_json_of_a_call_is_ascii_and_lossless():
    nasty = "\x1b[31m\u202e日本\ud800\0"
    call = Call(
        seq=1, room="r", direction="outgoing", started=0.0, wall=1_700_000_000.1234, caller="us", callee=nasty,
        method="m", outcome="ok", request=Payload(3, nasty), total=Measure(41.234, 0.1, "sdk"),
    )  # fmt: skip
    line = call_line(call)
    assert line.isascii()
    assert "\n" not in line
    back = json.loads(line)
    assert back["callee"] == back["request"]["payload"] == nasty
    assert back["started_at"] == "2023-11-14T22:13:20.123Z"
    assert back["ms"] == {"ack": None, "response": None, "total": 41.2, "handler": None}
    assert back["source"]["total"] == "sdk"


def test_numbers_for_people():
    assert [size(n) for n in (0, 999, 15_360, 1_048_576)] == ["0 B", "999 B", "15.4 kB", "1.0 MB"]
    assert duration(Measure(12.3, 1.0, "capture")) == "12 ms"
    assert duration(Measure(41.23, 0.1, "sdk")) == "41.2 ms"
    assert duration(Measure(8012, 1.0, "capture")) == "8.01 s"
    assert duration(None) == "n/a"
