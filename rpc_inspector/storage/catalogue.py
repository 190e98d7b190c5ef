"""Files in which users write down methods that participants do not tell of: see docs/discovery.md.

The YAML of collections, of which JSON is a part: no tags, no aliases. What is wrong in a file is told with its line;
the rest of the file counts.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from rpc_inspector.core.catalogue import Catalogue, Entry
from rpc_inspector.core.methods import MAX_EXAMPLES, MAX_METHODS, MAX_NAME, described
from rpc_inspector.core.model import Kind, Method, replace
from rpc_inspector.storage.collections.model import CollectionUnusable
from rpc_inspector.storage.collections.nodes import Node, parse
from rpc_inspector.storage.reading import FileUnusable, read_text

FILE_NAME = "rpc-catalogue.yaml"
MAX_BYTES = 1024 * 1024
MAX_PROBLEMS = 20
_KINDS = get_args(Kind)
#: The fields of a method: of what type each is, and how that is said.
_SHAPES: dict[str, tuple[Any, str]] = {
    "description": (str, "text"),
    "request": (dict | bool, "a JSON Schema, a mapping"),
    "response": (dict | bool, "a JSON Schema, a mapping"),
    "examples": (list, "a list of mappings with 'request' and 'response'"),
}

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
        root = parse(path, read_text(path, MAX_BYTES))
    except CollectionUnusable as problem:
        said = (f"{path.name}:{one.line}: {one.what} Nothing of the file is used." for one in problem.problems)
        return Catalogue(problems=tuple(said))
    except FileUnusable as problem:
        return Catalogue(problems=(str(problem),))
    reader = _Reader(path.name)
    entries = tuple(reader.entries(root)) if root.value is not None else ()
    problems = reader.problems
    if len(problems) > MAX_PROBLEMS:
        problems = [*problems[:MAX_PROBLEMS], f"{path.name}: and {len(problems) - MAX_PROBLEMS} more."]
    return Catalogue(entries, tuple(problems))


class _Unusable(Exception):  # noqa: N818 - says what happened
    """A part of the file is of no use."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


class _Reader:
    """Reads the nodes of one file, collecting what is wrong with them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.problems: list[str] = []

    def entries(self, root: Node) -> Iterator[Entry]:
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

    def _list(self, root: Node) -> list[Node]:
        fields = self._fields(root, ("version", "participants"))
        version = fields.get("version")
        if version and version.value != 1:
            raise _Unusable(version.line, "the version should be 1; nothing of the file is used")
        entries = fields.get("participants", root)
        if not isinstance(entries.value, list):
            raise _Unusable(entries.line, "'participants' should be a list")
        return entries.value

    def _entry(self, node: Node) -> Entry:
        fields = self._fields(node, ("identity", "kind", "agent", "methods"))
        about = {name: self._text(fields[name]) for name in ("identity", "kind", "agent") if name in fields}
        if "kind" in about and about["kind"] not in _KINDS:
            raise _Unusable(fields["kind"].line, f"{about['kind']!r} is no kind; there are {', '.join(_KINDS)}")
        methods = fields.get("methods", node)
        if "methods" not in fields or not isinstance(methods.value, dict | list):
            raise _Unusable(methods.line, "'methods' should be a mapping of names, or a list of them")
        return Entry(**about, methods=tuple(self._methods(methods)))

    def _methods(self, node: Node) -> Iterator[Method]:
        if isinstance(node.value, list):
            named = [(each.line, each, None) for each in node.value]
        else:
            named = [(node.keys[name][0], name, about) for name, about in node.value.items()]
        if len(named) > MAX_METHODS:
            self._tell(_Unusable(node.line, f"there are {len(named):,} methods; the first {MAX_METHODS:,} are kept"))
        for line, name, about in named[:MAX_METHODS]:
            try:
                yield self._method(line, self._text(name) if isinstance(name, Node) else name, about)
            except _Unusable as problem:
                self._tell(problem)

    def _method(self, line: int, name: str, about: Node | None) -> Method:
        if not 0 < len(name) <= MAX_NAME:
            raise _Unusable(line, f"a method's name has 1 to {MAX_NAME} characters")
        given = {} if about is None or about.value is None else self._fields(about, tuple(_SHAPES))
        fields = {field: _json(node) for field, node in given.items()}
        for field, node in given.items():
            shape, words = _SHAPES[field]
            if not isinstance(node.value, shape):
                raise _Unusable(node.line, f"{field!r} should be {words}")
        examples = given["examples"].value if "examples" in given else []
        for example in examples:
            if not isinstance(example.value, dict):
                raise _Unusable(example.line, "an example should be a mapping with 'request' and 'response'")
        if len(examples) > MAX_EXAMPLES:
            raise _Unusable(given["examples"].line, f"at most {MAX_EXAMPLES} examples are kept of a method")
        return replace(described(name, fields), provenance="catalogue", origin=f"{self._name}:{line}")

    def _fields(self, node: Node, known: Sequence[str]) -> dict[str, Node]:
        """The nodes by the names of a mapping's fields; others than the known are told and passed over."""
        if not isinstance(node.value, dict):
            raise _Unusable(node.line, f"this should be a mapping with {', '.join(known)}")
        for name in node.value.keys() - set(known):
            there = ", ".join(known)
            self._tell(_Unusable(node.keys[name][0], f"{name[:60]!r} means nothing here; there are {there}"))
        return {name: value for name, value in node.value.items() if name in known}

    def _text(self, node: Node) -> str:
        if not isinstance(node.value, str):
            raise _Unusable(node.line, "this should be text")
        return node.value

    def _tell(self, problem: _Unusable) -> None:
        self.problems.append(f"{self._name}:{problem.line}: {problem}.")


def _json(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {name: _json(value) for name, value in node.value.items()}
    return [_json(each) for each in node.value] if isinstance(node.value, list) else node.value
