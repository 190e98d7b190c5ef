"""Environments of a collection: what its variables are here and there, and the names of its secrets.

``environments/NAME.yaml`` is to be committed and holds no secret. Secrets come from the process's environment, or from
``.secrets.yaml`` beside the requests, which is not to be committed.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from rpc_inspector.core.names import closest
from rpc_inspector.core.secrets.naming import is_secret_name
from rpc_inspector.core.templates import Raw, Sources
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.collections.fields import Fields, decoded
from rpc_inspector.storage.collections.model import CollectionUnusable
from rpc_inspector.storage.collections.nodes import read_nodes
from rpc_inspector.storage.collections.reading import ENVIRONMENTS, NAMES, good_name
from rpc_inspector.storage.projects import readable_by_others
from rpc_inspector.storage.reading import FileUnusable

#: What is used when no environment is named, if it is there.
DEFAULT = "default"
SECRETS = ".secrets.yaml"
_FIELDS = ("description", "variables", "secrets")


class Environment(Struct, frozen=True, kw_only=True):
    """Variables and the names of secrets. ``remarks``: what is likely not as it was meant, unsanitised.

    Attributes:
        name: of its file; empty where there is none.
        variables: JSON values by name.
        secrets: names.
    """

    name: str = ""
    description: str = ""
    variables: dict[str, object] = {}
    secrets: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def environment_names(folder: Path) -> list[str]:
    """The environments of a collection."""
    return sorted(path.stem for path in (folder / ENVIRONMENTS).glob("*.yaml") if not path.name.startswith("."))


def read_environment(folder: Path, name: str = "") -> Environment:
    """An environment of a collection; without a name the default one, if there is one.

    Raises:
        FileUnusable: there is none of that name.
        CollectionUnusable: its file does not say what it should.
    """
    names = environment_names(folder)
    if name not in names:
        if not name:
            return read_environment(folder, DEFAULT) if DEFAULT in names else Environment()
        near = closest(name, names)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(names)}." if names else ""
        raise FileUnusable(
            f"There is no environment {name} in {folder}.", hint or f"An environment is {ENVIRONMENTS}/NAME.yaml."
        )
    path = folder / ENVIRONMENTS / f"{name}.yaml"
    fields = Fields(path)
    node = read_nodes(path)
    found = fields.mapping(node, _FIELDS, "An environment") if node.value is not None else {}
    variables: dict[str, object] = {}
    remarks = []
    for key, value in fields.pairs(found["variables"], "variables") if "variables" in found else ():
        if not good_name(key):
            fields.wrong(found["variables"].keys[key], f"{sanitise(key)} cannot be the name of a variable.", NAMES)
        variables[key] = decoded(value)
        if isinstance(value.value, str) and value.value and is_secret_name(key, value.value):
            remarks.append(f"{key} in {path.name} looks like a secret; list its name under secrets instead.")
    secrets = fields.texts(found.get("secrets"), "secrets, which are names alone,")
    for secret in secrets:
        if secret and not good_name(secret):
            fields.wrong(found["secrets"].place, f"{sanitise(secret)} cannot be the name of a secret.", NAMES)
    if fields.problems:
        raise CollectionUnusable(tuple(sorted(fields.problems)))
    description = fields.text(found.get("description"), "description")
    return Environment(name=name, description=description, variables=variables, secrets=secrets, remarks=tuple(remarks))


def read_secrets(folder: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """What ``.secrets.yaml`` holds, nothing if there is none; and remarks about the file.

    Raises:
        CollectionUnusable: it is no mapping of names to texts. No value is quoted.
    """
    path = folder / SECRETS
    if not path.exists():
        return {}, ()
    fields = Fields(path)
    node = read_nodes(path)
    pairs = fields.pairs(node, SECRETS) if node.value is not None else ()
    secrets = {name: fields.text(value, f"The secret {name}") for name, value in pairs}
    if fields.problems:
        raise CollectionUnusable(tuple(sorted(fields.problems)))
    open_to_all = readable_by_others(path)
    return secrets, (f"{path} can be read by other users of this machine; chmod 600 it.",) if open_to_all else ()


def sources_in(folder: Path, name: str, asked: Iterable[str] = ()) -> tuple[Environment, Sources]:
    """An environment of a collection, and what placeholders stand for in it; without a name, of none.

    Args:
        folder: of the collection.
        name: of the environment.
        asked: names of secrets that are used, listed or not.

    Raises:
        FileUnusable: there is none of that name.
        CollectionUnusable: its file, or that of the secrets, does not say what it should.
    """
    there = read_environment(folder, name) if name else Environment()
    kept, _ = read_secrets(folder)
    return there, sources_of(there, kept, os.environ, {}, asked)


def sources_of(
    environment: Environment,
    kept: Mapping[str, str],
    process: Mapping[str, str],
    typed: Mapping[str, str],
    asked: Iterable[str] = (),
) -> Sources:
    """What placeholders stand for at the beginning of a run.

    Args:
        environment: of the collection.
        kept: what ``.secrets.yaml`` holds.
        process: the process's environment; a secret that is in it beats the kept one.
        typed: variables of the command line; they beat the environment's.
        asked: names of secrets that are used, listed or not.
    """
    names = dict.fromkeys((*environment.secrets, *kept, *asked))
    return Sources(
        variables={**environment.variables, **{name: Raw(text) for name, text in typed.items()}},
        secrets={name: process.get(name, kept.get(name, "")) for name in names if name in process or name in kept},
        environment=process,
    )
