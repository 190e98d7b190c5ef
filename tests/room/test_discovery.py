"""How the methods of participants become known, and that lies about them do no harm."""

import json

import pytest

from rpc_inspector.core.session import Invocation
from rpc_inspector.room import asking
from tests.support.peers import peer
from tests.support.rooms import ROOM, join, until


def methods(session, identity):
    someone = next((one for one in session.roster if one.identity == identity), None)
    return {method.name: method for method in someone.methods} if someone else {}


def told(session):
    return [row.text for row in session.rows() if getattr(row, "kind", None) == "methods"]


def asked(session):
    return [row for row in session.rows() if getattr(row, "purpose", None) == "describe"]


async def call(session, method, payload=""):
    return await session.finished(session.start_call(Invocation(destination="bob", method=method, payload=payload)))


ADVERTISED = json.dumps({"v": 1, "m": {"greet": {"d": "Greets the caller"}, "plain": {}}})


async def test_advertised_methods_are_there_before_any_call_and_follow_the_attribute(uncaptured, target, server):
    async with join(server.url, "bob", attributes={"rpc.methods": ADVERTISED}) as bob:
        await uncaptured.join(target(describe=False))
        found = methods(uncaptured, "bob")
        assert {name: (one.provenance, one.description) for name, one in found.items()} == {
            "greet": ("advertised", "Greets the caller"),
            "plain": ("advertised", None),
        }
        await bob.local_participant.set_attributes({"rpc.methods": '{"v":1,"m":{"other":{}}}'})
        await until(lambda: list(methods(uncaptured, "bob")) == ["other"])
        assert told(uncaptured) == ["advertises its methods anew (rpc.methods)"]
        assert asked(uncaptured) == []


@pytest.mark.parametrize(
    ("attribute", "says"),
    [
        ("not JSON", "not JSON"),
        ('{"v":2,"m":{}}', "version"),
        ('{"v":1,"m":[]}', "no object"),
        ("[" * 30_000, "not JSON"),
        (json.dumps({"v": 1, "m": {"x" * 64_000: {}}}), None),
    ],
    ids=["text", "version", "shape", "nested", "64 kB"],
)
async def test_what_an_attribute_claims_is_not_trusted(uncaptured, target, server, attribute, says):
    async with join(server.url, "bob", attributes={"rpc.methods": attribute}):
        await uncaptured.join(target(describe=False))
        assert methods(uncaptured, "bob") == {}
        assert [says in text for text in told(uncaptured)] == ([True] if says else [])


async def test_a_thousand_methods_are_enough(uncaptured, target, server):
    many = json.dumps({"v": 1, "m": {f"m{n}": {} for n in range(5000)}}, separators=(",", ":"))
    assert len(many) < 64 * 1024
    async with join(server.url, "bob", attributes={"rpc.methods": many}):
        await uncaptured.join(target(describe=False))
        assert len(methods(uncaptured, "bob")) == 1000


DESCRIBED = {
    "description": "Says it again",
    "request": {"type": "string"},
    "response": {"type": "string"},
    "examples": [{"request": "a", "response": "a"}],
}


async def test_described_methods_bring_schemas_and_examples(session, target, server):
    async with peer(server.url, "bob", attributes={"rpc.methods": '{"v":1,"m":{"echo":{}}}'}) as bob:
        answer = json.dumps({"v": 1, "methods": {"echo": DESCRIBED, "more": {"description": "More"}}})
        await bob.do("answer", method="rpc.describe", answers={'{"v":1}': answer})
        await session.join(target())
        await until(lambda: methods(session, "bob").get("more"))
        echo = methods(session, "bob")["echo"]
        assert (echo.provenance, echo.description) == ("advertised", "Says it again")
        assert json.loads(echo.request_schema) == {"type": "string"}
        assert [json.loads(example) for example in echo.examples] == DESCRIBED["examples"]
        assert methods(session, "bob")["more"].provenance == "described"
        assert told(session) == ["describes 2 methods"]
        (ask,) = asked(session)
        assert (ask.outcome, ask.told_ms) == ("ok", 1000)


async def test_names_only_are_asked_about_one_by_one(session, target, server):
    def about(*names, **fields):
        return json.dumps({"v": 1, "methods": dict.fromkeys(names, fields)})

    async with peer(server.url, "bob") as bob:
        answers = {'{"v":1}': about("one", "two")}
        answers |= {
            json.dumps({"v": 1, "method": name}): about(name, description=name.upper()) for name in ("one", "two")
        }
        await bob.do("answer", method="rpc.describe", answers=answers)
        await session.join(target())
        await until(lambda: [one.description for one in methods(session, "bob").values()] == ["ONE", "TWO"])
        assert len(asked(session)) == 3


