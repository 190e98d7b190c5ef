"""The command line as its users meet it: real processes, and rooms of a `rpc-inspector server` of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from livekit import api

PEER = Path(__file__).with_name("peer.py")
PROGRAM = [sys.executable, "-m", "rpc_inspector"]
#: Seconds after which a command is taken to hang.
LIMIT_S = 40


def clean_environment(home, **more):
    """The process's variables without anything that says where to connect."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVEKIT_", "NO_COLOR"))}
    return kept | {"HOME": str(home)} | more


@dataclass
class CommandLine:
    """Runs commands with a home directory of their own."""

    home: Path
    environment: dict = field(default_factory=dict)

    def start(self, *arguments, **how):
        return subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.home,
            env=clean_environment(self.home, **self.environment), **how,
        )  # fmt: skip

    def run(self, *arguments, stdin=None, env=None):
        return subprocess.run(  # noqa: S603 - our own program
            [*PROGRAM, *arguments],
            input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL, capture_output=True, cwd=self.home,
            env=clean_environment(self.home, **self.environment, **(env or {})), timeout=LIMIT_S, check=False,
        )  # fmt: skip


@dataclass
class LiveRoom:
    """A room of a `rpc-inspector server` of its own."""

    where: dict
    server: subprocess.Popen

    @property
    def environment(self):
        return {f"LIVEKIT_{name.upper()}": self.where[name] for name in ("url", "api_key", "api_secret")}

    def token(self, identity, *, valid_for=timedelta(hours=1), **grants):
        allowed = {"room_join": True, "room": self.where["room"], "can_update_own_metadata": True} | grants
        made = api.AccessToken(self.where["api_key"], self.where["api_secret"]).with_identity(identity)
        return made.with_grants(api.VideoGrants(**allowed)).with_ttl(valid_for).to_jwt()

    def start_peer(self, identity, **grants):
        """A participant that answers echo, sleep, boom, fail, big and leave; ready when this returns."""
        peer = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, str(PEER), self.where["url"], self.token(identity, **grants)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert json.loads(peer.stdout.readline())["event"] == "ready"
        return peer

    def attributes(self, peer, attributes):
        """Has a peer set its attributes; returns once they are set."""
        peer.stdin.write(json.dumps({"do": "attributes", "attributes": attributes}) + "\n")
        peer.stdin.flush()
        while json.loads(peer.stdout.readline())["event"] != "done":
            pass


def end(process):
    """The end of its input ends a peer."""
    if process.stdin and not process.stdin.closed:
        process.stdin.close()
    process.wait(15)
    process.stdout.close()
