"""The form on a real room: what a newcomer does with the keyboard, and what arrives at the callee."""

import json

import pytest
from textual.events import Key

from rpc_inspector.core.session import Invocation
from rpc_inspector.tui.widgets.form.field_input import FieldInput
from rpc_inspector.tui.widgets.form.popup import Popup
from tests.support.rooms import echo, join
from tests.support.schemas import BOOKING, description, wide
from tests.tui.conftest import opened, to

GUEST = {"guest": "Ada", "nights": 2, "version": 2}


def describing(room, **methods):
    """Registers methods that echo, and says what they take."""

    async def describe(_data):
        return description(**methods)

    room.local_participant.register_rpc_method("rpc.describe", describe)
    for name in methods:
        echo(room, name)


class Form:
    """The request half of the app under test."""

    def __init__(self, user):
        self.user = user
        self.body = user.main.call_pane.composer.body

    @property
    def raw(self):
        return self.body.editor.text

    @property
    def value(self):
        return json.loads(self.raw)

    @property
    def fields(self):
        return self.body.form.fields

    async def to(self, *way):
        """Moves the cursor to the row of a value."""
        row = next(row for row in self.fields.rows if row.way == way and row.control != "add")
        while self.fields.current is not row:
            here = list(self.fields.rows).index(self.fields.current)
            await self.user.press("down" if here < list(self.fields.rows).index(row) else "up")

    @property
    def shown(self):
        return self.user.text("#fields")


async def begun(user, name, *, within="agent"):
    await user.joined()
    await user.until(
        lambda: (who := user.main.participant(within)) and any(one.request_schema for one in who.methods),
        "a description",
    )
    await user.choose(within, name)
    return Form(user)


@pytest.fixture
async def booking(server):
    """The app, with a method that takes one of everything chosen."""
    async with join(server.url, "agent") as agent, opened(to(server), size=(120, 50)) as user:
        describing(agent, book=(BOOKING, GUEST))
        yield user, await begun(user, "book")


async def test_a_described_method_is_called_without_typing_json(booking):
    user, form = booking
    assert user.app.focused is form.fields
    assert not form.body.editor.region
    await user.type("Grace Hopper")
    await user.press("enter", "enter", "backspace", "7", "ctrl+j")
    call = await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c, "an answer")
    assert json.loads(call.response.text) == {"guest": "Grace Hopper", "nights": 7, "version": 2}


async def test_a_change_in_the_form_changes_only_that_value_in_the_raw_text(booking):
    user, form = booking
    form.body.editor.show_text('{ "version":2,"nights" : 3,\n\n "guest":"A",  "unknown": [1.50, 1e2] }')
    await user.until(lambda: any(row.way == ("unknown",) for row in form.fields.rows), "the form followed")
    await form.to("nights")
    await user.press("enter", "backspace", "9", "escape")
    assert form.raw == '{ "version":2,"nights" : 9,\n\n "guest":"A",  "unknown": [1.50, 1e2] }'


async def test_a_change_in_the_raw_text_is_shown_in_the_form(booking):
    user, form = booking
    await user.press("alt+v")
    assert user.app.focused is form.body.editor
    form.body.editor.move_cursor((1, 12))
    await user.type("X")
    await user.press("alt+v")
    assert "XAda" in form.shown
    form.body.editor.show_text('{"guest": "Ada", ')
    await user.until(lambda: "not JSON" in user.text("#schema-problem"), "the reason why there is no form")
    assert not form.fields.rows
    assert not form.body.form.region


async def test_every_kind_of_field_by_keyboard(booking):
    user, form = booking
    await form.to("breakfast")
    await user.press("space")
    assert form.value["breakfast"] is True
    await form.to("room")
    await user.press("d")
    assert form.value["room"] == "double"
    await user.press("enter")
    assert user.app.screen.query_one("#choices", Popup).is_open
    await user.press("down", "enter")
    assert form.value["room"] == "suite"
    await form.to("note")
    await user.type("late")
    await user.press("escape", "delete")
    assert form.value["note"] is None
    await user.press("delete")
    assert "note" not in form.value
    await form.to("address")
    await user.press("right", "down")
    await user.type("Main")
    await user.press("escape")
    assert form.value["address"] == {"street": "Main"}
    await form.to("extra")
    await user.type("[1]")
    await user.press("escape")
    assert form.value["extra"] == [1]


