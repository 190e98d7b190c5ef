"""Files in which users write down methods that participants do not tell of: see docs/discovery.md.

YAML, of which JSON is a part. What is wrong in a file is told with its line; the rest of the file counts.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rpc_inspector.core.catalogue import Catalogue, Entry
from rpc_inspector.core.methods import MAX_EXAMPLES, MAX_METHODS, MAX_NAME, described
from rpc_inspector.core.model import Method, replace
from rpc_inspector.storage.reading import FileUnusable, read_text

FILE_NAME = "rpc-catalogue.yaml"
MAX_BYTES = 1024 * 1024
#: Nodes of a file, those that an alias repeats counted again: a file of a few lines can unfold to billions.
MAX_NODES = 100_000
MAX_DEPTH = 60
MAX_PROBLEMS = 20
_KINDS = ("standard", "agent", "sip", "ingress", "egress", "connector", "bridge")
_ENTRY_FIELDS = ("identity", "kind", "agent", "methods")
_METHOD_FIELDS = ("description", "request", "response", "examples")

#: How a file was when it was read; ``None``: it was not there.
_Stamp = tuple[int, int, int] | None


def default_paths(folder: Path) -> tuple[Path, ...]:
    """Where catalogues are looked for: in the folder one works in, then in the user's configuration."""
    from platformdirs import user_config_path  # noqa: PLC0415 - needed once, not on import

    return folder / FILE_NAME, user_config_path("rpc-inspector") / FILE_NAME


