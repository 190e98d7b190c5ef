"""All six ways in which methods are known, on both servers: live, and what contradicts itself is told."""

import json

import pytest

from rpc_inspector.core.catalogue import SavedMethod
from rpc_inspector.core.session import Invocation, Target
from rpc_inspector.room import open_session
from rpc_inspector.room.hints import LOOK_S
from rpc_inspector.storage.saved_methods import SavedMethods
from tests.support.peers import peer
from tests.support.rooms import KEY, ROOM, SECRET, join, until

#: Seconds in which a method of somebody in our roster must be shown.
AT_ONCE_S = 0.3


def told(*names, **about):
    return json.dumps({"v": 1, "methods": dict.fromkeys(names, about)})


def advertised(*names):
    return {"rpc.methods": json.dumps({"v": 1, "m": {name: {} for name in names}})}


def person(session, identity="bob"):
    return next((one for one in session.roster if one.identity == identity), None)


def methods(session, identity="bob"):
    someone = person(session, identity)
    return {method.name: method for method in someone.methods} if someone else {}


def target(server, *catalogues, **how):
    given = {"url": server.url, "room": ROOM, "api_key": KEY, "api_secret": SECRET, "describe": False}
    return Target(**(given | {"catalogues": tuple(map(str, catalogues))} | how))


async def call(session, method, payload="", identity="bob"):
    return await session.finished(
        session.start_call(Invocation(destination=identity, method=method, payload=payload, response_ms=9000))
    )


@pytest.fixture
async def session(tmp_path):
    opened = open_session(saved=SavedMethods(tmp_path / "methods.json"))
    yield opened
    await opened.close()


async def test_all_six_in_their_order(session, room_server, tmp_path):
    catalogue = tmp_path / "rpc-catalogue.yaml"
    catalogue.write_text("participants: [{identity: 'bo*', methods: [by_all, by_catalogue]}]")
    kept = SavedMethods(tmp_path / "methods.json")
    kept.remember(SavedMethod(identity="bob", kind="agent", method=name) for name in ("by_saving", "by_all"))
    how = {"attributes": advertised("by_all", "by_advertising"), "kind": "agent"}
    async with peer(room_server.url, "bob", **how) as bob:
        answer = told("by_all", "by_advertising", "by_describing", description="D")
        await bob.do("answer", method="rpc.describe", answers={"*": answer})
        await session.join(target(room_server, catalogue, describe=True))
        await session.wait_for_participant("bob", 10)
        assert (await call(session, "echo")).outcome == "ok"
        found = await until(lambda: (m := methods(session)).keys() >= {"echo", "by_describing"} and m)
        known = {name: method.provenance for name, method in found.items() if not name.startswith("lk.")}
        assert known == {
            "by_all": "advertised", "by_advertising": "advertised", "by_describing": "described",
            "by_catalogue": "catalogue", "echo": "observed", "by_saving": "saved",
        }  # fmt: skip
        assert found["by_all"].also == ("described", "catalogue", "saved")
        assert found["lk.agent.get_session_state"].provenance == "known"
        assert [name for name in found if not name.startswith("lk.")] == list(known)
        assert person(session).describing == "described"
        assert found["by_describing"].conflicts == ("described, but its own list (rpc.methods) does not name it",)


async def test_what_is_advertised_later_or_no_more_is_seen_at_once(session, room_server):
    await session.join(target(room_server))
    async with join(room_server.url, "bob") as bob:
        me = bob.local_participant
        await me.set_attributes(advertised("first"))
        await until(lambda: person(session), what="bob is listed")
        await until(lambda: "first" in methods(session), within_s=AT_ONCE_S)
        await me.set_attributes(advertised("first", "second"))
        await until(lambda: "second" in (person(session).attributes.get("rpc.methods") or ""))
        await until(lambda: "second" in methods(session), within_s=AT_ONCE_S)
        await me.set_attributes(advertised("second"))
        await until(lambda: list(methods(session)) == ["second"])
        sid = person(session).sid
    async with join(room_server.url, "bob", attributes=advertised("third")):
        await until(lambda: (bob := person(session)) and bob.sid != sid, what="bob is back")
        await until(lambda: list(methods(session)) == ["third"], within_s=AT_ONCE_S)


