"""What a collection's files say, and what is said of those that are wrong."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core.expectations import Comparison
from rpc_inspector.core.model import Participant
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.templates import Raw, Sources, resolve
from rpc_inspector.storage.collections import CollectionUnusable, To, read_collection, read_request
from rpc_inspector.storage.collections.lacking import lacks, secrets_asked
from rpc_inspector.storage.collections.nodes import LARGEST
from rpc_inspector.storage.collections.writing import request_text, save_request
from rpc_inspector.storage.reading import FileUnusable

FULL = """\
name: the weather
description: now
to: {identity: "weather-*", kind: agent, attributes: {role: weather}}
method: get_weather
payload:
  city: ${city}
  text: "${city}"
  days: [1, 2.50, true, null, no, 2026-11-20]
timeout: 2.5
ack_timeout: 0.001
expect:
  code: [4040, response_timeout]
  message: /no station/
  $.temp: ">10 and <=20"
  $.list: [1, a]
  $.exact: {is: ">10"}
  $.number: 3
  $.city: ${city}
  $["odd key"]: exists
  ms: {total: 500, ack: 1.5}
save: {id: "$.id"}
tags: [smoke, slow]
skip: not yet
"""


def written(folder, text, name="a.yaml"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_everything_that_a_file_can_say(tmp_path):
    request = read_request(written(tmp_path, FULL), tmp_path)
    assert (request.name, request.description, request.method) == ("the weather", "now", "get_weather")
    assert request.to == To(identity="weather-*", kind="agent", attributes={"role": "weather"})
    assert request.payload == ('{"city": ${city}, "text": "${city}", "days": [1, 2.5, true, null, "no", "2026-11-20"]}')
    assert (request.response_ms, request.ack_ms) == (2500, 1)
    expect = request.expect
    assert (expect.outcome, expect.codes, expect.total_ms, expect.ack_ms) == (None, (4040, 1502), 500, 1.5)
    assert expect.message == (Comparison("matches", "no station"),)
    assert dict(expect.paths) == {
        "$.temp": (Comparison(">", "10"), Comparison("<=", "20")),
        "$.list": (Comparison("=", '[1, "a"]'),),
        "$.exact": (Comparison("=", '">10"'),),
        "$.number": (Comparison("=", "3"),),
        "$.city": (Comparison("=", "${city}"),),
        '$["odd key"]': (Comparison("exists"),),
    }
    assert (request.save, request.tags, request.skip) == ({"id": "$.id"}, ("smoke", "slow"), "not yet")


def test_the_least_that_a_file_says(tmp_path):
    request = read_request(written(tmp_path, "to: bob\nmethod: echo\n", "10-echo.yaml"), tmp_path)
    assert (request.name, request.payload, request.response_ms, request.ack_ms) == ("10-echo", "", 15_000, 7_000)
    assert request.expect.outcome is None
    assert request.skip == ""


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ("plain ${x}", "plain ${x}"),
        ("'{\"a\": 1}'", '{"a": 1}'),
        ("|\n  line\n  two\n", "line\ntwo\n"),
        ("5", "5"),
        ("[a, 1e3, 1e999]", '["a", 1000.0, "1e999"]'),
        ("", ""),
        ("'@@home'", "@home"),
        ("'@data/p.json'", '{"from": "a file"}'),
        ("{}", "{}"),
    ],
)
def test_payloads(tmp_path, payload, wanted):
    written(tmp_path, '{"from": "a file"}', "data/p.json")
    request = read_request(written(tmp_path, f"to: bob\nmethod: echo\npayload: {payload}\n"), tmp_path)
    assert request.payload == wanted


WRONG = [
    ("to: bob\nmethod: echo\nmethd: x\n", 3, 1, "no field methd", "Did you mean method?"),
    ("to: bob\n", 1, 1, "no field method", "It says"),
    ("to: bob\nmethod: ' '\n", 2, 9, "method is empty", ""),
    ("to: 5\nmethod: echo\n", 1, 5, "to should be a text", "quotes"),
    ("to: {}\nmethod: echo\n", 1, 5, "names nobody", "identity"),
    ("to: {kind: agnet}\nmethod: echo\n", 1, 12, "no kind agnet", "agent"),
    ("to: bob\nmethod: echo\ntimeout: 0\n", 3, 10, "timeout, in seconds, should be a number", ""),
    ("to: bob\nmethod: echo\ntimeout: true\n", 3, 10, "should be a number", ""),
    ("to: bob\nmethod: echo\nexpect:\n  code: 1501x\n", 4, 9, "1501x is no code", "number"),
    ("to: bob\nmethod: echo\nexpect:\n  code: RESPONSE_TIMEUT\n", 4, 9, "no code", "RESPONSE_TIMEOUT"),
    ("to: bob\nmethod: echo\nexpect: {outcome: okay}\n", 3, 19, "no outcome okay", "ok or error"),
    ("to: bob\nmethod: echo\nexpect: {outcome: ok, code: 1500}\n", 3, 29, "has no code", "Remove"),
    ("to: bob\nmethod: echo\nexpect:\n  $.a b: 1\n", 4, 6, "no JSON path", "Paths are"),
    ("to: bob\nmethod: echo\nexpect:\n  $.a: /(/\n", 4, 8, "no regular expression", "RE2"),
    ("to: bob\nmethod: echo\nexpect:\n  ms: {totl: 5}\n", 4, 8, "no field totl", "total"),
    ("to: bob\nmethod: echo\nsave: {id: x}\n", 3, 12, "no JSON path", "Paths are"),
    ("to: bob\nmethod: echo\nsave: {uuid: $.a}\n", 3, 8, "cannot be the name", "Names"),
    ("to: bob\nmethod: echo\npayload: '@gone.json'\n", 3, 10, "There is no file", "Check"),
    ("to: bob\nmethod: echo\npayload: '@../../../etc/passwd'\n", 3, 10, "outside of the collection", "Copy"),
    ("to: bob\nmethod: echo\nexpect:\n  $.a: >10\n", 4, 10, "This is no YAML", "quotes"),
    ("to: bob\nmethod: echo\nexpect:\n  $.a: >3\n", 4, 8, "no text below this >", "In quotes"),
    ("to: bob\nmethod: echo\npayload: {a: ${x}}\n", 3, 15, "This is no YAML", "quotes"),
    ("to: bob\nto: eve\nmethod: echo\n", 2, 1, "key to is there twice", "Remove"),
    ("to: &a bob\nmethod: *a\n", 1, 5, "Anchors", "quote"),
    ("to: bob\nmethod: echo\npayload: !!python/object:os.system x\n", 3, 10, "Tags", "quote"),
    ("to: bob\nmethod: echo\n---\nto: eve\n", 3, 1, "second document", "one request"),
    ("- a\n", 1, 1, "should be a mapping", ""),
    ("", 1, 1, "should be a mapping", ""),
    ("to: bob\nmethod: e\x07cho\n", 2, 10, "does not allow the character \\u{7}", "Remove"),
    (f"to: bob\nmethod: echo\npayload: {'[' * 60}{']' * 60}\n", 3, 50, "nested more than", "file"),
    ("x" * (LARGEST + 1), 1, 1, "larger than", "@FILE"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path, wrong):
    text, line, column, what, advice = wrong
    path = written(tmp_path, text)
    with pytest.raises(CollectionUnusable) as caught:
        read_collection(tmp_path)
    (problem,) = caught.value.problems
    assert what in problem.what
    assert advice in problem.advice
    assert str(problem).startswith(f"{path}:{line}:{column}: ")


def test_everything_that_is_wrong_in_all_files_is_told_at_once(tmp_path):
    written(tmp_path, "to: bob\nmethod: echo\nfoo: 1\ntimeout: x\n", "1.yaml")
    written(tmp_path, "to: bob\n", "2.yaml")
    written(tmp_path, "to: bob\nmethod: echo\n", "3.yaml")
    with pytest.raises(CollectionUnusable) as caught:
        read_collection(tmp_path)
    assert [(one.path.name, one.line) for one in caught.value.problems] == [("1.yaml", 3), ("1.yaml", 4), ("2.yaml", 1)]


def test_a_file_full_of_aliases_does_not_grow(tmp_path):
    bomb = "a: &a [x]\n" + "".join(f"k{n}: &k{n} [{', '.join(['*a'] * 9)}]\n" for n in range(20))
    with pytest.raises(CollectionUnusable) as caught:
        read_request(written(tmp_path, bomb), tmp_path)
    assert "Anchors" in caught.value.problems[0].what


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"to: \xff\xfe\n")
    with pytest.raises(CollectionUnusable) as caught:
        read_collection(tmp_path)
    assert "UTF-8" in caught.value.problems[0].what


def test_the_order_is_that_of_the_paths_and_hidden_files_and_environments_are_none(tmp_path):
    plain = "to: bob\nmethod: echo\n"
    for name in ("b.yaml", "a/2.yml", "a/1.yaml", "c/environments/x.yaml"):
        written(tmp_path, plain, name)
    for name in ("environments/default.yaml", ".hidden.yaml", ".git/x.yaml", "notes.txt"):
        written(tmp_path, "no: request", name)
    collection = read_collection(tmp_path)
    files = [collection.file_of(request) for request in collection.requests]
    assert files == ["a/1.yaml", "a/2.yml", "b.yaml", "c/environments/x.yaml"]


def test_no_folder_and_an_empty_one(tmp_path):
    with pytest.raises(FileUnusable, match="holds no requests"):
        read_collection(tmp_path)
    with pytest.raises(FileUnusable, match="There is no folder"):
        read_collection(tmp_path / "gone")
    with pytest.raises(FileUnusable, match="is not a folder"):
        read_collection(written(tmp_path, "x"))


def test_whom_a_request_is_for():
    agent = Participant(identity="Weather-7", kind="agent", attributes={"role": "weather"})
    assert To(identity="weather-*").fits(agent)
    assert To(kind="agent", attributes={"role": "w*"}).fits(agent)
    assert not To(identity="weather-7").fits(agent), "without a * the identity is exact"
    assert not To(kind="sip").fits(agent)
    assert not To(attributes={"role": "billing"}).fits(agent)
    assert not To(attributes={"other": "*"}).fits(agent)
    assert str(To(identity="w-*", kind="agent", attributes={"a": "b"})) == "w-*, kind agent, a=b"
    assert To(identity="${who}").resolved(Sources(variables={"who": "bob"})).identity == "bob"


def test_what_lacks_is_known_before_anything_is_sent(tmp_path):
    written(tmp_path, "to: ${who}\nmethod: login\npayload: {a: '${x}'}\nsave: {id: $.id}\n", "1.yaml")
    later = "to: bob\nmethod: get\npayload:\n  id: ${id}\n  pin: ${secret:PIN}\n  l: ${last:login:$.t}\n"
    written(tmp_path, f"{later}  o: ${{last:logon}}\nexpect: {{$.a: '> ${{least}}'}}\n", "2.yaml")
    collection = read_collection(tmp_path)
    assert secrets_asked(collection.requests) == ["PIN"]
    sources = Sources(variables={"who": "bob", "y": 1})
    found = [(one.path.name, one.line, one.what) for one in lacks(collection, collection.requests, sources)]
    assert found == [
        ("1.yaml", 3, "There is no variable x."),
        ("2.yaml", 4, "There is no secret PIN."),
        ("2.yaml", 4, "There is no earlier response of logon."),
        ("2.yaml", 8, "There is no variable least."),
    ]
    alone = lacks(collection, collection.requests[1:], Sources(variables={"least": 1}, secrets={"PIN": "1"}))
    assert "1.yaml saves it, but is not run before." in [one.advice for one in alone]
    whole = Sources(variables={"who": "bob", "x": 1, "least": Raw("1")}, secrets={"PIN": "1"})
    assert [one.what for one in lacks(collection, collection.requests, whole)] == [
        "There is no earlier response of logon."
    ]


PIECES = st.sampled_from(
    ["to", "method", "payload", "expect", "ms", "$.a", "$..", ": ", "\n", "  ", "- ", "{", "}", "[", "]", ",", "'",
     '"', "|", ">", "${x}", "$${", "@x", "@../x", "/(/", "1e999", "0x1", "&a", "*a", "!!t", "%", "#", "---", "...",
     "\t", "?", "<<", "\x85", "\ufeff", "true", "~", ">1 and <2", "code", "9" * 5000]
)  # fmt: skip


@settings(deadline=None)
@given(text=st.text() | st.lists(PIECES, max_size=30).map("".join))
def test_whatever_a_file_holds_is_read_or_told_at_a_place(text, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "fuzzed.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        request = read_request(path, folder)
    except CollectionUnusable as error:
        for problem in error.problems:
            assert 1 <= problem.line <= len(text.splitlines()) + 2
            assert problem.column >= 1
    else:
        assert request.method.strip()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and "*" not in text)


@settings(deadline=None)
@given(
    value=JSON_VALUES | st.sampled_from(["${x}", "~", "1e3", "0x10", "null", "@file", "'", "a: b", "- x", "#", "!t"])
)
def test_a_json_payload_is_read_as_it_was_written(value, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    payload = json.dumps(value, ensure_ascii=False).replace("${", "$${")
    path = folder / "round.yaml"
    path.write_text(request_text(Invocation(destination="bob", method="echo", payload=payload)), encoding="utf-8")
    request = read_request(path, folder)
    sent = resolve(request.payload, Sources()).text
    assert json.loads(sent) == value
    assert json.dumps(json.loads(sent)) == json.dumps(value)


@settings(deadline=None)
@given(text=st.text(), name=NAMES)
def test_texts_and_names_are_read_as_they_were_written(text, name, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "round.yaml"
    wanted = Invocation(destination=name, method=name, payload=text, response_ms=2500, ack_ms=100)
    path.write_text(request_text(wanted, about=text), encoding="utf-8")
    request = read_request(path, folder)
    assert (request.to.identity, request.method, request.description) == (name, name, text)
    assert (request.response_ms, request.ack_ms) == (2500, 100)
    if text.lstrip()[:1] not in ("{", "["):
        assert request.payload == text


def test_digits_that_json_keeps_and_python_does_not_stay(tmp_path):
    for payload in ('{"n": 1.0}', '{"n": 1.00}', '{"n": 123456789012345678901234567890.5}', '{"a": 1, "a": 2}'):
        text = request_text(Invocation(destination="b", method="m", payload=payload))
        assert json.dumps(json.loads(read_request(written(tmp_path, text), tmp_path).payload)) == json.dumps(
            json.loads(payload)
        )
    assert "1.00" in request_text(Invocation(destination="b", method="m", payload='{"n": 1.00}'))


def test_saving_a_request_makes_the_collection_and_replaces_nothing(tmp_path):
    folder = tmp_path / "mine"
    path = save_request(folder, "the weather/now", "to: bob\nmethod: echo\n")
    assert path == folder / "the-weather-now.yaml"
    assert (folder / ".gitignore").read_text() == ".secrets.yaml\n"
    assert len(read_collection(folder).requests) == 1
    with pytest.raises(FileUnusable, match="there already"):
        save_request(folder, "the weather/now", "x")
    with pytest.raises(FileUnusable, match="cannot be written"):
        save_request(Path(path), "x", "x")
