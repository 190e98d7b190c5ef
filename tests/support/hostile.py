"""Calls whose every text was chosen by somebody who means harm."""

from rpc_inspector.core.model import CallError, Payload, Sighting, Stage
from tests.support.calls import MONOTONIC, call, event

TEXTS = (
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    '=HYPERLINK("http://evil","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,2)",
    "\t=1",
    " =1",
    "\uff1d1+1",
    "a|b \\| c\\",
    "`code` ``two`` ![x](http://evil/i.png) [l](javascript:alert(1)) <b>",
    "https://evil.example www.evil.example @everyone #1",
    "x\nend\nparticipant evil",
    "a->>b: c; note over a: x %% comment",
    "%%{init: {'theme':'dark'}}%%",
    "end",
    "#35; &lt; &#60; <br>",
    "\x1b]52;c;ZXZpbA==\x07\x1b[31mred",
    "\u202eright to left\u2066 \u200bzero\u200dwidth \ufeff",
    "\u5e7f\u5dde wide \U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "e" + "\u0301" * 200,
    "\x00 nul \x7f \x85 \u2028 \u2029",
    "\ud800 alone",
    "x" * 5_000,
    "",
    " ",
    "__proto__",
    "&amp; 'single' \"double\"",
)  # fmt: skip


def rows(texts=TEXTS):
    """A call and a room event for each text, in every field that somebody else fills."""
    made = []
    for number, text in enumerate(texts):
        at = number * 0.5
        error = CallError(code=1500 + number % 7, message=text, data=text, raised_by="callee", causes=(text,))
        own = MONOTONIC + at
        stages = (
            Stage(stage="request", dir="sent", time=own, bytes=10),
            Stage(stage="response", dir="received", time=own + 0.02, end=own + 0.03, bytes=10, packets=2),
        )
        made.append(event(2 * number + 1, at, "left", text, text))
        made.append(
            call(
                2 * number + 2, at, caller=text, callee=f"{text}.", method=text, code=error.code, error=error,
                request=Payload(len(text), text), response=Payload(len(text), text, broken=text), comment=text,
                note=text, room=text, id=text, views=(Sighting(at="caller", source="app", place=text, stages=stages),),
            )
        )  # fmt: skip
    return made
