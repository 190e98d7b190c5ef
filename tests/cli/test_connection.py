import base64
import json

import pytest

from rpc_inspector.cli.connection import choices, resolve
from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import Options
from rpc_inspector.cli.target import require_sending
from rpc_inspector.storage.reading import FileUnusable

CONFIG = """
default_project: prod
projects:
  - {name: prod, project_id: p1, url: wss://prod-abc.livekit.cloud, api_key: PK, api_secret: PS}
  - {name: staging, project_id: p2, url: wss://staging-xyz.livekit.cloud, api_key: SK, api_secret: SS}
"""
ENVIRONMENT = {"LIVEKIT_URL": "ws://env:1", "LIVEKIT_API_KEY": "EK", "LIVEKIT_API_SECRET": "ES"}


@pytest.fixture
def find(tmp_path):
    """Resolves what was typed, in a home directory with the lk CLI's projects."""
    (tmp_path / ".livekit").mkdir()
    config = tmp_path / ".livekit" / "cli-config.yaml"
    config.write_text(CONFIG)
    config.chmod(0o600)

    def resolved(environment=None, **typed):
        return resolve(Options(**typed), {"HOME": str(tmp_path)} | (environment or {}), tmp_path).target

    resolved.home = tmp_path
    resolved.config = config
    return resolved


