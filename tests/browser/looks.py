"""What is looked for on a page: faults that axe finds, what is too wide, what hides the focus.

And ids that are there twice or lead nowhere, which axe would only find page by page.
"""

from collections.abc import Collection
from typing import Any

import lxml.html
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"type": "tag", "values": TAGS}
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
TABS = 7  # how many stops of the Tab key are looked at, from the top and from the main part
MARGIN = 12  # pixels around what has the focus
# A chart follows its window a moment later.
CHARTS = """async () => {
  const charts = [...document.querySelectorAll(".js-plotly-plot")].filter((c) => c.clientWidth);
  const late = (c) => Math.abs(c.querySelector(".main-svg").clientWidth - c.clientWidth) > 1;
  const until = performance.now() + 5000;
  while (charts.some(late)) {
    if (performance.now() > until) throw new Error("a chart does not follow its window");
    await new Promise(requestAnimationFrame);
  }
}"""
# Of attributes only those values count that say what an element is; lengths, addresses and words
# differ with the rows.
TOLD = ["class", "role", "type", "lang", "tabindex", "scope", "autocomplete"]
WORDED = [f"aria-{name}" for name in ("label", "labelledby", "describedby", "controls", "owns")]
# Calls back with each element and its place: what it is and all around it.
WALK = (
    f"const told = {TOLD}, worded = {WORDED};"
    + """
  const tells = (name) =>
    told.includes(name) || (name.startsWith("aria-") && !worded.includes(name));
  const attribute = ({ name, value }) =>
    name + (tells(name) ? `=${value}` : value.trim() && "=…");
  const place = (node, within) => {
    const text = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const attributes = [...node.attributes].map(attribute).sort();
    return `${within} > ${node.localName} ${attributes}${text ? " …" : ""}`;
  };
  const walk = (node, within, tell) => {
    const here = place(node, within);
    if (tell(node, here)) for (const child of node.children) walk(child, here, tell);
  };
"""
)
STRUCTURE = f"""() => {{
  {WALK}
  const places = new Set();
  walk(document.documentElement, "", (_node, place) => places.add(place));
  return [...places];
}}"""
# What axe finds in the elements at these places and what they hold, a line each.
AXE_AT = f"""async ([rules, places]) => {{
  {WALK}
  const wanted = new Set(places), nodes = [];
  walk(document.documentElement, "", (node, place) => {{
    if (wanted.has(place)) nodes.push(node);
    return !wanted.has(place);
  }});
  const found = await axe.run(nodes, {{ runOnly: rules, resultTypes: ["violations"] }});
  return found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${{rule.id}} at ${{node.target}}: ${{node.failureSummary}}`));
}}"""
REFERENCES = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const known = new Set(ids);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `id ${id} twice`);
  const names = ["for", "form", "aria-labelledby", "aria-describedby", "aria-controls"];
  const lost = names.flatMap((name) => [...document.querySelectorAll(`[${name}]`)].flatMap((node) =>
    node.getAttribute(name).split(/\\s+/).filter((id) => !known.has(id))
      .map((id) => `${name} of ${node.localName} names no id: ${id}`)));
  return [...twice, ...lost];
}"""
FOCUSED = """() => {
  const node = document.activeElement;
  const { x, y, width, height } = (node.closest("label") ?? node).getBoundingClientRect();
  return { name: node.outerHTML.slice(0, 80), x, y, width, height };
}"""


def wait_for_charts(page: Page) -> None:
    """Wait until every chart is as wide as its window lets it be; some seconds at most."""
    page.evaluate(CHARTS)


def violations(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds, a line each: rule, place, and what is wrong there."""
    wait_for_charts(page)
    return violations_at(page, structure(page), rules)


