"""A payload to be read: its forms, finding, decoding, saving, and size."""

import asyncio
import base64
import gzip
import json
import time

import pytest
from textual.widgets import Input

from rpc_inspector.core.model import Payload
from rpc_inspector.core.payload.contents import find_base64
from tests.support.details import CALLER, FORECAST, HOSTILE, DetailHost, payload, seen, settled
from tests.support.encoded import encoded, png
from tests.support.rooms import until


async def test_every_form_of_a_payload():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.press("3")
        assert '      "day": "Mon",' in app.text()
        await pilot.press("r")
        assert app.text().startswith(json.dumps(FORECAST)[:60])
        await pilot.press("x")
        assert app.text().startswith("0000  7b 22 63 69 74 79 22 3a  20 22")
        assert '{"city": "Z' in app.text().splitlines()[0]
        await pilot.press("t")
        assert 'city: "Zürich"' in app.text()
        await pilot.press("w")
        assert "Hex" in app.head
        assert app.text().startswith("0000  7b")
        await pilot.press("w")
        assert app.text().startswith("{\n")


async def test_a_click_on_a_form_shows_it():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.press("3")
        await pilot.click("#response .head", offset=(app.head.index("Hex"), 0))
        assert app.text().startswith("0000  7b")


async def test_the_tree_folds_and_gives_values_and_paths():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.press("3", "t", "j", "y", "Y")
        assert app.copied == [("$.city", "Zürich"), ("the path", "$.city")]
        await pilot.press("j", "j", "j", "j", "y", "Y")
        assert app.copied[2:] == [("$.days[0].temp", "21.5"), ("the path", "$.days[0].temp")]
        await pilot.press("left", "y")
        assert app.copied[-1] == ("$.days[0]", json.dumps(FORECAST["days"][0]))
        await pilot.press("left")
        assert "temp: 21.5" not in app.text()
        assert "temp: 18" in app.text()
        assert app.detail.tab == "response"
        await pilot.press("enter")
        assert "temp: 21.5" in app.text()


async def test_plain_text_has_no_tree_and_empty_payloads_say_so():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(request=payload("just words"), response=payload("")))
        await pilot.press("2", "t")
        assert "There is no tree form of it." in app.said
        assert app.text().startswith("just words")
        await pilot.press("3")
        assert "0 B · empty" in app.head
        app.detail.show(seen(response=Payload(7, None, "a chunk is missing")))
        await pilot.pause()
        assert "cannot be read: a chunk is missing" in app.head
        app.detail.show(seen(response=Payload(7, None, redacted=True)))
        await pilot.pause()
        assert "redacted before it was kept" in app.head


async def test_json_that_breaks_is_shown_as_it_came_and_as_far_as_it_goes():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(response=payload('{"a": 1, "b": [1, 2}}')))
        await pilot.press("3")
        assert "it is no JSON, so it is shown as it came" in app.head
        await pilot.press("t")
        assert "a: 1" in app.text()
        assert "no JSON from here" in app.text()


@pytest.mark.parametrize("form", ["p", "r", "t", "x"])
async def test_hostile_text_is_safe_and_fits_in_every_form(form):
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        body = json.dumps({HOSTILE: [HOSTILE, "\u65e5\u672c\u8a9e" * 100]}, ensure_ascii=False) + HOSTILE
        app.detail.show(seen(CALLER, request=payload(body[: -len(HOSTILE)]), response=payload(body)))
        for tab in "23":
            await pilot.press(tab, form)
            lines = app.detail.focus_target
            assert lines.line_count() >= 1
            for index in range(lines.line_count()):
                pieces = lines.line(index, lines.width)
                text = "".join(text for text, _style in pieces)
                assert not set(text) & set("\x1b\x07\x00\u202e\u200b")
            for y in range(20):
                assert lines.render_line(y).cell_length <= lines.width


