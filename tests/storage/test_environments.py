"""Environments of a collection, and where secrets come from."""

import os

import pytest

from rpc_inspector.core.templates import Raw, resolve
from rpc_inspector.storage.collections import CollectionUnusable
from rpc_inspector.storage.environments import (
    Environment,
    environment_names,
    read_environment,
    read_secrets,
    sources_of,
)
from rpc_inspector.storage.reading import FileUnusable


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "environments").mkdir()
    return tmp_path


def environment(folder, text, name="default"):
    (folder / "environments" / f"{name}.yaml").write_text(text)


def test_an_environment_has_typed_variables_and_names_of_secrets(folder):
    environment(folder, "description: here\nvariables: {city: Paris, days: 3, tags: [a]}\nsecrets: [PIN]\n", "staging")
    environment(folder, "")
    assert environment_names(folder) == ["default", "staging"]
    found = read_environment(folder, "staging")
    assert found.variables == {"city": "Paris", "days": 3, "tags": ["a"]}
    assert (found.name, found.secrets, found.remarks) == ("staging", ("PIN",), ())
    assert read_environment(folder) == Environment(name="default")


def test_without_a_name_there_need_be_none(tmp_path):
    assert read_environment(tmp_path) == Environment()


def test_an_unknown_name_is_told_with_the_closest(folder):
    environment(folder, "", "staging")
    with pytest.raises(FileUnusable, match=r"Did you mean staging\?"):
        read_environment(folder, "stagging")
    with pytest.raises(FileUnusable, match="There are staging"):
        read_environment(folder, "zzz")


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("variables: [a]\n", 1, 12, "should be a mapping"),
        ("variables: {uuid: 1}\n", 1, 13, "cannot be the name"),
        ("secrets:\n  PIN: 1234\n", 2, 3, "names alone"),
        ("secrets: ['a b']\n", 1, 10, "cannot be the name"),
        ("vars: {}\n", 1, 1, "no field vars"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(folder, text, line, column, what):
    environment(folder, text)
    with pytest.raises(CollectionUnusable) as caught:
        read_environment(folder)
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (line, column)
    assert what in caught.value.problems[0].what
    assert "1234" not in str(caught.value)


def test_a_secret_among_the_variables_is_remarked_without_its_value(folder):
    environment(folder, "variables: {api_key: k3yk3y}\n")
    (remark,) = read_environment(folder).remarks
    assert "api_key" in remark
    assert "k3yk3y" not in remark


def test_secrets_come_from_the_process_first_then_from_the_file(folder):
    path = folder / ".secrets.yaml"
    path.write_text("PIN: '1234'\nOTHER: x\n")
    path.chmod(0o644)
    kept, remarks = read_secrets(folder)
    assert "chmod 600" in remarks[0]
    assert (os.name == "nt") or "1234" not in remarks[0]
    path.chmod(0o600)
    assert read_secrets(folder) == ({"PIN": "1234", "OTHER": "x"}, ())
    sources = sources_of(Environment(secrets=("LISTED",)), kept, {"PIN": "of the process", "HOME": "/h"}, {}, ["ASKED"])
    assert sources.secrets == {"PIN": "of the process", "OTHER": "x"}
    assert resolve("${env:HOME}", sources).text == "/h"
    assert "of the process" not in repr(sources)


def test_a_secret_that_is_no_text_is_refused_without_its_value(folder):
    (folder / ".secrets.yaml").write_text("PIN: 1234\n")
    with pytest.raises(CollectionUnusable) as caught:
        read_secrets(folder)
    assert "PIN" in str(caught.value)
    assert "1234" not in str(caught.value)


def test_what_was_typed_beats_the_environment(folder):
    environment(folder, "variables: {days: 3, city: Paris}\n")
    sources = sources_of(read_environment(folder), {}, {}, {"days": "5"})
    assert sources.variables == {"days": Raw("5"), "city": "Paris"}
    assert resolve('{"d": ${days}}', sources).text == '{"d": 5}'
