"""What the embedded server raises; every text is a sentence or two for people."""


class RoomServerError(Exception):
    """The embedded server cannot do its work."""


class NoNetworkInterfaceError(RoomServerError):
    """This machine has no address but the loopback's, and LiveKit's SDKs never use that one for WebRTC."""

    def __init__(self) -> None:
        super().__init__(
            "This machine has no network interface except the loopback, and WebRTC needs another one. "
            "Connect a network, or in a container start it with one (docker: without --network none).",
        )


class AddressUnavailableError(RoomServerError):
    """The address or port asked for cannot be listened on."""


class RefusedError(Exception):
    """A request is not authorised, or cannot be understood.

    Attributes:
        status: the HTTP status to answer with.
        message: the sentence that the client's user reads.
    """

    def __init__(self, message: str, *, status: int = 401) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
