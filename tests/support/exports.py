"""Exports read again by somebody else's reader."""

import io
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.storage.export import FORMATS, About
from tests.support.calls import WALL


def written(name, rows, **about):
    """The text of an export; of a folder that of all its files."""
    said = About(**({"made": WALL, "rules": Rules()} | about))
    if FORMATS[name].folder:
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent, "made")
            FORMATS[name].write_folder(rows, folder, said)
            return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yaml")))
    stream = io.StringIO(newline="")
    FORMATS[name].write(rows, stream, said)
    return stream.getvalue()


class Page(HTMLParser):
    """What a page is made of: elements with their attributes, and its text outside of style and script."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text, self._inside = [], [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, _tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside not in ("style", "script"):
            self.text.append(data)

    @property
    def tags(self):
        return {tag for tag, _ in self.elements}

    def count(self, tag):
        return sum(one == tag for one, _ in self.elements)
