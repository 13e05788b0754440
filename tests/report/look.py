"""Opens reports in a real browser, without a network, and looks at them as a reader would.

Usage: look.py BROWSER PICTURES_FOLDER PAGE...

Prints, for each page, what it says at the top as a line of JSON: the headline, and the rows of the table below it.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import TimeoutError, sync_playwright

# Width, height, colours, medium.
VIEWS = {
    "wide": (1280, 900, "light"),
    "phone": (390, 844, "light"),
    "dark": (1280, 900, "dark"),
    "phone-dark": (390, 844, "dark"),
}

# What each chart shows: lines and points that are drawn, and how far they reach.
CHARTS = """() => [...document.querySelectorAll("figure")].map((figure) => {
  const box = figure.querySelector(".plot").getBoundingClientRect();
  const paths = [...figure.querySelectorAll(".scatterlayer .js-line, .scatterlayer .js-fill")];
  const reach = paths.map((path) => { const b = path.getBBox(); return Math.hypot(b.width, b.height); });
  const points = [...figure.querySelectorAll(".scatterlayer .point")];
  const places = points.map((point) => point.getAttribute("transform"));
  const flat = [...figure.querySelectorAll(".xtick text")].filter((tick) => !/rotate\((?!0)/.test(tick.getAttribute("transform")));
  const ticks = flat.map((tick) => tick.getBoundingClientRect());
  ticks.sort((a, b) => a.left - b.left);
  return {
    id: figure.id, title: figure.querySelector("h3").textContent, caption: figure.querySelector("figcaption").textContent,
    label: figure.querySelector(".plot").getAttribute("aria-label"), width: box.width, height: box.height,
    reach: Math.max(0, ...reach), points: points.length,
    broken: [...paths.map((path) => path.getAttribute("d")), ...places].filter((text) => /NaN|undefined|Infinity/.test(text)).length,
    crowded: ticks.filter((tick, k) => k > 0 && tick.left < ticks[k - 1].right).length,
    ticks: figure.querySelectorAll(".xtick text").length, marks: figure.querySelectorAll(".shapelayer path").length,
    is_over_time: figure.querySelector(".axis").textContent.startsWith("cycle"),
  };
})"""

CONTRAST = """() => {
  const parts = (text) => text.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
  const paper = parts(getComputedStyle(document.documentElement).backgroundColor);
  const probe = document.createElement("i");
  document.body.append(probe);
  const of = (name) => { probe.style.color = `var(--${name})`; return contrast(parts(getComputedStyle(probe).color), paper); };
  const found = { paper: light(paper), text: Math.min(of("ink"), of("soft"), of("link")), lines: Math.min(...[0, 1, 2, 3, 4, 5, 6, 7].map((k) => of(`c${k}`))) };
  probe.remove();
  return found;
}"""

TOP = """() => ({
  headline: document.getElementById("headline").textContent,
  answer: [...document.querySelectorAll("#answer tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)),
})"""


def check(condition, *what):
    """Stops with a message unless `condition` holds."""
    if not condition:
        sys.exit("look.py: " + " ".join(str(part) for part in what))


def wait(element, *what):
    """Waits until `element` is no longer in its page; stops with a message if it stays.

    A page of a report runs no code but its own: `wait_for_function` would need its leave to evaluate a string.
    """
    try:
        element.wait_for(state="detached", timeout=30_000)
    except TimeoutError:
        check(False, *what)


def open_page(browser, file, view):
    """Opens a page in a view; returns it, and a list that gathers what goes wrong."""
    width, height, colours = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=colours, offline=True)
    page = context.new_page()
    wrong = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append("a dialog: " + dialog.message))
    page.on("requestfailed", lambda request: wrong.append("failed: " + request.url[:100]))
    asked = lambda request: None if request.url.split(":")[0] in ("file", "data", "blob") else wrong.append(request.url)
    page.on("request", asked)
    page.goto(file.as_uri())
    try:
        page.wait_for_selector("html[data-drawn]", timeout=120_000, state="attached")
    except TimeoutError:
        check(False, file.name, "is not drawn to its end:", wrong)
    return page, wrong


def check_charts(page, where):
    """Checks that every chart shows something, and that its axis can be read."""
    charts = page.evaluate(CHARTS)
    for chart in charts:
        name = (where, chart["id"])
        check(chart["reach"] > 1 or chart["points"] > 0, *name, "shows nothing:", chart)
        check(chart["broken"] == 0, *name, "has marks at no place")
        check(chart["width"] > 200 and chart["height"] > 150, *name, "is too small:", chart)
        check(chart["ticks"] >= 2 and chart["crowded"] == 0, *name, "has an axis that cannot be read:", chart)
        check(len(chart["caption"]) > 20 and chart["label"].startswith(chart["title"]), *name, "says not what to see")
    check(len({chart["id"] for chart in charts}) == len(charts) > 0, where, "has two charts of one id, or none")
    over_time = [chart for chart in charts if chart["is_over_time"]]
    check(len({chart["marks"] for chart in over_time}) <= 1, where, "marks events on some axes only")
    return charts


def check_view(browser, file, view, pictures):
    """Checks a page in a view, and takes a picture of it."""
    page, wrong = open_page(browser, file, view)
    where = f"{file.name} ({view})"
    check_charts(page, where)
    check(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), where, "is wider than the screen")
    check(page.evaluate("document.querySelectorAll('h1').length === 1"), where, "has no heading, or several")
    contrast = page.evaluate(CONTRAST)
    check((contrast["paper"] < 0.2) == view.endswith("dark"), where, "has the colours of the other kind", contrast)
    check(contrast["text"] >= 4.5 and contrast["lines"] >= 3, where, "is pale:", contrast)
    strangers = page.evaluate("document.querySelectorAll('main img, main b, main iframe, main script, main a:not(nav a, .modebar a)').length")
    check(strangers == 0 and page.evaluate("window.hacked === undefined"), where, "takes names for markup")
    page.screenshot(path=pictures / f"{file.stem}-{view}.png", full_page=True)
    top = page.evaluate(TOP)
    check(not wrong, where, "is not quiet:", wrong)
    page.context.close()
    return top


def check_use(browser, file, pictures):
    """Checks that lines can be hidden, that colours can be chosen, and that the page prints."""
    page, wrong = open_page(browser, file, "wide")
    if page.query_selector("figure .legend button"):
        figure = page.locator("figure:has(.legend button)").first
        lines, button = figure.locator(".scatterlayer .js-line"), figure.locator(".legend button").first
        before = lines.count()
        button.click()
        wait(lines.nth(before - 1), file.name, "hides no line")
        button.click()
    paper = lambda: page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.click("#theme")
    page.click("#theme")
    check(paper() == "rgb(20, 24, 29)", file.name, "does not turn dark:", paper())
    page.emulate_media(media="print")
    check(paper() == "rgb(255, 255, 255)", file.name, "prints dark paper")
    wait(page.locator("details:not([open])").first, file.name, "prints with parts that are closed")
    page.set_viewport_size({"width": 720, "height": 1000})
    page.screenshot(path=pictures / f"{file.stem}-print.png", full_page=True)
    page.pdf(path=pictures / f"{file.stem}.pdf", format="A4", margin={side: "14mm" for side in ("top", "bottom", "left", "right")})
    check(not wrong, file.name, "is not quiet in use:", wrong)
    page.context.close()


def main():
    executable, pictures, *files = sys.argv[1:]
    pictures = Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for file in map(lambda file: Path(file).resolve(), files):
            tops = [check_view(browser, file, view, pictures) for view in VIEWS]
            check(all(top == tops[0] for top in tops), file.name, "says one thing here and another there")
            check_use(browser, file, pictures)
            print(json.dumps(tops[0]))
        browser.close()


main()