async def test_whoever_does_not_answer_is_marked_in_time(session, room_server):
    async with peer(room_server.url, "bob") as bob, join(room_server.url, "carol"):
        await bob.do("register", method="rpc.describe", behave="never")
        await session.join(target(room_server, describe=True))
        await session.wait_for_participant("bob", 10)
        await until(lambda: person(session).describing == "asking")
        await until(lambda: person(session, "carol").describing == "refused", within_s=3.3)
        await until(lambda: person(session).describing == "silent", within_s=4)
        (asked,) = [row for row in session.rows() if getattr(row, "callee", "") == "bob"]
        assert asked.total.ms < 3_300


async def test_whoever_advertises_after_it_was_asked_too_early_is_asked_at_once(session, room_server):
    async with peer(room_server.url, "bob") as bob:
        await session.join(target(room_server, describe=True))
        await until(lambda: (one := person(session)) and one.describing == "refused")
        await bob.do("answer", method="rpc.describe", answers={"*": told("late", description="D")})
        await bob.do("attributes", attributes=advertised("late"))
        await until(lambda: person(session).describing == "described", within_s=1.5)
        assert methods(session)["late"].also == ("described",)


async def test_a_lie_is_told_until_it_is_true(session, room_server):
    async with peer(room_server.url, "bob", attributes=advertised("late", "echo")) as bob:
        await session.join(target(room_server))
        await session.wait_for_participant("bob", 10)
        assert (await call(session, "late")).error.code == 1400
        await until(lambda: methods(session)["late"].conflicts == ("advertised, but the last call said 1400",))
        assert methods(session)["echo"].conflicts == ()
        await bob.do("register", method="late")
        assert (await call(session, "late")).outcome == "ok"
        await until(lambda: methods(session)["late"].conflicts == ())
        assert methods(session)["late"].also == ("observed",)


async def test_a_refusal_says_nothing_of_the_next_session(session, room_server):
    await session.join(target(room_server))
    async with peer(room_server.url, "bob", attributes=advertised("late")):
        await session.wait_for_participant("bob", 10)
        await call(session, "late")
        await until(lambda: methods(session)["late"].conflicts)
        before = person(session).sid
        async with peer(room_server.url, "bob", attributes=advertised("late")):  # sends the other away
            await until(lambda: (bob := person(session)) and bob.sid != before and bob.methods)
            assert methods(session)["late"].conflicts == ()


async def test_a_method_that_is_described_no_more_is_gone(session, room_server):
    async with peer(room_server.url, "bob", attributes=advertised("echo")) as bob:
        await bob.do("answer", method="rpc.describe", answers={"*": told("echo", "other")})
        await session.join(target(room_server))
        await session.wait_for_participant("bob", 10)
        await session.describe("bob")
        assert methods(session)["other"].provenance == "described"
        await bob.do("answer", method="rpc.describe", answers={"*": told("another")})
        await session.describe("bob")
        assert methods(session)["echo"].conflicts == ("advertised, but its own description does not name it",)
        assert "other" not in methods(session)
        await bob.do("unregister", method="rpc.describe")
        await session.describe("bob")
        assert (list(methods(session)), person(session).describing) == (["echo"], "refused")
        assert methods(session)["echo"].conflicts == ()


async def test_the_catalogue_is_read_anew_and_its_mistakes_are_told(session, room_server, tmp_path):
    path = tmp_path / "rpc-catalogue.yaml"
    described = told("echo", request={"type": "object"})
    async with peer(room_server.url, "bob") as bob:
        await bob.do("answer", method="rpc.describe", answers={"*": described})
        await session.join(target(room_server, path))
        await session.wait_for_participant("bob", 10)
        await session.describe("bob")
        path.write_text(
            "participants:\n  - identity: bob\n    methods:\n      echo: {request: {type: string}}\n      x: 3\n"
        )
        found = await until(lambda: methods(session)["echo"].conflicts, within_s=LOOK_S + 4)
        assert found == (
            "the catalogue (rpc-catalogue.yaml:4) has another request schema than it describes; its own is shown",
        )
        assert json.loads(methods(session)["echo"].request_schema) == {"type": "object"}
        notices = [row.text for row in session.rows() if getattr(row, "kind", "") == "notice"]
        assert any("rpc-catalogue.yaml:5: this should be a mapping" in text for text in notices)
        path.write_text("participants: [{kind: standard, methods: [other]}]")
        await until(lambda: "other" in methods(session), within_s=LOOK_S + 4)


