import dataclasses
import json
import subprocess
import sys
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Literal, NotRequired, TypedDict

import msgspec
import pytest
from jsonschema import ValidationError, validate
from livekit import rtc

from rpc_inspector.core.methods import parse_advertised, parse_described
from rpc_inspector.describe import Methods, schema_of
from tests.support.rooms import embedded_server, join


class Sky(Enum):
    CLEAR = "clear"
    RAIN = "rain"


@dataclasses.dataclass
class Place:
    city: str
    days: int = 5
    tags: list[str] = dataclasses.field(default_factory=list)


class Weather(TypedDict):
    temp: Annotated[float, "in °C"]
    sky: Sky
    place: Place
    wind: NotRequired[tuple[int, str] | None]


class Struct(msgspec.Struct):
    name: str


class Recursive(TypedDict):
    inner: "Recursive"


class Model:
    @classmethod
    def model_json_schema(cls):
        return {"title": "Model", "type": "object"}


def test_schemas_of_types():
    place = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "default": 5},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["city"],
    }
    assert schema_of(Place) == place
    pair = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2}
    assert schema_of(Weather) == {
        "type": "object",
        "properties": {
            "temp": {"type": "number", "description": "in °C"},
            "sky": {"enum": ["clear", "rain"]},
            "place": place,
            "wind": {"anyOf": [pair, {"type": "null"}]},
        },
        "required": ["temp", "sky", "place"],
    }
    assert schema_of(dict[str, Literal["a", 1]]) == {"type": "object", "additionalProperties": {"enum": ["a", 1]}}
    assert schema_of(Struct)["$defs"]["Struct"]["required"] == ["name"]
    assert schema_of(Model) == {"title": "Model", "type": "object"}
    assert schema_of({"type": "null"}) == {"type": "null"}


@dataclasses.dataclass
class Visit:
    guests: list[Struct]
    host: Struct | None = None


def test_what_models_define_stands_where_their_references_look():
    schema = schema_of(Visit)
    guest = {"guests": [{"name": "Ada"}], "host": {"name": "Bob"}}
    validate(guest, schema)
    with pytest.raises(ValidationError, match="'name' is a required property"):
        validate({"guests": [{}]}, schema)
    other = msgspec.defstruct("Struct", [("size", int)])
    with pytest.raises(TypeError, match="two different types are called Struct"):
        schema_of(tuple[Struct, other])


@pytest.mark.parametrize("what", [Recursive, complex, "Place", type("Plain", (), {})])
def test_what_has_no_schema_is_refused(what):
    with pytest.raises(TypeError, match="give it"):
        schema_of(what)


def table(count=1, words="Greets."):
    methods = Methods()
    for number in range(count):

        @methods.add(f"greet_{number}", description=words, request=Place, examples=[({"city": "Oslo"}, "hi")])
        async def greet(data):
            return data.payload

    return methods


def test_names_come_from_the_handler_and_descriptions_from_its_docstring():
    methods = Methods()

    @methods.add()
    async def greet(data):
        """Greets the
        caller.

        At length.
        """
        return data.payload

    assert methods.advertisement() == '{"v":1,"m":{"greet":{"d":"Greets the caller."}}}'
    with pytest.raises(ValueError, match="'greet'"):
        methods.add()(greet)
    with pytest.raises(ValueError, match=r"'rpc\.describe'"):
        methods.add("rpc.describe")(greet)


def test_too_many_methods_are_cut_in_the_attribute_and_named_only_in_the_answer():
    methods = table(400, "é" * 60)
    attribute = methods.advertisement()
    assert len(attribute.encode()) <= 8192
    assert json.loads(attribute)["more"] is True
    assert parse_advertised(attribute).methods[0].description == "é" * 60
    everything = methods.description('{"v":1}')
    assert len(parse_described(everything).methods) == 400
    assert parse_described(everything).methods[0].request_schema is None
    (one,) = parse_described(methods.description('{"v":1,"method":"greet_7"}')).methods
    assert one.name == "greet_7"
    assert '"required": ["city"]' in (one.request_schema or "")
    assert one.examples == ('{"request": {"city": "Oslo"}, "response": "hi"}',)
    assert methods.description('{"v":1,"method":"none"}') == '{"v":1,"methods":{}}'
    assert len(parse_described(methods.description("not JSON")).methods) == 400


async def test_published_methods_can_be_seen_and_called_in_a_room():
    async with embedded_server() as server, join(server.url, "app") as app, join(server.url, "caller") as caller:
        await table().publish(app.local_participant)
        me = caller.local_participant
        assert await me.perform_rpc(destination_identity="app", method="greet_0", payload="x") == "x"
        answer = await me.perform_rpc(destination_identity="app", method="rpc.describe", payload='{"v":1}')
        assert parse_described(answer).methods[0].name == "greet_0"
        assert parse_advertised(app.local_participant.attributes["rpc.methods"]).methods[0].name == "greet_0"


async def test_the_handlers_data_is_livekits():
    data = rtc.RpcInvocationData(request_id="1", caller_identity="me", payload='{"v":1}', response_timeout=8.0)
    assert parse_described(await table().describe(data)).methods[0].name == "greet_0"
    assert await table().describe(SimpleNamespace(payload="")) == await table().describe(data)


def test_it_needs_nothing_but_the_standard_library():
    program = "import sys; before = set(sys.modules); import rpc_inspector.describe; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    loaded = done.stdout.split()
    foreign = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names - {"rpc_inspector"}
    assert foreign == set()
    ours = {name for name in loaded if name.startswith("rpc_inspector.")}
    assert all(name.startswith("rpc_inspector.describe") for name in ours)