class CatalogueFiles:
    """The catalogue files, read anew when one of them changes.

    Args:
        paths: of the files, of which the first that names a method has it. One that is not there says nothing.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(dict.fromkeys(paths))
        self._stamps: tuple[_Stamp, ...] | None = None

    def read_if_changed(self) -> Catalogue | None:
        """What the files say, ``None`` if they are as they were. May take a second: not for the event loop."""
        stamps = tuple(_stamp(path) for path in self._paths)
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        read = [read_catalogue(path) for path, stamp in zip(self._paths, stamps, strict=True) if stamp]
        return Catalogue(
            tuple(entry for found in read for entry in found.entries),
            tuple(problem for found in read for problem in found.problems),
        )


def _stamp(path: Path) -> _Stamp:
    try:
        now = path.stat()
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        return None
    return now.st_mtime_ns, now.st_size, now.st_ino


def read_catalogue(path: Path) -> Catalogue:
    """What a file says; never raises, the ``problems`` say what could not be used."""
    try:
        root = _composed(path, read_text(path, MAX_BYTES))
    except FileUnusable as problem:
        return Catalogue(problems=(str(problem),))
    reader = _Reader(path.name)
    entries = tuple(reader.entries(root)) if root is not None else ()
    problems = reader.problems
    if len(problems) > MAX_PROBLEMS:
        problems = [*problems[:MAX_PROBLEMS], f"{path.name}: and {len(problems) - MAX_PROBLEMS} more."]
    return Catalogue(entries, tuple(problems))


def _composed(path: Path, text: str) -> Any:
    """The file's nodes, which know their lines.

    Raises:
        FileUnusable: no YAML.
    """
    import yaml  # noqa: PLC0415 - as heavy as click, and often there is no such file

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path.name}:{mark.line + 1}" if mark else path.name
        raise FileUnusable(f"{place}: {error.problem or 'no YAML'}.", "Nothing of the file is used.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise FileUnusable(f"{path.name} is no valid YAML.", "Nothing of it is used.") from None


class _Unusable(Exception):  # noqa: N818 - says what happened
    """A part of the file is of no use; ``line`` counts from 1."""

    def __init__(self, node: Any, what: str) -> None:
        super().__init__(what)
        self.line = node.start_mark.line + 1


class _Reader:
    """Reads the nodes of one file, collecting what is wrong with them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MAX_NODES
        self.problems: list[str] = []

    def entries(self, root: Any) -> Iterator[Entry]:
        """The entries that can be used."""
        try:
            nodes = self._list(root)
        except _Unusable as problem:
            self._tell(problem)
            return
        for node in nodes:
            try:
                yield self._entry(node)
            except _Unusable as problem:
                self._tell(problem)

    def _list(self, root: Any) -> list[Any]:
        fields = self._fields(root, ("version", "participants"))
        if "version" in fields and self._value(fields["version"]) != 1:
            raise _Unusable(fields["version"], "the version should be 1; nothing of the file is used")
        entries = fields.get("participants")
        if entries is None or entries.id != "sequence":
            raise _Unusable(entries or root, "'participants' should be a list")
        return list(entries.value)

    def _entry(self, node: Any) -> Entry:
        fields = self._fields(node, _ENTRY_FIELDS)
        known = {name: self._text(fields[name]) for name in ("identity", "kind", "agent") if name in fields}
        if known.get("kind") not in (None, *_KINDS):
            raise _Unusable(fields["kind"], f"{known['kind']!r} is no kind; there are {', '.join(_KINDS)}")
        methods = fields.get("methods")
        if methods is None or methods.id not in ("mapping", "sequence"):
            raise _Unusable(methods or node, "'methods' should be a mapping of names, or a list of them")
        return Entry(**known, methods=tuple(self._methods(methods)))

    def _methods(self, node: Any) -> Iterator[Method]:
        pairs = node.value if node.id == "mapping" else [(each, None) for each in node.value]
        if len(pairs) > MAX_METHODS:
            self._tell(_Unusable(node, f"there are {len(pairs):,} methods; the first {MAX_METHODS:,} are kept"))
        for key, about in pairs[:MAX_METHODS]:
            try:
                yield self._method(key, about)
            except _Unusable as problem:
                self._tell(problem)

    def _method(self, key: Any, about: Any) -> Method:
        name = self._text(key)
        if not 0 < len(name) <= MAX_NAME:
            raise _Unusable(key, f"a method's name has 1 to {MAX_NAME} characters")
        given = {} if about is None or self._is_nothing(about) else self._fields(about, _METHOD_FIELDS)
        fields = {field: self._value(node) for field, node in given.items()}
        if not isinstance(fields.get("description", ""), str):
            raise _Unusable(given["description"], "'description' should be text")
        for field in ("request", "response"):
            if not isinstance(fields.get(field, {}), dict | bool):
                raise _Unusable(given[field], f"{field!r} should be a JSON Schema, a mapping")
        examples = fields.get("examples", [])
        if not isinstance(examples, list) or not all(isinstance(one, dict) for one in examples):
            raise _Unusable(given["examples"], "'examples' should be a list of mappings with 'request' and 'response'")
        if len(examples) > MAX_EXAMPLES:
            raise _Unusable(given["examples"], f"at most {MAX_EXAMPLES} examples are kept of a method")
        line = key.start_mark.line + 1
        return replace(described(name, fields), provenance="catalogue", origin=f"{self._name}:{line}")

    def _fields(self, node: Any, known: Sequence[str]) -> dict[str, Any]:
        """The nodes by the names of a mapping's fields; others than the known are told and passed over."""
        if node.id != "mapping":
            raise _Unusable(node, f"this should be a mapping with {', '.join(known)}")
        fields = {}
        for key, value in node.value:
            name = self._text(key)
            if name in known:
                fields[name] = value
            else:
                self._tell(_Unusable(key, f"{name[:60]!r} means nothing here; there are {', '.join(known)}"))
        return fields

    def _text(self, node: Any) -> str:
        if node.id != "scalar":
            raise _Unusable(node, "this should be text")
        return str(node.value)

    def _is_nothing(self, node: Any) -> bool:
        return node.id == "scalar" and self._value(node) is None

    def _value(self, node: Any, depth: int = 0) -> Any:
        """The JSON value of a node; dates and the like stay the text that they are."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise _Unusable(node, f"too much: a file may unfold to {MAX_NODES:,} values, {MAX_DEPTH} deep")
        if node.id == "mapping":
            return {self._text(key): self._value(value, depth + 1) for key, value in node.value}
        if node.id == "sequence":
            return [self._value(value, depth + 1) for value in node.value]
        return _scalar(node)

    def _tell(self, problem: _Unusable) -> None:
        self.problems.append(f"{self._name}:{problem.line}: {problem}.")


def _scalar(node: Any) -> object:
    kind, text = node.tag.rpartition(":")[2], node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    if kind in ("int", "float"):
        try:
            return json.loads(text)
        except ValueError:  # hexadecimal, octal, infinity: YAML's own ways, which JSON has not
            return text
    return text
