"""A secret is sent as it is, comes back in many guises, and stands in nothing that leaves memory: on real rooms."""

import base64
import json
import logging
import time
import urllib.parse
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rpc_inspector.cli.options import Recording
from rpc_inspector.cli.session import Recorder
from rpc_inspector.core.callobject import call_line
from rpc_inspector.core.model import Call
from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.core.snippets import LANGUAGES
from rpc_inspector.storage.export import FORMATS, About, export_file
from rpc_inspector.storage.traces.reading import read_rows
from rpc_inspector.tui.app import InspectorApp
from rpc_inspector.tui.start import Start
from tests.support.rooms import join
from tests.tui.conftest import Driver, to

METHODS = {"attributes": {"rpc.methods": json.dumps({"v": 1, "m": {"leak": {}}})}}
#: Under a key that does not look secret, with all that needs an escape somewhere.
SECRET = 'hunter2 "ü"/+x'
TEMPLATE = '{"at":"${secret:DOOR}","id":"${uuid}"}'
GUISES = {
    "plain": lambda text: text,
    "json": json.dumps,
    "json in json": lambda text: json.dumps({"a": json.dumps([text], ensure_ascii=False)}),
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "form": lambda text: json.dumps(urllib.parse.quote_plus(text)),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 within": lambda text: base64.b64encode(json.dumps({"key": text}).encode()).decode(),
    "hex": lambda text: text.encode().hex(),
}
#: What none of the files may hold: each guise of the secret, and what of base64 does not depend on its place.
FORBIDDEN = [
    SECRET,
    json.dumps(SECRET)[1:-1],
    json.dumps(SECRET, ensure_ascii=False)[1:-1],
    json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    json.dumps(json.dumps(SECRET, ensure_ascii=False)[1:-1])[1:-1],
    urllib.parse.quote(SECRET, safe=""),
    urllib.parse.quote_plus(SECRET),
    SECRET.encode().hex(),
    "hunter2",
    *(base64.b64encode(bytes(lead) + b"hunter2")[skip:8].decode() for lead, skip in ((0, 0), (1, 2), (2, 3))),
]


