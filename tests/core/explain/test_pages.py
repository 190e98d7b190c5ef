"""What is told of codes in general, the same everywhere."""

import pytest

from docs.explain import FOLDER, pages
from rpc_inspector.core.codes import CODES
from rpc_inspector.core.explain.complaints import COMPLAINTS
from rpc_inspector.core.explain.pages import TOPICS, find_page, lines, markdown, page
from rpc_inspector.core.explain.rules import RULES


def test_the_pages_of_the_docs_are_those_that_the_program_tells():
    written = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.md")}
    assert written == pages(), "python -m docs.explain writes them"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_code_and_end_has_a_page_with_causes(topic):
    found = page(topic)
    assert found.causes
    assert all(text.endswith(".") for cause in found.causes for text in (cause.about, cause.signs, cause.fix))
    plain = "\n".join(lines(found))
    assert all(cause.fix in plain and cause.fix in markdown(found) for cause in found.causes)


def test_every_rule_stands_on_the_page_of_each_code_that_it_explains():
    for rule in RULES:
        for topic in rule.topics:
            assert rule.id in {cause.id for cause in page(topic).causes}


def test_every_complaint_leads_to_a_cause_that_is_there():
    assert len(COMPLAINTS) >= 11
    for causes in COMPLAINTS.values():
        for name, rule in causes:
            assert rule in {cause.id for cause in find_page(name).causes}


def test_pages_are_found_by_number_by_name_and_by_what_was_meant():
    assert find_page("1501") == find_page("connection-timeout") == page(1501)
    assert find_page("Lost") == page("lost")
    assert find_page("4020") == page("application")
    assert find_page("conection_timeout") == "Did you mean CONNECTION_TIMEOUT?"
    assert find_page("?") == "Codes are numbers like 1501 or names like CONNECTION_TIMEOUT."
    assert next(lines(page(4020), "4020")).startswith("4020 is one of")
    assert {page(code).name for code in CODES} == {str(int(code)) for code in CODES}
