"""One table of methods: what is registered, advertised and described cannot differ, and bad requests are told."""

import asyncio
import json

import pytest
from jsonschema import validate
from livekit import rtc

from rpc_inspector.core.methods import parse_advertised, parse_described
from rpc_inspector.demo.cast import CAST
from rpc_inspector.demo.cast.billing import Billing
from rpc_inspector.demo.cast.weather_agent import STATIONS, WeatherAgent
from rpc_inspector.demo.errands import ERRANDS
from rpc_inspector.demo.methods import BAD_REQUEST, Request, table
from rpc_inspector.demo.stage import Stage
from rpc_inspector.demo.story import STORY

MOST_BYTES_AT_ONCE = 15_000
STAGE = Stage("ws://127.0.0.1:1", "demo", "key", "a-secret-that-is-never-used-here")
TABLES = {actor.identity: actor(STAGE).methods() for actor in CAST}


@pytest.mark.parametrize("identity", TABLES)
def test_what_is_told_of_methods_is_what_is_registered(identity):
    methods = TABLES[identity]
    told = parse_advertised(table(methods).advertisement())
    assert told.whole
    assert [(one.name, one.description) for one in told.methods] == [(one.name, one.description) for one in methods]
    answer = table(methods).description('{"v":1}')
    assert len(answer.encode()) < MOST_BYTES_AT_ONCE
    described = parse_described(answer).methods
    assert [one.name for one in described] == [one.name for one in methods]
    assert [json.loads(one.request_schema or "") for one in described] == [one.request for one in methods]
    assert [len(one.examples) for one in described] == [len(one.examples) for one in methods]


@pytest.mark.parametrize("identity", TABLES)
def test_examples_fit_their_schemas(identity):
    for method in TABLES[identity]:
        for request, response in method.examples:
            validate(request, method.request)
            validate(response, method.response)


def test_the_cast_is_known_in_different_ways():
    told = {actor.identity: (actor.advertises, actor.describes) for actor in CAST}
    assert {told[name] for name in ("weather-agent", "billing", "flaky", "phone")} == {
        (True, True), (False, True), (True, False), (False, False),
    }  # fmt: skip


def test_the_story_and_the_errands_call_methods_that_are_there():
    there = {(identity, method.name) for identity, table in TABLES.items() for method in table}
    told = {(call.destination, call.method) for call in STORY}
    assert there <= told
    assert told - there == {("weather-agent", "get_wether"), ("weather-agnet", "get_weather")}
    assert {(errand.callee, errand.method) for errand in ERRANDS} <= there
    assert {errand.caller for errand in ERRANDS} <= TABLES.keys()


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("", "city is missing"),
        ('{"city": 3}', "city is missing"),
        ('{"city": "Paris", "days": 99}', "days is not a number from 1 to 14"),
        ('{"city": "Paris", "days": true}', "days is not a number"),
    ],
)
async def test_a_request_that_cannot_be_worked_with_is_refused_in_words(payload, words):
    with pytest.raises(rtc.RpcError) as refusal:
        await WeatherAgent(STAGE).forecast(Request("visitor", payload))
    assert refusal.value.code == BAD_REQUEST
    assert words in refusal.value.message


async def test_the_weather_can_be_repeated_and_units_convert_it():
    agent = WeatherAgent(STAGE)
    first, second = await asyncio.gather(*(agent.get_weather(Request("a", '{"city":"tokyo"}')) for _ in range(2)))
    assert first == second
    await agent.set_units(Request("a", '{"units":"imperial"}'))
    converted = await agent.get_weather(Request("a", '{"city":"Tokyo"}'))
    assert converted["unit"] == "F"
    assert converted["temp"] == round(first["temp"] * 9 / 5 + 32)
    assert abs(first["temp"] - STATIONS["Tokyo"]) <= 4


async def test_a_charge_within_the_credit_gets_a_receipt_of_its_own():
    billing = Billing(STAGE)
    first, second = [await billing.charge(Request("a", '{"amount":1}')) for _ in range(2)]
    assert first["charge"] != second["charge"]