@pytest.fixture(autouse=True)
def _own_state(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DOOR", SECRET)


@asynccontextmanager
async def app_on(server, **recording):
    """The interface as the command line starts it, recorded."""
    recorder = Recorder(Recording(**recording))

    async def find_target():
        return to(server)

    start = Start(make_session=recorder.make_session, find_target=find_target, concealing=recorder.concealing)
    app = InspectorApp(start)
    try:
        async with app.run_test(size=(120, 36)) as pilot:
            user = Driver(app, pilot)
            await user.joined()
            await user.until(lambda: user.main.participant("bob"), "bob")
            await user.until(lambda: user.main._keeper, "the composer is furnished")
            yield user
    finally:
        recorder.close()


def leaking(room):
    """Registers `leak`, which answers with what it got in every guise; what it got."""
    got = []

    async def handler(data):
        got.append(data.payload)
        at = json.loads(data.payload)["at"]
        return json.dumps({name: guise(f"<{at}>") for name, guise in GUISES.items()})

    room.local_participant.register_rpc_method("leak", handler)
    return got


async def answered(user, before=None):
    return await user.until(
        lambda: (c := user.main.shown_call) and c.seq != before and not c.is_open and c, "an answer"
    )


def lines_of(path):
    return Path(path).read_text().splitlines()


def calls_of(path):
    return [row for row in read_rows(path)[0] if isinstance(row, Call) and row.method == "leak"]


def forbidden_in(folder):
    """Which file holds what it must not; also in packets, which are base64 in a journal."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [(path.name, one) for one in FORBIDDEN if one in text]
        for line in text.splitlines():
            if line.startswith('{"packet":'):
                raw = b"".join(map(base64.b64decode, json.loads(line)["packet"].get("raw", ())))
                found += [(path.name, "a packet") for one in (b"hunter2", SECRET.encode()) if one in raw]
    return found


@pytest.mark.parametrize("payloads", ["keep", "redact"])
async def test_a_secret_is_sent_and_stands_in_nothing_that_is_written(room_server, tmp_path, payloads):
    async with join(room_server.url, "bob", **METHODS) as bob:
        got = leaking(bob)
        async with app_on(room_server, payloads=payloads, keep_packets=True) as user:
            user.main.aim("bob", "leak")
            user.main.call_pane.composer.write(TEMPLATE)
            await user.press("ctrl+j")
            first = await answered(user)
            assert json.loads(got[0])["at"] == SECRET, "the true value is sent"
            assert first.request.bytes == len(got[0].encode()), "sizes are those on the wire"

            # What is looked at.
            assert json.loads(first.request.text)["at"] == MASK
            assert all(MASK in value for value in json.loads(first.response.text).values())
            assert first.request.redacted
            assert first.response.redacted
            assert not any(one in user.main.call_pane.response.shown_text for one in FORBIDDEN)

            # What others publish, and what the SDK logs.
            await bob.local_participant.set_attributes({"door": SECRET})
            await bob.local_participant.set_metadata(SECRET)
            logging.getLogger("livekit").warning("%s", SECRET)
            await user.until(lambda: (p := user.main.participant("bob")) and p.metadata and p.attributes.get("door"))
            assert user.main.participant("bob").attributes["door"] == user.main.participant("bob").metadata == MASK
            await user.until(lambda: any(MASK in line.text for line in user.main.session.logs()), "the line is logged")

            # Again: what was typed, not what was seen.
            user.main.action_focus_pane("response")
            await user.press("r")
            second = await answered(user, first.seq)
            assert json.loads(got[1])["at"] == SECRET
            await user.press("u")
            assert user.main.call_pane.composer.payload == TEMPLATE
            repeated = user.main._again(user.main._ready())
            third = await user.main.session.finished(user.main.session.start_call(repeated))
            assert json.loads(got[2])["at"] == SECRET
            user.main.show(third.seq)
            assert user.main.template_of(third) == TEMPLATE
            user.main.action_focus_pane("response")
            wanted, state = user.main._wanted()
            copied = [language.make(wanted, state) for language in LANGUAGES]
            assert all("${secret:DOOR}" in text for text in copied)

            # Half-typed, with the value itself in it.
            user.main.aim("bob", "other")
            user.main.call_pane.composer.write(json.dumps({"x": SECRET, "y": "${secret:DOOR}"}))
            user.main.call_pane.composer.keep_draft()
            await user.main.call_pane.composer.save_drafts()

            for name, form in FORMATS.items():
                about = About(made=time.time(), rules=Rules(payloads="keep"), concealing=user.main.concealing)
                export_file(tmp_path / f"out.{name}", user.app._session.rows(), form, about)
            rows = [row for row in user.main.session.rows() if isinstance(row, Call)]
            (tmp_path / "lines.json").write_text("".join(map(call_line, rows)))
            (tmp_path / "copied.txt").write_text("".join(copied))
            journal = user.main.session.state.journal

    assert forbidden_in(tmp_path) == []
    (tmp_path / "opened.json").write_text(
        "".join(call_line(row) for row in read_rows(journal)[0] if isinstance(row, Call))
    )
    assert forbidden_in(tmp_path) == []
    written = "\n".join(lines_of(journal))
    for what in ('{"call":', '{"packet":', '{"log":', '{"participants":', '"raw":'):
        assert what in written
    assert written.count(MASK) > 10
    assert [call.request.bytes for call in calls_of(journal)] == [len(text.encode()) for text in got]
    assert second.outcome == "ok"
    assert "${secret:DOOR}" in next((tmp_path / "state").rglob("drafts.json")).read_text()
    assert "${secret:DOOR}" in next((tmp_path / "state").rglob("history.jsonl")).read_text()


async def test_a_short_secret_is_told_and_masked_where_it_was_put(room_server, monkeypatch):
    monkeypatch.setenv("DOOR", "7x")
    async with join(room_server.url, "bob", **METHODS) as bob:
        got = leaking(bob)
        async with app_on(room_server) as user:
            user.main.aim("bob", "leak")
            user.main.call_pane.composer.write(TEMPLATE)
            await user.pilot.pause()
            assert "Too short to mask in answers: secret:D" in user.text("#preview")
            assert "7x" not in user.text("#preview")
            await user.press("ctrl+j")
            call = await answered(user)
            assert json.loads(got[0])["at"] == "7x"
            assert json.loads(call.request.text)["at"] == MASK
            assert "<7x>" in call.response.text, "what comes back stays readable"
            journal = user.main.session.state.journal
        (request,) = [call.request for call in calls_of(journal)]
        assert json.loads(request.text)["at"] == MASK
