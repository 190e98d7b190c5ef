"""Where to connect and as whom: from what was typed to one target, and what the connect screen offers."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.login import Login, Sources, dev_login, project_login
from rpc_inspector.cli.options import Options
from rpc_inspector.cli.tokens import Claims, read_claims
from rpc_inspector.core.payload.text import unsendable
from rpc_inspector.core.secrets.redaction import shown_url
from rpc_inspector.core.session import Target
from rpc_inspector.storage.reading import FileUnusable, read_passphrase

_SCHEMES = ("ws", "wss", "http", "https")


class Resolution(NamedTuple):
    """What came of looking: the target, ``None`` where nothing says where to connect; and remarks for stderr."""

    target: Target | None
    remarks: tuple[str, ...] = ()


def resolve(options: Options, environment: Mapping[str, str], directory: Path) -> Resolution:
    """Find out where to connect and as whom.

    Args:
        options: what was typed.
        environment: the process's variables.
        directory: where ``livekit.toml`` is looked for.

    Returns:
        A target, whose room may be empty; or none where nothing says where to connect.

    Raises:
        Refused: contradicting or missing options, an unknown project, a URL that is none.
        FileUnusable: a file that is needed cannot be used.
    """
    sources = Sources(options, environment, directory)
    login = sources.login()
    if not login.complete:
        if not (login.url or login.token or login.api_key):
            return Resolution(None, tuple(sources.remarks))
        raise Refused(*_missing(login))
    target = make_target(login, options, sources.remarks)
    return Resolution(target, tuple(sources.remarks))


def _missing(login: Login) -> tuple[str, str]:
    has = f"{login.origin} says" if login.origin else "There is"
    if not login.url:
        return f"{has} no URL of a server.", "Give --url or set LIVEKIT_URL."
    if login.api_key or login.api_secret:
        lacking = "secret" if login.api_key else "key"
        return f"{has} no API {lacking}.", f"Give --api-{lacking} or set LIVEKIT_API_{lacking.upper()}."
    return (
        f"Nothing says with what to join {shown_url(login.url)}.",
        "Give --api-key and --api-secret, or --token, or set LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
    )


def make_target(login: Login, options: Options, remarks: list[str]) -> Target:
    """The target of a complete login, with the room, identity and passphrase that were typed.

    Raises:
        Refused: the URL is none, or the token is for something else than what was typed.
        FileUnusable: the passphrase file.
    """
    check_url(login.url)
    room, identity = options.room or "", options.identity or ""
    for what, text in (("room", room), ("identity", identity), ("token", login.token), ("API key", login.api_key)):
        if problem := unsendable(text):
            raise Refused(f"The {what} cannot be sent: {problem}.", "Type it in UTF-8.")
    if login.token:
        room, identity = _as_the_token_says(read_claims(login.token), room, identity, remarks)
    return Target(
        url=login.url,
        room=room,
        identity=identity,
        api_key=login.api_key if login.api_secret else "",
        api_secret=login.api_secret if login.api_key else "",
        token=login.token,
        passphrase=read_passphrase(Path(options.e2ee_passphrase_file)) if options.e2ee_passphrase_file else "",
        origin=login.origin,
        describe=not options.no_describe,
        catalogues=_catalogues(options, remarks),
    )


def _catalogues(options: Options, remarks: list[str]) -> tuple[str, ...]:
    """Where methods are read that the user knows of: the file that was named, then where they are looked for."""
    from rpc_inspector.storage.catalogue import default_paths  # noqa: PLC0415 - only where something is connected to

    named = [Path(options.catalogue)] if options.catalogue else []
    remarks += [
        f"There is no catalogue {path} yet; it is read once it is there." for path in named if not path.exists()
    ]
    return tuple(map(str, (*named, *default_paths(Path.cwd()))))


def _as_the_token_says(claims: Claims | None, room: str, identity: str, remarks: list[str]) -> tuple[str, str]:
    """A token names its room and identity; the server's answer stands for a token that cannot be read."""
    if claims is None:
        return room, identity
    if room and claims.room and room != claims.room:
        raise Refused(f"The token is for the room {claims.room!r}, not {room!r}.", "Leave --room out, or use a key.")
    if identity and claims.identity and identity != claims.identity:
        remarks.append(f"the token's identity {claims.identity} counts, not --identity {identity}")
    return claims.room or room, claims.identity or identity


def check_url(url: str) -> None:
    """See that a URL is one of a server.

    Raises:
        Refused: it is not.
    """
    try:
        parts = urlsplit(url)
        valid = parts.scheme in _SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or not url.isprintable() or " " in url or unsendable(url):
        raise Refused(
            f"{shown_url(url)!r} is not the URL of a server.", "It looks like ws://localhost:7880 or wss://HOST."
        )


def choices(options: Options, environment: Mapping[str, str], directory: Path) -> Sequence[Target]:
    """What the connect screen offers: the environment if it says enough, each project, ``--dev``.

    A file that cannot be used offers nothing here; who needs it is told by :func:`resolve`.
    """
    bare = options._replace(project=None, dev=False, url=None, api_key=None, api_secret=None, token=None)
    found: list[Target] = []
    try:
        sources = Sources(bare, environment, directory)
        logins = [sources.environment_login()]
    except FileUnusable:
        return ()
    with suppress(FileUnusable):
        logins += [project_login(project) for project in sources.projects.all]
    for login in (*logins, dev_login()):
        try:
            found += [make_target(login, bare, [])] if login.complete else []
        except (Refused, FileUnusable):
            continue
    return tuple(found)
