"""Checked requests as a JUnit report, which CI systems show."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from rpc_inspector.core.text import sanitise
from rpc_inspector.headless.checklines import Checked, Summary
from rpc_inspector.headless.report import outcome_line
from rpc_inspector.storage.reading import FileUnusable


def junit_target(name: str) -> Path:
    """The file to write the report to, seen to be possible before anything is called.

    Raises:
        FileUnusable: its directory is not there, or it is one itself.
    """
    path = Path(name)
    if path.is_dir():
        raise FileUnusable(f"{path} is a directory.", "Name a file in it.")
    if not path.parent.is_dir():
        raise FileUnusable(f"There is no directory {path.parent}.", "Make it, or name another.")
    return path


def write_junit(path: Path, name: str, results: Sequence[Checked], summary: Summary) -> None:
    """Write the report; what is there is replaced, as CI expects.

    Args:
        path: of the file.
        name: of the collection.
        results: in order.
        summary: of them.

    Raises:
        FileUnusable: it cannot be written.
    """
    tree = ET.ElementTree(_suites(name, results, summary))
    ET.indent(tree)
    try:
        tree.write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise FileUnusable(f"{path} cannot be written: {error.strerror or error}.", "Name another file.") from error


def _suites(name: str, results: Sequence[Checked], summary: Summary) -> ET.Element:
    counts = {
        "tests": str(len(results)),
        "failures": str(summary.failed),
        "errors": "0",
        "skipped": str(summary.skipped + summary.not_run),
        "time": f"{summary.seconds:.3f}",
    }
    root = ET.Element(
        "testsuites", {"name": "rpc-inspector", **{key: counts[key] for key in counts if key != "skipped"}}
    )
    suite = ET.SubElement(root, "testsuite", {"name": _text(name), **counts})
    for result in results:
        suite.append(_case(name, result))
    return root


def _case(name: str, result: Checked) -> ET.Element:
    measure = result.call.duration if result.call else None
    seconds = measure.ms / 1000 if measure else 0.0
    where = ".".join((name, *Path(result.file).parts[:-1]))
    case = ET.Element(
        "testcase",
        {
            "name": _text(result.request.name),
            "classname": _text(where),
            "file": _text(result.file),
            "time": f"{seconds:.3f}",
        },
    )
    if result.status in ("skipped", "not run"):
        ET.SubElement(case, "skipped", {"message": _text(result.why or result.status)})
    if result.failures:
        lines = [f"{one.at}: expected {one.expected}, came {one.came}" for one in result.failures]
        failure = ET.SubElement(case, "failure", {"message": _text(lines[0]), "type": _text(result.failures[0].at)})
        failure.text = _text("\n".join(lines))
    if result.call:
        ET.SubElement(case, "system-out").text = _text(outcome_line(result.call))
    return case


def _text(text: str) -> str:
    """What XML 1.0 can hold; what it cannot, and what has no shape, as escapes."""
    safe = sanitise(text, multiline=True)
    return safe.replace("\ufffe", "\\u{fffe}").replace("\uffff", "\\u{ffff}")
