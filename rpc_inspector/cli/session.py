"""The real session and its journal, put together here and nowhere else."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any

from rpc_inspector.cli.options import Recording
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.core.session import Session
from rpc_inspector.storage.journal.files import default_folder
from rpc_inspector.storage.journal.writer import Journal
from rpc_inspector.storage.saved_methods import SavedMethods, default_path


class Recorder:
    """Makes the session and records it; closed after the session, so that its last words are in the journal.

    Args:
        recording: what is recorded. saving: keep the names of methods that are called even without a journal.

    Attributes:
        path: of the journal, once there is one.
        concealing: what is taught to it is kept out of the journal.
    """

    def __init__(self, recording: Recording, *, saving: bool = False) -> None:
        self._recording = recording
        self._saving = saving or recording.journal
        self._journal: Journal | None = None
        self.path = ""
        self.concealing = Concealing()

    async def make_session(self) -> Session:
        """The session on LiveKit's SDK; its import, half a second, happens in a thread."""
        # What the SDK logs while nobody captures it would otherwise reach stderr, as the last resort of logging.
        logging.getLogger("livekit").addHandler(logging.NullHandler())
        room = await asyncio.to_thread(import_module, "rpc_inspector.room")
        open_session = partial(room.open_session, saved=SavedMethods(default_path(), keeps=self._saving))
        if not self._recording.journal:
            session: Session = open_session()
            return session
        return self._recorded(open_session)

    def _recorded(self, open_session: Callable[..., Any]) -> Session:
        loop = asyncio.get_running_loop()

        def tell(what: Callable[[str], None], text: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(what, text)

        def failed(text: str) -> None:
            tell(session.recorded_in, "")
            tell(session.notice, text)

        def began(path: str) -> None:
            self.path = path
            tell(session.recorded_in, path)

        journal = self._journal = Journal(
            default_folder(),
            Rules(payloads=self._recording.payloads or "redact"),
            began=began,
            failed=failed,
            concealing=self.concealing,
        )
        session = open_session(keep_packets=self._recording.keep_packets, tap=journal.event)
        session.subscribe(journal.take)
        made: Session = session
        return made

    def close(self) -> None:
        """Write the end of the journal."""
        if self._journal is not None:
            self._journal.close()


@asynccontextmanager
async def a_session(
    recording: Recording = Recording(journal=False),  # noqa: B008 - immutable
    *,
    saving: bool = False,
) -> AsyncIterator[Session]:
    """A session that is closed at the end, whatever it is; recorded only where that is asked for."""
    recorder = Recorder(recording, saving=saving)
    session = await recorder.make_session()
    try:
        yield session
    finally:
        await session.close()
        await asyncio.to_thread(recorder.close)
