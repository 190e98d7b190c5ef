"""What is wrong with a filter."""


class QueryError(ValueError):
    """A filter that cannot be read.

    Attributes:
        what: happened, one sentence. advice: what to do, one sentence. Both quote the filter unsanitised.
        column: where, in characters from 0.
        unfinished: the text so far may still become a filter, as while it is being typed.
    """

    def __init__(self, what: str, advice: str, column: int, *, unfinished: bool = False) -> None:
        super().__init__(f"{what} {advice}")
        self.what = what
        self.advice = advice
        self.column = column
        self.unfinished = unfinished
