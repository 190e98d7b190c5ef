"""A page in somebody's browser: quick answers, one that takes a person's time."""

import asyncio
import itertools
from collections.abc import Sequence

from livekit import rtc

from rpc_inspector.demo.actor import Actor, work
from rpc_inspector.demo.methods import BAD_REQUEST, DemoMethod, Request, a, an_object
from rpc_inspector.demo.stage import Stage

#: A person needs so long to read a question and press a button, in seconds.
DECISION_S = 1.2

_BUTTON = an_object(
    "label", label=a("string", maxLength=20), opens={"type": ["string", "null"], "format": "uri", "default": None}
)
_PLACES = (("Paris", 48.8566, 2.3522), ("Versailles", 48.8049, 2.1204), ("Saint-Denis", 48.9362, 2.3574))


class Browser(Actor):
    """Ada's browser, on the checkout page."""

    identity = "web-1"
    name = "Ada's browser"
    attributes = {"page": "/checkout", "agent": "Firefox 145"}  # noqa: RUF012 - declared ClassVar in Actor

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._places = itertools.cycle(_PLACES)
        self._cards = itertools.count(1)

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        return (
            DemoMethod(
                "get_location",
                "Where the browser is",
                self.get_location,
                an_object(accuracy=a("string", "precise asks the GPS", enum=["coarse", "precise"], default="coarse")),
                an_object("city", city=a("string"), latitude=a("number"), longitude=a("number"), meters=a("integer")),
                [({"accuracy": "coarse"}, {"city": "Paris", "latitude": 48.86, "longitude": 2.35, "meters": 5000})],
            ),
            DemoMethod(
                "show_card",
                "Show a card to the user",
                self.show_card,
                an_object(
                    "title",
                    title=a("string", "In one line", minLength=1, maxLength=80),
                    text=a("string"),
                    style=a("string", enum=["note", "warning", "offer"], default="note"),
                    seconds=a("integer", "How long it stays", minimum=1, maximum=60, default=8),
                    buttons=a("array", maxItems=3, items=_BUTTON),
                ),
                an_object("card", card=a("integer", "The card's number")),
                [
                    ({"title": "Bon voyage", "text": "Take an umbrella ☂"}, {"card": 1}),
                    (
                        {"title": "Pay now?", "style": "offer", "buttons": [{"label": "Pay", "opens": None}]},
                        {"card": 2},
                    ),
                ],
            ),
            DemoMethod(
                "confirm",
                "Ask the user a question and wait for the answer",
                self.confirm,
                an_object("question", question=a("string")),
                an_object("confirmed", confirmed=a("boolean")),
                [({"question": "Pay 42.00 EUR?"}, {"confirmed": True})],
            ),
        )

    async def get_location(self, request: Request) -> object:
        """Coarse at once, precise when the GPS is ready."""
        accuracy = request.body.get("accuracy", "coarse")
        if accuracy not in ("coarse", "precise"):
            raise rtc.RpcError(BAD_REQUEST, f"There is no accuracy {accuracy!r}")
        precise = accuracy == "precise"
        await (work(180, 420) if precise else work(3, 12))
        city, latitude, longitude = next(self._places)
        digits = 4 if precise else 2
        place = {"latitude": round(latitude, digits), "longitude": round(longitude, digits)}
        return {"city": city, **place, "meters": 8 if precise else 5000}

    async def show_card(self, request: Request) -> object:
        """The card's title is an attribute from then on."""
        title = request.text("title")
        await self.show(card=title[:80])
        return {"card": next(self._cards)}

    async def confirm(self, request: Request) -> object:
        """Says yes to everything, after some thought."""
        request.text("question")
        await asyncio.sleep(DECISION_S)
        return {"confirmed": True}
