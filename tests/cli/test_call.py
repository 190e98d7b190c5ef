import json
import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.support.commands import PROGRAM, clean_environment, end

SHAPE = {
    "v", "id", "room", "direction", "caller", "callee", "method", "transport", "outcome", "error", "request",
    "response", "started_at", "ms", "precision_ms", "source", "budget_ms", "views",
}  # fmt: skip


def call(in_room, *arguments, **how):
    return in_room.run("call", "weather-agent", *arguments, "-r", "lobby", **how)


def test_the_response_is_on_stdout_as_it_came_and_the_rest_on_stderr(in_room):
    done = call(in_room, "echo", '{"city": "São Paulo ☂"}')
    assert done.returncode == 0
    assert done.stdout == '{"city": "São Paulo ☂"}'.encode()
    said = done.stderr.decode()
    assert "using the environment · ws://127.0.0.1" in said
    assert "callee gets 8 s · you wait ≤ 22 s" in said
    assert "✓ ok" in said
    assert "(capture)" in said or "(server)" in said
    assert "26/26 B · v2" in said
    assert "\x1b[" not in said


def test_options_count_before_the_command_too_and_those_after_it_win(in_room):
    done = in_room.run("-r", "nowhere", "-i", "me", "call", "weather-agent", "echo", "1", "-r", "lobby", "--json")
    assert done.returncode == 0
    made = json.loads(done.stdout)
    assert (made["caller"], made["room"]) == ("me", "lobby")


def test_json_is_one_line_of_ascii_with_every_field(in_room):
    done = call(in_room, "echo", "\u00e9\u202e", "--json", "--timeout", "10")
    made = json.loads(done.stdout)
    assert done.stdout.isascii()
    assert done.stdout.count(b"\n") == 1
    assert made.keys() >= SHAPE
    assert (made["outcome"], made["error"], made["transport"], made["direction"]) == ("ok", None, "v2", "outgoing")
    assert made["request"] == {"bytes": 5, "payload": "\u00e9\u202e"} == made["response"]
    assert made["budget_ms"] == {"ack": 7000, "response": 10000, "told": 3000}
    assert 0 <= made["ms"]["ack"] <= made["ms"]["response"]
    assert made["started_at"].endswith("Z")
    assert {stage["stage"] for view in made["views"] for stage in view["stages"]} == {"request", "ack", "response"}


def test_payloads_come_from_stdin_and_files_unchanged(in_room):
    (in_room.home / "payload").write_bytes(b"line\r\n\x00end")
    assert call(in_room, "echo", "@payload").stdout == b"line\r\n\x00end"
    done = call(in_room, "echo", "-", stdin="naïve\n".encode())
    assert done.stdout == "naïve\n".encode()
    assert b"no JSON" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("boom", "x"), 10, 1500),
        (("fail", '{"code": 4020, "message": "no \\u001b[31mmoney", "data": "d"}'), 10, 4020),
        (("nothing_there",), 11, 1400),
        (("sleep", "3", "--timeout", "2"), 13, 1502),
        (("fail", '{"code": 1504, "message": "too large"}'), 15, 1504),
        (("fail", '{"code": 1404, "message": "version"}'), 16, 1404),
    ],
)
def test_the_exit_status_says_how_it_ended(in_room, arguments, status, code):
    done = call(in_room, *arguments)
    assert done.returncode == status
    assert done.stdout == b""
    said = done.stderr.decode()
    assert f"✗ {code}" in said
    assert "raised by the callee" in said
    assert "\x1b[" not in said


def test_nothing_is_sent_to_who_is_not_there_and_the_closest_name_is_the_first_cause(in_room):
    done = in_room.run("call", "wether-agent", "echo", "{}", "-r", "lobby", "--json")
    made = json.loads(done.stdout)
    assert done.returncode == 14
    assert (made["error"]["code"], made["error"]["raised_by"], made["views"]) == (1401, "us", [])
    assert "weather-agent" in made["error"]["causes"][0]


def test_anyway_sends_and_a_short_ack_timeout_ends_it(in_room):
    done = in_room.run("call", "ghost", "echo", "-r", "lobby", "--anyway", "--ack-timeout", "0.5", "--json")
    made = json.loads(done.stdout)
    assert done.returncode == 12
    assert made["error"]["code"] == 1501
    assert made["views"][0]["stages"][0]["stage"] == "request"


def test_a_hidden_callee_can_be_reached_anyway(in_room, live_room):
    # With a key RoomService tells of hidden participants; a token alone leaves only the roster, which does not.
    in_room.environment = {"LIVEKIT_URL": live_room.where["url"], "LIVEKIT_TOKEN": live_room.token("me")}
    peer = live_room.start_peer("shy", hidden=True)
    try:
        assert in_room.run("call", "shy", "echo", "hi").returncode == 14
        assert in_room.run("call", "shy", "echo", "hi", "--anyway").stdout == b"hi"
    finally:
        end(peer)


def test_wait_waits_until_the_destination_is_active(in_room, live_room):
    waiting = in_room.start("call", "late", "echo", "hi", "--wait", "30", "-r", "lobby")
    while b"using" not in waiting.stderr.readline():
        pass
    peer = live_room.start_peer("late")
    try:
        out, said = waiting.communicate(timeout=30)
        assert (waiting.returncode, out) == (0, b"hi"), said
    finally:
        end(peer)
    in_vain = in_room.run("call", "nobody", "echo", "--wait", "0.2", "-r", "lobby")
    assert in_vain.returncode == 14
    assert b"not active within 0.2 s" in in_vain.stderr


