"""From a folder and options to the requests that are made, with everything that they need."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rpc_inspector.cli.ending import Refused
from rpc_inspector.cli.session import a_session
from rpc_inspector.core.templates import Sources
from rpc_inspector.headless.checking import Wish, check_collection
from rpc_inspector.headless.output import Output
from rpc_inspector.storage.collections import Collection, CollectionUnusable, Problem, Request, read_collection
from rpc_inspector.storage.collections.lacking import lacks, secrets_asked
from rpc_inspector.storage.collections.reading import NAMES, good_name
from rpc_inspector.storage.environments import read_environment, read_secrets, sources_of

_MOST_TOLD = 50


class Chosen(NamedTuple):
    """Requests of a collection, and what their placeholders stand for."""

    collection: Collection
    requests: tuple[Request, ...]
    sources: Sources


def chosen_of(folder: str, environment: str, variables: Mapping[str, str], words: str, out: Output) -> Chosen:
    """Read a collection and its environment, and see that nothing lacks.

    Raises:
        Refused: files are wrong, something is missing, or no request has the words; each problem is told on a line.
        FileUnusable: there is no such folder or environment.
    """
    path = Path(folder)
    for name in variables:
        if not good_name(name):
            raise Refused(f"{name!r} cannot be the name of a variable.", NAMES)
    try:
        collection = read_collection(path)
        there = read_environment(path, environment)
        kept, remarks = read_secrets(path)
    except CollectionUnusable as error:
        raise _refused(error.problems, out) from None
    for remark in (*there.remarks, *remarks):
        out.warn(remark)
    wanted = words.casefold().split()
    requests = tuple(one for one in collection.requests if all(word in one.words for word in wanted))
    if not requests:
        raise Refused(f"None of the {len(collection.requests)} requests has the words {words!r}.", "Try other words.")
    sources = sources_of(there, kept, os.environ, variables, secrets_asked(requests))
    if problems := lacks(collection, requests, sources):
        raise _refused(problems, out)
    where = f" · environment {there.name}" if there.name else ""
    out.say(f"checking {len(requests)} of {len(collection.requests)} requests of {folder}{where}", dim=True)
    return Chosen(collection, requests, sources)


async def check_in_demo(wish: Wish, out: Output) -> int:
    """Check in a demo room that is made for it."""
    from rpc_inspector.demo.process import DemoProcess  # noqa: PLC0415 - only when asked for

    async with DemoProcess() as demo, a_session() as session:
        return await check_collection(session, await demo.target(), wish, out)


def _refused(problems: tuple[Problem, ...], out: Output) -> Refused:
    for problem in problems[:_MOST_TOLD]:
        out.say(str(problem))
    count = "One thing is" if len(problems) == 1 else f"{len(problems)} things are"
    return Refused(f"{count} wrong in the collection.", "Nothing was sent.")
