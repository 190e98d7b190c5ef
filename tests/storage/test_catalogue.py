"""Catalogue files: what is read, what is told of mistakes, and that a change is seen."""

import json
import os

import pytest

from rpc_inspector.storage.catalogue import MAX_PROBLEMS, CatalogueFiles, default_paths, read_catalogue

GOOD = """\
version: 1
participants:
  - identity: weather-*
    kind: agent
    methods:
      get_weather:
        description: The weather now
        request: {type: object, properties: {city: {type: string}}, required: [city]}
        examples:
          - request: {city: Paris, since: 2026-11-20}
            response: {temp: 21, exact: 21.5, sunny: true, rain: null}
      set_units:
  - agent: "cook"
    methods: [boil, fry]
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "rpc-catalogue.yaml"
        path.write_text(text)
        return path

    return write


def test_methods_are_read_with_schemas_examples_and_their_lines(written):
    found = read_catalogue(written(GOOD))
    assert found.problems == ()
    weather, cook = found.entries
    assert (weather.identity, weather.kind, weather.agent) == ("weather-*", "agent", None)
    get, units = weather.methods
    assert (get.name, get.provenance, get.origin) == ("get_weather", "catalogue", "rpc-catalogue.yaml:6")
    assert json.loads(get.request_schema)["required"] == ["city"]
    assert json.loads(get.examples[0]) == {
        "request": {"city": "Paris", "since": "2026-11-20"},
        "response": {"temp": 21, "exact": 21.5, "sunny": True, "rain": None},
    }
    assert (units.name, units.description, units.origin) == ("set_units", None, "rpc-catalogue.yaml:12")
    assert (cook.agent, [method.name for method in cook.methods]) == ("cook", ["boil", "fry"])


def test_json_is_read_too(written):
    document = {"participants": [{"identity": "web-1", "methods": {"a": {"description": "A\nb"}}}]}
    (entry,) = read_catalogue(written(json.dumps(document, indent=2))).entries
    assert entry.methods[0].description == "A\nb"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("participants: [1, }\n", "rpc-catalogue.yaml:1: This is no YAML: did not find expected"),
        ("a: b", "rpc-catalogue.yaml:1: 'a' means nothing here; there are version, participants."),
        ("version: 2\nparticipants: []", "rpc-catalogue.yaml:1: the version should be 1"),
        ("participants:\n  x: 1", "rpc-catalogue.yaml:2: 'participants' should be a list."),
        ("- 1", "rpc-catalogue.yaml:1: this should be a mapping with version, participants."),
        ("participants:\n - kind: robot\n   methods: [a]", "rpc-catalogue.yaml:2: 'robot' is no kind"),
        ("participants:\n - kind: agent", "rpc-catalogue.yaml:2: 'methods' should be a mapping of names"),
        ("participants:\n - methods:\n     a: {request: 3}", "rpc-catalogue.yaml:3: 'request' should be a JSON Schema"),
        ("participants:\n - methods:\n     a: {examples: [3]}", "rpc-catalogue.yaml:3: an example should be a mapping"),
        ("participants:\n - methods:\n     a: {descr: b}", "rpc-catalogue.yaml:3: 'descr' means nothing here"),
        ("participants:\n - methods:\n     a: [1]", "rpc-catalogue.yaml:3: this should be a mapping with description"),
        ("participants:\n - methods:\n     ? [a]\n     : {}", "rpc-catalogue.yaml:3: "),
        ("!!python/object:os.system x", "rpc-catalogue.yaml:1: "),
        ("participants:\n - methods: [3]", "rpc-catalogue.yaml:2: this should be text."),
    ],
)
def test_mistakes_are_told_with_their_line(written, text, problem):
    found = read_catalogue(written(text))
    assert found.problems[0].startswith(problem)
    assert len(found.problems) <= 2


def test_what_is_right_in_a_file_with_mistakes_counts(written):
    text = "participants:\n  - methods: {good: , bad: 3}\n  - kind: robot\n    methods: [lost]\n  - methods: [also]\n"
    found = read_catalogue(written(text))
    assert [method.name for entry in found.entries for method in entry.methods] == ["good", "also"]
    assert [problem.split(": ")[0] for problem in found.problems] == ["rpc-catalogue.yaml:2", "rpc-catalogue.yaml:3"]


@pytest.mark.parametrize(
    "text",
    [
        "b0: &b0 [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"b{n}: &b{n} [{','.join([f'*b{n - 1} '] * 10)}]\n" for n in range(1, 9))
        + "participants: [{methods: {m: {request: {x: *b8 }}}}]",
        "participants: [{methods: {m: {request: &r {x: *r}}}}]",
        "participants: [{methods: {m: {request: " + "{x: " * 200 + "1" + "}" * 200 + "}}}]",
        "[" * 900_000,
        "{a: " * 250_000,
    ],
    ids=["billion laughs", "contains itself", "deep", "lists that would end the process", "mappings likewise"],
)
def test_hostile_files_are_bounded(written, text):
    found = read_catalogue(written(text))
    assert found.problems
    assert not [method for entry in found.entries for method in entry.methods]


def test_a_file_full_of_mistakes_tells_some_of_them(written):
    text = "participants:\n" + "  - methods: 3\n" * 100
    found = read_catalogue(written(text))
    assert len(found.problems) == MAX_PROBLEMS + 1
    assert found.problems[-1] == "rpc-catalogue.yaml: and 80 more."


def test_files_are_read_anew_when_they_change_appear_or_go(tmp_path):
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    files = CatalogueFiles([one, two, one])
    assert files.read_if_changed().entries == ()
    assert files.read_if_changed() is None
    two.write_text("participants: [{methods: [a]}]")
    assert [entry.methods[0].origin for entry in files.read_if_changed().entries] == ["two.yaml:1"]
    one.write_text("participants: [{methods: [b]}]")
    assert [entry.methods[0].name for entry in files.read_if_changed().entries] == ["b", "a"]
    before = one.stat()
    one.write_text("participants: [{methods: [c]}]")
    os.utime(one, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert files.read_if_changed().entries[0].methods[0].name == "c"
    one.unlink()
    assert len(files.read_if_changed().entries) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    folder = tmp_path / "rpc-catalogue.yaml"
    folder.mkdir()
    assert "is a directory" in read_catalogue(folder).problems[0]
    assert default_paths(tmp_path)[0] == folder