async def test_of_many_methods_the_others_are_asked_about_when_they_are_looked_at(session, target, server, monkeypatch):
    monkeypatch.setattr(asking, "MAX_SINGLY", 1)

    def about(*names, **fields):
        return json.dumps({"v": 1, "methods": dict.fromkeys(names, fields)})

    async with peer(server.url, "bob") as bob:
        answers = {'{"v":1}': about("one", "two", "three")}
        answers |= {
            json.dumps({"v": 1, "method": name}): about(name, description=name.upper()) for name in ("one", "two")
        }
        await bob.do("answer", method="rpc.describe", answers=answers)
        await session.join(target())
        described = lambda: [one.description for one in methods(session, "bob").values()]  # noqa: E731
        await until(lambda: described() == ["ONE", None, None], what="the first was asked about")
        await session.describe("bob", "two")
        assert described() == ["ONE", "TWO", None]
        before = len(asked(session))
        for nothing_to_ask in ("one", "two", "nobody's"):
            await session.describe("bob", nothing_to_ask)
        assert len(asked(session)) == before
        assert told(session) == ["describes 3 methods"]


async def test_an_answer_that_is_none_is_told_and_does_no_harm(session, target, server):
    async with peer(server.url, "bob") as bob:
        await bob.do("answer", method="rpc.describe", answers={"*": "\x1b[31m{not JSON"})
        await session.join(target())
        await until(lambda: told(session))
        assert told(session) == ["its answer to rpc.describe is of no use: not JSON"]
        assert methods(session, "bob") == {}


async def test_handlers_that_are_registered_late_are_found(session, target, server, monkeypatch):
    monkeypatch.setattr(asking, "AGAIN_AFTER_S", (0.1, 0.2))
    async with peer(server.url, "bob") as bob:
        await session.join(target())
        await until(lambda: len(asked(session)) == 3, what="it is asked again after a 1400")
        assert all(ask.error.code == 1400 for ask in asked(session) if ask.error)
        await bob.do("answer", method="rpc.describe", answers={"*": json.dumps({"v": 1, "methods": {"late": {}}})})
        assert (await call(session, "late")).error.code == 1400
        await until(lambda: "late" in methods(session, "bob"), what="a 1400 to a call of ours makes it ask again")


async def test_asking_on_demand(session, target, server):
    async with peer(server.url, "bob") as bob:
        await session.join(target(describe=False))
        await bob.do("answer", method="rpc.describe", answers={"*": json.dumps({"v": 1, "methods": {"a": {}}})})
        assert asked(session) == []
        await session.describe("bob")
        assert methods(session, "bob")["a"].provenance == "described"
        await session.describe("nobody")


async def test_attributes_that_change_all_the_time_do_not_make_it_ask_all_the_time(session, target, server):
    async with peer(server.url, "bob") as bob:
        await bob.do(
            "answer", method="rpc.describe", answers={"*": json.dumps({"v": 1, "methods": {"a": {"description": "A"}}})}
        )
        await session.join(target())
        await until(lambda: methods(session, "bob"))
        for n in range(5):
            await bob.do("attributes", attributes={"lk.agent.state": str(n)})
        await until(lambda: session.roster[1].attributes.get("lk.agent.state") == "4")
        assert len(asked(session)) == 1


async def test_calls_teach_methods_and_1400_unteaches_them(session, target, server):
    async with peer(server.url, "bob") as bob:
        await session.join(target(describe=False))
        await session.wait_for_participant("bob", 10)
        await call(session, "echo")
        await call(session, "boom")
        await call(session, "nothing")
        await until(lambda: set(methods(session, "bob")) == {"echo", "boom"})
        assert {one.provenance for one in methods(session, "bob").values()} == {"observed"}
        await bob.do("unregister", method="echo")
        await call(session, "echo")
        await until(lambda: set(methods(session, "bob")) == {"boom"})


async def test_what_livekits_own_agents_register_is_known(uncaptured, target, server):
    async with join(server.url, "bob", kind="agent"):
        await uncaptured.join(target(describe=False))
        assert methods(uncaptured, "bob")["lk.agent.get_session_state"].provenance == "known"


async def test_what_a_session_told_is_gone_with_it(session, target, server):
    await session.join(target())
    async with peer(server.url, "bob", attributes={"rpc.methods": ADVERTISED}):
        await until(lambda: methods(session, "bob"))
    await until(lambda: len(session.roster) == 1)
    async with peer(server.url, "bob"):
        await until(lambda: len(session.roster) == 2)
        assert methods(session, "bob") == {}
        assert server.room(ROOM).participants["bob"]
