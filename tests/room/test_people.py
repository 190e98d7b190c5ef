"""The roster, live: who is there, what changes, who left and why."""

from livekit import rtc
from livekit.protocol import models

from rpc_inspector.room import polling
from tests.support import livekit_server
from tests.support.rooms import ROOM, join, token, until


def events(session, *kinds):
    return [(row.kind, row.identity, row.text) for row in session.rows() if getattr(row, "kind", None) in kinds]


def somebody(session, identity):
    return next((one for one in session.roster if one.identity == identity), None)


async def test_those_already_there_are_no_events(uncaptured, target, server):
    async with join(server.url, "alice", name="Alice", kind="agent", attributes={"a": "1"}, metadata="about"):
        await uncaptured.join(target(describe=False))
        assert not uncaptured.state.room_was_empty
        alice = somebody(uncaptured, "alice")
        assert (alice.name, alice.kind, alice.attributes, alice.metadata) == ("Alice", "agent", {"a": "1"}, "about")
        assert (alice.client_protocol, alice.listed_by, alice.state) == (2, "sdk", "active")
        assert alice.joined_at
        assert alice.sid.startswith("PA_")
        assert events(uncaptured, "joined", "active") == []


async def test_everything_that_happens_to_somebody(uncaptured, target, server):
    await uncaptured.join(target(describe=False))
    async with join(server.url, "bob", can_publish_data=True) as bob:
        assert (await uncaptured.wait_for_participant("bob", 5)).state == "active"
        room = server.room(ROOM)
        await bob.local_participant.set_attributes({"a": "1", "b": "2"})
        await until(lambda: somebody(uncaptured, "bob").attributes == {"a": "1", "b": "2"})
        room.update(room.participants["bob"], name="Bob", metadata="new")
        await until(lambda: somebody(uncaptured, "bob").name == "Bob")
        room.update(room.participants["bob"], permission=models.ParticipantPermission(can_publish_data=False))
        await until(lambda: not somebody(uncaptured, "bob").permissions.can_publish_data)
        room.remove(room.participants["bob"], models.PARTICIPANT_REMOVED)
        await until(lambda: somebody(uncaptured, "bob") is None)
    told = events(uncaptured, "joined", "active", "attributes", "name", "metadata", "permissions", "left")
    assert [kind for kind, *_ in told][:3] == ["joined", "active", "attributes"]
    assert sorted(told[3:5]) == [("metadata", "bob", '"new"'), ("name", "bob", "— → Bob")]
    assert told[5:] == [("permissions", "bob", "may not send data"), ("left", "bob", "participant removed")]
    assert told[2] == ("attributes", "bob", "a, b")


async def test_our_own_permissions_are_followed(uncaptured, target, server):
    await uncaptured.join(target(identity="me"))
    room = server.room(ROOM)
    room.update(room.participants["me"], permission=models.ParticipantPermission(can_publish_data=False))
    await until(lambda: not uncaptured.state.permissions.can_publish_data)


async def test_the_order_is_that_of_the_first_sight(uncaptured, target, server):
    await uncaptured.join(target(identity="zoe", describe=False))
    async with join(server.url, "bob"):
        await uncaptured.wait_for_participant("bob", 5)
        async with join(server.url, "alice"):
            await uncaptured.wait_for_participant("alice", 5)
            assert [one.identity for one in uncaptured.roster] == ["zoe", "bob", "alice"]


async def test_waiting_for_somebody_who_does_not_come(uncaptured, target):
    await uncaptured.join(target())
    assert await uncaptured.wait_for_participant("nobody", 0.05) is None


async def test_updates_bring_everything_first_and_then_what_changed(uncaptured, target, server):
    await uncaptured.join(target(describe=False))
    updates = []
    end = uncaptured.subscribe(updates.append)
    await until(lambda: updates)
    assert updates[0].state == uncaptured.state
    assert updates[0].roster == uncaptured.roster
    assert updates[0].rows == tuple(uncaptured.rows())
    async with join(server.url, "bob"):
        await until(lambda: any(row.kind == "active" for update in updates[1:] for row in update.rows))
        assert [one.identity for one in updates[-1].roster or updates[-2].roster][1:] == ["bob"]
    end()
    await until(lambda: len(uncaptured.roster) == 1)


