"""Reading a collection's requests: strictly, all of them, and saying of all that is wrong where it stands."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS
from rpc_inspector.core.model import Kind
from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.core.query.paths import Path as JsonPath
from rpc_inspector.core.query.paths import PathError
from rpc_inspector.core.templates import BUILT_IN
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.collections.expecting import read_expectation
from rpc_inspector.storage.collections.fields import Fields, json_of
from rpc_inspector.storage.collections.model import Collection, CollectionUnusable, Problem, Request, To
from rpc_inspector.storage.collections.nodes import Node, read_nodes
from rpc_inspector.storage.reading import FileUnusable, read_text

#: So many requests a collection has, and so many problems are told.
MOST_REQUESTS = 1000
MOST_PROBLEMS = 100
LARGEST_PAYLOAD = 16 * 1024 * 1024
#: The folder within a collection that holds no requests.
ENVIRONMENTS = "environments"

_ENDINGS = (".yaml", ".yml")
_FIELDS = (
    "name", "description", "to", "method", "payload", "timeout", "ack_timeout", "expect", "save", "tags", "skip",
)  # fmt: skip
_TO_FIELDS = ("identity", "kind", "attributes")


def read_collection(folder: Path) -> Collection:
    """All requests of a folder and of the folders in it, in the order of their paths.

    Hidden files and the folder ``environments`` are none.

    Raises:
        CollectionUnusable: files are wrong; all that is wrong is in it.
        FileUnusable: there is no such folder, or nothing in it.
    """
    collection, problems = look_through(folder)
    if problems:
        raise CollectionUnusable(problems)
    if not collection.requests:
        raise FileUnusable(f"{folder} holds no requests.", "A request is a file that ends in .yaml.")
    return collection


def look_through(folder: Path) -> tuple[Collection, tuple[Problem, ...]]:
    """The requests of a folder that can be used, and what is wrong with the others.

    Raises:
        FileUnusable: there is no such folder, or far too much in it.
    """
    if not folder.is_dir():
        what = f"{folder} is not a folder." if folder.exists() else f"There is no folder {folder}."
        raise FileUnusable(what, "Name the folder that holds the requests, one YAML file each.")
    paths = sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix())
    if len(paths) > MOST_REQUESTS:
        raise FileUnusable(f"{folder} holds more than {MOST_REQUESTS:,} requests.", "Check that it is the right one.")
    requests: list[Request] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            requests.append(read_request(path, folder))
        except CollectionUnusable as error:
            problems += error.problems
        if len(problems) > MOST_PROBLEMS:
            break
    return Collection(folder=folder, requests=tuple(requests)), tuple(problems[:MOST_PROBLEMS])


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for where, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        if Path(where) == folder and ENVIRONMENTS in inner:
            inner.remove(ENVIRONMENTS)
        for name in names:
            if name.endswith(_ENDINGS) and not name.startswith("."):
                count += 1
                yield Path(where, name)
        if count > MOST_REQUESTS:
            return


def read_request(path: Path, folder: Path) -> Request:
    """The request of one file. ``folder``: the collection's; payload files outside of it are not read.

    Raises:
        CollectionUnusable: everything that is wrong with it.
    """
    fields = Fields(path)
    request = _request(fields, read_nodes(path), folder)
    if fields.problems:
        raise CollectionUnusable(tuple(sorted(fields.problems)))
    return request


def _request(fields: Fields, node: Node, folder: Path) -> Request:
    found = fields.mapping(node, _FIELDS, "A request")
    for needed in ("to", "method"):
        if needed not in found and isinstance(node.value, dict):
            fields.wrong(node.place, f"The request has no field {needed}.", "It says whom, and what, to call.")
    skip = found.get("skip")
    response_ms = fields.milliseconds(found.get("timeout"), "timeout")
    ack_ms = fields.milliseconds(found.get("ack_timeout"), "ack_timeout")
    return Request(
        path=fields.path,
        name=fields.text(found.get("name"), "name", empty=False) or fields.path.stem,
        description=fields.text(found.get("description"), "description"),
        to=_to(fields, found["to"]) if "to" in found else To(),
        method=_sendable(fields, found.get("method"), "method"),
        payload=_payload(fields, found["payload"], folder) if "payload" in found else "",
        response_ms=DEFAULT_RESPONSE_MS if response_ms is None else response_ms,
        ack_ms=DEFAULT_ACK_MS if ack_ms is None else ack_ms,
        expect=read_expectation(fields, found.get("expect")),
        save=_save(fields, found["save"]) if "save" in found else {},
        tags=fields.texts(found.get("tags"), "tags"),
        skip=_skip(fields, skip) if skip else "",
        places={name: each.place for name, each in found.items()},
    )


def _sendable(fields: Fields, node: Node | None, what: str) -> str:
    text = fields.text(node, what, empty=False)
    if node and (problem := unsendable(text)):
        fields.wrong(node.place, f"{what} cannot be sent: {problem}.", "Remove that character.")
    return text


def _to(fields: Fields, node: Node) -> To:
    if not isinstance(node.value, dict):
        return To(identity=_sendable(fields, node, "to"))
    found = fields.mapping(node, _TO_FIELDS, "to")
    kind = fields.text(found.get("kind"), "kind")
    kinds = {name: name for name in get_args(Kind)}
    if kind and kind not in kinds:
        fields.wrong(found["kind"].place, f"There is no kind {sanitise(kind)}.", f"There are {', '.join(kinds)}.")
    if not found:
        fields.wrong(node.place, "to names nobody.", "Give an identity, a kind or attributes.")
    pairs = fields.pairs(found["attributes"], "attributes") if "attributes" in found else ()
    named = {name: fields.text(value, f"The attribute {name}") for name, value in pairs}
    return To(identity=_sendable(fields, found.get("identity"), "identity"), kind=kinds.get(kind), attributes=named)


def _payload(fields: Fields, node: Node, folder: Path) -> str:
    if not isinstance(node.value, str):
        # Nothing behind the colon is no payload; the word null is written as a text.
        return "" if node.value is None else json_of(node)
    if node.value.startswith("@@"):
        return node.value[1:]
    if not node.value.startswith("@"):
        return node.value
    path = fields.path.parent / node.value[1:]
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            fields.wrong(node.place, f"{node.value[1:]} is outside of the collection's folder.", "Copy it there.")
            return ""
        return read_text(path, LARGEST_PAYLOAD)
    except (FileUnusable, OSError, ValueError) as error:  # a NUL in the name, a loop of links
        what, advice = (error.what, error.advice) if isinstance(error, FileUnusable) else (f"{error}.", "")
        fields.wrong(node.place, f"The payload cannot be read: {what}", advice)
        return ""


def _save(fields: Fields, node: Node) -> dict[str, str]:
    saved: dict[str, str] = {}
    for name, value in fields.pairs(node, "save"):
        if not good_name(name):
            fields.wrong(node.keys[name], f"{sanitise(name)} cannot be the name of a variable.", NAMES)
        path = fields.text(value, f"The path of {name}")
        try:
            JsonPath.parse(path)
        except PathError as error:
            fields.wrong(value.place, f"{sanitise(path)} is no JSON path. {error.what}", error.advice)
        saved[name] = path
    return saved


NAMES = "Names have letters, digits, -, _ and dots, and are not uuid or now."


def good_name(name: str) -> bool:
    """Whether a variable or a secret can have that name."""
    return name not in BUILT_IN and bool(name) and name.replace("-", "_").replace(".", "_").isidentifier()


def _skip(fields: Fields, node: Node) -> str:
    if isinstance(node.value, bool):
        return "skipped" if node.value else ""
    return fields.text(node, "skip (why it is not run)")
