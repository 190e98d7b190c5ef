"""What an explanation is made of. All texts are unsanitised: they quote identities, methods and messages."""

from enum import IntEnum
from typing import Literal

from msgspec import Struct

from rpc_inspector.core.codes import RaisedBy

#: What can be done at the press of a key. ``target`` is an identity, or the method of ``call``, or a page of ``docs``.
ActionKind = Literal["ping", "history", "methods", "timeout", "docs", "call", "send_to", "wait", "resend"]


class Weight(IntEnum):
    """How likely a cause is. The likeliest come first."""

    #: A seen fact alone explains the failure.
    PROVEN = 90
    #: Seen facts speak for it, none against it.
    STRONG = 70
    #: It fits what was seen, as others may.
    FITS = 50
    POSSIBLE = 30
    #: A seen fact speaks against it.
    UNLIKELY = 10


class Action(Struct, frozen=True):
    """Something to do about it. ``ms`` is the limit of ``timeout``, as the SDK's ``response_timeout``."""

    kind: ActionKind
    target: str
    ms: int = 0

    @property
    def label(self) -> str:
        """What it does, in a few words, unsanitised."""
        return {
            "ping": f"ping {self.target}",
            "history": f"history of {self.target}",
            "methods": f"methods of {self.target}",
            "timeout": f"send again with {self.ms / 1000:g} s",
            "docs": "all about an application's own errors"
            if self.target == "application"
            else f"all about {self.target}",
            "call": f"call {self.target}",
            "send_to": f"send to {self.target}",
            "wait": f"wait for {self.target}, then send again",
            "resend": "send again",
        }[self.kind]


class Cause(Struct, frozen=True, kw_only=True):
    """A likely cause: one clause, with the seen facts that speak for it and against it.

    Attributes:
        id: of the rule that named it.
        text: one clause without a full stop.
        next_steps: sentences, what to do about it.
    """

    text: str
    weight: int = Weight.FITS
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    id: str = ""

    @property
    def sentence(self) -> str:
        """The cause with what to do about it."""
        stated = self.text if self.text.endswith("?") else f"{self.text}."
        return " ".join((stated, *self.next_steps))


class Explanation(Struct, frozen=True, kw_only=True):
    """Why a call failed.

    Attributes:
        happened: sentences that tell what was seen and nothing else; the first says it all in short.
        raised_by: who made the error. known_by: how that is known, one clause.
        causes: the likeliest first.
        actions: what can be done at the press of a key, the best first.
    """

    happened: tuple[str, ...]
    raised_by: RaisedBy | None = None
    known_by: str = ""
    causes: tuple[Cause, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def raised_in_words(self) -> str:
        """Who raised it, for people."""
        return raised_in_words(self.raised_by, self.known_by)

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do, of all causes, each once."""
        return tuple(dict.fromkeys(step for cause in self.causes for step in cause.next_steps))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The causes as a call keeps them: each with what to do about it."""
        return tuple(cause.sentence for cause in self.causes)


def raised_in_words(raised_by: RaisedBy | None, known_by: str = "") -> str:
    """``raised by the callee; its error packet was seen``."""
    who = {
        "callee": "raised by the callee",
        "caller": "raised by the caller's own SDK",
        "either": "raised by one of the two sides",
        "us": "raised by rpc-inspector; nothing was sent",
        "server": "raised by the server",
        None: "not known who raised it",
    }[raised_by]
    return f"{who}; {known_by}" if known_by else who
