"""Whose methods a catalogue names, what of one method does not fit together, and what is told of a participant."""

import json

import pytest

from rpc_inspector.core.catalogue import Catalogue, Entry, SavedMethod, pattern_of
from rpc_inspector.core.methods import MAX_METHODS, MethodsUnreadable, parse_advertised, parse_described
from rpc_inspector.core.model import Method, Participant
from rpc_inspector.core.provenance import merge_methods


def named(name, provenance="catalogue", **more):
    return Method(name=name, provenance=provenance, **more)


@pytest.mark.parametrize(
    ("entry", "fits"),
    [
        ({"identity": "web-*"}, {"web-1"}),
        ({"identity": "web-?"}, {"web-1"}),
        ({"kind": "agent"}, {"agent-AJ_x7Fq"}),
        ({"agent": "weather*"}, {"agent-AJ_x7Fq"}),
        ({"identity": "*", "kind": "agent", "agent": "cook"}, set()),
        ({}, {"web-1", "agent-AJ_x7Fq"}),
    ],
)
def test_an_entry_is_about_those_who_fit_all_that_it_says(entry, fits):
    people = [
        Participant(identity="web-1"),
        Participant(identity="agent-AJ_x7Fq", kind="agent", attributes={"lk.agent.name": "weather-v2"}),
    ]
    assert {one.identity for one in people if Entry(**entry).fits(one)} == fits


def test_the_first_entry_that_names_a_method_has_it():
    first = Entry(identity="web-*", methods=(named("a", description="first"),))
    second = Entry(methods=(named("a", description="second"), named("b")))
    methods = Catalogue((first, second)).methods(Participant(identity="web-1"))
    assert [(method.name, method.description) for method in methods] == [("a", "first"), ("b", None)]


@pytest.mark.parametrize(
    ("identity", "pattern"),
    [
        ("web-1", "web-*"), ("web-12", "web-*"), ("agent-AJ_x7Fq", "agent-*"), ("weather-agent", "weather-agent"),
        ("inspector-7f3", "inspector-*"), ("facade", "facade"), ("trade3", "trade*"), ("tree3", "tree*"),
        ("user-8f14e45f-ceea-467f-a0e6-5ae2d4b3c9a1", "user-*"), ("sip_+15550100", "sip_+*"),
    ],
)  # fmt: skip
def test_sessions_of_the_same_part_have_the_same_pattern(identity, pattern):
    assert pattern_of(identity) == pattern
    same = SavedMethod(identity=identity, kind="standard", method="m")
    assert same.fits(Participant(identity=identity))
    assert not same.fits(Participant(identity=identity, kind="agent"))


def test_a_pattern_of_a_long_identity_takes_no_time():
    assert pattern_of("a" * 100_000)


def merged(refused=(), both_whole=False, **sources):
    (method,) = merge_methods(sources, refused=refused, both_whole=both_whole)
    return method


def test_all_ways_in_which_a_method_is_known_are_kept_in_their_order():
    method = merged(saved=[named("a", "saved")], observed=[named("a", "observed")], described=[named("a", "described")])
    assert (method.provenance, method.also, method.conflicts) == ("described", ("observed", "saved"), ())


SCHEMA, OTHER = '{"type": "object"}', '{"type":"string"}'


@pytest.mark.parametrize(
    ("sources", "how", "says"),
    [
        ({"advertised": [named("a", "advertised")]}, {"refused": {"a"}}, "advertised, but the last call said 1400"),
        ({"saved": [named("a", "saved")]}, {"refused": {"a"}}, "typed before, but the last call said 1400"),
        ({"advertised": [named("a", "advertised")]}, {"both_whole": True}, "its own description does not name it"),
        ({"described": [named("a", "described")]}, {"both_whole": True}, "its own list (rpc.methods) does not name it"),
        (
            {
                "described": [named("a", "described", request_schema=SCHEMA, response_schema=SCHEMA)],
                "catalogue": [named("a", request_schema=OTHER, response_schema='{"type":"object"}', origin="f.yaml:3")],
            },
            {},
            "the catalogue (f.yaml:3) has another request schema than it describes; its own is shown",
        ),
    ],
)
def test_what_does_not_fit_together_is_said(sources, how, says):
    method = merged(**sources, **how)
    assert len(method.conflicts) == 1
    assert method.conflicts[0].endswith(says)


def test_the_longer_of_two_descriptions_that_begin_alike_is_taken():
    short, long = (
        named("a", "advertised", description="The weather…"),
        named("a", "described", description="The weather now"),
    )
    assert merged(advertised=[short], described=[long]).description == "The weather now"
    assert merged(advertised=[named("a", "advertised", description="Rain")], described=[long]).description == "Rain"


def test_ten_thousand_methods_are_bounded_and_said():
    told = parse_described(json.dumps({"v": 1, "methods": {f"m{n}": {} for n in range(10_000)}}))
    assert len(told.methods) == MAX_METHODS
    assert told.remarks == ("it names 10,000 methods; the first 1,000 are kept",)
    assert not told.whole


def test_a_list_that_is_cut_says_so():
    assert parse_advertised('{"v":1,"m":{"a":{}},"more":true}').cut
    assert not parse_advertised('{"v":1,"m":{"a":{}}}').cut
    odd = parse_advertised(json.dumps({"v": 1, "m": {"": {}, "x" * 600: {}, "ok": 3}}))
    assert [method.name for method in odd.methods] == ["ok"]
    assert odd.remarks == ("2 of its methods have no name, or one of over 512 characters",)


def test_schemas_that_are_too_large_or_too_deep_are_left_out_and_said():
    deep: object = {}
    for _ in range(900):
        deep = {"items": deep}
    large = {"type": "string", "description": "x" * 300_000}
    told = parse_described(json.dumps({"v": 1, "methods": {"a": {"request": large, "response": {"type": "null"}}}}))
    assert (told.methods[0].request_schema, told.methods[0].response_schema) == (None, '{"type": "null"}')
    assert "1 of its schemas" in told.remarks[0]
    try:
        parse_described(json.dumps({"v": 1, "methods": {"a": {"request": deep, "examples": [deep]}}}))
    except MethodsUnreadable as problem:
        assert str(problem) == "not JSON"  # noqa: PT017 - either is right: how deep may be read depends on the stack
    with pytest.raises(MethodsUnreadable, match="4 MiB"):
        parse_described(" " * (5 << 20))