async def test_keys_that_come_faster_than_the_focus_moves_are_all_typed(booking):
    user, form = booking
    await form.to("guest")
    burst = [*"Bo b", "backspace", *"ba"]
    for key in burst:
        user.app.post_message(Key({" ": "space"}.get(key, key), key if len(key) == 1 else None))
    await user.until(lambda: form.value.get("guest") == "Bo ba", "all of it, in order")
    await user.press("c")
    assert form.value["guest"] == "Bo bac"


async def test_lists_grow_move_and_shrink(booking):
    user, form = booking
    await form.to("companions")
    await user.press("insert")
    assert form.value["companions"] == [{"name": ""}]
    await form.to("companions", 0, "name")
    await user.type("Eve")
    await user.press("escape", "insert")
    assert form.fields.current.way == ("companions", 1)
    await form.to("companions", 1, "name")
    await user.type("Bob")
    await user.press("escape", "alt+up")
    assert [one["name"] for one in form.value["companions"]] == ["Bob", "Eve"]
    await form.to("companions", 1)
    await user.press("delete")
    assert form.value["companions"] == [{"name": "Bob"}]


async def test_another_shape_is_chosen_and_undone(booking):
    user, form = booking
    before = form.raw
    await form.to("payment")
    await user.press("space")
    assert form.value["payment"] == {"number": ""}
    await user.press("space")
    assert form.value["payment"] == {"iban": ""}
    await user.press("ctrl+z", "ctrl+z")
    assert form.raw == before


async def test_a_free_key_is_named_and_filled_in(booking):
    user, form = booking
    await form.to("labels")
    await user.press("right", "down")
    await user.type("tier")
    await user.press("escape")
    assert form.value["labels"] == {"tier": ""}
    assert form.fields.current.way == ("labels", "tier")
    await user.type("gold")
    await user.press("escape")
    assert form.value["labels"] == {"tier": "gold"}


async def test_what_is_wrong_stands_at_the_field_and_in_the_raw_text_and_is_sent_all_the_same(booking):
    user, form = booking
    await form.to("nights")
    await user.press("enter", "backspace", "9", "9", "escape")
    await user.until(lambda: "nights must be at most 14, is 99" in form.shown, "the problem at its field")
    await user.press("alt+v")
    assert "line 3: nights must be at most 14" in user.text("#schema-problem")
    line = form.body.editor.get_line(2)
    assert [line.plain[span.start : span.end] for span in line.spans if getattr(span.style, "underline", False)] == [
        "99"
    ]
    await user.press("ctrl+j")
    call = await user.until(lambda: (c := user.main.shown_call) and c.outcome == "ok" and c, "an answer")
    assert json.loads(call.response.text)["nights"] == 99


async def test_what_is_no_number_is_told_and_not_taken(booking):
    user, form = booking
    before = form.raw
    await form.to("rate")
    await user.type("1x")
    assert "1x is no number" in form.shown
    await user.press("escape")
    assert form.value == json.loads(before) | {"rate": 1}


async def test_skeleton_and_example_are_one_key_and_undo_brings_back_what_was_typed(booking):
    user, form = booking
    before = form.raw
    await user.press("alt+s")
    assert form.value == {"guest": form.value["guest"], "nights": 2, "version": 2}
    await user.press("alt+v")
    await user.press("alt+e")
    assert form.value == GUEST
    await user.press("ctrl+z", "ctrl+z")
    assert form.raw == before


