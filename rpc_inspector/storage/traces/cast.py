"""Who was there, as far as a saved trace tells."""

from rpc_inspector.core.methods import internal
from rpc_inspector.core.model import Call, Method, Participant, replace
from rpc_inspector.storage.traces.rows import Batch


class Cast:
    """Everybody whom the recording lists, and who only called or was called.

    Those who left stay, as disconnected: their calls are still to be read.
    """

    def __init__(self) -> None:
        self._people: dict[str, Participant] = {}
        self._methods: dict[str, dict[str, None]] = {}
        self._told: tuple[Participant, ...] = ()
        self._changed = False

    def take(self, batch: Batch) -> None:
        """Who came, changed and went."""
        for someone in batch.participants:
            self._people[someone.identity] = someone
        for identity in batch.gone:
            if identity in self._people:
                self._people[identity] = replace(self._people[identity], state="disconnected")
        self._changed |= bool(batch.participants or batch.gone)

    def see(self, call: Call) -> None:
        """A call names two, and a method of one of them."""
        ends = ((call.caller, call.direction == "outgoing"), (call.callee, call.direction == "incoming"))
        for identity, is_self in ends:
            if identity is not None and identity not in self._people:
                self._people[identity] = Participant(identity=identity, state="active", is_self=is_self)
                self._changed = True
        if call.callee is not None and call.method is not None and not internal(call.method):
            methods = self._methods.setdefault(call.callee, {})
            if call.method not in methods:
                methods[call.method] = None
                self._changed = True

    @property
    def people(self) -> tuple[Participant, ...]:
        """All of them, ourselves first; the same tuple until somebody changes."""
        if self._changed:
            self._changed = False
            everybody = sorted(self._people.values(), key=lambda someone: not someone.is_self)
            self._told = tuple(map(self._with_methods, everybody))
        return self._told

    def _with_methods(self, someone: Participant) -> Participant:
        known = {method.name for method in someone.methods}
        seen = [name for name in self._methods.get(someone.identity, ()) if name not in known]
        if not seen or someone.is_self:
            return someone
        observed = [Method(name=name, provenance="observed") for name in seen]
        return replace(someone, methods=(*someone.methods, *observed))
