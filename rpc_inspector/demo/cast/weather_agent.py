"""An agent that knows the weather: methods described by JSON schemas, with examples."""

import zlib
from collections.abc import Sequence
from typing import Any

from livekit import rtc

from rpc_inspector.core.names import closest
from rpc_inspector.demo.actor import Actor, work
from rpc_inspector.demo.methods import BAD_REQUEST, DemoMethod, Request, a, an_object, compact

#: Where there is a station, and its mean temperature in °C.
STATIONS = {
    "Cairo": 26, "London": 12, "Montréal": 6, "Nairobi": 22, "Oslo": 4, "Paris": 14, "Reykjavík": 3,
    "São Paulo": 23, "Tokyo": 17, "Wellington": 13, "Zürich": 10,
}  # fmt: skip
SKIES = ("clear", "sunny spells", "cloudy", "drizzle", "rain", "thunderstorm", "fog")
UNITS = ("metric", "imperial")
NO_STATION = 4040

_CITY = a("string", "A city with a weather station", examples=["Paris", "Oslo", "São Paulo"])
_WEATHER = an_object(
    "city", "temp", "unit", "sky", city=a("string"), temp=a("integer"), unit=a("string", enum=["C", "F"]),
    sky=a("string", enum=list(SKIES)), wind=a("integer", "km/h, or mph"),
)  # fmt: skip
_DAYS = a("integer", "How many days", minimum=1, maximum=14, default=5)


class WeatherAgent(Actor):
    """Answers at once, in the units that were set last."""

    identity = "weather-agent"
    name = "Weather agent"
    kind = "agent"
    attributes = {"units": "metric", "lk.agent.state": "listening"}  # noqa: RUF012 - declared ClassVar in Actor
    units = "metric"

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        paris = _weather("Paris", 0, "metric")
        return (
            DemoMethod(
                "get_weather",
                "The weather in a city now",
                self.get_weather,
                an_object("city", city=_CITY),
                _WEATHER,
                [({"city": "Paris"}, paris), ({"city": "Oslo"}, _weather("Oslo", 0, "metric"))],
            ),
            DemoMethod(
                "forecast",
                "The weather in a city in the next days",
                self.forecast,
                an_object("city", city=_CITY, days=_DAYS),
                an_object("city", "days", city=a("string"), days=a("array", items=_WEATHER)),
                [({"city": "Paris", "days": 1}, {"city": "Paris", "days": [_weather("Paris", 1, "metric")]})],
            ),
            DemoMethod(
                "set_units",
                "Choose metric or imperial units for all answers",
                self.set_units,
                an_object("units", units=a("string", enum=list(UNITS))),
                an_object("units", "was", units=a("string"), was=a("string")),
                [({"units": "imperial"}, {"units": "imperial", "was": "metric"})],
            ),
        )

    async def get_weather(self, request: Request) -> object:
        """The weather now."""
        city = _station(request.text("city"))
        await work(18, 65)
        return _weather(city, 0, self.units)

    async def forecast(self, request: Request) -> object:
        """The next days; each costs a little time."""
        city = _station(request.text("city"))
        days = int(request.number("days", 5, least=1, most=14))
        await work(30 * days, 55 * days)
        return {"city": city, "days": [_weather(city, day, self.units) for day in range(1, days + 1)]}

    async def set_units(self, request: Request) -> object:
        """Keeps the choice, and shows it as an attribute."""
        units = request.text("units")
        if units not in UNITS:
            raise rtc.RpcError(BAD_REQUEST, f"There are no {units} units", compact({"units": UNITS}))
        was, self.units = self.units, units
        await self.show(units=units)
        return {"units": units, "was": was}


def _station(city: str) -> str:
    for name in STATIONS:
        if name.casefold() == city.casefold():
            return name
    raise rtc.RpcError(
        NO_STATION, f"No weather station in {city}", compact({"city": city, "closest": closest(city, STATIONS)})
    )


def _weather(city: str, day: int, units: str) -> dict[str, Any]:
    """The same weather for the same city and day: a demo that can be repeated."""
    chance = zlib.crc32(f"{city} {day}".encode())
    celsius = STATIONS[city] + chance % 9 - 4
    wind = chance // 9 % 40
    metric = units == "metric"
    return {
        "city": city,
        "temp": celsius if metric else round(celsius * 9 / 5 + 32),
        "unit": "C" if metric else "F",
        "sky": SKIES[chance // 360 % len(SKIES)],
        "wind": wind if metric else round(wind / 1.609),
    }
