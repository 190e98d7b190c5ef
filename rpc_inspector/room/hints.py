"""Methods that the user knows of: from catalogue files, and those called before."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from rpc_inspector.core.catalogue import Catalogue, SavedMethod
from rpc_inspector.core.model import Call, Method, Participant
from rpc_inspector.storage.catalogue import CatalogueFiles
from rpc_inspector.storage.reading import FileUnusable

#: How often the files are looked at, in seconds.
LOOK_S = 1.0


class Saved(Protocol):
    """Where methods that were called are kept (``storage.saved_methods``)."""

    def read(self) -> Sequence[SavedMethod]:
        """All that are kept, the latest last."""
        ...

    def remember(self, called: Iterable[SavedMethod]) -> Sequence[SavedMethod]:
        """Keep these too; all that are kept then."""
        ...


class Hints:
    """What the user's files tell, read anew when they change. All reading and writing is done in threads.

    Args:
        saved: keeps what was called; ``None`` keeps nothing.
        tell: takes sentences about files that cannot be used.

    Attributes:
        version: another number whenever they tell something else.
    """

    def __init__(self, saved: Saved | None, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._store = saved
        self._files = CatalogueFiles(())
        self._catalogue = Catalogue()
        self._saved: tuple[SavedMethod, ...] = ()
        self._noted: set[SavedMethod] = set()
        self._new: list[SavedMethod] = []
        self.version = 0

    def catalogue(self, someone: Participant) -> tuple[Method, ...]:
        """The methods that catalogue files name for a participant."""
        return self._catalogue.methods(someone)

    def saved(self, someone: Participant) -> tuple[Method, ...]:
        """The methods that were called before of who plays the same part, the latest first."""
        names = dict.fromkeys(one.method for one in reversed(self._saved) if one.fits(someone))
        return tuple(Method(name=name, provenance="saved") for name in names)

    async def begin(self, paths: Sequence[str]) -> None:
        """Read these catalogues, and what is kept."""
        self._files = CatalogueFiles([Path(path) for path in paths])
        self._catalogue = Catalogue()
        await self.look()
        await self._use_store(lambda store: store.read())

    async def look(self) -> bool:
        """Read the catalogues if they changed; whether they had."""
        found = await asyncio.to_thread(self._files.read_if_changed)
        if found is None:
            return False
        for problem in found.problems:
            if problem not in self._catalogue.problems:
                self._tell(problem)
        self._catalogue = found
        self.version += 1
        return True

    async def watch(self, changed: Callable[[], None]) -> None:
        """Look at the files again and again, and write what was called; ``changed`` when they tell something else."""
        while True:
            await asyncio.sleep(LOOK_S)
            if await self.look():
                changed()
            await self.flush()

    def called(self, call: Call, callee: Participant) -> None:
        """Note that the user called a method; soon it is written."""
        one = SavedMethod(identity=callee.identity, kind=callee.kind, method=call.method or "")
        if self._store is not None and one not in self._noted:
            self._noted.add(one)
            self._new.append(one)

    async def flush(self) -> None:
        """Write what was called."""
        if self._new:
            new, self._new = self._new, []
            await self._use_store(lambda store: store.remember(new))

    async def _use_store(self, use: Callable[[Saved], Sequence[SavedMethod]]) -> None:
        if self._store is None:
            return
        try:
            self._saved = tuple(await asyncio.to_thread(use, self._store))
        except FileUnusable as problem:
            self._tell(str(problem))
            self._store = None
        self.version += 1
