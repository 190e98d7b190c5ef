"""Tell others which RPC methods a LiveKit participant has: version 1 of ``rpc.methods`` and ``rpc.describe``.

For any Python app, in a few lines; it needs nothing but the standard library::

    from rpc_inspector.describe import Methods

    methods = Methods()

    @methods.add(request=WeatherRequest, response=Weather)
    async def get_weather(data: rtc.RpcInvocationData) -> str:
        "The weather in a city now."
        ...

    await methods.publish(room.local_participant)

``publish`` registers the handlers, then ``rpc.describe``, and last sets the attribute ``rpc.methods``: whoever sees the
attribute may call. docs/describe.md is the convention itself.
"""

from rpc_inspector.describe.methods import Methods, Participant
from rpc_inspector.describe.schemas import schema_of

__all__ = ["Methods", "Participant", "schema_of"]
