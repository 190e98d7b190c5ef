import json

FIELDS = {
    "identity", "sid", "name", "kind", "state", "metadata", "attributes", "permissions", "joined_at",
    "client_protocol", "self", "methods",
}  # fmt: skip


def test_json_is_one_object_with_everybody_and_ourselves(in_room):
    done = in_room.run("participants", "-r", "lobby", "-i", "me", "--json")
    assert done.returncode == 0
    assert done.stdout.isascii()
    listed = json.loads(done.stdout)
    assert listed["room"] == "lobby"
    by_identity = {one["identity"]: one for one in listed["participants"]}
    assert all(one.keys() >= FIELDS for one in listed["participants"])
    assert [name for name, one in by_identity.items() if one["self"]] == ["me"]
    agent = by_identity["weather-agent"]
    assert agent["methods"][0] == {
        "name": "echo", "provenance": "advertised", "description": "What it got", "also": [], "conflicts": [],
    }  # fmt: skip
    assert (agent["describing"], agent["remarks"]) == ("refused", [])
    assert (agent["state"], agent["kind"], agent["client_protocol"]) == ("active", "standard", 2)
    assert agent["permissions"]["can_publish_data"] is True
    assert agent["joined_at"].endswith("Z")
    assert agent["attributes"]["api_key"] == "•••••"
    assert b'hidden"' not in done.stdout.replace(b'"hidden"', b"")


def test_the_table_names_methods_and_how_they_are_known(in_room):
    done = in_room.run("participants", "-r", "lobby", "-i", "me", "--no-describe")
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["identity", "kind", "state", "rpc", "methods"]
    row = next(number for number, line in enumerate(lines) if line.startswith("weather-agent"))
    assert lines[row + 1].split(maxsplit=2) == ["echo", "advertised", "What it got"]
    assert any(line.startswith("me ") and line.endswith("(us)") for line in lines)


def test_without_anything_that_says_where_it_is_a_usage_error(cli):
    done = cli.run("participants", "-r", "lobby")
    assert done.returncode == 2
    assert b"Nothing says where to connect" in done.stderr


def test_names_that_carry_escape_sequences_are_shown_safely(in_room, live_room):
    from tests.support.commands import end

    peer = live_room.start_peer("evil\x1b]0;title\x07[b]")
    try:
        done = in_room.run("participants", "-r", "lobby", "--no-describe")
        assert b"\x1b" not in done.stdout
        assert b"evil\\e]0;title" in done.stdout
    finally:
        end(peer)


def test_methods_that_the_user_knows_of_are_listed_with_what_contradicts(in_room):
    catalogue = in_room.home / "mine.yaml"
    catalogue.write_text("participants: [{identity: weather-*, methods: [mine, echo]}]\nodd: 1\n")
    options = ("-r", "lobby", "-i", "me", "--json", "--catalogue", str(catalogue), "--no-describe")
    listed = json.loads(in_room.run("participants", *options).stdout)
    agent = next(one for one in listed["participants"] if one["identity"] == "weather-agent")
    known = {method["name"]: (method["provenance"], method["also"]) for method in agent["methods"]}
    assert known == {"echo": ("advertised", ["catalogue"]), "mine": ("catalogue", [])}
    missing = in_room.run("participants", *options[:-3], "--catalogue", "none.yaml", "--no-describe")
    assert missing.returncode == 0
    assert b"There is no catalogue none.yaml yet" in missing.stderr


def test_a_method_that_was_called_is_offered_again(in_room, live_room):
    from tests.support.commands import end

    peer = live_room.start_peer("worker-1")
    try:
        assert in_room.run("call", "worker-1", "plain", "hi", "-r", "lobby").returncode == 0
        listed = json.loads(in_room.run("participants", "-r", "lobby", "--json", "--no-describe").stdout)
        worker = next(one for one in listed["participants"] if one["identity"] == "worker-1")
        assert [(one["name"], one["provenance"]) for one in worker["methods"]] == [("plain", "saved")]
    finally:
        end(peer)
