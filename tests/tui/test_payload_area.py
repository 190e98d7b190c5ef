"""The request's editor: what is pasted into it neither freezes it nor gets lost, and a terminal obeys none of it."""

import pytest
from textual import events
from textual.app import App

from rpc_inspector.tui.theming import DARK, load_themes, shipped_directory, variable_defaults
from rpc_inspector.tui.widgets.payload.area import RequestArea


class Host(App):
    """Nothing but the editor."""

    def __init__(self):
        super().__init__()
        for theme in load_themes(shipped_directory())[0]:
            self.register_theme(theme)
        self.theme = DARK

    def get_theme_variable_defaults(self):
        return variable_defaults(self.current_theme)

    def compose(self):
        yield RequestArea(id="editor")


@pytest.fixture
async def editor():
    async with Host().run_test() as pilot:
        area = pilot.app.query_one(RequestArea)
        area.focus()
        await pilot.pause()
        yield area, pilot


async def paste(pilot, text):
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


def painted(area):
    return "".join(segment.text for strip in area.render_lines(area.region.reset_offset) for segment in strip)


async def test_small_json_is_highlighted(editor):
    area, pilot = editor
    await paste(pilot, '{"a": 1}')
    assert area.language == "json"
    assert area.soft_wrap


async def test_a_long_line_is_neither_highlighted_nor_wrapped(editor):
    area, pilot = editor
    await paste(pilot, "[" + "1," * 40_000 + "1]")
    assert len(area.text) == 80_003
    assert area.language is None
    assert not area.soft_wrap


async def test_highlighting_comes_back_when_it_is_small_again(editor):
    area, pilot = editor
    await paste(pilot, "1," * 40_000)
    area.show_text("{}")
    await pilot.pause()
    assert area.language == "json"


async def test_lone_surrogates_become_escapes_and_are_told(editor):
    area, pilot = editor
    await paste(pilot, '"a\ud800b"')
    assert area.text == '"a\\ud800b"'
    assert "lone surrogates" in next(iter(pilot.app._notifications)).message


async def test_what_a_terminal_would_obey_is_painted_as_a_replacement_and_kept(editor):
    area, pilot = editor
    await paste(pilot, "a\x1b]52;c;eA==\x07\u202eb")
    assert area.text == "a\x1b]52;c;eA==\x07\u202eb"
    assert not {"\x1b", "\x07", "\u202e"} & set(painted(area))


@pytest.mark.parametrize(
    "huge",
    ["\n".join(f'"key{number}": "a value"' for number in range(230_000)), "[" + "1," * 2_500_000 + "1]"],
    ids=["lines", "one line"],
)
async def test_five_megabytes_are_held_aside_whole_and_undo_brings_back_what_was_there(editor, huge):
    area, pilot = editor
    area.show_text("before")
    area.move_cursor((0, 3))
    await paste(pilot, huge)
    assert len(huge) >= 5_000_000
    assert (area.payload == f"bef{huge}ore") is True
    assert len(area.text) < 5_000
    await pilot.press("x")
    assert (area.payload == f"bef{huge}ore") is True
    await pilot.press("ctrl+z")
    assert (area.payload, area.read_only) == ("before", False)


async def test_rewriting_is_one_edit_that_undo_takes_back(editor):
    area, pilot = editor
    area.show_text('{"a":1}')
    area.rewrite('{\n  "a": 1\n}')
    await pilot.pause()
    assert area.payload == '{\n  "a": 1\n}'
    await pilot.press("ctrl+z")
    assert area.payload == '{"a":1}'