async def test_keys_and_values_are_completed_in_the_raw_text(booking):
    user, form = booking
    await user.press("alt+v")
    form.body.editor.show_text("{}")
    form.body.editor.move_cursor((0, 1))
    await user.press('"')
    await user.until(lambda: user.app.screen.query_one("#completions", Popup).is_open, "keys are offered")
    await user.type("roo")
    await user.press("tab")
    assert form.raw.startswith('{"room": ')
    assert user.app.focused is form.body.editor
    await user.press("ctrl+@")
    assert user.app.screen.query_one("#completions", Popup).is_open
    await user.press("down", "tab")
    assert form.value == {"room": "double"}
    form.body.editor.move_cursor((0, len(form.raw) - 1))
    await user.press("comma", '"', "escape")
    assert not user.app.screen.query_one("#completions", Popup).is_open
    assert user.app.focused is form.body.editor
    await user.press("tab")
    assert user.main.focused_pane == "response"


async def test_a_form_is_inferred_from_what_was_seen(server):
    async with join(server.url, "bob", attributes={"rpc.methods": '{"v":1,"m":{"echo":{}}}'}) as bob:
        echo(bob)
        async with opened(to(server), size=(120, 50)) as user:
            await user.joined()
            await user.until(lambda: user.main.participant("bob"), "bob")
            for n in range(3):
                payload = json.dumps({"city": f"c{n}", "days": n})
                seq = user.main.session.start_call(Invocation(destination="bob", method="echo", payload=payload))
                await user.main.session.finished(seq)
            await user.choose("bob", "echo")
            form = Form(user)
            assert user.app.focused is form.body.editor
            await user.press("alt+v")
            await user.until(lambda: user.app.focused is form.fields, "the form")
            assert "inferred from 3 payloads" in user.text("#form-head")
            await form.to("days")
            await user.type("5")
            await user.press("escape")
            assert form.value == {"days": 5}


async def test_without_anything_seen_there_is_a_sentence_instead(server):
    async with (
        join(server.url, "bob", attributes={"rpc.methods": '{"v":1,"m":{"echo":{}}}'}),
        opened(to(server)) as user,
    ):
        await user.joined()
        await user.choose("bob", "echo")
        await user.press("alt+v")
        await user.until(lambda: any("no JSON payload of it was seen" in said for said in user.said()), "the sentence")
        assert user.app.focused is Form(user).body.editor


async def test_who_leaves_takes_neither_form_nor_text_along(server):
    async with opened(to(server), size=(120, 50)) as user:
        async with join(server.url, "agent") as agent:
            describing(agent, book=(BOOKING, GUEST))
            form = await begun(user, "book")
            await user.type("Half typ")
        await user.until(lambda: user.main.participant("agent") is None, "they left")
        assert isinstance(user.app.focused, FieldInput)
        assert form.value["guest"] == "Half typ"
        await user.type("ed")
        assert form.value["guest"] == "Half typed"


async def test_200_fields_are_painted_as_far_as_they_are_seen(server):
    async with join(server.url, "agent") as agent, opened(to(server)) as user:
        describing(agent, wide=(wide(200),))
        form = await begun(user, "wide")
        assert len(form.fields.rows) == 200
        assert len(form.body.form.query("*")) < 20
        await user.press("end")
        assert "field_199" in form.shown


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "https://example.com/schema.json"}, "elsewhere and is not fetched"),
        ({"type": "object", "properties": {"me": {"$ref": "#"}}, "required": ["me"]}, ""),
        ({"type": "object", "properties": {"x": {"pattern": "(a+)+$"}}}, ""),
        ({"type": 7, "properties": []}, ""),
    ],
)
async def test_hostile_schemas_never_hold_up_the_keys(server, schema, said):
    async with join(server.url, "agent") as agent, opened(to(server), size=(120, 50)) as user:
        describing(agent, trap=(schema, {"x": "a" * 40 + "!"}))
        form = await begun(user, "trap")
        await user.press("alt+v")
        form.body.editor.focus()
        await user.type(" ")
        assert form.raw.startswith(" ") or " " in form.raw
        everything = user.text("#form-about") + user.text("#form-head") + user.text("#schema-problem")
        await user.press("alt+v")
        everything += user.text("#form-about") + user.text("#form-head")
        assert said in everything.replace("\n", " ")
