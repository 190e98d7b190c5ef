import pytest

from rpc_inspector.storage.projects import read_projects, toml_subdomain
from rpc_inspector.storage.reading import FileUnusable, read_text

GOOD = """
default_project: one
device_name: laptop
projects:
- name: one
  project_id: ""
  url: wss://one-abc.livekit.cloud
  api_key: K
  api_secret: hush
"""


@pytest.fixture
def config(tmp_path):
    return tmp_path / "cli-config.yaml"


def test_projects_are_read_and_their_secrets_stay_out_of_repr(config):
    config.write_text(GOOD)
    projects = read_projects(config)
    one = projects.find("one")
    assert (projects.default, one.url, one.api_secret) == ("one", "wss://one-abc.livekit.cloud", "hush")
    assert projects.by_subdomain("one-abc") is one
    assert "hush" not in repr(projects)


def test_no_file_is_no_projects_unless_it_was_named(config):
    assert read_projects(config).all == ()
    with pytest.raises(FileUnusable, match="no file"):
        read_projects(config, must_exist=True)


def test_an_empty_file_is_no_projects(config):
    config.write_text("")
    assert read_projects(config).all == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("projects: [", "line 1, column 12"),
        ("a: b: c", "line 1, column 5"),
        ("- just\n- a list", "should be a mapping"),
        ("projects: {a: b}", "'projects' should be a list"),
        ("default_project: 3", "'default_project' should be a name"),
        ("projects: [text]", "project 1 should be a mapping"),
        ("projects: [{name: a, url: ws://a, api_key: 12345}]", "'api_key' of project 1 should be text"),
        ("projects: [{name: a}]", "project 1 has no 'url'"),
        ("x: !!python/object/apply:os.system [true]", "no valid YAML at line 1, column 4"),
        ("x: 2001-99-99", "no valid YAML"),
        ("a: \x07", "no valid YAML"),
    ],
)
def test_each_thing_that_is_wrong_is_said_with_its_place(config, content, said):
    config.write_text(content)
    with pytest.raises(FileUnusable, match=r"cli-config\.yaml") as unusable:
        read_projects(config)
    assert said in unusable.value.what
    assert unusable.value.advice


def test_bytes_that_are_no_text_and_files_that_are_too_large_are_refused(config, tmp_path):
    config.write_bytes(b"a: \xff")
    with pytest.raises(FileUnusable, match="byte 4 is 0xff"):
        read_projects(config)
    with pytest.raises(FileUnusable, match="larger than 2 bytes"):
        read_text(config, 2)
    with pytest.raises(FileUnusable, match="directory"):
        read_text(tmp_path, 10)


def test_livekit_toml_names_a_subdomain_or_nothing(tmp_path):
    path = tmp_path / "livekit.toml"
    assert toml_subdomain(path) == ""
    path.write_text('[agent]\nid = "A"\n')
    assert toml_subdomain(path) == ""
    path.write_text('[project]\nsubdomain = "one-abc"\n')
    assert toml_subdomain(path) == "one-abc"
    for broken in ("[project", "project = 3", "[project]\nsubdomain = 3"):
        path.write_text(broken)
        with pytest.raises(FileUnusable, match=r"livekit\.toml"):
            toml_subdomain(path)


def test_what_is_wrong_is_not_quoted(tmp_path):
    config = tmp_path / "cli-config.yaml"
    config.write_text("projects:\n  - name: acme\n    api_secret: *hunter2\n")
    with pytest.raises(FileUnusable) as unusable:
        read_projects(config)
    assert "hunter2" not in str(unusable.value)
    assert "line 3" in unusable.value.what
