"""Where to connect: chosen from what is known, or typed. What was typed stays until it worked."""

from collections.abc import Sequence
from typing import Protocol, cast
from urllib.parse import urlsplit

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from rpc_inspector.core.model import replace
from rpc_inspector.core.session import SessionError, Target
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.screens.dialog import Dialog

#: Field of Target, its label, what stands in it while it is empty, whether it is a secret.
_FIELDS: tuple[tuple[str, str, str, bool], ...] = (
    ("url", "url", "wss://…", False),
    ("api_key", "key", "API key", False),
    ("api_secret", "secret", "API secret", True),
    ("token", "or token", "a token joins as it is", True),
    ("room", "room", "empty lists the rooms (needs a key)", False),
    ("identity", "identity", "empty: inspector- and 3 digits", False),
    ("passphrase", "passphrase", "of an encrypted room", True),
)
_SCHEMES = ("ws", "wss", "http", "https")


class Connector(Protocol):
    """What the screen needs of the app."""

    async def connect(self, target: Target) -> bool:
        """Join; False if a choice on the way was given up. Raises SessionError."""
        ...


class ConnectScreen(Dialog[None]):
    """Connects, and closes once it did."""

    def __init__(
        self,
        choices: Sequence[Target],
        target: Target | None = None,
        problem: SessionError | None = None,
        field: str = "",
    ) -> None:
        super().__init__()
        self._choices = choices
        self._base = target or Target(url="")
        self._problem = problem
        self._field = field

    def compose(self) -> ComposeResult:
        """Choices, fields, what went wrong, the button."""
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "Connect"
            box.border_subtitle = "enter connect   tab next   esc close"
            if self._choices:
                yield OptionList(*[Option(_choice(target)) for target in self._choices], id="choices", compact=True)
            for name, label, hint, secret in _FIELDS:
                with Horizontal(classes="field"):
                    yield Static(label)
                    yield Input(getattr(self._base, name), placeholder=hint, password=secret, compact=True, id=name)
            yield Static(id="problem")
            with Horizontal(id="buttons"):
                yield Button("Connect", id="connect", compact=True)

    def on_mount(self) -> None:
        """Begin at the field that was asked for, else where something is missing."""
        self._say(self._problem)
        field = self._field or ("room" if self._base.url else "project")
        if field == "project":
            field = "choices" if self._choices else "url"
        self.query_one(f"#{field}").focus()

    @on(OptionList.OptionHighlighted, "#choices")
    def _chosen(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.query_one("#choices").has_focus:
            self._fill(self._choices[event.option_index])

    @on(OptionList.OptionSelected, "#choices")
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._fill(self._choices[event.option_index])
        self._go()

    def _fill(self, target: Target) -> None:
        """A choice fills what it knows; a room and an identity that were typed stay."""
        self._base = target
        for name, *_ in _FIELDS:
            field = self.query_one(f"#{name}", Input)
            if getattr(target, name) or name not in ("room", "identity"):
                field.value = getattr(target, name)

    @on(Input.Submitted)
    @on(Button.Pressed, "#connect")
    def _go(self) -> None:
        self.run_worker(self._connect(), exit_on_error=False, exclusive=True)

    async def _connect(self) -> None:
        target = self.typed_target()
        button = self.query_one("#connect", Button)
        try:
            _check(target)
            button.disabled, button.label = True, "Connecting…"
            self._say(None)
            done = await cast("Connector", self.app).connect(target)
        except SessionError as error:
            self._say(error)
        else:
            if done:
                self.dismiss(None)
        finally:
            button.disabled, button.label = False, "Connect"

    def typed_target(self) -> Target:
        """What stands in the fields."""
        typed = {name: self.query_one(f"#{name}", Input).value for name, *_ in _FIELDS}
        typed = {name: value if name == "passphrase" else value.strip() for name, value in typed.items()}
        target = replace(self._base, **typed)
        same = all(getattr(target, name) == getattr(self._base, name) for name in ("url", "api_key", "token"))
        return target if same else replace(target, origin="typed", embedded=False)

    def _say(self, problem: SessionError | None) -> None:
        line = self.query_one("#problem", Static)
        line.display = problem is not None
        if problem is not None:
            what, advice = sanitise(problem.what, limit=300), sanitise(problem.advice, limit=300)
            line.update(Content.assemble((f"✗ {what}", "$text-error"), "  ", advice))


def _choice(target: Target) -> Content:
    where = sanitise(target.origin or "elsewhere", limit=40)
    return Content.assemble((where, "bold"), (f"  {sanitise(target.url, limit=60)}", "$muted"))


def _check(target: Target) -> None:
    """What can be told without asking anybody.

    Raises:
        SessionError: something is missing or cannot be.
    """
    if not target.url:
        raise SessionError("There is no URL.", "Type the server's, e.g. wss://example.livekit.cloud.")
    if urlsplit(target.url).scheme not in _SCHEMES:
        raise SessionError("The URL does not begin with ws://, wss://, http:// or https://.", "Correct it.")
    if not target.token and not target.has_key:
        raise SessionError("There is neither a token nor a key with its secret.", "Type one of the two.")
