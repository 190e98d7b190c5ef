"""rpc-inspector: the network panel for LiveKit RPC."""

__version__ = "0.1.0"
