"""What was said of a call against what was seen of it: every sentence that states a fact is held against the trace."""

import re

from rpc_inspector.core.explain.facts import end_of

#: By so much (s) packets of one moment differ between vantage points.
SLACK_S = 0.05


def contradictions(call, explanation, facts, room):
    """Sentences that the trace contradicts.

    Args:
        call: as explained. explanation: of it. facts: around it. room: all events of the trace, whoever they are about.
    """
    said = [(sentence, call) for sentence in explanation.happened]
    said += [(explanation.raised_in_words, call)]
    for cause in explanation.causes:
        said += [(text, call) for text in (cause.text, *cause.evidence_for, *cause.evidence_against)]
    return [
        f"{sentence!r}: {why}"
        for sentence, about in said
        for pattern, holds, why in CLAIMS
        if (found := re.search(pattern, sentence)) and not holds(about, facts, room, found)
    ]


def saw(call, stage, *places, by=None):
    """Whether a vantage point saw the stage, up to a moment."""
    return any(
        one.stage == stage and (by is None or one.time <= by)
        for view in call.views
        if not places or view.at in places
        for one in view.stages
    )


def _in_time(call, stage):
    """Whether the caller's side had it before the call ended, and an ack before the limit for it was over."""
    by = end_of(call) - SLACK_S
    requests = [one.time for view in call.views for one in view.stages if one.stage == "request"]
    if stage == "ack" and call.budget and requests:
        by = min(by, min(requests) + call.budget.ack / 1000)
    return saw(call, stage, "caller", by=by)


def _told_of(room, identity, *kinds):
    return [one for one in room if one.identity == identity and one.kind in kinds]


def _there(call, room, identity):
    """Whether somebody was in the room all through the call, as far as told by now."""
    stay = [one for one in _told_of(room, identity, "joined", "left") if one.time <= call.started]
    return (stay[-1].kind == "joined") if stay else None


def _may_send(facts, identity):
    someone = facts.participant(identity)
    allowed = facts.state.permissions if identity == facts.state.identity else someone.permissions if someone else None
    changed = any(
        one.kind == "permissions" and one.identity == identity and one.text == "may not send data"
        for one in facts.events
    )
    return allowed is not None and allowed.can_publish_data and not changed


def _calls(call, facts, **fields):
    every = (one for one in facts.calls if one.callee == call.callee)
    return [one for one in every if all(getattr(one, name) == value for name, value in fields.items())]


def _ours(facts, *kinds):
    return any(one.identity is None and one.kind in kinds for one in facts.events)


#: A sentence with these words, what must hold for it to be true, and what it contradicts otherwise.
CLAIMS = (
    (r"^No ack from|was not acknowledged|and no ack$|had no ack$",
     lambda call, *_: not saw(call, "ack"), "an ack was seen"),
    (r"^The ack of .* did not reach", lambda call, *_: saw(call, "ack") and not _in_time(call, "ack"),
     "no ack was seen at all, or one in time"),
    (r"\backnowledged\b(?! before)(?!,)",
     lambda call, _facts, _room, said: "ever acknowledged" in said.string or "not acknowledged" in said.string
     or saw(call, "ack") or saw(call, "response") or (call.error is not None and call.error.code == 1502),
     "no ack was seen"),
    (r"had acknowledged|^\S+ acknowledged$", lambda call, *_: saw(call, "ack"), "no ack was seen"),
    (r"was ever acknowledged", lambda call, facts, *_: not any(saw(one, "ack") for one in _calls(call, facts)),
     "another call had an ack"),
    (r"did not answer|answered nothing", lambda call, *_: not _in_time(call, "response"), "an answer was seen"),
    (r"its SDK did not answer", lambda call, *_: not saw(call, "ack") and not saw(call, "response"), "it answered"),
    (r"answered, but not within|answered all the same",
     lambda call, *_: saw(call, "response") or "answer came" in (call.note or ""), "no answer was seen"),
    (r"its error packet was seen|came in a packet from", lambda call, *_: saw(call, "response"), "no answer was seen"),
    (r"no answer was seen to come back", lambda call, *_: not saw(call, "response", by=call.ended), "one was seen"),
    (r"server forwarded the request|request reached|request arrived at",
     lambda call, *_: saw(call, "request", "server", "callee"), "no such packet was seen"),
    (r"server did not forward", lambda call, *_: not saw(call, "request", "server"), "it did"),
    (r"server forwarded the (ack|response)", lambda call, _f, _r, said: saw(call, said[1], "server"), "it did not"),
    (r"^Nothing was sent|nothing was sent$|could not be sent|was not sent",
     lambda call, *_: not saw(call, "request"), "the request was seen"),
    (r"was never seen in the room|^nobody here is called",
     lambda call, facts, room, _: not _told_of(room, call.callee, "joined", "active", "left")
     and (call.callee == call.caller or facts.participant(call.callee) is None), "it was in the room"),
    (r"has left the room", lambda call, _facts, room, _: _there(call, room, call.callee) is False,
     "it had not left before"),
    (r"left the room ([\d.]+) (s|min) after", lambda _call, _facts, room, said: any(
        one.kind == "left" and said.string.removeprefix("the caller ").startswith(str(one.identity)) for one in room),
     "no leave was told"),
    (r"^(\S+) left [\d(]", lambda _call, _facts, room, said: bool(_told_of(room, said[1], "left")),
     "no leave was told"),
    (r"^(\S+) joined (only |anew )?\d", lambda _call, _facts, room, said: bool(_told_of(room, said[1], "joined")),
     "no join was told"),
    (r"another session joined as (\S+)", lambda _call, _facts, room, said: bool(_told_of(room, said[1], "joined")),
     "no join was told"),
    (r"(\S+) is in the room", lambda _call, facts, room, said: facts.participant(said[1]) is not None
     or bool(_told_of(room, said[1], "left")), "it is not listed"),
    (r"^(our token|\S+) lacks canPublishData|^(\S+)'s token lacks", lambda call, facts, _room, said: not _may_send(
        facts, call.caller if said[1] == "our token" else said[1] or said[2]), "it may send"),
    (r"is hidden:", lambda call, facts, *_: facts.state.permissions.hidden if call.direction == "outgoing"
     else facts.participant(call.caller) is None or facts.participant(call.caller).permissions.hidden, "it is listed"),
    (r"^[Oo]ur own connection (broke|ended)", lambda _call, facts, *_: _ours(facts, "reconnecting", "disconnected")
     or facts.state.status in ("closed", "offline"), "it did not"),
    (r"no break of our own", lambda call, facts, *_: facts.state.status == "connected"
     and not facts.between(call.started, end_of(call), ("reconnecting", "disconnected")), "it broke"),
    (r"speaks version 1", lambda call, facts, *_: facts.participant(call.callee) is None or any(
        one and one.client_protocol == 0 for one in map(facts.participant, (call.callee, call.caller))),
     "nobody listed does"),
    (r"worked [\d.]+", lambda call, facts, *_: any(
        one.outcome == "ok" or one.error for one in _calls(call, facts, method=call.method)), "no such call was seen"),
    (r"has answered other calls", lambda call, facts, *_: bool(_calls(call, facts, outcome="ok")), "none was seen"),
    (r"other calls in flight|another, and this one waited", lambda call, facts, *_: bool(facts.meanwhile(call)),
     "there were none"),
    (r"we encrypt|our session encrypts", lambda _call, facts, *_: facts.state.encrypted, "we do not"),
)  # fmt: skip
