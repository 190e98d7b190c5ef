"""Themes: the shipped ones and the user's, from TOML files, and what a theme says of JSON."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme
from textual.widgets.text_area import TextAreaTheme

DARK = "inspector-dark"
LIGHT = "inspector-light"
_COLOURS = frozenset(
    ("primary", "secondary", "accent", "success", "warning", "error", "foreground", "background", "surface", "panel")
)
#: Variables of ours, all of them colours.
_OWN = frozenset(
    ("muted", "faint", "stage-ack", "stage-answer", "json-key", "json-string", "json-number", "json-literal")
)
_NEEDED = ("primary", "foreground", "background")


class ThemeUnreadable(ValueError):  # noqa: N818 - says what happened
    """A theme file cannot be used; the text names the file and the reason."""


def shipped_directory() -> Path:
    """Where the shipped themes are: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_directory() -> Path:
    """Where people put their own themes."""
    from platformdirs import user_config_path  # noqa: PLC0415 - needed once, not on import

    return user_config_path("rpc-inspector") / "themes"


def load_theme(path: Path) -> Theme:
    """Read one theme file.

    Raises:
        ThemeUnreadable: not readable, not TOML, or something in it is missing or wrong.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeUnreadable(f"{path}: {error}") from error
    unknown = set(table) - {"name", "dark", "colours", "variables"}
    if unknown:
        raise ThemeUnreadable(f"{path}: unknown key {min(unknown)!r}; a theme has name, dark, colours, variables")
    name, dark = table.get("name"), table.get("dark")
    if not isinstance(name, str) or not name:
        raise ThemeUnreadable(f"{path}: 'name' is missing or no text")
    if not isinstance(dark, bool):
        raise ThemeUnreadable(f"{path}: 'dark' is missing or neither true nor false")
    colours, variables = _strings(path, table, "colours"), _strings(path, table, "variables")
    for variable in _OWN.intersection(variables):
        _parse_colour(path, variable, variables[variable])
    for colour, value in colours.items():
        _check_colour(path, colour, value)
    for needed in _NEEDED:
        if needed not in colours:
            raise ThemeUnreadable(f"{path}: colour {needed!r} is missing")
    return Theme(name=name, dark=dark, variables=variables, **colours)  # type: ignore[arg-type]


def load_themes(*directories: Path) -> tuple[list[Theme], list[str]]:
    """All themes of the directories, later ones over earlier ones of the same name, and what was wrong with others."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for path in _files(directories):
        try:
            theme = load_theme(path)
        except ThemeUnreadable as error:
            problems.append(str(error))
        else:
            themes[theme.name] = theme
    return list(themes.values()), problems


def few_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that it has fewer than 256 colours, so that only its own palette is right."""
    terminal = environment.get("TERM", "")
    if environment.get("COLORTERM") or "NO_COLOR" in environment or not terminal:
        return False
    plain = terminal in ("linux", "ansi", "vt100", "vt220") or terminal.endswith("-16color")
    return plain and "256" not in terminal


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Our own variables for themes that do not set them, fitted to the theme's brightness."""
    if theme.ansi:
        muted = faint = "ansi_bright_black"
        ack, answer, literal = "ansi_cyan", "ansi_magenta", "ansi_magenta"
        string, number = "ansi_green", "ansi_yellow"
    else:
        background = Color.parse(theme.background or ("#121212" if theme.dark else "#efefef"))
        foreground = Color.parse(theme.foreground) if theme.foreground else background.inverse
        muted = background.blend(foreground, 0.68).hex
        faint = background.blend(foreground, 0.3).hex
        dark = theme.dark
        ack, answer = ("#7dcfff", "#bb9af7") if dark else ("#0f6f85", "#7b3fc4")
        literal = answer
        string, number = ("#8fd096", "#e0af68") if dark else ("#1e6b3a", "#855300")
    return {
        "muted": muted,
        "faint": faint,
        "stage-ack": ack,
        "stage-answer": answer,
        "json-key": ack,
        "json-string": string,
        "json-number": number,
        "json-literal": literal,
    }


def json_theme(variables: Mapping[str, str]) -> TextAreaTheme:
    """The editor's theme under the app's present one."""

    def style(variable: str, *, bold: bool = False) -> Style:
        return Color.parse(variables[variable]).rich_color and Style(
            color=Color.parse(variables[variable]).rich_color, bold=bold or None
        )

    return TextAreaTheme(
        name="inspector",
        syntax_styles={
            "json.label": style("json-key"),
            "string": style("json-string"),
            "number": style("json-number"),
            "boolean": style("json-literal"),
            "json.null": style("json-literal"),
            "json.error": Style(underline=True),
        },
    )


def _strings(path: Path, table: Mapping[str, object], key: str) -> dict[str, str]:
    value = table.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
        raise ThemeUnreadable(f"{path}: [{key}] must hold texts only")
    return value


def _check_colour(path: Path, name: str, value: str) -> None:
    if name not in _COLOURS:
        raise ThemeUnreadable(f"{path}: unknown colour {name!r}; known are {', '.join(sorted(_COLOURS))}")
    _parse_colour(path, name, value)


def _parse_colour(path: Path, name: str, value: str) -> None:
    try:
        Color.parse(value)
    except ColorParseError as error:
        raise ThemeUnreadable(f"{path}: colour {name!r} is {value!r}, which is no colour") from error


def _files(directories: tuple[Path, ...]) -> Iterator[Path]:
    for directory in directories:
        if directory.is_dir():
            yield from sorted(directory.glob("*.toml"))
