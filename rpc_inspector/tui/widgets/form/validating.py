"""A payload checked against its schema while it is written: off the keys, and never in the way of sending it."""

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from rpc_inspector.core.schema import Problem, Schema
from rpc_inspector.core.text import sanitise
from rpc_inspector.tui.checking import Checker
from rpc_inspector.tui.widgets.form.form import PayloadForm
from rpc_inspector.tui.widgets.payload.area import RequestArea

_LONGEST = 300


class Validation:
    """Has the text checked, one check after the other, and shows what is wrong where it is wrong.

    Args:
        owner: runs the checks. line: for a sentence. told: is called after every check.

    Attributes:
        about_form: why there is no form to be seen, where that is worth a word.
    """

    def __init__(
        self, owner: Widget, editor: RequestArea, form: PayloadForm, line: Static, told: Callable[[], object]
    ) -> None:
        self._owner, self._editor, self._form, self._line, self._told = owner, editor, form, line, told
        self._checker = Checker()
        self._schema: Schema | None = None
        self._problems: Sequence[Problem] = ()
        self._unusable = ""
        self._waiting: str | None = None
        self._runs = self._checked = False
        self.about_form = ""

    def begin(self, schema: Schema | None, unusable: str) -> None:
        """Take another schema, or why there is none."""
        self._schema, self._unusable = schema, unusable
        self.forget()

    def forget(self) -> None:
        """Nothing is known of the text, and nothing waits to be."""
        self._waiting = None
        self._take(())

    def check(self, text: str) -> None:
        """Have a text checked soon; of those that wait only the last is."""
        self._waiting = text
        if self._schema is not None and not self._runs:
            self._runs = True
            self._owner.run_worker(self._run(), group="schema", exit_on_error=False)

    def mark_broken(self, line: int, column: int, length: int) -> None:
        """The text is no JSON from there on, both from 1, as its composer tells in words; nothing is checked."""
        self.forget()
        self._editor.mark([(line - 1, column - 1, length)])

    async def _run(self) -> None:
        try:
            while self._waiting is not None and (schema := self._schema) is not None:
                text, self._waiting = self._waiting, None
                found = await self._checker.problems(schema.text, text) if text.strip() else ()
                if self._schema is schema and self._waiting is None and self._editor.payload == text:
                    self._take([one for one in found if not _is_placeholder(one, text)], checked=True)
        finally:
            self._runs = False

    def _take(self, problems: Sequence[Problem], *, checked: bool = False) -> None:
        self._problems = problems
        self._checked = checked and all(one.about == "payload" for one in problems)
        self._editor.mark(
            (one.line - 1, one.column - 1, one.length) for one in problems if one.about == "payload" and one.line
        )
        if self._schema is not None:
            self._form.tell(problems)
        self.say()
        self._told()

    @property
    def count(self) -> int | None:
        """How many problems the payload has by its schema; ``None`` where that is not known."""
        return sum(one.about == "payload" for one in self._problems) if self._checked else None

    def say(self) -> None:
        """One line: what is wrong first, where the raw text is read; in the form it stands under the fields."""
        wrong = [one for one in self._problems if one.about == "payload"]
        others = [one.message for one in self._problems if one.about != "payload"]
        if wrong and not self._form.display:
            more = f" ({len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
            text, style = f"line {wrong[0].line}: {sanitise(wrong[0].message, limit=_LONGEST)}{more}", "$text-warning"
        elif wrong and (untold := self._form.fields.untold):
            text, style = sanitise(untold[0], limit=_LONGEST), "$text-warning"
        else:
            quiet = " ".join(filter(None, [self._unusable, self.about_form, *others]))
            text, style = sanitise(quiet, limit=_LONGEST), "$muted"
        self._line.display = bool(text)
        self._line.update(Content.styled(text, style))

    async def close(self) -> None:
        """End the process that checks."""
        await self._checker.close()


def _is_placeholder(problem: Problem, text: str) -> bool:
    """It is about a text that is filled in when it is sent, so that nothing is known of it yet."""
    if not problem.line or "${" not in text:
        return False
    line = text.split("\n")[problem.line - 1]
    return "${" in line[problem.column - 1 : problem.column - 1 + problem.length].replace("$${", "")
