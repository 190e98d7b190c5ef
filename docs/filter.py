"""`python -m docs.filter`: write the reference in docs/filter.md from the fields that the program knows."""

from pathlib import Path

from rpc_inspector.core.query.fields import FIELDS, GENERAL_EXAMPLES, Field

PAGE = Path(__file__).with_name("filter.md")
BEGIN, END = "<!-- python -m docs.filter writes from here -->\n", "<!-- to here -->\n"


def reference() -> str:
    """The tables of fields and of examples, in Markdown."""
    rows = [("field", "finds", "takes", "for example"), *(_row(field) for field in FIELDS.values())]
    examples = [("expression", "finds"), *((_code(text), meaning) for text, meaning in GENERAL_EXAMPLES)]
    return f"\n{_table(rows)}\n## More examples\n\n{_table(examples)}\n"


def _row(field: Field) -> tuple[str, str, str, str]:
    shown = "<br>".join(f"{_code(text)} {meaning}" for text, meaning in field.examples)
    return _code(field.name), field.about, _takes(field), shown


def _takes(field: Field) -> str:
    if field.kind == "flag":
        return "nothing"
    operators = _code(" ".join(field.operators))
    if field.values:
        return f"{operators} {', '.join(field.values)}"
    return f"{operators} {', '.join(field.units)}" if field.units else operators


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _table(rows: list[tuple[str, ...]]) -> str:
    heading, *others = ("| " + " | ".join(row) + " |\n" for row in rows)
    return heading + "|---" * len(rows[0]) + "|\n" + "".join(others)


def written(page: str) -> str:
    """The page with the reference as it should be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + reference() + END + after


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