def test_a_callee_that_leaves_meanwhile_is_gone(in_room, live_room):
    peer = live_room.start_peer("leaver")
    try:
        done = in_room.run("call", "leaver", "leave", "-r", "lobby", "--json")
        assert done.returncode == 14
        assert json.loads(done.stdout)["error"]["code"] == 1503
    finally:
        end(peer)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_call_in_flight_and_prints_what_is_known(in_room, number, status):
    process = in_room.start("call", "weather-agent", "sleep", "20", "--json", "-r", "lobby")
    while b"callee gets" not in process.stderr.readline():
        pass
    process.send_signal(number)
    out, said = process.communicate(timeout=20)
    assert process.returncode == status, said
    made = json.loads(out)
    assert (made["outcome"], made["method"]) == ("cancelled", "sleep")


def test_a_closed_pipe_is_no_error(in_room):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, "call", "weather-agent", "echo", "hi", "-r", "lobby"],
        stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env=clean_environment(in_room.home, **in_room.environment), timeout=30, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_fifty_calls_have_one_status(in_room):
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda number: call(in_room, "echo", str(number)).returncode, range(50)))
    assert set(statuses) == {0}


def test_a_method_name_that_is_too_long_is_warned_of_and_sent(in_room):
    done = call(in_room, "m" * 65)
    assert done.returncode == 11
    assert b"65 bytes; LiveKit documents at most 64" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((b"echo", b"\xff\xfe"), b"lone surrogate"),
        ((b"ech\xff",), b"METHOD cannot be sent"),
        ((b"",), b"METHOD is empty"),
        ((b"echo", b"@missing"), b"There is no file"),
        ((b"echo", b"@binary"), b"not UTF-8 text: byte 3 is 0xff"),
        ((b"echo", b"--timeout", b"0"), b"not between"),
        ((b"echo", b"--timeout", b"nan"), b"not between"),
        ((b"echo", b"--timeout", b"soon"), b"not a number"),
        ((b"echo", b"--ack-timeout", b"3601"), b"not between"),
    ],
)
def test_what_cannot_be_sent_is_a_usage_error(in_room, arguments, said):
    (in_room.home / "binary").write_bytes(b"ab\xff")
    done = call(in_room, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == b""


def test_bytes_on_stdin_that_are_no_text_are_a_usage_error(in_room):
    done = call(in_room, "echo", "-", stdin=b"abc\xff")
    assert done.returncode == 2
    assert b"byte 4 is 0xff" in done.stderr


def test_without_a_room_the_rooms_are_named(in_room):
    done = in_room.run("call", "weather-agent", "echo")
    assert done.returncode == 2
    assert b"There are: " in done.stderr
    assert b"lobby" in done.stderr


def test_an_empty_room_is_said_to_be_and_a_similar_one_is_named(in_room):
    done = in_room.run("call", "weather-agent", "echo", "-r", "loby")
    assert done.returncode == 14
    assert b"nobody else is in the room loby" in done.stderr
    assert b"did you mean lobby" in done.stderr


def test_a_token_says_its_room_and_one_without_data_is_refused_before_the_call(in_room, live_room):
    in_room.environment = {"LIVEKIT_URL": live_room.where["url"]}
    assert in_room.run("call", "weather-agent", "echo", "hi", "--token", live_room.token("me")).stdout == b"hi"
    mute = in_room.run("call", "weather-agent", "echo", "--token", live_room.token("me", can_publish_data=False))
    assert mute.returncode == 3
    assert b"canPublishData" in mute.stderr
    assert b"using" in mute.stderr
    looking = in_room.run("participants", "--token", live_room.token("me", can_publish_data=False))
    assert looking.returncode == 0, looking.stderr
    assert b"weather-agent" in looking.stdout
    late = in_room.run("call", "x", "echo", "--token", live_room.token("me", valid_for=timedelta(seconds=-90)))
    assert late.returncode == 3
    assert b"expired" in late.stderr


def test_a_wrong_secret_is_not_authorised_in_the_servers_own_words(in_room):
    done = call(in_room, "echo", "--api-secret", "wrong-" * 8)
    assert done.returncode == 3
    assert b"its API secret is not this server's" in done.stderr
    assert b"wrong-" not in done.stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_a_server_that_cannot_be_reached_is_status_4_with_a_sentence(in_room):
    for url in (f"ws://127.0.0.1:{free_port()}", "ws://no-such-host.invalid"):
        done = call(in_room, "echo", "--url", url)
        assert done.returncode == 4, done.stderr
        assert b"error: " in done.stderr
        assert b"Traceback" not in done.stderr


def test_a_failure_of_tls_is_status_4(in_room, live_room):
    done = call(in_room, "echo", "--url", live_room.where["url"].replace("ws://", "wss://"))
    assert done.returncode == 4
    assert b"TLS" in done.stderr


def test_both_a_token_and_a_key_as_flags_are_a_usage_error(in_room):
    done = call(in_room, "echo", "--token", "t", "--api-key", "k", "--api-secret", "s")
    assert done.returncode == 2
    assert b"only one of them can join" in done.stderr


def test_an_unknown_project_and_an_unreadable_config_are_usage_errors(in_room):
    unknown = call(in_room, "echo", "--project", "nope")
    assert unknown.returncode == 2
    assert b"There is no project 'nope'" in unknown.stderr
    (in_room.home / "bad.yaml").write_text("projects: [")
    broken = call(in_room, "echo", "--project", "nope", "--config", "bad.yaml")
    assert broken.returncode == 2
    assert b"line 1, column" in broken.stderr