async def test_what_was_seen_holds_when_we_come_back(session, room_server):
    async with peer(room_server.url, "bob"):
        await session.join(target(room_server))
        await session.wait_for_participant("bob", 10)
        await call(session, "echo")
        await until(lambda: "echo" in methods(session))
        await session.join(target(room_server, room="elsewhere"))
        await session.join(target(room_server))
        await until(lambda: methods(session).get("echo"))
        assert methods(session)["echo"].provenance == "observed"


async def test_what_was_called_is_offered_of_the_next_who_plays_the_part(session, room_server, tmp_path):
    kept = SavedMethods(tmp_path / "methods.json")
    async with peer(room_server.url, "worker-1", attributes=advertised("plain")):
        await session.join(target(room_server))
        await session.wait_for_participant("worker-1", 10)
        assert (await call(session, "echo", identity="worker-1")).outcome == "ok"
        assert (await call(session, "plain", identity="worker-1")).outcome == "ok"
        assert (await call(session, "mistyped", identity="worker-1")).error.code == 1400
        await until(kept.read, what="it is written")
        await session.leave()
    assert [one.method for one in kept.read()] == ["echo"]
    await session.join(target(room_server, room="another"))
    async with join(room_server.url, "worker-2", room="another"), join(room_server.url, "cook", room="another"):
        await until(lambda: person(session, "worker-2") and person(session, "cook"))
        assert [(one.name, one.provenance) for one in person(session, "worker-2").methods] == [("echo", "saved")]
        assert person(session, "cook").methods == ()


ODD = {
    "text": ("not JSON", "its list of methods (rpc.methods) cannot be read: not JSON"),
    "64 kB": (
        json.dumps({"v": 1, "m": {f"m{n}": {} for n in range(5000)}}, separators=(",", ":"))[:-1] + " " * 500 + "}",
        "it names 5,000 methods; the first 1,000 are kept",
    ),
    "cut": ('{"v":1,"m":{"a":{}},"more":true}', "its list (rpc.methods) says that it has more methods than fit"),
    "nested": ("[" * 30_000, "its list of methods (rpc.methods) cannot be read: not JSON"),
}


@pytest.mark.parametrize("attribute", ODD)
async def test_odd_attributes_do_no_harm_and_are_remarked(session, room_server, attribute):
    value, remark = ODD[attribute]
    async with join(room_server.url, "bob") as bob:
        await session.join(target(room_server))
        await bob.local_participant.set_attributes({"rpc.methods": value})
        await until(lambda: (one := person(session)) and one.remarks)
        assert person(session).remarks == (remark,)
        assert len(person(session).methods) <= 1000
        await bob.local_participant.set_attributes(advertised("plain"))
        await until(lambda: person(session).remarks == ())
        assert list(methods(session)) == ["plain"]


async def test_ten_thousand_described_methods_are_bounded(session, room_server):
    async with peer(room_server.url, "bob") as bob:
        answer = told(*(f"m{n}" for n in range(10_000)), description="x")
        await bob.do("answer", method="rpc.describe", answers={"*": answer})
        await session.join(target(room_server))
        await session.wait_for_participant("bob", 10)
        await session.describe("bob")
        assert len(person(session).methods) == 1000
        assert person(session).remarks == ("it names 10,000 methods; the first 1,000 are kept",)


HOSTILE = ("a b/c", "💥" * 40, "x" * 300, "\x1b[31mred", "a\u202eb", "[@click=app.quit]quit")


async def test_methods_of_any_name_are_listed_and_called(session, room_server):
    async with peer(room_server.url, "bob") as bob:
        for name in HOSTILE:
            await bob.do("register", method=name)
        await bob.do("attributes", attributes=advertised(*HOSTILE))
        await session.join(target(room_server))
        await session.wait_for_participant("bob", 10)
        await until(lambda: tuple(methods(session)) == HOSTILE)
        for name in HOSTILE:
            assert (await call(session, name, "hello")).response.text == "hello"
