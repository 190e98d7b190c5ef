"""What is told of a code in general: the same page on the command line, in the interface and in ``docs/explain``."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from rpc_inspector.core.codes import CODES, DEFAULT_MESSAGES
from rpc_inspector.core.explain.model import raised_in_words
from rpc_inspector.core.explain.rule import Topic
from rpc_inspector.core.explain.rules import rules_for
from rpc_inspector.core.names import closest


class Section(Struct, frozen=True):
    """A cause in general: the id of its rule, what it is, how to recognise it, what to do."""

    id: str
    about: str
    signs: str
    fix: str


class Page(Struct, frozen=True, kw_only=True):
    """Everything about a code or an end.

    Attributes:
        name: of its file in ``docs/explain`` and on the command line: ``1501``, ``application``, ``lost``.
        title: ``1501 CONNECTION_TIMEOUT``.
        meaning: one sentence. confuses: what people misread about it, or empty.
        raised_by: in words, or empty where nobody raises anything.
        message: the SDKs' own words for it, or empty.
        next_step: one sentence. causes: the likeliest kinds first.
    """

    name: str
    title: str
    meaning: str
    confuses: str = ""
    raised_by: str = ""
    message: str = ""
    next_step: str
    causes: tuple[Section, ...] = ()


_OTHERS: dict[Topic, Page] = {
    "application": Page(
        name="application",
        title="codes of an application's own",
        meaning="The handler answered with an error that the application defines.",
        confuses="Codes 1001-1999 are reserved for LiveKit; nothing stops an application from using them.",
        raised_by="raised by the callee",
        next_step="Look the code up in the callee's documentation; the error's message and data may tell more.",
    ),
    "cancelled": Page(
        name="cancelled",
        title="cancelled",
        meaning="We stopped waiting before the call ended.",
        confuses="Cancelling does not travel: the callee's handler runs on, and its answer is dropped.",
        next_step="Look at the callee if the call has an effect: it may have had it.",
    ),
    "lost": Page(
        name="lost",
        title="lost",
        meaning="The end of a call of others passed none of our vantage points, so its outcome is not known.",
        confuses="It says nothing of how the call ended for its caller: an error that the caller's own SDK raises is "
        "never sent, so nobody else can see it.",
        next_step="Look at the caller's own log, or watch from the caller's side.",
    ),
}
TOPICS: tuple[Topic, ...] = (*CODES, *_OTHERS)


def page(topic: Topic) -> Page:
    """The page of a code or an end; every code outside LiveKit's table has the application's."""
    known: Topic = topic if topic in TOPICS else "application"
    causes = tuple(Section(rule.id, rule.about, rule.signs, rule.fix) for rule in rules_for(known))
    info = CODES.get(known) if isinstance(known, int) else None
    if info is None:
        return replace(_OTHERS[known], causes=causes)
    return Page(
        name=str(int(info.code)),
        title=f"{int(info.code)} {info.code.name}",
        meaning=info.meaning,
        confuses=info.confuses,
        raised_by=raised_in_words(info.raised_by),
        message=DEFAULT_MESSAGES[info.code],
        next_step=info.next_step,
        causes=causes,
    )


def find_page(text: str) -> Page | str:
    """The page that somebody asks for by a code's number or name or an end's name; or what is wrong, in a sentence."""
    wanted = text.strip().upper().replace("-", "_")
    names: dict[str, Topic] = {info.code.name: number for number, info in CODES.items()}
    names |= {str(name).upper(): name for name in _OTHERS}
    if wanted in names:
        return page(names[wanted])
    try:
        return page(int(wanted))
    except ValueError:
        near = closest(wanted, names)
        return f"Did you mean {near[0]}?" if near else "Codes are numbers like 1501 or names like CONNECTION_TIMEOUT."


def lines(found: Page, code: str = "") -> Iterator[str]:
    """The page as lines of plain text; ``code`` is what was asked for, where it has no page of its own."""
    yield f"{code} is one of the {found.title}" if code and code != found.name else found.title
    yield ""
    yield found.meaning
    if found.confuses:
        yield found.confuses
    yield ""
    if found.raised_by:
        yield f"Who:      {found.raised_by}"
    if found.message:
        yield f"Message:  {found.message}"
    yield f"To do:    {found.next_step}"
    for number, cause in enumerate(found.causes, 1):
        yield ""
        yield f"{number} {cause.about}"
        yield f"  How to tell:  {cause.signs}"
        yield f"  To do:        {cause.fix}"


def markdown(found: Page) -> str:
    """The page as it stands in ``docs/explain``."""
    head = [f"# {found.title}", found.meaning, found.confuses]
    facts = [f"**Who:** {found.raised_by}" if found.raised_by else ""]
    facts += [f"**Message:** {found.message}" if found.message else "", f"**To do:** {found.next_step}"]
    parts = [*head, *facts, "## Causes", *map(_section, found.causes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(cause: Section) -> str:
    return f"### {cause.id}\n\n{cause.about}\n\n- How to tell: {cause.signs}\n- To do: {cause.fix}"
