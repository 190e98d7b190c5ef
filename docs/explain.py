"""`python -m docs.explain`: write docs/explain/*.md from what the program tells of each code, and their index."""

from pathlib import Path

from rpc_inspector.core.explain.complaints import COMPLAINTS
from rpc_inspector.core.explain.pages import TOPICS, markdown, page

_ABOUT = (
    "What `rpc-inspector explain CODE` prints. A failed call is explained from what was seen of it; these pages tell "
    "what can be behind each code in general."
)
_WORDS = {
    "ack": "the callee's SDK says that it has the request; it does so before it looks for the handler",
    "handler": "the callee's function that answers a method",
    "active": "a participant that packets reach; after joining that takes a moment",
    "version 1": "the older form of RPC, with at most 15,360 bytes each way; version 2 has no limit",
    "session": "one stay in a room; who joins again has a new one",
    "hidden": "a participant whom the others are not told of, by its token",
    "canPublishData": "the permission in a token without which nothing that one sends is passed on, acks neither",
    "trace": "the list of calls and of what happened in the room",
}
FOLDER = Path(__file__).with_name("explain")


def pages() -> dict[str, str]:
    """Every file of the folder by its name."""
    made = {f"{page(topic).name}.md": markdown(page(topic)) for topic in TOPICS}
    return made | {"README.md": _index()}


def _index() -> str:
    codes = [f"- [{found.title}]({found.name}.md): {found.meaning}" for found in map(page, TOPICS)]
    complaints = [
        f"- {said}: " + ", ".join(f"[{rule}]({name}.md#{rule})" for name, rule in causes)
        for said, causes in COMPLAINTS.items()
    ]
    return "\n".join(
        [
            "# What went wrong",
            "",
            _ABOUT,
            "",
            *codes,
            "",
            "## Where to look when",
            "",
            *complaints,
            "",
            "## Words",
            "",
            *(f"- **{word}**: {said}." for word, said in _WORDS.items()),
            "",
        ]
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
