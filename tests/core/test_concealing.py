"""A secret that is known by its value stands nowhere, however it is written; what is too short for that is told."""

import base64
import json
import urllib.parse

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import CallError, LogLine, Participant, Payload, RoomEvent
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.naming import is_secret_name, name_secrets, secret_name
from rpc_inspector.core.secrets.shapes import too_short
from rpc_inspector.core.templates import Raw, Sources, resolve
from tests.support.calls import call

SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=40).filter(lambda s: not too_short(s))
AROUND = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

ENCODINGS = {
    "plain": lambda text: text,
    "json": json.dumps,
    "json unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "json slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "json in json": lambda text: json.dumps({"a": json.dumps([text])}),
    "json in json in json": lambda text: json.dumps(json.dumps(json.dumps(text))),
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "url lower case": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "form": urllib.parse.quote_plus,
    "form in json": lambda text: json.dumps(urllib.parse.quote_plus(text)),
    "json in url": lambda text: urllib.parse.quote(json.dumps(text)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "json in base64": lambda text: base64.b64encode(json.dumps({"k": text}).encode()).decode(),
    "base64 in json": lambda text: json.dumps(base64.b64encode(text.encode()).decode()).replace("/", "\\/"),
    "base64 in url": lambda text: urllib.parse.quote(base64.b64encode(text.encode()).decode(), safe=""),
    "hex": lambda text: text.encode().hex(),
    "hex upper case": lambda text: text.encode().hex().upper(),
}


def decodings(text):
    """Everything that a curious reader can make of a text, three steps deep."""
    seen = {text}
    now = {text}
    for _ in range(4):
        now = {made for one in now for made in _decoded(one)} - seen
        seen |= now
    return seen


def _decoded(text):
    yield urllib.parse.unquote(text)
    yield urllib.parse.unquote_plus(text)
    for whole in (text, f'"{text}"'):
        try:
            value = json.loads(whole)
        except ValueError:
            continue
        yield from _strings(value)
    for decode in (base64.b64decode, base64.urlsafe_b64decode, bytes.fromhex):
        try:
            yield decode(text + "=" * (-len(text) % 4) if decode is not bytes.fromhex else text).decode()
        except ValueError:
            continue


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(secret=SECRETS, before=AROUND, after=AROUND)
@example(secret='99"11 ü\\x', before="\\", after="\\")
@example(secret="nebula\n42", before="C:\\", after="")
@example(secret="100%25 a+b", before="%", after="25")
@example(secret="\U0001f600key\U0001f600", before="\U0001f600", after="\\ud83d")
@example(secret="\\\\\\u0041\\", before="\\\\", after="n")
def test_no_encoding_lets_a_secret_through(encoding, secret, before, after):
    assume(secret not in before + MASK + after)
    concealing = Concealing([secret])
    encoded = ENCODINGS[encoding](before + secret + after)
    hidden = concealing.text(encoded)
    assert MASK in hidden
    assert not any(secret in text for text in decodings(hidden))
    assert concealing.text(hidden) == hidden, "what is masked stays as it is"


@pytest.mark.parametrize(
    "encoding", ["json", "json unicode", "json slashes", "json in json", "json in json in json", "base64 in json"]
)
@given(secret=SECRETS, before=AROUND, after=AROUND)
@example(secret="0000", before="Ð", after="")
def test_json_stays_json(encoding, secret, before, after):
    json.loads(Concealing([secret]).text(ENCODINGS[encoding](before + secret + after)))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('{"pin":12345,"at":9123456}', f'{{"pin":"{MASK}","at":"{MASK}"}}'),
        ('{"12345":[1.12345e3,"a12345b"]}', f'{{"{MASK}":["{MASK}","a{MASK}b"]}}'),
        ("pin 12345, at 912345", f"pin {MASK}, at 9{MASK}"),
        ('{"pin":1234', '{"pin":1234'),
        ('{"pin":12345', f'{{"pin":{MASK}'),
    ],
)
def test_a_number_becomes_a_text_so_that_json_stays_json(text, hidden):
    assert Concealing(["12345"]).text(text) == hidden


def test_a_secret_that_is_json_is_known_however_it_is_written_anew():
    secret = '{"user": "u1", "key": [1, 2]}'
    concealing = Concealing([secret])
    for text in (secret, '{"user":"u1","key":[1,2]}', f'{{"x":{secret}}}', json.dumps(secret)):
        assert "u1" not in concealing.text(text)
    assert json.loads(concealing.text(f'{{"x":{secret},"y":1}}')) == {"x": MASK, "y": 1}


# Short ones


@pytest.mark.parametrize("value", ["1", "abc", " a ", "true", "null"])
def test_what_is_short_or_common_is_masked_only_where_it_was_put(value):
    sources = Sources(secrets={"PIN": value})
    sent = resolve('{"pin":"${secret:PIN}","n":1,"t":true}', sources)
    assert [remark for remark in sent.remarks if "Too short to mask in answers: secret:PIN" in remark]
    concealing = Concealing()
    concealing.learn(sent)
    assert not concealing.is_idle
    echoed = '{"n":1,"abc":[true,null," a "]}'
    hidden = concealing.call(call(1, request=Payload(40, sent.text), response=Payload(40, echoed)))
    assert json.loads(hidden.request.text) == {"pin": MASK, "n": 1, "t": True}
    assert (hidden.request.redacted, hidden.request.bytes) == (True, 40)
    assert (hidden.response.text, hidden.response.redacted) == (echoed, False)


