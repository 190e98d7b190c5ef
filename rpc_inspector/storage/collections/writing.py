"""Writing requests as the files that are read again: from what was composed, and from calls that were made."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rpc_inspector.core.budgets import DEFAULT_ACK_MS, DEFAULT_RESPONSE_MS
from rpc_inspector.core.model import Call, TraceRow
from rpc_inspector.core.payload.text import minified
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.naming import WHOLE, secret_name
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.snippets import invocation_of
from rpc_inspector.core.templates import literal
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.collections.nodes import is_plain_text
from rpc_inspector.storage.collections.reading import ENVIRONMENTS, MOST_REQUESTS
from rpc_inspector.storage.reading import FileUnusable

_SECRETS_FILE = ".secrets.yaml"
_SECRET = re.compile(r"\$\{secret:([^}]+)\}")
_LONGEST_NAME = 60


def request_text(
    wanted: Invocation, *, name: str = "", about: str = "", expect: dict[str, object] | None = None
) -> str:
    """A request as YAML. The payload may hold placeholders; a text that is none and looks so has ``$${``.

    Args:
        wanted: what is called; as a template.
        name: of the request; left out where it is empty.
        about: its description, likewise.
        expect: what it should come to, likewise.
    """
    fields: dict[str, object] = {"name": name, "description": about, "to": wanted.destination, "method": wanted.method}
    if wanted.payload:
        fields["payload"] = _payload(wanted.payload)
    if wanted.response_ms != DEFAULT_RESPONSE_MS:
        fields["timeout"] = wanted.response_ms / 1000
    if wanted.ack_ms != DEFAULT_ACK_MS:
        fields["ack_timeout"] = wanted.ack_ms / 1000
    if expect:
        fields["expect"] = expect
    return _yaml({key: value for key, value in fields.items() if value != ""})


def save_request(folder: Path, stem: str, text: str) -> Path:
    """Write a request to a new file of a collection, which is made if it is not there.

    Returns:
        The file.

    Raises:
        FileUnusable: it is there already, or cannot be written.
    """
    path = folder / f"{_file_stem(stem)}.yaml"
    if path.exists():
        raise FileUnusable(f"{path} is there already.", "Choose another name.")
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            _ignore_secrets(folder)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileUnusable(f"{path} cannot be written: {reason}.", "Choose another folder.") from error
    return path


def write_collection(folder: Path, rows: Iterable[TraceRow]) -> int:
    """Write the calls among ``rows``, redacted already, as a new collection, which appears whole or not at all.

    Calls to ourselves, pings, and calls whose callee or method is not known are left out. What was redacted becomes
    ``${secret:NAME}``, and the names are listed in the default environment.

    Returns:
        How many requests it has.

    Raises:
        FileUnusable: the folder is there already, or cannot be written; there are no such calls, or too many.
    """
    texts = _texts(rows)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileUnusable(f"{folder} is there already, and a collection is never replaced.", "Name another folder.")
    unfinished: Path | None = None
    try:
        unfinished = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name[:100]}."))
        _ignore_secrets(unfinished)
        for file_name, text in texts.items():
            (unfinished / file_name).write_text(text, encoding="utf-8")
        if names := sorted({name for text in texts.values() for name in _SECRET.findall(text)}):
            (unfinished / ENVIRONMENTS).mkdir()
            about = f"The values of these were taken out. They come from the process's environment or {_SECRETS_FILE}."
            listed = _yaml({"description": about, "secrets": names})
            (unfinished / ENVIRONMENTS / "default.yaml").write_text(listed, encoding="utf-8")
        unfinished.replace(folder)
        unfinished = None
    except FileNotFoundError:
        raise FileUnusable(f"There is no directory {folder.parent}.", "Make it, or name another.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileUnusable(f"{folder} cannot be written: {reason}.", "Name another folder.") from error
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
    return len(texts)


def _texts(rows: Iterable[TraceRow]) -> dict[str, str]:
    """The requests by the names of their files."""
    calls = []
    for row in rows:
        if (
            isinstance(row, Call)
            and row.callee
            and row.method
            and row.purpose == "call"
            and row.direction != "incoming"
        ):
            calls.append(row)
        if len(calls) > MOST_REQUESTS:
            raise FileUnusable(f"A collection has at most {MOST_REQUESTS:,} requests.", "Choose fewer calls.")
    if not calls:
        raise FileUnusable("None of these calls can be made again.", "Choose calls whose callee and method are known.")
    digits = len(str(len(calls) * 10))
    return {
        f"{at * 10:0{digits}}-{_file_stem(call.method or '')}.yaml": _text_of(call) for at, call in enumerate(calls, 1)
    }


def _text_of(call: Call) -> str:
    wanted = invocation_of(call)
    about = call.comment or ""
    if call.request is None or (call.request.text is None and not call.request.redacted):
        about = f"{about} The payload was not seen.".strip()
    expect: dict[str, object] = {"outcome": "ok"} if call.outcome == "ok" else {}
    if call.error:
        expect = {"code": call.error.code}
    template = Invocation(
        destination=literal(wanted.destination),
        method=literal(wanted.method),
        payload=_template_of(call),
        response_ms=wanted.response_ms,
        ack_ms=wanted.ack_ms,
    )
    return request_text(template, about=about, expect=expect)


def _template_of(call: Call) -> str:
    """The payload with placeholders where something was taken out."""
    request, method = call.request, call.method or ""
    if request is None or request.text is None:
        return f"${{secret:{secret_name(method, WHOLE)}}}" if request and request.redacted else ""
    text = literal(request.text)
    if not request.redacted and MASK not in text:
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text.replace(MASK, f"${{secret:{secret_name(method)}}}")
    return json.dumps(_filled(value, method), ensure_ascii=False)


def _filled(value: object, method: str, *keys: str) -> object:
    if isinstance(value, dict):
        return {name: _filled(inner, method, name, *keys) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, method, *keys) for inner in value]
    return value.replace(MASK, f"${{secret:{secret_name(method, *keys)}}}") if isinstance(value, str) else value


def _payload(text: str) -> object:
    """The payload as YAML shows it best: an object or array as such, if nothing of it is lost, otherwise its text."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(text)
            if json.dumps(value, ensure_ascii=False, separators=(",", ":")) == minified(text):
                return value
        except (ValueError, RecursionError):
            pass
    return f"@{text}" if text.startswith("@") else text


def _yaml(fields: dict[str, object]) -> str:
    import yaml  # noqa: PLC0415 - only where something is written

    class Dumper(yaml.SafeDumper):
        """Texts are written so that our reader takes them for texts."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - yaml's signature
            """Write everything out."""
            return True

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        value = value.encode("utf-8", "replace").decode()  # half a character cannot be sent either
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=_style(value))

    Dumper.add_representer(str, text)

    def dumped(*, unicode: bool) -> str:
        return str(yaml.dump(fields, Dumper=Dumper, allow_unicode=unicode, sort_keys=False, width=10_000))

    made = dumped(unicode=True)
    # What moves or hides text is spelled out; YAML's library does that with all that is not ASCII, or with nothing.
    return made if sanitise(made, multiline=True) == made else dumped(unicode=False)


def _style(text: str) -> str | None:
    """How a text is written; ``None`` leaves it to the library."""
    if not text.replace("\n", "").isprintable():
        return '"'  # escaped: other line ends would be read as blanks
    if "\n" in text:
        return "|"
    return None if is_plain_text(text) and "${" not in text else '"'


def _file_stem(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", sanitise(name)).strip("-.")[:_LONGEST_NAME] or "request"


def _ignore_secrets(folder: Path) -> None:
    """See that git leaves the file of secrets out."""
    (folder / ".gitignore").write_text(f"{_SECRETS_FILE}\n", encoding="utf-8")