def jwt(**claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{part}.sig"


def test_a_project_that_was_typed_comes_before_the_environment(find):
    target = find(ENVIRONMENT, project="staging")
    assert (target.url, target.api_key, target.origin) == ("wss://staging-xyz.livekit.cloud", "SK", "project staging")


def test_then_the_environment_then_livekit_toml_then_the_default_project(find):
    assert find(ENVIRONMENT).origin == "the environment"
    assert find().origin == "default project prod"
    (find.home / "livekit.toml").write_text('[project]\nsubdomain = "staging-xyz"\n')
    assert find().origin == "project staging (./livekit.toml)"
    assert find(ENVIRONMENT).api_key == "EK"


def test_dev_that_was_typed_beats_environment_and_projects(find):
    target = find(ENVIRONMENT, dev=True)
    assert (target.url, target.api_key, target.api_secret) == ("ws://localhost:7880", "devkey", "secret")


def test_each_flag_beats_whatever_the_rest_comes_from(find):
    target = find(ENVIRONMENT, url="ws://typed:2")
    assert (target.url, target.api_key) == ("ws://typed:2", "EK")
    assert target.origin == "the environment with --url"
    assert find(project="staging", url="ws://typed:2").api_key == "SK"


def test_an_incomplete_environment_is_passed_over(find):
    assert find({"LIVEKIT_API_KEY": "EK", "LIVEKIT_API_SECRET": "ES"}).origin == "default project prod"


def test_a_token_joins_and_a_key_beside_it_stays_for_room_service(find):
    token = jwt(sub="me", video={"room": "lobby"})
    target = find(ENVIRONMENT, token=token)
    assert (target.token, target.api_key, target.room, target.identity) == (token, "EK", "lobby", "me")


def test_a_key_that_was_typed_beats_a_token_of_the_environment(find):
    target = find(ENVIRONMENT | {"LIVEKIT_TOKEN": jwt(sub="me")}, api_key="TK", api_secret="TS")
    assert (target.token, target.api_key) == ("", "TK")


def test_a_token_and_a_key_as_flags_exclude_each_other(find):
    with pytest.raises(Refused, match="--token and --api-key") as refused:
        find(token="x", api_key="K", api_secret="S", url="ws://a")
    assert refused.value.status == 2


def test_an_unknown_project_is_told_the_closest_and_the_known_ones(find):
    with pytest.raises(Refused, match=r"Did you mean staging.*prod, staging"):
        find(project="stagng")


def test_a_token_for_another_room_is_refused_before_anything_is_sent(find):
    with pytest.raises(Refused, match="for the room 'lobby'"):
        find(ENVIRONMENT, token=jwt(sub="me", video={"room": "lobby"}), room="other")


def test_a_token_without_data_may_look_and_is_refused_where_something_is_sent(find):
    target = find(ENVIRONMENT, token=jwt(sub="me", video={"room": "lobby", "canPublishData": False}))
    assert target is not None
    assert target.room == "lobby"
    with pytest.raises(Refused, match="may not send data") as refused:
        require_sending(target)
    assert refused.value.status == 3


def test_what_is_missing_is_named(find):
    find.config.unlink()
    assert find() is None
    for typed, missing in (
        ({"url": "ws://a"}, "--api-key and --api-secret, or --token"),
        ({"api_key": "K", "api_secret": "S"}, "--url"),
        ({"url": "ws://a", "api_key": "K"}, "--api-secret"),
        ({"url": "ws://a", "api_secret": "S"}, "--api-key"),
    ):
        with pytest.raises(Refused, match=missing):
            find(**typed)


@pytest.mark.parametrize("url", ["localhost:7880", "ftp://a", "ws://", "ws://a:99999", "ws://a b", "ws://a\x1b[31m"])
def test_what_is_no_url_of_a_server_is_refused(find, url):
    with pytest.raises(Refused, match="not the URL"):
        find(url=url, api_key="K", api_secret="S")


def test_an_env_file_fills_what_the_environment_lacks_and_says_where_it_does_not(find):
    file = find.home / ".env"
    file.write_text("LIVEKIT_URL=ws://file:3\nexport LIVEKIT_API_KEY='FK'\nLIVEKIT_API_SECRET=FS # comment\n")
    assert find(env_file=str(file)).url == "ws://file:3"
    home = {"HOME": str(find.home)}
    resolution = resolve(Options(env_file=str(file)), ENVIRONMENT | home, find.home)
    assert resolution.target.url == "ws://env:1"
    assert any("LIVEKIT_URL of the environment" in remark for remark in resolution.remarks)


def test_a_broken_config_is_an_error_with_its_place_only_where_it_is_needed(find):
    find.config.write_text("projects:\n  - name: [\n")
    with pytest.raises(FileUnusable, match="line 3, column 1"):
        find()
    assert find(ENVIRONMENT).url == "ws://env:1"


def test_a_config_that_others_may_read_is_remarked(find):
    find.config.chmod(0o644)
    remarks = resolve(Options(), {"HOME": str(find.home)}, find.home).remarks
    assert any("chmod 600" in remark for remark in remarks)


def test_another_config_can_be_named(find):
    other = find.home / "other.yaml"
    other.write_text(CONFIG.replace("default_project: prod", "default_project: staging"))
    assert find(config=str(other)).origin == "default project staging"
    with pytest.raises(FileUnusable, match="no file"):
        find(config=str(find.home / "missing.yaml"))


def test_the_passphrase_is_the_file_without_its_line_end(find):
    file = find.home / "pass"
    file.write_bytes("pässword \r\n".encode())
    assert find(ENVIRONMENT, e2ee_passphrase_file=str(file)).passphrase == "pässword "
    file.write_bytes(b"\n")
    with pytest.raises(FileUnusable, match="no passphrase"):
        find(ENVIRONMENT, e2ee_passphrase_file=str(file))


def test_the_connect_screen_offers_environment_projects_and_dev(find):
    environment = ENVIRONMENT | {"HOME": str(find.home)}
    offered = choices(Options(room="lobby"), environment, find.home)
    assert [one.origin for one in offered] == ["the environment", "project prod", "project staging", "--dev"]
    assert {one.room for one in offered} == {"lobby"}
    find.config.write_text(": [")
    assert [one.origin for one in choices(Options(), {"HOME": str(find.home)}, find.home)] == ["--dev"]


def test_no_secret_is_in_what_is_shown(find):
    target = find(ENVIRONMENT, url="ws://user:hush@host")
    options = Options(api_key="K", api_secret="hush", token="hush")
    assert "hush" not in repr(options)
    assert "ES" not in target.origin
    assert "ES" not in repr(target)
