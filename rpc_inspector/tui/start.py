"""What the interface is started with. Imports nothing heavy: the command line builds it before the first paint."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.session import Session, SessionState, Target


def _no_choices() -> Sequence[Target]:
    return ()


@dataclass(frozen=True, slots=True)
class Start:
    """How to begin.

    Attributes:
        make_session: called once, after the first paint; may import what is heavy, in a thread.
        find_target: where to connect; ``None`` opens the connect screen. May raise SessionError, which is shown there.
        choices: targets to choose from on the connect screen: environment, the ``lk`` CLI's projects, ``--dev``.
        title: shown beside the program's name, e.g. ``demo``.
        theme: a theme's name; empty for the default.
        state: what is taken for granted until the session speaks for itself; ``opened`` shows a saved trace, in which
            nothing is sent.
        filter: of the trace, to begin with.
        concealing: is taught the secrets that are sent, and shared with whoever writes elsewhere.
    """

    make_session: Callable[[], Awaitable[Session]]
    find_target: Callable[[], Awaitable[Target | None]]
    choices: Callable[[], Sequence[Target]] = _no_choices
    title: str = ""
    theme: str = ""
    state: SessionState = field(default_factory=lambda: SessionState(status="connecting"))
    filter: str = ""
    concealing: Concealing = field(default_factory=Concealing)
