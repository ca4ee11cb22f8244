"""What is looked for on a page: faults that axe finds, what is too wide, what hides the focus."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"type": "tag", "values": TAGS}
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
TABS = 7  # how many stops of the Tab key are looked at, from the top and from the main part
MARGIN = 12  # pixels around what has the focus
# A chart follows its window a moment later. What axe finds is a line each.
AXE = """async (rules) => {
  const charts = [...document.querySelectorAll(".js-plotly-plot")].filter((c) => c.clientWidth);
  const late = (c) => Math.abs(c.querySelector(".main-svg").clientWidth - c.clientWidth) > 1;
  const until = performance.now() + 5000;
  while (charts.some(late)) {
    if (performance.now() > until) throw new Error("a chart does not follow its window");
    await new Promise(requestAnimationFrame);
  }
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id} at ${node.target}: ${node.failureSummary}`));
}"""
FOCUSED = """() => {
  const node = document.activeElement;
  const { x, y, width, height } = (node.closest("label") ?? node).getBoundingClientRect();
  return { name: node.outerHTML.slice(0, 80), x, y, width, height };
}"""


def violations(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds, a line each: rule, place, and what is wrong there."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    return list(page.evaluate(AXE, rules))


def overflow(page: Page) -> list[str]:
    """By how much the page is wider than its window; empty if it isn't."""
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"{wide} pixels too wide"] if wide > 0 else []


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
