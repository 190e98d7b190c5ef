"""Where a text has no form: the raw editor by itself, why, and the form again when it can be. By keys."""

import json

import pytest

from rpc_inspector.tui.screens.history import HistoryScreen
from rpc_inspector.tui.widgets.form.field_input import FieldInput
from tests.support.rooms import join
from tests.support.schemas import BOOKING
from tests.tui.conftest import opened, to
from tests.tui.test_form import GUEST, begun, describing

TYPED = '{"guest": "Ada", "nights": ${nights}, "version": 2}'


async def start(user, agent):
    describing(agent, book=(BOOKING, GUEST))
    return await begun(user, "book")


@pytest.fixture
async def booking(server):
    async with join(server.url, "agent") as agent, opened(to(server), size=(120, 50)) as user:
        yield user, await start(user, agent)


async def retyped(user, text):
    """What is typed in the place of all, in the raw editor."""
    editor = user.main.call_pane.composer.editor
    await user.until(lambda: user.app.focused is editor, "the raw editor")
    await user.press("f7")
    await user.pilot.press(*text)
    await user.pilot.pause()


async def test_a_bare_placeholder_brings_the_raw_editor_and_the_form_comes_back(booking):
    user, form = booking
    await user.press("alt+v")
    await retyped(user, TYPED)
    await user.press("alt+v")
    assert user.app.focused is form.body.editor
    assert form.raw == TYPED
    assert "No form: ${nights} stands outside of" in user.text("#schema-problem")
    # The preference is the form again: it comes by itself, but never takes away an editor that is typed in.
    await retyped(user, TYPED.replace("${nights}", "3"))
    await user.until(lambda: "There is a form of it" in user.text("#schema-problem"), "the form can be")
    assert user.app.focused is form.body.editor
    await user.press("escape", "2")
    await user.until(lambda: user.app.focused is form.fields, "the form")
    assert form.value["nights"] == 3
    assert not form.body.editor.region


async def test_what_is_sent_is_json_though_it_has_no_form(booking):
    user, form = booking
    user.main.typed.take("nights", "3")
    await user.press("alt+v")
    await retyped(user, TYPED)
    assert "JSON" in user.text("#request-facts")
    assert "schema" not in user.text("#request-facts"), "what was not checked is not said to fit"
    await user.press("ctrl+j")
    call = await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c, "an answer")
    assert json.loads(call.response.text)["nights"] == 3
    assert form.raw == TYPED


async def test_a_text_from_elsewhere_decides_by_itself(booking):
    user, form = booking
    await user.press("alt+v")
    await retyped(user, "just words")
    await user.press("ctrl+j")
    await user.until(lambda: (c := user.main.shown_call) and not c.is_open, "an answer")
    await user.press("f7", *'{"guest": "Eve"}', "ctrl+j")
    await user.until(lambda: (c := user.main.shown_call) and c.request.text != "just words" and not c.is_open, "sent")
    await user.press("alt+v")
    assert user.app.focused is form.fields
    for words, seen in (("just", form.body.editor), ("eve", form.fields)):
        await user.press("escape", "1", "ctrl+r")
        await user.until(lambda: isinstance(user.app.screen, HistoryScreen), "the history")
        await user.until(lambda: user.app.screen._listed, "read")
        await user.type(words)
        await user.press("enter")
        await user.until(lambda: user.app.screen is user.main, "taken")
        await user.until(lambda seen=seen: user.app.focused is seen, words)
    assert form.value == {"guest": "Eve"}
    await user.press("ctrl+z")
    assert form.raw == "just words"
    await user.until(lambda: user.app.focused is form.body.editor, "what undo brought back has no form")
    assert "No form as long as the text is not JSON" in user.text("#schema-problem")


async def test_what_no_editor_holds_has_no_form_until_it_is_taken_back(booking):
    user, form = booking
    before = form.raw
    form.body.editor.put_in("x" * 2_000_000)
    await user.until(lambda: user.app.focused is form.body.editor, "the raw editor")
    assert form.body.editor.is_aside
    assert "too large" in user.text("#schema-problem")
    await user.press("alt+v")
    assert user.app.focused is form.body.editor
    await user.press("ctrl+z")
    assert form.raw == before
    await user.press("alt+v")
    await user.until(lambda: user.app.focused is form.fields, "the form, once the text is read")


async def test_beside_each_other_the_form_says_why_and_stays_beside(server):
    async with join(server.url, "agent") as agent, opened(to(server), size=(200, 50)) as user:
        form = await start(user, agent)
        await user.press("alt+v")
        await retyped(user, "{")
        await user.until(lambda: "No form as long as" in user.text("#form-head"), "why")
        assert form.body.form.region
        await user.press("alt+v")
        assert user.app.focused is form.body.editor
        await retyped(user, '{"guest": "Bo"}')
        await user.until(lambda: form.fields.rows, "the form")
        assert not user.app.screen.query_one("#form-head").display
        assert user.app.focused is form.body.editor


async def test_what_is_typed_into_a_field_of_a_large_payload_is_sent_and_kept(booking):
    user, form = booking
    large = GUEST | {"labels": {f"k{n}": "x" * 100 for n in range(200)}}
    user.main.call_pane.composer.write(json.dumps(large))
    await form.to("guest")
    await user.type("Gr")
    assert isinstance(user.app.focused, FieldInput)
    assert form.value["guest"] == "Ada", "a large text is changed when the field is left"
    await user.press("ctrl+j")
    call = await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c, "an answer")
    assert json.loads(call.response.text)["guest"] == "Gr"
    assert isinstance(user.app.focused, FieldInput)
    await user.type("ace")
    user.main.aim("agent", "other")
    await user.pilot.pause()
    assert user.main.call_pane.composer.payload == ""
    user.main.aim("agent", "book")
    await user.pilot.pause()
    assert form.value == large | {"guest": "Grace"}


@pytest.mark.parametrize(("before", "after"), [(120, 200), (200, 120)])
async def test_a_field_that_is_typed_into_survives_another_width(server, before, after):
    async with join(server.url, "agent") as agent, opened(to(server), size=(before, 50)) as user:
        form = await start(user, agent)
        await form.to("note")
        await user.type("some words")
        await user.press("left", "left")
        field = user.app.focused
        assert isinstance(field, FieldInput)
        await user.pilot.resize_terminal(after, 50)
        await user.until(lambda: user.app.size.width == after and form.body.has_class("-beside") == (after > 150), "")
        assert (user.app.focused, field.value, field.cursor_position) == (field, "some words", 8)
        cell = form.fields.cell.translate(form.fields.content_region.offset)
        await user.until(lambda: field.region.offset == cell.offset, "the field is over its cell")
        await user.type("X")
        assert form.value["note"] == "some worXds"


async def test_a_raw_text_that_is_typed_survives_less_width(server):
    async with join(server.url, "agent") as agent, opened(to(server), size=(200, 50)) as user:
        form = await start(user, agent)
        await user.press("alt+v")
        form.body.editor.move_cursor((1, 12))
        await user.pilot.resize_terminal(100, 50)
        await user.until(lambda: not form.body.has_class("-beside"), "no room for both")
        assert user.app.focused is form.body.editor
        await user.type("X")
        assert form.value["guest"] == "XAda"
        assert form.body.editor.cursor_location == (1, 13)