def test_a_short_number_without_quotes_leaves_json():
    concealing = Concealing()
    sent = resolve('{"ü":${secret:PIN},"k":"${secret:LONG}"}', Sources(secrets={"PIN": "12", "LONG": "hunter2"}))
    concealing.learn(sent)
    hidden = concealing.call(call(1, request=Payload(40, sent.text)))
    assert json.loads(hidden.request.text) == {"ü": MASK, "k": MASK}


def test_the_remark_names_no_value_and_a_long_secret_has_none():
    assert not resolve("${secret:PIN}", Sources(secrets={"PIN": "1234"})).remarks
    (remark,) = resolve("${secret:PIN}", Sources(secrets={"PIN": "xyz"})).remarks
    assert "xyz" not in remark


# Where it stands


def test_everything_that_has_text_of_others_is_masked():
    concealing = Concealing()
    concealing.learn(resolve("${api_key}", Sources(variables={"api_key": Raw("t0ps3cret")})))
    error = CallError(code=4020, message="no t0ps3cret", data='"t0ps3cret"', causes=("t0ps3cret?",))
    made = call(1, code=4020, error=error, note="t0ps3cret", comment="t0ps3cret", request=Payload(9, "t0ps3cret"))
    assert "t0ps3cret" not in repr(concealing.call(made))
    event = RoomEvent(seq=1, kind="attributes", time=1, wall=1, room="r", text="a = t0ps3cret")
    assert concealing.event(event).text == f"a = {MASK}"
    line = LogLine(number=1, time=1, wall=1, level=20, text="got t0ps3cret")
    assert concealing.log(line).text == f"got {MASK}"
    someone = Participant(identity="a", metadata="t0ps3cret", attributes={"x": "t0ps3cret"})
    assert "t0ps3cret" not in repr(concealing.participant(someone))
    assert "t0ps3cret" not in repr(concealing)


def test_nothing_is_touched_before_there_is_a_secret_and_where_there_is_none():
    made = call(1)
    assert Concealing().call(made) is made
    assert Concealing(["hunter2"]).call(made) is made
    assert Concealing([" ", "", "abc"]).is_idle


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        ({"raw": (b"\x12\x05hello",), "payload": "hello"}, True),
        ({"raw": (b"\x12\x07hunter2",)}, False),
        ({"raw": (b"\x12\x03hun", b"\x12\x04ter2"), "payload": "hunter2"}, False),
        ({"raw": (b"\x12\x02xx",), "payload": '"hunter\\u0032"', "compressed": True}, False),
        ({"raw": (b"\x12\x02xx",), "compressed": True}, False),
    ],
)
def test_packets_with_a_secret_in_them_are_not_kept(event, kept):
    seen = RpcEvent(source="sdk", stage="request", dir="sent", time=1, id="i", **event)
    assert bool(Concealing(["hunter2"]).packets(seen).raw) is kept
    assert Concealing().packets(seen) is seen


# Names


@pytest.mark.parametrize(
    ("method", "keys", "name"),
    [
        ("login", ("apiKey",), "LOGIN_API_KEY"),
        ("", ("password",), "PASSWORD"),
        ("log-in", ("", "0", "user"), "LOG_IN_0"),
        ("2fa", (), "_2FA_SECRET"),
        ("", ("…",), "SECRET"),
    ],
)
def test_there_is_one_rule_for_names(method, keys, name):
    assert secret_name(method, *keys) == name


@pytest.mark.parametrize("key", ["pwd", "cvv", "apiKey", "cookie", "iban", "authToken", "ssn"])
def test_what_a_secret_is_called_is_called_like_a_secret(key):
    assert is_secret_name(secret_name("charge card", key))
    assert is_secret_name(secret_name("charge card"))
    assert not is_secret_name("CHARGE_CITY")
    assert not is_secret_name("max_tokens")


def test_known_secrets_get_their_own_placeholders_in_what_is_kept():
    concealing = Concealing()
    sources = Sources(secrets={"PIN": 'a"b1'}, variables={"api_key": "k-123", "n": 1})
    concealing.learn(resolve('{"p":"${secret:PIN}","k":"${api_key}","n":${n}}', sources))
    kept = name_secrets(
        '{"x":"a\\"b1","y":"k-123","z":"${k-123}","password":"other"}', method="login", known=concealing
    )
    assert kept.text == ('{"x":"${secret:PIN}","y":"${api_key}","z":"${k-123}","password":"${secret:LOGIN_PASSWORD}"}')
    assert set(kept.names) == {"PIN", "api_key", "LOGIN_PASSWORD"}
    encoded = name_secrets(base64.b64encode(b"k-123").decode(), method="login", known=concealing)
    assert encoded.text == "${secret:LOGIN_PAYLOAD}"
