"""How long each side waits, and how much fits: the numbers that surprise everybody.

Measured with livekit 1.2.0 against livekit-server 1.13.5; the sizes are those of the SDKs' sources.
"""

from dataclasses import dataclass

#: The SDK's default ``response_timeout``.
DEFAULT_RESPONSE_MS = 15_000
#: The SDK's default ``max_round_trip_latency``.
DEFAULT_ACK_MS = 7_000
#: The callee is never told less than this.
MIN_TOLD_MS = 1_000
#: Payload limit each way of version 1, in bytes of UTF-8.
V1_PAYLOAD_LIMIT = 15_360
#: Documented limit of a method's name in bytes of UTF-8; no SDK enforces it.
METHOD_NAME_LIMIT = 64
#: What is cut, silently, on its way: bytes of UTF-8.
ERROR_MESSAGE_LIMIT = 256
ERROR_DATA_LIMIT = 15_360


@dataclass(frozen=True, slots=True)
class Budget:
    """The three limits of a call, in ms.

    Attributes:
        ack: how long the caller waits for the ack, from the send.
        response: how long the caller waits for the answer, from the ack (Rust, Python and Node SDKs).
        told: what the callee's handler is told it has, and what a Python callee enforces.
    """

    ack: int
    response: int
    told: int

    @property
    def longest(self) -> int:
        """The longest that the caller can wait, in ms: the ack's time and then the answer's."""
        return self.ack + self.response

    def in_words(self) -> str:
        """Both sides' limits as the composer shows them: ``callee gets 8 s · you wait <= 22 s``."""
        return f"callee gets {seconds(self.told)} · you wait ≤ {seconds(self.longest)}"


def budget_for(response_ms: int = DEFAULT_RESPONSE_MS, ack_ms: int = DEFAULT_ACK_MS) -> Budget:
    """The budget of a call that the Python SDK makes with these limits (ms).

    The callee is told ``max(response - ack, 1000)``: 8 s by default.
    """
    return Budget(ack=ack_ms, response=response_ms, told=max(response_ms - ack_ms, MIN_TOLD_MS))


def payload_limit(client_protocol: int | None) -> int | None:
    """The request's limit in bytes for a destination of that ``client_protocol``; ``None`` means none.

    An unknown destination (``None``) counts as version 1, as it does for the SDK.
    """
    return None if client_protocol else V1_PAYLOAD_LIMIT


def utf8_size(text: str) -> int:
    """Bytes of ``text`` in UTF-8; a lone surrogate counts the 3 bytes that it would have (it cannot be sent)."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def seconds(ms: float) -> str:
    """A limit in words: ``8 s``, ``1.5 s``, ``800 ms``."""
    if ms < 1000:
        return f"{ms:g} ms"
    return f"{ms / 1000:.3f}".rstrip("0").rstrip(".") + " s"
