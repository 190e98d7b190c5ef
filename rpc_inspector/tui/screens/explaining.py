"""Explaining the shown call, and doing what its explanation offers."""

from typing import NamedTuple

from textual import on

from rpc_inspector.core.budgets import budget_for
from rpc_inspector.core.explain import Action, topic_of
from rpc_inspector.core.explain.pages import find_page, page
from rpc_inspector.core.model import Call, Participant
from rpc_inspector.core.session import Invocation
from rpc_inspector.core.text import sanitise_name
from rpc_inspector.tui.glyphs import G
from rpc_inspector.tui.screens.showing import ShowingScreen
from rpc_inspector.tui.widgets.trace.messages import ExplainAsked
from rpc_inspector.tui.wording import failure

#: How long somebody is waited for to become active, in seconds.
_WAIT_S = 60.0


class Resent(NamedTuple):
    """A payload that was sent before, and the template that it was made of, if that is known."""

    payload: str
    template: str | None


class ExplainingScreen(ShowingScreen):
    """A screen that explains why the shown call failed. Who can send implements :meth:`send` and :meth:`resent`."""

    def send(self, invocation: Invocation, typed: str | None = None) -> None:
        """Make a call and show it; ``typed`` is what was typed for its payload, with placeholders."""
        raise NotImplementedError

    def resent(self, call: Call) -> Resent | str:
        """What a call of ours sends when it is sent again, or why it is not."""
        raise NotImplementedError

    def action_explain(self) -> None:
        """Why the shown call failed, and what can be done about it."""
        from rpc_inspector.tui.screens.explain import ExplainScreen  # noqa: PLC0415 - only when asked for

        call = self.shown_call
        explanation = self._explain(call) if call else None
        topic = topic_of(call) if call else None
        if call is None or explanation is None or topic is None:
            self.notify("There is no error to explain. Choose a failed call.", markup=False)
            return
        whose = f"{sanitise_name(call.callee or '?')} {sanitise_name(call.method or '?')}"
        text = failure(call, explanation, evidence=True)
        screen = ExplainScreen(f"{page(topic).title} {G.dot} {whose}", text, explanation.actions)
        self.app.push_screen(screen, lambda action: self._do(action, call))

    @on(ExplainAsked)
    def _explain_asked(self, event: ExplainAsked) -> None:
        self.show(event.seq)
        self.action_explain()

    def action_do_first(self) -> None:
        """Do what the explanation of the shown call offers first."""
        call = self.shown_call
        explanation = self._explain(call) if call else None
        if call and explanation and explanation.actions:
            self._do(explanation.actions[0], call)

    def _do(self, action: Action | None, call: Call) -> None:
        if action is None:
            return
        if action.kind == "docs":
            self._show_page(action.target)
        elif action.kind in ("history", "methods"):
            self._show_participant(action.target)
        elif self.refused() or self.session is None:
            return
        elif action.kind == "ping":
            from rpc_inspector.tui.screens.ping import PingScreen  # noqa: PLC0415 - only when asked for

            self.app.push_screen(PingScreen(action.target, lambda: self._roster, self.session.ping))
        elif action.kind == "wait":
            self.run_worker(self._send_when_active(action, call), exit_on_error=False)
        else:
            self._send_again(action, call)

    def _show_page(self, name: str) -> None:
        from rpc_inspector.tui.screens.explain import ExplainScreen, page_text  # noqa: PLC0415 - only when asked for

        found = find_page(name)
        if not isinstance(found, str):
            self.app.push_screen(ExplainScreen(found.title, page_text(found)))

    def _show_participant(self, identity: str) -> None:
        from rpc_inspector.tui.screens.participant import ParticipantScreen  # noqa: PLC0415 - only when asked for

        gone = Participant(identity=identity, state="disconnected")
        self.app.push_screen(
            ParticipantScreen(
                lambda: self.participant(identity) or gone,
                lambda: self.session.events_of(identity) if self.session else (),
            )
        )

    async def _send_when_active(self, action: Action, call: Call) -> None:
        name = sanitise_name(action.target)
        self.notify(f"Waiting for {name}, {_WAIT_S:g} s at most.", markup=False)
        there = await self.session.wait_for_participant(action.target, _WAIT_S) if self.session else None
        if there is None:
            self.notify(f"{name} is not active. Nothing was sent.", severity="warning", markup=False)
        else:
            self._send_again(action, call)

    def _send_again(self, action: Action, call: Call) -> None:
        """The same call, changed as the action says."""
        resent = self.resent(call)
        if isinstance(resent, str):
            self.notify(resent, markup=False)
            return
        budget = call.budget or budget_for()
        self.send(
            Invocation(
                destination=(action.target if action.kind == "send_to" else call.callee) or "",
                method=(action.target if action.kind == "call" else call.method) or "",
                payload=resent.payload,
                response_ms=action.ms or budget.response,
                ack_ms=budget.ack,
            ),
            resent.template,
        )
