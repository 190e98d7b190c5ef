"""`ping` as its users meet it."""

import json
import signal

import pytest

from tests.support.commands import end


def ping(in_room, *arguments, **how):
    return in_room.run("ping", *arguments, "-r", "lobby", **how)


def objects(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_for_each_ping_and_the_summary_apart(in_room):
    done = ping(in_room, "weather-agent", "-n", "3", "--interval", "0.05")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert [line.split()[:2] for line in lines] == [["weather-agent", str(number)] for number in (1, 2, 3)]
    assert all("ms · ack" in line and line.endswith("v2") for line in lines)
    said = done.stderr.decode()
    assert "weather-agent: 3 sent, 3 answered, 0 % lost · min " in said
    assert " · p50 " in said
    assert " · max " in said
    assert "\x1b[" not in said


def test_json_is_an_object_for_each_ping_and_one_for_all(in_room):
    done = ping(in_room, "weather-agent", "-n", "2", "--interval", "0.05", "--json")
    *pings, summary = objects(done)
    assert [(one["identity"], one["number"], one["reachable"], one["code"]) for one in pings] == [
        ("weather-agent", 1, True, None),
        ("weather-agent", 2, True, None),
    ]
    for one in pings:
        assert (one["v"], one["transport"], one["client_protocol"]) == (1, "v2", 2)
        assert one["source"]["round_trip"] == "sdk"
        assert one["source"]["ack"] in ("capture", "server")
        assert 0 <= one["ms"]["ack"] <= one["ms"]["round_trip"] + 2
        assert one["started_at"].endswith("Z")
    (total,) = summary["summary"]
    assert (total["identity"], total["sent"], total["answered"], total["loss"]) == ("weather-agent", 2, 2, 0)
    assert total["ms"]["min"] <= total["ms"]["p50"] <= total["ms"]["max"]
    assert done.stdout.isascii()


def test_somebody_who_is_not_there_is_not_pinged(in_room):
    done = ping(in_room, "wether-agent", "-n", "1", "--json")
    assert done.returncode == 14
    first, summary = objects(done)
    assert (first["reachable"], first["code"], first["ms"]) == (False, 1401, {"round_trip": None, "ack": None})
    assert summary["summary"][0]["ms"] == {"min": None, "p50": None, "max": None}
    assert ping(in_room, "wether-agent", "-n", "1").stdout == b"wether-agent  1  no answer: 1401 not in the room\n"


def test_no_ack_is_status_12_and_the_limit_can_be_shortened(in_room, live_room):
    frozen = live_room.start_peer("frozen")
    frozen.send_signal(signal.SIGSTOP)
    try:
        done = ping(in_room, "frozen", "-n", "2", "--interval", "0.01", "--timeout", "0.5")
        assert done.returncode == 12
        assert done.stdout == b"frozen  1  no answer: 1501 no ack\nfrozen  2  no answer: 1501 no ack\n"
        assert b"frozen: 2 sent, 0 answered, 100 % lost" in done.stderr
        everybody = ping(in_room, "--all", "-n", "1", "--timeout", "0.5", "--json")
        assert everybody.returncode == 12
        assert {one["identity"]: one["reachable"] for one in objects(everybody)[:-1]} == {
            "frozen": False,
            "weather-agent": True,
        }
    finally:
        frozen.send_signal(signal.SIGCONT)
        end(frozen)


def test_everybody_in_an_empty_room_is_nobody(in_room):
    done = in_room.run("ping", "--all", "-n", "1", "-r", "empty-for-ping")
    assert done.returncode == 14
    assert done.stdout == b""
    assert b"nobody else is in the room" in done.stderr


def test_a_hidden_one_is_reached_anyway_and_a_late_one_is_waited_for(in_room, live_room):
    in_room.environment = {"LIVEKIT_URL": live_room.where["url"], "LIVEKIT_TOKEN": live_room.token("me")}
    shy = live_room.start_peer("shy", hidden=True)
    try:
        assert in_room.run("ping", "shy", "-n", "1").returncode == 14
        assert in_room.run("ping", "shy", "-n", "1", "--anyway").returncode == 0
    finally:
        end(shy)
    waiting = in_room.start("ping", "late", "-n", "1", "--wait", "30")
    while b"using" not in waiting.stderr.readline():
        pass
    late = live_room.start_peer("late")
    try:
        out, said = waiting.communicate(timeout=30)
        assert waiting.returncode == 0, said
        assert out.startswith(b"late  1  ")
    finally:
        end(late)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_endless_ping_ends_at_a_signal_with_its_summary(in_room, number):
    process = in_room.start("ping", "weather-agent", "-n", "0", "--interval", "0.05", "-r", "lobby")
    first = [process.stdout.readline() for _ in range(3)]
    process.send_signal(number)
    rest, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    answered = len(first) + len(rest.splitlines())
    assert f"{answered} sent, {answered} answered, 0 % lost".encode() in said


def test_interrupted_before_the_first_answer_is_the_signals_status(in_room, live_room):
    frozen = live_room.start_peer("frozen")
    frozen.send_signal(signal.SIGSTOP)
    try:
        process = in_room.start("ping", "frozen", "--wait", "20", "-r", "lobby")
        while b"using" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert (process.returncode, out) == (130, b"")
    finally:
        frozen.send_signal(signal.SIGCONT)
        end(frozen)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ping",), b"Name the participant"),
        (("ping", "bob", "--all"), b"and not both"),
        (("ping", ""), b"Name the participant"),
        (("ping", "bob", "-n", "-1"), b"-1"),
        (("ping", "bob", "--interval", "0"), b"not between"),
    ],
)
def test_what_cannot_be_pinged_is_a_usage_error(cli, arguments, said):
    done = cli.run(*arguments, "--dev", "-r", "lobby")
    assert done.returncode == 2
    assert said in done.stderr


def test_a_token_that_may_not_send_is_refused(in_room, live_room):
    token = live_room.token("me", can_publish_data=False)
    done = in_room.run("ping", "weather-agent", "--token", token, "--url", live_room.where["url"])
    assert done.returncode == 3
    assert b"canPublishData" in done.stderr
