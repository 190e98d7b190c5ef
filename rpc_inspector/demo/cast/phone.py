"""A caller by telephone, as LiveKit's SIP service shows one: it speaks version 1 of RPC and tells of no methods."""

import asyncio
from collections.abc import Sequence

from rpc_inspector.demo.actor import Actor, work
from rpc_inspector.demo.methods import DemoMethod, Request, a, an_object


class Phone(Actor):
    """Its methods are the ones that LiveKit's SIP service is known to register."""

    identity = "phone"
    name = "+1 555 0100"
    kind = "sip"
    attributes = {  # noqa: RUF012 - declared ClassVar in Actor
        "sip.phoneNumber": "+15550100",
        "sip.trunkPhoneNumber": "+15550199",
        "sip.callStatus": "active",
        "sip.callID": "SCL_demo",
    }
    advertises = False
    describes = False

    def methods(self) -> Sequence[DemoMethod]:
        """The table of its methods."""
        return (
            DemoMethod(
                "lk.sip.GetRemoteHeaders",
                "The SIP headers of the call",
                self.get_remote_headers,
                an_object(),
                an_object("headers", headers=a("object")),
            ),
            DemoMethod("lk.sip.EndCall", "Hang up", self.end_call, an_object(), an_object()),
        )

    async def get_remote_headers(self, _request: Request) -> object:
        """The headers of the INVITE."""
        await work(4, 15)
        headers = {"From": "<sip:+15550100@sip.example>", "User-Agent": "Desk phone 4.2", "X-Queue": "support"}
        return {"headers": headers}

    async def end_call(self, _request: Request) -> object:
        """Answers, then is gone; calls again some seconds later."""
        asyncio.get_running_loop().call_later(0.3, self.leave)
        return {}
