"""What a payload view shows: a payload, or what was decoded from one, and the forms that it can be shown in.

Making a form ready may take long, so it is a function that can run in a thread.
"""

from typing import Literal

from msgspec import Struct

from rpc_inspector.core.model import Payload
from rpc_inspector.core.payload.contents import Base64, Contents, contents_of, find_base64
from rpc_inspector.core.payload.json_tree import JsonText
from rpc_inspector.core.payload.protobuf_like import lines
from rpc_inspector.core.payload.text import PRETTY_LIMIT, pretty
from rpc_inspector.core.text import sanitise
from rpc_inspector.core.units import size
from rpc_inspector.tui.widgets.payload.sources import LARGE, HexDump, WrappedText, safe_text
from rpc_inspector.tui.widgets.payload.tree import TreeRows

Form = Literal["pretty", "fields", "raw", "tree", "hex"]
_PIECE = 1 << 16


class Document(Struct, frozen=True, kw_only=True):
    """Something to look at.

    Attributes:
        name: what it is, in words, e.g. ``response`` or ``$.image``; sanitised.
        text: ``None`` where it is bytes that are no text. data: ``None`` where it is text.
        facts: size, kind and what else there is to say, sanitised.
        contents: of what was decoded.
        extension: to save it under.
    """

    name: str
    text: str | None = None
    data: bytes | None = None
    facts: tuple[str, ...] = ()
    contents: Contents | None = None
    extension: str = ".txt"

    @property
    def is_large(self) -> bool:
        """To be made ready in a thread."""
        return len(self.text or self.data or "") > LARGE

    @property
    def forms(self) -> tuple[Form, ...]:
        """What it can be shown as, the best first; nothing where there is nothing to show."""
        if self.contents is not None and self.contents.fields:
            return ("fields", "hex")
        if self.text is None:
            return () if self.data is None else ("hex",)
        if self.text.lstrip()[:1] not in ("{", "["):
            return ("raw", "hex") if self.text else ()
        return ("pretty", "raw", "tree", "hex") if len(self.text) <= PRETTY_LIMIT else ("raw", "tree", "hex")

    def bytes(self) -> bytes:
        """As bytes, encoded in pieces that leave other threads their turn."""
        if self.data is not None:
            return self.data
        text = self.text or ""
        pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
        return b"".join(piece.encode("utf-8", "surrogatepass") for piece in pieces)


def payload_document(name: str, payload: Payload) -> Document:
    """A payload as it came."""
    facts = [size(payload.bytes) if payload.bytes < 1000 else f"{size(payload.bytes)} ({payload.bytes:,} B)"]
    if payload.redacted:
        facts.append("redacted before it was kept")
    if payload.broken:
        facts.append(f"cannot be read: {sanitise(payload.broken, limit=200)}")
    elif payload.text is None:
        facts += [] if payload.redacted else ["its text is not known"]
    elif not payload.text:
        facts.append("empty")
    else:
        looks = payload.text.lstrip()[:1] in ("{", "[")
        facts.append("JSON" if looks else "text")
        if looks and len(payload.text) > PRETTY_LIMIT:
            facts.append("too large to indent: the tree reads it piece by piece")
        if not looks and (found := base64_in(payload.text)):
            facts.append(f"{found.spelling}: d decodes it")
    extension = ".json" if payload.text is not None and payload.text.lstrip()[:1] in ("{", "[") else ".txt"
    return Document(name=name, text=payload.text, facts=tuple(facts), extension=extension)


def base64_in(text: str) -> Base64 | None:
    """Base64 that the whole text is, as it stands or as a text of JSON."""
    if text[:1] == '"' and text[-1:] == '"':
        tree = JsonText(text)
        text = tree.string(tree.root())
    return find_base64(text)


def decoded(name: str, found: Base64) -> Document:
    """What base64 holds.

    Raises:
        ValueError: it cannot be decoded.
    """
    data = found.decode()
    contents = contents_of(data)
    facts = [f"from {found.spelling}"]
    if found.claimed and not contents.label.startswith(found.claimed):
        facts.append(f"said to be {sanitise(found.claimed, limit=60)}")
    return contents_document(name, data, contents, tuple(facts))


def contents_document(name: str, data: bytes, contents: Contents, facts: tuple[str, ...] = ()) -> Document:
    """Bytes whose contents are known, to be shown by what they are."""
    label = sanitise(contents.label, limit=80)
    more = ("d shows what is inside",) if contents.inner is not None else ()
    return Document(
        name=name,
        text=contents.text,
        data=None if contents.text is not None else data,
        facts=(size(len(data)), label, *facts, *more),
        contents=contents,
        extension=contents.extension,
    )


def inner_document(document: Document) -> Document | None:
    """What is inside compressed bytes; ``None`` if the document is something else."""
    inner = document.contents.inner if document.contents else None
    return None if inner is None else contents_document(document.name, inner, contents_of(inner), ("inflated",))


class Shown(Struct, frozen=True):
    """A form made ready, and a word on it: why it is another than was asked for."""

    form: Form
    source: WrappedText | HexDump | TreeRows
    note: str = ""


def make_ready(document: Document, form: Form, width: int) -> Shown:
    """The lines of a document in a form, wrapped to ``width`` cells."""
    if form == "hex":
        return Shown(form, HexDump(document.bytes(), width))
    text = document.text or ""
    if form == "tree":
        return Shown(form, TreeRows(text))
    if form == "fields" and document.contents is not None:
        listed = "\n".join(sanitise(line) for line in lines(document.contents.fields))
        return Shown(form, WrappedText(listed, width))
    if form == "pretty":
        indented = pretty(text)
        if indented is not None:
            return Shown(form, WrappedText(safe_text(indented), width, json=True))
        return Shown("raw", WrappedText(safe_text(text), width), "it is no JSON, so it is shown as it came")
    return Shown("raw", WrappedText(safe_text(text), width))