async def test_a_listener_that_fails_does_not_stop_the_others(uncaptured, target, caplog):
    def fail(_update):
        raise RuntimeError("a defect of the listener")

    updates = []
    uncaptured.subscribe(fail)
    uncaptured.subscribe(updates.append)
    await uncaptured.join(target())
    await until(lambda: any(update.state and update.state.status == "connected" for update in updates))
    assert "a listener of the session failed" in caplog.text


def listed(identity, sid, **how):
    return models.ParticipantInfo(identity=identity, sid=sid, state=models.ParticipantInfo.ACTIVE, **how)


async def test_whom_only_room_service_knows(uncaptured, target, monkeypatch):
    monkeypatch.setattr(polling, "INTERVAL_S", 3600)
    await uncaptured.join(target(describe=False, identity="me"))
    people = uncaptured._people
    us = listed("me", uncaptured.roster[0].sid)
    people.take_service([us, listed("bob", "PA_1", client_protocol=2, joined_at=100)])
    bob = somebody(uncaptured, "bob")
    assert (bob.listed_by, bob.state, bob.client_protocol, bob.joined_at) == ("service", "active", 2, 100.0)
    people.take_service([us, listed("bob", "PA_1", client_protocol=2)])
    people.take_service([us])
    assert somebody(uncaptured, "bob") is None
    people.take_service([us, listed("bob", "PA_1")])
    assert somebody(uncaptured, "bob") is None, "a list that was made before it left does not bring it back"
    people.take_service([us, listed("bob", "PA_2")])
    assert somebody(uncaptured, "bob").sid == "PA_2"
    assert events(uncaptured, "joined", "left") == [
        ("joined", "bob", "told by RoomService"),
        ("left", "bob", ""),
        ("joined", "bob", "told by RoomService"),
    ]


async def test_room_service_is_read_while_somebody_looks(uncaptured, tmp_path, target):
    if livekit_server.binary() is None:
        import pytest

        pytest.skip("the real server is the one that announces silent participants late")
    async with livekit_server.livekit_server(tmp_path) as real:
        uncaptured.subscribe(lambda _update: None)
        await uncaptured.join(target(url=real.url, describe=False))
        room = rtc.Room()
        await room.connect(real.url, token("quiet"), rtc.RoomOptions(auto_subscribe=False))
        await until(lambda: somebody(uncaptured, "quiet"), within_s=2.0)
        assert somebody(uncaptured, "quiet").listed_by == "service"
        await until(lambda: somebody(uncaptured, "quiet").listed_by == "sdk")
        assert events(uncaptured, "joined") == [("joined", "quiet", "told by RoomService")], "once, not twice"
        await room.disconnect()


async def test_a_room_service_that_fails_is_told_once(uncaptured, target, monkeypatch):
    monkeypatch.setattr(polling, "INTERVAL_S", 0.01)
    monkeypatch.setattr(polling, "SLOW_INTERVAL_S", 0.01)
    await uncaptured.join(target(describe=False))
    uncaptured._presence._polling._service._url = "ws://127.0.0.1:1"
    monkeypatch.setattr(uncaptured._presence._polling._service._api.room._client, "host", "http://127.0.0.1:1")
    monkeypatch.setattr(uncaptured._presence._polling._service._api.room._client, "_origin", "http://127.0.0.1:1")
    uncaptured.subscribe(lambda _update: None)
    await until(lambda: uncaptured._presence._polling._failures > 5)
    assert events(uncaptured, "notice") == [
        ("notice", None, "the server's list of participants cannot be read: Nothing listens at 127.0.0.1:1.")
    ]
