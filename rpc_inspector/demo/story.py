"""The demo's story: every demo method called at least once, and what is expected to come of it.

Data only; imports no SDK, so that it can be read wherever a session is.
"""

from dataclasses import dataclass, field
from typing import Literal

#: When a call of the story is made:
#: ready     the callee has registered its methods (it shows an attribute);
#: present   the callee is active, its methods perhaps not registered yet;
#: returned  the callee has left and come back since the call before, and is ready;
#: at once   nobody is waited for.
When = Literal["ready", "present", "returned", "at once"]


@dataclass(frozen=True, slots=True)
class StoryCall:
    """A call of the story and its expected outcome.

    Attributes:
        code: the expected error's code; ``None`` expects an answer.
        note: what it shows, for people.
        payload: the request; a long one is not shown in ``repr``.
        when: what is waited for before it is made.
        contains: a piece of the expected answer, or of the expected error's data.
        least_bytes: of the expected answer, in UTF-8.
    """

    destination: str
    method: str
    payload: str = field(default="{}", repr=False)
    code: int | None = None
    note: str = ""
    when: When = "ready"
    contains: str = ""
    least_bytes: int = 0


_LARGE = '{"kept":"' + "all work and no play " * 3_200 + '"}'

#: Calls to one destination are made one after the other, in this order; different destinations at the same time.
STORY: tuple[StoryCall, ...] = (
    StoryCall("weather-agent", "get_weather", '{"city":"Paris"}', note="a quick answer", contains='"temp":'),
    StoryCall(
        "weather-agent", "get_weather", '{"city":"Osloo"}', 4040, "the application's own error", contains='"Oslo"'
    ),
    StoryCall("weather-agent", "forecast", '{"city":"São Paulo","days":3}', note="more to compute", contains="São"),
    StoryCall("weather-agent", "set_units", '{"units":"metric"}', note="changes an attribute", contains='"was":'),
    StoryCall("weather-agent", "get_wether", '{"city":"Paris"}', 1400, "a method that is not there"),
    StoryCall("weather-agnet", "get_weather", '{"city":"Paris"}', 1401, "nobody of that name", when="at once"),
    StoryCall("web-1", "get_location", '{"accuracy":"precise"}', note="asks the GPS", contains='"meters":8'),
    StoryCall("web-1", "show_card", '{"title":"Bon voyage ☂"}', note="changes an attribute", contains='"card":'),
    StoryCall("web-1", "confirm", '{"question":"Pay 42.00 EUR?"}', note="waits for a person", contains="true"),
    StoryCall("billing", "invoice", '{"order":"A-1041"}', note="more than ASCII", contains="お茶"),
    StoryCall("billing", "charge", '{"amount":42}', note="an answer", contains='"charge":'),
    StoryCall("billing", "charge", '{"amount":250}', 4020, "an error with data", contains="insufficient_funds"),
    StoryCall("billing", "charge", "forty-two", 4000, "a payload that is not JSON"),
    StoryCall("billing", "audit", "{}", 1500, "the handler has a bug"),
    StoryCall("billing", "refund", '{"charge":"ch_7001"}', 1502, "slower than the 8 s it is given"),
    StoryCall("archive", "echo", '{"say":"hello"}', note="the payload back", contains='{"say":"hello"}'),
    StoryCall("archive", "echo", "", note="nothing at all"),
    StoryCall("archive", "measure", _LARGE, note="a large request", contains=f'"bytes":{len(_LARGE)}'),
    StoryCall("archive", "export_log", "{}", note="a large answer", least_bytes=300_000),
    StoryCall("archive", "restore", "{}", 4130, "more words than an error carries", contains="checksum"),
    StoryCall("flaky", "status", "{}", note="still there", contains='"job":'),
    StoryCall("flaky", "handover", "{}", 1503, "leaves in the middle of the call"),
    StoryCall("flaky", "status", "{}", note="back again", when="returned", contains='"job":'),
    StoryCall("phone", "lk.sip.GetRemoteHeaders", "{}", note="a method known of telephones", contains="User-Agent"),
    StoryCall("phone", "lk.sip.EndCall", "{}", note="answers and hangs up", contains="{}"),
    StoryCall("late-bird", "chirp", '{"times":3}', 1400, "not registered yet", when="present"),
    StoryCall("late-bird", "chirp", '{"times":3}', note="registered at last", contains="tweet tweet tweet"),
)