@pytest.mark.parametrize("wide", ["\u65e5\u672c\u8a9e", "e\u0301", "\U0001f600"])
async def test_nothing_of_a_wide_text_is_lost_in_wrapping(wide):
    from rich.cells import cell_len

    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        text = (wide + "ab") * 200 + "\n\n" + wide * 300
        app.detail.show(seen(response=payload(text)))
        await pilot.press("3", "r")
        lines = app.detail.focus_target
        rows = ["".join(text for text, _ in lines.line(index, 0)) for index in range(lines.line_count())]
        assert "".join(rows) == text.replace("\n", "")
        assert max(map(cell_len, rows)) <= lines.width


# Finding


@pytest.mark.parametrize("form", ["p", "r", "t", "x"])
async def test_finding_counts_and_goes_round(form):
    app = DetailHost()
    body = {"list": [{"needle": n, "other": "needle"} for n in range(2)], "more": "x" * 4000}
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(response=payload(body)))
        await pilot.press("3", form, "ctrl+f", *"needle", "enter")
        assert "1 of 4" in app.head
        lines = app.detail.focus_target
        assert lines.has_focus
        found = []
        for _ in range(4):
            found.append(lines.cursor)
            await pilot.press("n")
        assert "1 of 4" in app.head
        assert found == sorted(found)
        await pilot.press("N")
        assert "4 of 4" in app.head
        assert "needle" in app.text()
        await pilot.press("escape")
        assert "of 4" not in app.head


async def test_finding_what_json_spells_otherwise_and_hex():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.press("3", "t", "ctrl+f")
        app.query_one("#response Input", Input).value = "zürich"
        await pilot.press("enter")
        assert "1 of 1" in app.head
        assert app.detail.payload.node.path == "$.city"
        await pilot.press("x", "ctrl+f", *"5a5c", "enter")
        assert "1 of 1" in app.head
        await pilot.press("ctrl+f")
        app.query_one("#response Input", Input).value = "nowhere"
        await pilot.press("enter", "n")
        assert "is not in it" in app.head
        assert "It is not in it." in app.said


async def test_finding_unfolds_what_it_is_in():
    app = DetailHost()
    body = {"a": [{"b": [{"c": [*range(1200), "needle"]}]}], "pad": "x" * 20_000}
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(response=payload(body)))
        await pilot.press("3", "t")
        assert '"needle"' not in app.text()
        await pilot.press("ctrl+f", *"needle", "enter")
        assert app.detail.payload.node.path == "$.a[0].b[0].c[1200]"
        assert '"needle"' in app.text()


# Decoding and saving


async def test_base64_in_a_tree_is_decoded_and_saved(tmp_path):
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen())
        await pilot.press("3", "t", "G")
        assert "image: base64" in app.text()
        await pilot.press("d")
        await settled(app, pilot)
        assert "$.image" in app.head
        assert "image/png, 32 x 16 px" in app.head
        assert app.text().startswith("0000  89 50 4e 47")
        await pilot.press("f")
        path = tmp_path / "picture.png"
        field = app.screen.query_one("#save-path", Input)
        assert field.value == "image.png"
        field.value = str(path)
        await pilot.press("enter")
        await until(lambda: len(app.screen_stack) == 1, what="the dialog is closed")
        assert path.read_bytes() == png()
        assert path.stat().st_mode & 0o077 == 0
        await pilot.press("f")
        app.screen.query_one("#save-path", Input).value = str(path)
        await pilot.press("enter")
        await until(lambda: "is not overwritten" in str(app.screen.query_one("#save-problem").render()), what="refused")
        assert path.read_bytes() == png()
        await pilot.press("escape", "escape")
        assert app.detail.payload.document.name == "response"


@pytest.mark.parametrize(
    ("text", "label", "first"),
    [
        (encoded(b'{"inside": true}'), "JSON", '{\n  "inside": true'),
        (json.dumps(encoded(b"words that were encoded")), "text", "words that were encoded"),
        (base64.urlsafe_b64encode(bytes(range(256))).decode(), "bytes of no known kind", "0000  00 01"),
        (encoded(b"\x08\x96\x01\x12\x05world\x1a\x04\x0a\x02hi\x20\x07"), "looks like protobuf", "1: 150  (varint)"),
        (f"data:image/png;base64,{encoded(png(64, 48))}", "image/png, 64 x 48 px", "0000  89 50"),
    ],
)
async def test_a_payload_that_is_base64_is_shown_by_what_is_in_it(text, label, first):
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(response=payload(text)))
        await pilot.press("3")
        assert "d decodes it" in app.head
        await pilot.press("d")
        await settled(app, pilot)
        assert label in app.head
        assert app.text().startswith(first)


