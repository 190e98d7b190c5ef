"""The projects of LiveKit's own CLI, as it writes them to ``~/.livekit/cli-config.yaml``. Read, never written.

The format (``default_project``, ``projects`` with ``name``, ``project_id``, ``url``, ``api_key``, ``api_secret``) and
the meaning of ``livekit.toml`` are those of the ``lk`` command, version 2.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rpc_inspector.storage.reading import FileUnusable, read_text

MAX_BYTES = 1024 * 1024
_TOML_ADVICE = "Correct it, or name a --project."
_ADVICE = "Correct it, name another file with --config, or give --url, --api-key and --api-secret."


@dataclass(frozen=True, slots=True)
class Project:
    """A project: where it is, and the key to it. The secret is kept out of its ``repr``."""

    name: str
    url: str
    api_key: str = ""
    api_secret: str = field(default="", repr=False)

    @property
    def subdomain(self) -> str:
        """The first label of the URL's host: what ``livekit.toml`` calls the project by."""
        return (urlsplit(self.url).hostname or "").partition(".")[0]


@dataclass(frozen=True, slots=True)
class Projects:
    """What the file says. ``default`` is the default project's name, empty if none is set."""

    path: Path
    default: str = ""
    all: tuple[Project, ...] = ()

    def find(self, name: str) -> Project | None:
        """The project of that name."""
        return next((project for project in self.all if project.name == name), None)

    def by_subdomain(self, subdomain: str) -> Project | None:
        """The first project whose URL has that subdomain."""
        return next((project for project in self.all if project.subdomain == subdomain), None)


def default_path(environment: Mapping[str, str]) -> Path:
    """Where the ``lk`` command keeps its projects, for the user of that environment."""
    home = environment.get("HOME") or environment.get("USERPROFILE")
    return (Path(home) if home else Path.home()) / ".livekit" / "cli-config.yaml"


def read_projects(path: Path, *, must_exist: bool = False) -> Projects:
    """The projects in the file; none if there is no such file, unless it ``must_exist``.

    Raises:
        FileUnusable: unreadable, no YAML (with line and column), or of another shape.
    """
    if not must_exist and not path.exists():
        return Projects(path)
    content = _parse_yaml(path, read_text(path, MAX_BYTES))
    if content is None:
        return Projects(path)
    if not isinstance(content, dict):
        raise FileUnusable(f"{path} should be a mapping with a list of projects.", _ADVICE)
    entries = content.get("projects") or []
    if not isinstance(entries, list):
        raise FileUnusable(f"{path}: 'projects' should be a list.", _ADVICE)
    default = content.get("default_project") or ""
    if not isinstance(default, str):
        raise FileUnusable(f"{path}: 'default_project' should be a name.", _ADVICE)
    return Projects(path, default, tuple(_project(path, number, entry) for number, entry in enumerate(entries, 1)))


def _parse_yaml(path: Path, text: str) -> object:
    import yaml  # noqa: PLC0415 - as heavy as click, and most commands need no project

    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        # Where, and not what: PyYAML's words quote the file, which holds secrets.
        mark = error.problem_mark or error.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FileUnusable(f"{path} is no valid YAML{place}.", _ADVICE) from None
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a date that no calendar has
        raise FileUnusable(f"{path} is no valid YAML.", _ADVICE) from None


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _project(path: Path, number: int, entry: object) -> Project:
    if not isinstance(entry, dict):
        raise FileUnusable(f"{path}: project {number} should be a mapping.", _ADVICE)
    values = {key: entry.get(key) or "" for key in ("name", "url", "api_key", "api_secret")}
    for key, value in values.items():
        if not isinstance(value, str):
            raise FileUnusable(f"{path}: {key!r} of project {number} should be text (write it in quotes).", _ADVICE)
        if not value and key in {"name", "url"}:
            raise FileUnusable(f"{path}: project {number} has no {key!r}.", _ADVICE)
    return Project(**values)


def readable_by_others(path: Path) -> bool:
    """Whether other users of this machine may read the file; never said of Windows, where modes say nothing."""
    try:
        return os.name != "nt" and bool(path.stat().st_mode & 0o044)
    except OSError:
        return False


def toml_subdomain(path: Path) -> str:
    """The project's subdomain in a ``livekit.toml``: ``[project] subdomain``; empty without the file or the entry.

    Raises:
        FileUnusable: unreadable, no TOML, or the entry is no text.
    """
    if not path.is_file():
        return ""
    try:
        content = tomllib.loads(read_text(path, MAX_BYTES))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileUnusable(
            f"{path} is no valid TOML: {_first_line(error)}.", "Correct it, or name a --project."
        ) from None
    project = content.get("project", {})
    subdomain = project.get("subdomain", "") if isinstance(project, dict) else None
    if not isinstance(subdomain, str):
        raise FileUnusable(f"{path}: [project] subdomain should be text.", _TOML_ADVICE)
    return subdomain
