"""Strategies: what several vantage points report of many calls, in any order and any number of times."""

import msgspec
from hypothesis import strategies as st

from rpc_inspector.core.events import RpcEvent, WireError

#: Who sees what: source, place, and whether at the caller (True), the callee (False) or the server (None).
VANTAGE = (("sdk", "", True), ("app", "12", True), ("browser", "7", False), ("app", "34", False), ("server", "", None))
WAYS = {True: ("sent", "received"), False: ("received", "sent"), None: ("forwarded", "forwarded")}


def reported(draw, call, vantage, stage, time, **said):
    """The events of one stage at one vantage point: one, or its beginning and its whole."""
    source, place, at_caller = vantage
    asks = stage == "request"
    # One clock, read at each end a little later: the server has the packet after its sender and before its recipient.
    late = {True: 0.0, None: 0.0005, False: 0.001}[at_caller]
    event = RpcEvent(
        source=source, place=place, stage=stage, dir=WAYS[at_caller][0 if asks else 1],
        time=time + (late if asks else 0.001 - late), precision=0.01 if source == "server" else 1.0, id=call["id"],
        sender=call["caller"] if asks else call["callee"], destination=call["callee"] if asks else call["caller"],
        bytes=200, **said,
    )  # fmt: skip
    if stage == "ack" or not draw(st.booleans()):
        return [event]
    header = msgspec.structs.replace(event, complete=False, payload=None, error=None, bytes=120)
    whole = msgspec.structs.replace(event, end=event.time + 0.004, packets=3, bytes=900)
    if draw(st.integers(0, 5)) == 0:
        # The capture lost a chunk: the payload cannot be read here.
        return [header, msgspec.structs.replace(whole, payload=None, broken="parts of it did not come")]
    return [header, whole]


@st.composite
def calls(draw, most=6):
    """Lists of events, one list a call: any of its stages as seen from any of the vantage points."""
    told = []
    for number in range(draw(st.integers(1, most))):
        call = {
            "id": f"id-{number}" if draw(st.booleans()) else f"shared-{number // 2}",
            "caller": f"web-{number}",
            "callee": draw(st.sampled_from(["agent", "billing"])),
        }
        begun = 100.0 + draw(st.integers(0, 20_000)) / 1000
        answered = begun + 0.002 + draw(st.integers(0, 3)) / 1000  # stamps of 1 ms are often the same
        error = WireError(code=1500, message="no") if draw(st.integers(0, 3)) == 0 else None
        request = {"method": "greet", "told_ms": 8000, "transport": "v2", "payload": "{}", "payload_bytes": 2}
        response = {"error": error} if error else {"payload": "hi", "payload_bytes": 2, "transport": "v2"}
        stages = {"request": (begun, request), "ack": (begun + 0.002, {}), "response": (answered, response)}
        events = []
        for vantage in draw(st.lists(st.sampled_from(VANTAGE), min_size=1, max_size=3, unique=True)):
            for stage in draw(st.lists(st.sampled_from(sorted(stages)), min_size=1, max_size=3, unique=True)):
                events += reported(draw, call, vantage, stage, stages[stage][0], **stages[stage][1])
        told.append(events)
    return told


@st.composite
def interleaved(draw, told):
    """The events of all calls in any order, some of them again."""
    events = [event for events in told for event in events]
    again = draw(st.lists(st.sampled_from(events), max_size=6))
    return draw(st.permutations([*events, *again]))
