"""With what to connect: what was typed, the environment and the files, in their order.

A flag that was typed always beats environment and files. Apart from that the order is the one of LiveKit's own CLI:
``--project``, flags and environment, ``--dev``, ``./livekit.toml``, the default project.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.options import Options
from rpc_inspector.core.names import closest
from rpc_inspector.storage.envfile import read_env_file
from rpc_inspector.storage.projects import (
    Project,
    Projects,
    default_path,
    read_projects,
    readable_by_others,
    toml_subdomain,
)

DEV_URL, DEV_KEY, DEV_SECRET = "ws://localhost:7880", "devkey", "secret"
#: How each part is typed and what the environment calls it.
_VARIABLES = {
    "url": "LIVEKIT_URL",
    "api_key": "LIVEKIT_API_KEY",
    "api_secret": "LIVEKIT_API_SECRET",
    "token": "LIVEKIT_TOKEN",
}


class Login(NamedTuple):
    """Where and with what, from one source or several; ``origin`` names them."""

    url: str = ""
    api_key: str = ""
    api_secret: str = ""
    token: str = ""
    origin: str = ""

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Login({self.url!r}, {self.origin!r})"

    @property
    def complete(self) -> bool:
        """Enough to connect with."""
        return bool(self.url and (self.token or (self.api_key and self.api_secret)))


class Sources:
    """Everything that can say where to connect, looked at once.

    Args:
        options: what was typed.
        environment: the process's variables.
        directory: where ``livekit.toml`` is looked for.

    Raises:
        Refused: options that exclude each other.
        FileUnusable: the ``--env-file`` cannot be used.
    """

    def __init__(self, options: Options, environment: Mapping[str, str], directory: Path) -> None:
        if options.token and (options.api_key or options.api_secret):
            raise Refused(
                "--token and --api-key are both given, and only one of them can join.",
                "Give --token alone: a key in the environment then serves to list rooms and participants.",
            )
        if options.project and options.dev:
            raise Refused("--project and --dev both say where to connect.", "Give one of them.")
        self.options = options
        self.remarks: list[str] = []
        self._directory = directory
        self._config = Path(options.config) if options.config else default_path(environment)
        self._must_exist = options.config is not None
        self._projects: Projects | None = None
        self.environment = self._with_env_file(environment)

    def _with_env_file(self, environment: Mapping[str, str]) -> dict[str, str]:
        set_already = {name: environment[name] for name in _VARIABLES.values() if environment.get(name)}
        if not self.options.env_file:
            return set_already
        in_file = read_env_file(Path(self.options.env_file))
        ours = {name: in_file[name] for name in _VARIABLES.values() if in_file.get(name)}
        if not ours:
            self.remarks.append(f"{self.options.env_file} sets none of {', '.join(_VARIABLES.values())}")
        self.remarks.extend(
            f"{name} of the environment is used, not the one in {self.options.env_file}"
            for name in ours
            if set_already.get(name, ours[name]) != ours[name]
        )
        return ours | set_already

    @property
    def projects(self) -> Projects:
        """The lk CLI's; read when first asked for.

        Raises:
            FileUnusable: the file is there and cannot be used.
        """
        if self._projects is None:
            self._projects = read_projects(self._config, must_exist=self._must_exist)
            if any(project.api_secret for project in self._projects.all) and readable_by_others(self._config):
                self.remarks.append(f"{self._config} holds secrets and others may read it: chmod 600 would stop them")
        return self._projects

    def login(self) -> Login:
        """The first complete source in order, under what was typed.

        Raises:
            Refused: an unknown project, or not all that is needed was given.
            FileUnusable: a file that is needed cannot be used.
        """
        typed = Login(*(getattr(self.options, name) or "" for name in _VARIABLES))
        base = self._chosen(typed)
        return _over(typed, base)

    def _chosen(self, typed: Login) -> Login:
        if self.options.project:
            return self._named_project(self.options.project)
        if self.options.dev:
            return dev_login()
        environment = self.environment_login()
        if _over(typed, environment).complete:
            return environment
        return self._toml_project() or self._default_project() or environment

    def environment_login(self) -> Login:
        """What the environment and the ``--env-file`` say, complete or not."""
        values = {name: self.environment.get(variable, "") for name, variable in _VARIABLES.items()}
        return Login(**values, origin="the environment" if any(values.values()) else "")

    def _named_project(self, name: str) -> Login:
        found = self.projects.find(name)
        if found is None:
            known = [project.name for project in self.projects.all]
            if not known:
                raise Refused(f"There is no project {name!r}: {self._config} has none.", "Add it with lk project add.")
            near = closest(name, known)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise Refused(f"There is no project {name!r} in {self._config}.", f"{hint}There are: {', '.join(known)}.")
        return project_login(found)

    def _toml_project(self) -> Login | None:
        path = self._directory / "livekit.toml"
        subdomain = toml_subdomain(path)
        if not subdomain:
            return None
        found = self.projects.by_subdomain(subdomain)
        if found is None:
            raise Refused(
                f"./livekit.toml is for the project at {subdomain!r}, which {self._config} does not have.",
                "Add it with lk project add, or name another with --project.",
            )
        return project_login(found)._replace(origin=f"project {found.name} (./livekit.toml)")

    def _default_project(self) -> Login | None:
        name = self.projects.default
        if not name:
            return None
        found = self.projects.find(name)
        if found is None:
            raise Refused(f"The default project {name!r} is not among those of {self._config}.", "Name a --project.")
        return project_login(found)._replace(origin=f"default project {found.name}")


def project_login(project: Project) -> Login:
    """A project of the lk CLI as where to connect."""
    return Login(project.url, project.api_key, project.api_secret, origin=f"project {project.name}")


def dev_login() -> Login:
    """A ``livekit-server --dev`` on this machine."""
    return Login(DEV_URL, DEV_KEY, DEV_SECRET, origin="--dev")


def _over(typed: Login, base: Login) -> Login:
    """What was typed, and the rest from ``base``; a typed key makes a token of its own, so it drops another's."""
    flags = [f"--{name.replace('_', '-')}" for name in _VARIABLES if getattr(typed, name)]
    token = typed.token or ("" if typed.api_key else base.token)
    return Login(
        typed.url or base.url,
        typed.api_key or base.api_key,
        typed.api_secret or base.api_secret,
        token,
        " with ".join(filter(None, [base.origin if _adds(typed, base) else "", ", ".join(flags)])),
    )


def _adds(typed: Login, base: Login) -> bool:
    return any(getattr(base, name) and not getattr(typed, name) for name in _VARIABLES)