def violations_at(page: Page, places: Collection[str], rules: dict[str, object]) -> list[str]:
    """What axe finds in the elements at some of the places that structure tells."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    return list(page.evaluate(AXE_AT, [rules, list(places)]))


# The lists whose chosen words have no room; the sign at their end takes some of it.
CUT_CHOICES = """() => [...document.querySelectorAll("select")].filter((list) => {
  if (!list.checkVisibility() || !list.selectedOptions[0]) return false;
  const style = getComputedStyle(list), brush = document.createElement("canvas").getContext("2d");
  brush.font = style.font;
  const sign = 16;
  const room = list.clientWidth - parseFloat(style.paddingInlineStart)
    - parseFloat(style.paddingInlineEnd) - sign;
  return brush.measureText(list.selectedOptions[0].text).width > room;
}).map((list) => `${list.name}: ${list.selectedOptions[0].text}`)"""
# In how many lines the entries of each menu stand.
MENU_LINES = """() => [...document.querySelectorAll("header nav")].map((menu) =>
  new Set([...menu.querySelectorAll("a")].map((a) => a.getBoundingClientRect().top)).size)"""
SCROLLED = """[...document.querySelectorAll(".scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 && !box.querySelector(".matrix"))
  .map((box) => `${box.ariaLabel} scrolls sideways`)"""


def structure(page: Page) -> frozenset[str]:
    """What the page is built of: each element with all around it, equal ones once."""
    return frozenset(page.evaluate(STRUCTURE))


def structure_of(html: str) -> set[str]:
    """The same of a page before a browser has it: what scripts add is not there."""
    places: set[str] = set()

    def walk(node: Any, within: str) -> None:
        text = any((part or "").strip() for part in (node.text, *(child.tail for child in node)))
        attributes = ",".join(sorted(tell(*pair) for pair in node.attrib.items()))
        here = f"{within} > {node.tag} {attributes}{' …' if text else ''}"
        places.add(here)
        for child in node:
            if isinstance(child.tag, str):  # no comment
                walk(child, here)

    walk(lxml.html.document_fromstring(html), "")
    return places


def tell(name: str, value: str) -> str:
    """An attribute, with its value where that says what the element is."""
    if name in TOLD or (name.startswith("aria-") and name not in WORDED):
        return f"{name}={value}"
    return f"{name}=…" if value.strip() else name


def broken_references(page: Page) -> list[str]:
    """The ids that stand on the page twice, and attributes that name an id that isn't there."""
    return list(page.evaluate(REFERENCES))


def cut_choices(page: Page) -> list[str]:
    """What is chosen in a list and cut off at its end."""
    return list(page.evaluate(CUT_CHOICES))


def menu_lines(page: Page) -> list[int]:
    """In how many lines each menu stands."""
    return list(page.evaluate(MENU_LINES))


def overflow(page: Page) -> list[str]:
    """By how much the page is wider than its window, and what scrolls sideways; empty if nothing.

    A grid of vendors by criteria may scroll: its edge shows that there is more.
    """
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [*page.evaluate(SCROLLED), *([f"{wide} pixels too wide"] if wide > 0 else [])]


def hidden_focus(page: Page) -> list[str]:
    """What gets the focus with the Tab key and looks as it does without it."""
    hidden = []
    for stop in range(2 * TABS):
        if stop == TABS:
            page.locator("main").focus()
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last stop
        focused = page.evaluate(FOCUSED)
        with_focus = picture(page, focused)
        page.evaluate("document.activeElement.blur()")  # Tab goes on from here all the same
        if picture(page, focused) == with_focus:
            hidden.append(focused["name"])
    return hidden


def picture(page: Page, box: dict[str, Any]) -> bytes:
    """A screenshot of the place where the focus is, or was."""
    size = page.viewport_size
    assert size is not None
    left, top = max(0, box["x"] - MARGIN), max(0, box["y"] - MARGIN)
    right = min(size["width"], box["x"] + box["width"] + MARGIN)
    bottom = min(size["height"], box["y"] + box["height"] + MARGIN)
    return page.screenshot(
        animations="disabled",
        clip={"x": left, "y": top, "width": right - left, "height": bottom - top},
    )
