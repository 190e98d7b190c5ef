"""Schemas that are hostile: told at their place, and the keys stay alive."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from rpc_inspector.core.model import Method
from rpc_inspector.core.schema.reading import LONGEST
from rpc_inspector.tui.widgets.form.field_input import FieldInput
from rpc_inspector.tui.widgets.form.rows import MOST_ROWS
from tests.support.rooms import until
from tests.support.schemas import method
from tests.support.still import roster
from tests.tui.conftest import Driver
from tests.tui.test_form import Form
from tests.tui.test_pictures import still_app

#: An order of magnitude above what any of them takes, and below what anybody would call alive.
LONGEST_HELD_S = 1.0


def within(depth, make):
    schema = {"type": "string"}
    for _ in range(depth):
        schema = make(schema)
    return schema


def nested(inner):
    return {"type": "object", "properties": {"in": inner}, "required": ["in"]}


class Heartbeat:
    """How long the loop was held at most, in seconds."""

    def __init__(self):
        self.longest = 0.0

    async def beat(self):
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0)
            self.longest = max(self.longest, loop.time() - before)
            await asyncio.sleep(0.005)


@asynccontextmanager
async def hostile(schema, *requests, size=(120, 50)):
    """The app on a method of that schema; the loop is watched from before it is read."""
    app = still_app()
    async with app.run_test(size=size) as pilot:
        user = Driver(app, pilot)
        await until(lambda: user.main.is_whole and user.main.session, what="furnished")
        await pilot.pause()
        found = schema if isinstance(schema, Method) else method("trap", schema, *requests)
        people = [one if one.identity != "billing" else with_method(one, found) for one in roster()]
        heart = Heartbeat()
        beating = asyncio.create_task(heart.beat())
        try:
            user.main.session.repeople(people)
            await user.until(lambda: user.main.participant("billing").methods == (found,), "the method is there")
            user.main.aim("billing", "trap")
            user.main.action_focus_pane("request")
            await pilot.pause()
            yield user, Form(user)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        assert heart.longest < LONGEST_HELD_S


def with_method(person, found):
    from rpc_inspector.core.model import replace

    return replace(person, methods=(found,))


async def test_a_schema_that_is_nested_beyond_what_is_read_is_told_and_the_raw_editor_is_there():
    async with hostile("[" * 100_000) as (user, form):
        assert "No form: " in user.text("#schema-problem")
        assert "nested too deeply" in user.text("#schema-problem").replace("\n", " ")
        await user.type("x1")
        assert form.raw == "x1"
    async with hostile(within(60, nested)) as (user, form):
        assert "nested more than 100 deep" in " ".join(user.text("#schema-problem").split())
        assert user.app.focused is form.body.editor


async def test_what_holds_itself_is_opened_only_so_far_as_its_user_goes():
    schema = {"$ref": "#/$defs/node", "$defs": {"node": {
        "type": "object", "required": ["name", "next"],
        "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}},
    }}}  # fmt: skip
    async with hostile(schema) as (user, form):
        assert len(form.fields.rows) < 40
        way = ()
        for _ in range(5):
            await form.to(*way, "name")
            await user.type("n")
            await user.press("escape")
            await form.to(*way, "next")
            await user.press("right")
            way = (*way, "next")
        value = form.value
        for _ in range(5):
            assert value["name"] == "n"
            value = value.get("next", {})


async def test_what_is_nothing_but_itself_may_be_anything():
    schema = {"type": "object", "properties": {"loop": {"$ref": "#/properties/loop"}, "ok": {"type": "string"}}}
    async with hostile(schema) as (user, form):
        await form.to("loop")
        assert "any JSON" in user.text("#form-about")
        await user.press("right", "escape")
        await form.to("ok")
        await user.type("fine")
        assert form.value == {"ok": "fine"}


async def test_ten_thousand_properties_are_cut_with_a_word_and_each_can_be_typed():
    fields = {f"f{n:05}": {} for n in range(9_999)} | {"f09999": {"type": "string"}}
    async with hostile({"type": "object", "properties": fields}) as (user, form):
        assert len(form.fields.rows) == MOST_ROWS
        assert form.fields.rows[-1].control == "note"
        await user.press("end")
        assert "only the first 3,000 rows are shown" in form.shown
        await user.press("up")
        (name,) = form.fields.current.way
        await user.type("last")
        await user.press("escape")
        assert form.value == {name: "last"}
        assert name == f"f{MOST_ROWS - 2:05}"
        await user.press("alt+v")
        form.body.editor.show_text('{"f09999": 1}')
        await user.until(lambda: "too large" in user.text("#schema-problem"), "it is said that it is not checked")
        assert "schema" not in user.text("#request-facts")


async def test_a_pattern_that_would_never_end_is_told_at_its_field():
    schema = {"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a+)+$"},
                                               "y": {"type": "string", "pattern": "^(?=(a+)+$)a"}}}  # fmt: skip
    async with hostile(schema) as (user, form):
        await form.to("x")
        await user.type("a" * 40 + "!")
        await user.until(lambda: "x must match ^(a+)+$" in form.shown, "checked, in linear time")
        await user.press("escape")
        await form.to("y")
        await user.type("b")
        await user.press("escape")
        assert form.value == {"x": "a" * 40 + "!", "y": "b"}
        assert "not checked" in " ".join(user.text("#form-about").split()), user.text("#form-about")


async def test_ten_megabytes_are_not_read_and_it_is_said():
    schema = json.dumps({"type": "string", "description": "x" * 10_000_000})
    async with hostile(schema) as (user, form):
        assert len(schema) > LONGEST
        said = " ".join(user.text("#schema-problem").split())
        assert f"The schema has {len(schema):,} characters; {LONGEST:,} are read." in said
        await user.type("x1")
        assert form.raw == 'x1""'


@pytest.mark.parametrize("ref", ["https://example.com/s.json", "file:///etc/passwd", "other.json#/a"])
async def test_a_reference_elsewhere_is_not_fetched_and_told_at_its_field(ref, monkeypatch):
    import socket

    async def never(*_args, **_more):
        raise AssertionError("it is fetched")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    monkeypatch.setattr(socket, "create_connection", never)
    schema = {"type": "object", "properties": {"there": {"$ref": ref}, "here": {"type": "string"}}}
    async with hostile(schema) as (user, form):
        await form.to("there")
        assert "elsewhere and is not fetched" in " ".join(user.text("#form-about").split())
        await user.type("7")
        assert isinstance(user.app.focused, FieldInput)
        await user.press("escape")
        assert form.value == {"there": 7}
