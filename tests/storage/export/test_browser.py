"""The report in a real browser, and the diagram as Mermaid itself draws it."""

import base64
import json
import re

from rpc_inspector.core.secrets.redaction import Rules
from tests.support import hostile
from tests.support.browser import npm_file, read_by_browser
from tests.support.calls import story
from tests.support.exports import Page, written

MERMAID = "11.17.2"
KEEP = Rules(payloads="keep")


def opened(tmp_path, rows, **about):
    path = tmp_path / "report.html"
    path.write_text(written("html", rows, **about), encoding="utf-8")
    return read_by_browser(path)


def test_the_report_opens_without_a_complaint_and_its_script_runs(tmp_path):
    document, console = opened(tmp_path, story())
    assert console == []
    tools = next(attributes for tag, attributes in Page(document).elements if attributes.get("class") == "tools")
    assert "hidden" not in tools, "the script showed what needs it"


def test_hostile_text_runs_nothing_and_loads_nothing(tmp_path):
    document, console = opened(
        tmp_path, hostile.rows(), rules=KEEP, origin=hostile.TEXTS[0], selection=hostile.TEXTS[1]
    )
    assert console == [], "a blocked load or script would be told here"
    page = Page(document)
    assert page.count("script") == page.count("style") == 1
    assert page.count("details") == len(hostile.TEXTS)
    assert not page.tags & {"img", "iframe", "object", "embed", "a", "base", "form"}


def test_the_policy_is_in_force(tmp_path):
    """Were something to get through all the same, the browser would not run it."""
    path = tmp_path / "report.html"
    broken = written("html", story()).replace("</body>", "<script>document.title = 'ran'</script></body>")
    path.write_text(broken, encoding="utf-8")
    document, console = read_by_browser(path)
    assert "<title>ran" not in document
    assert any("Content Security Policy" in line for line in console)


_DRAW = """<!doctype html><meta charset="utf-8"><pre id="told">nothing</pre><script>%s</script><script>
const texts = JSON.parse(%s);
(async () => {
  const told = [];
  mermaid.initialize({startOnLoad: false});
  for (const [name, text] of Object.entries(texts)) {
    try {
      const {svg} = await mermaid.render("d" + name, text);
      const page = new DOMParser().parseFromString(svg, "text/html");
      const texts = [...page.querySelectorAll("text")].map((one) => one.textContent);
      const bad = page.querySelectorAll("script, img, iframe, a, [onload], [onerror]").length;
      told.push({name, bad, texts});
    } catch (error) { told.push({name, error: String(error)}); }
  }
  document.getElementById("told").textContent = btoa(unescape(encodeURIComponent(JSON.stringify(told))));
})();
</script>"""


def test_mermaid_draws_every_diagram_and_shows_hostile_text_as_text(tmp_path):
    texts = {
        str(number): written("mermaid", hostile.rows([text]), rules=KEEP) for number, text in enumerate(hostile.TEXTS)
    }
    texts["story"] = written("mermaid", story())
    script = npm_file("mermaid", MERMAID, "dist/mermaid.min.js")
    data = json.dumps(json.dumps(texts)).replace("</", "<\\/")
    path = tmp_path / "diagrams.html"
    path.write_text(_DRAW % (script, data), encoding="utf-8")
    document, _ = read_by_browser(path)
    told = re.search(r'<pre id="told">([\w+/=]+)</pre>', document)
    assert told, document[-300:]
    drawn = {one["name"]: one for one in json.loads(base64.b64decode(told[1]))}
    assert drawn.keys() == texts.keys()
    assert not {texts[name]: one["error"] for name, one in drawn.items() if "error" in one}
    assert not [one for one in drawn.values() if one["bad"]]
    assert any("</script><script>alert(1)</script>" in text for text in drawn["0"]["texts"])
    assert any("get_weather 38 B" in text for text in drawn["story"]["texts"])
