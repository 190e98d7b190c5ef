"""What the views of the trace tell the screen: the list, the ladder and whatever else shows the same rows."""

from textual.message import Message


class RowSelected(Message):
    """The cursor was moved to a row by its user. ``seq``: the row's number."""

    def __init__(self, seq: int) -> None:
        super().__init__()
        self.seq = seq

    def can_replace(self, message: Message) -> bool:
        """Only the last of a burst matters."""
        return isinstance(message, RowSelected)


class RowOpened(Message):
    """A row is to be opened. ``seq``: its number."""

    def __init__(self, seq: int) -> None:
        super().__init__()
        self.seq = seq


class RowsFiltered(Message):
    """The list shows other rows than before because its filter changed; counts are of calls."""

    def __init__(self, shown: int, of: int) -> None:
        super().__init__()
        self.shown, self.of = shown, of


class CompareAsked(Message):
    """Two calls are to be shown beside each other. ``first``, ``second``: the numbers of their rows."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__()
        self.first, self.second = first, second


class FilterAsked(Message):
    """Only rows that match are to be shown. ``term``: a term of the filter language, beside the filter there is."""

    def __init__(self, term: str) -> None:
        super().__init__()
        self.term = term


class RowAsked(Message):
    """A row is to be shown in the list. ``seq``: its number."""

    def __init__(self, seq: int) -> None:
        super().__init__()
        self.seq = seq


class MarkAsked(Message):
    """A row is to be marked, or no longer. ``seq``: its number."""

    def __init__(self, seq: int, *, marked: bool) -> None:
        super().__init__()
        self.seq, self.marked = seq, marked


class PauseAsked(Message):
    """All views of the trace are to stand still, or to let in what came since they did."""


class CommentAsked(Message):
    """Something is noted of a call; empty ``text`` takes it away. ``seq``: the number of its row."""

    def __init__(self, seq: int, text: str) -> None:
        super().__init__()
        self.seq, self.text = seq, text


class ExplainAsked(Message):
    """Why a call failed is to be told, with what can be done about it. ``seq``: the number of its row."""

    def __init__(self, seq: int) -> None:
        super().__init__()
        self.seq = seq
