"""Pictures of how methods are known: the pane on the whole screen, and the detail of a method."""

import json

import pytest

from rpc_inspector.core.model import Method, replace
from tests.tui.test_pictures import _utc, after, still_app  # noqa: F401 - a fixture among them

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
REQUEST = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "units": {"enum": ["metric", "imperial"]}},
    "required": ["city"],
}
WEATHER = (
    Method(
        name="get_weather",
        provenance="advertised",
        also=("described", "catalogue", "observed"),
        description="The weather in a city now",
        request_schema=json.dumps(REQUEST),
        examples=('{"request": {"city": "S\\u00e3o Paulo"}, "response": {"temp": 21}}',),
        conflicts=(
            "the catalogue (rpc-catalogue.yaml:12) has another request schema than it describes; its own is shown",
        ),
        origin="rpc-catalogue.yaml:12",
    ),
    Method(name="forecast", provenance="described", description="The weather in a city in the next days"),
    Method(name="set_units", provenance="catalogue", description="Metric or imperial", origin="rpc-catalogue.yaml:20"),
    Method(name="tune", provenance="observed"),
    Method(name="a_rather_long_method_name_of_somebody", provenance="saved"),
    Method(name="lk.agent.get_session_state", provenance="known"),
    Method(name="lk.agent.get_chat_history", provenance="known"),
)
REFUND = Method(name="refund", provenance="advertised", conflicts=("advertised, but the last call said 1400",))


def repeopled(app):
    us, weather, web, billing, *others = app.main.session.roster
    app.main.session.repeople(
        [
            us,
            replace(weather, methods=WEATHER, describing="described"),
            replace(web, describing="asking"),
            replace(
                billing,
                methods=(REFUND, Method(name="charge", provenance="saved")),
                describing="silent",
                remarks=("its list of methods (rpc.methods) cannot be read: not JSON",),
            ),
            *others,
        ]
    )


def to_weather(app):
    app.main.participants.select("weather-agent", "get_weather")


@SIZES
def test_whole_screen(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(repeopled, "z"))


@SIZES
def test_method(snap_compare, size):
    assert snap_compare(still_app(), terminal_size=size, run_before=after(repeopled, "z", to_weather, "space"))


def test_method_in_the_light(snap_compare):
    app = still_app(theme="inspector-light")
    assert snap_compare(app, terminal_size=(120, 36), run_before=after(repeopled, "z", to_weather, "space"))
