"""The journal: every session written to a file as it happens, so that nothing is lost however the program ends.

A thread of its own encodes and writes, because a disk may be slow and a payload large; the session only hands over.
"""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rpc_inspector import __version__
from rpc_inspector.core.events import RpcEvent
from rpc_inspector.core.model import Participant, TraceRow, replace
from rpc_inspector.core.secrets.concealing import Concealing
from rpc_inspector.core.secrets.redaction import Rules
from rpc_inspector.core.session import SessionState, Update
from rpc_inspector.storage.journal.files import LIMITS, Limits, PartFile, file_name, prune
from rpc_inspector.storage.journal.lines import Header, Line, Scrubber, encode

#: Seconds from the first of a batch to its being written. The session hands over 30 times a second, so that a process
#: that is killed loses less than 200 ms.
FLUSH_S = 0.1
#: Batches and packets that wait to be written at most: some minutes of a busy room on a disk that hangs.
MOST_WAITING = 20_000
#: Seconds that :meth:`Journal.close` waits for the disk.
CLOSE_WITHIN_S = 2.0


class Journal:
    """Records one session.

    The file is made when the room's name is known. When it cannot be written any more (a full disk), recording ends
    and ``failed`` is told once; the session goes on.

    Args:
        folder: of all journals; made if it is not there.
        rules: what is recorded of payloads.
        began: called in the writing thread with the file's path, once there is one.
        failed: called in the writing thread with a sentence on what happened and one on what to do.
        concealing: knows the secrets that are sent; ``None`` where none are.
        limits: of sizes and numbers of files.
    """

    def __init__(
        self,
        folder: Path,
        rules: Rules,
        *,
        began: Callable[[str], None] = lambda _path: None,
        failed: Callable[[str], None] = lambda _text: None,
        concealing: Concealing | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._folder = folder
        self._began, self._failed = began, failed
        self._scrubber = Scrubber(rules, concealing)
        self._limits = limits
        self._queue: deque[Update | RpcEvent] = deque()
        self._lost = 0
        self._room: str | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._ended = False
        self._file: PartFile | None = None
        self._header = Header(
            program=__version__,
            session=secrets.token_hex(8),
            wall_offset=time.time() - time.monotonic(),
            payloads=rules.payloads,
        )
        self._state: SessionState | None = None
        self._people: dict[str, Participant] = {}
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # What the session hands over

    def take(self, update: Update) -> None:
        """A batch of the session's: its listener."""
        if self._room is None and update.state is not None and update.state.room:
            self._room = update.state.room
        self._put(update)

    def event(self, event: RpcEvent) -> None:
        """What a vantage point reported."""
        self._put(event)

    def _put(self, item: Update | RpcEvent) -> None:
        if self._ended:
            return
        if len(self._queue) >= MOST_WAITING:
            self._lost += 1
            return
        self._queue.append(item)
        if self._room is not None:
            self._wake.set()

    def close(self) -> None:
        """Write what is left and say that this is the end; waits for the disk, but not for ever."""
        self._closing.set()
        self._wake.set()
        self._thread.join(CLOSE_WITHIN_S)

    # The thread

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._wake.wait()
                self._closing.wait(FLUSH_S)
                self._wake.clear()
                self._write_waiting()
            self._write_waiting()  # what came while the last batch was being written
            if self._file is not None:
                self._file.write(encode(Line(end=_utc())))
        except OSError as error:
            self._give_up(f"The journal ended: {error.strerror or error}. {_advice(self._path)}")
        except Exception as error:  # noqa: BLE001 - whatever it is, recording ends and the session must hear of it
            self._give_up(f"The journal ended by a defect: {type(error).__name__}: {error}. Please report it.")
        finally:
            self._ended = True
            self._queue.clear()
            if self._file is not None:
                self._file.close()

    def _give_up(self, words: str) -> None:
        self._ended = True
        self._failed(words)

    @property
    def _path(self) -> Path:
        return self._folder if self._file is None else self._file.path

    def _write_waiting(self) -> None:
        waiting = [self._queue.popleft() for _ in range(len(self._queue))]
        if self._room is None or not waiting:
            return
        file = self._file or self._begin(self._room)
        file.write(b"".join(self._lines(waiting)))
        if file.size > self._limits.part:
            self._file = file.rotate(self._header.part)
            self._head(self._file, replace(self._header, part=self._header.part + 1))

    def _begin(self, room: str) -> PartFile:
        now = datetime.now(UTC)
        self._file = PartFile(self._folder / file_name(room, now))
        self._head(self._file, replace(self._header, room=room))
        self._began(str(self._file.path))
        return self._file

    def _head(self, file: PartFile, header: Header) -> None:
        """What makes a part complete in itself: its header, the state, everybody who is there."""
        self._header = replace(header, started_at=_utc())
        lines = [encode(self._header)]
        if self._state is not None:
            lines.append(encode(self._scrubber.state(self._state)))
        if self._people:
            people = tuple(map(self._scrubber.participant, self._people.values()))
            lines.append(encode(Line(participants=people)))
        file.write(b"".join(lines))
        prune(self._folder, self._limits)

    # What is written

    def _lines(self, waiting: Iterable[Update | RpcEvent]) -> Iterator[bytes]:
        scrub = self._scrubber
        rows: dict[int, TraceRow] = {}
        roster: tuple[Participant, ...] | None = None
        for item in waiting:
            if isinstance(item, RpcEvent):
                yield encode(scrub.packet(item))
                continue
            if item.state is not None and item.state != self._state:
                self._state = item.state
                yield encode(scrub.state(item.state))
            roster = item.roster if item.roster is not None else roster
            rows.update((row.seq, row) for row in item.rows)
            for entry in item.logs:
                yield encode(scrub.log(entry))
        if roster is not None:
            yield from self._roster(roster)
        for row in rows.values():
            yield encode(scrub.row(row))
        if self._lost:
            yield encode(Line(lost=self._lost))
            self._lost = 0

    def _roster(self, roster: tuple[Participant, ...]) -> Iterator[bytes]:
        """Only who is new, changed or gone: a room of hundreds must not be written whole at each change."""
        known, self._people = self._people, {someone.identity: someone for someone in roster}
        changed = [someone for someone in roster if known.get(someone.identity) != someone]
        if changed:
            yield encode(Line(participants=tuple(map(self._scrubber.participant, changed))))
        if gone := tuple(identity for identity in known if identity not in self._people):
            yield encode(Line(gone=gone))


def _utc() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _advice(path: Path) -> str:
    return f"The session goes on; make room at {path} and start again to record, or use --no-journal."