async def test_compressed_bytes_are_entered_step_by_step():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(response=payload(encoded(gzip.compress(b'{"deep": 1}')))))
        await pilot.press("3", "d")
        await settled(app, pilot)
        assert "gzip, 11 bytes inside" in app.head
        await pilot.press("d")
        await settled(app, pilot)
        assert '"deep": 1' in app.text()
        await pilot.press("escape", "escape")
        await settled(app, pilot)
        assert find_base64(app.detail.payload.document.text)


async def test_what_is_no_base64_says_so():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        app.detail.show(seen(response=payload("test")))
        await pilot.press("3", "d")
        assert any("That is no base64." in said for said in app.said)


# Size


class Lag:
    """The longest that the loop was held up while it watched, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def __aenter__(self):
        self._task = asyncio.create_task(self._watch())
        return self

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.005)
            self.worst = max(self.worst, loop.time() - before - 0.005)

    async def __aexit__(self, *_exc) -> None:
        self._task.cancel()


def big(kind, size=50 * 1024 * 1024):
    if kind == "one line":
        return "x" * size
    if kind == "json":
        row = '{"id": 12345, "name": "somebody", "tags": ["a", "b"]},'
        return '{"rows": [' + row * (size // len(row)) + "{}]}"
    return "a line of text, not long\n" * (size // 25)


@pytest.mark.parametrize(("kind", "mebibytes"), [("json", 50), ("one line", 50), ("lines", 10)])
async def test_fifty_megabytes_open_scroll_and_are_searched(kind, mebibytes):
    text = big(kind, mebibytes << 20)
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("3")
        async with Lag() as lag:
            await pilot.pause()
            app.detail.show(seen(response=Payload(len(text), text)))
            assert "reading…" in str(app.query_one("#response .head").render())
            began = time.monotonic()
            await settled(app, pilot, 60)
            # On the loop it would hold that up for all of the time that it takes.
            assert lag.worst < 0.4 * (time.monotonic() - began)
            lines = app.detail.focus_target
            assert lines.line_count() >= len(text) // 100
            await pilot.press("G")
            assert text[-20:].strip() in app.text()
            await pilot.press("x")
            await settled(app, pilot, 60)
            assert lines.line_count() == -(-len(text) // 16)
            await pilot.press("ctrl+f", *"nothing", "enter")
            await settled(app, pilot, 60)
            assert "is not in it" in app.head
            if kind == "json":
                await pilot.press("t")
                await settled(app, pilot, 60)
                assert "rows: " in app.text()
                await pilot.press("j", "right")
                await settled(app, pilot, 60)
                assert app.detail.payload.node.path == "$.rows"
                assert lines.line_count() > 500


async def test_a_large_tree_is_searched_and_read_to_where_it_is():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        rows = [{"id": n, "name": f"somebody {n}"} for n in range(20_000)]
        app.detail.show(seen(response=payload({"rows": rows, "end": True})))
        await pilot.press("3", "t")
        await settled(app, pilot)
        await pilot.press("ctrl+f")
        app.query_one("#response Input", Input).value = "somebody 19998"
        await pilot.press("enter")
        await until(lambda: app.detail.payload.node.path == "$.rows[19998].name", what="it is unfolded")
        await settled(app, pilot)
        assert "1 of 1" in app.head
        assert 'name: "somebody 19998"' in app.text()


async def test_another_call_takes_the_place_of_one_that_is_still_being_read():
    app = DetailHost()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("3")
        text = big("lines", 5_000_000)
        app.detail.show(seen(response=Payload(len(text), text)))
        app.detail.show(seen(seq=3, response=payload({"small": 1})))
        await settled(app, pilot)
        assert '"small": 1' in app.text()
        await until(lambda: not app.workers, what="the thread has ended")
        assert '"small": 1' in app.text()
