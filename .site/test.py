"""The website as its readers meet it. First what can be read from the files: every link and anchor, every picture,
formulas, titles, and that nothing is loaded from elsewhere. Then every page in Chromium, from the folder, without a
server: on a phone with scripts and without, folds closed and open, and on a screen. Last what moves: its numbers are
those that the course's programs have printed and drawn.

    test.py CHROMIUM [--shots FOLDER]

PAGES=chapters/0 opens only the pages whose addresses match.
"""

import functools
import http.server
import os
import re
import sys
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import gfm

HERE = Path(__file__).resolve().parent
ROOT, BUILT = HERE.parent, HERE / "built"
VOID = {"img", "br", "hr", "input", "link", "meta", "source", "wbr", "col"}
faults = []


def check(holds, page, what):
    if not holds:
        faults.append(f"{page}: {what}")
        print(f"site: {faults[-1]}", file=sys.stderr)


# What becomes of Markdown: what people have reported of other sites, see the trackers of mkdocs-material, KaTeX,
# github-slugger and markup.

MARKDOWN = (  # the Markdown, the formulas in it, what its page contains
    ("a $x$, and ($y$) too", 2, "</span>) too"),
    ("$400 is certainly more than $300.", 0, "$400 is"),  # money
    ("between $5-$6, `$x$` in code", 0, "<code>$x$</code>"),
    ("$a_1$ and $b_1$, *so*", 2, "<em>so</em>"),  # no emphasis from subscripts
    ("$x < y$ and $`a*b*c`$", 2, "</span>"),
    ("$$\\frac{1}{2}$$", 1, "katex-display"),
    ("```math\nx \\\\ y\n```", 1, "katex-display"),
    ("| a |\n| --- |\n| $\\lvert a \\rvert$ \\| $b$ |", 2, "<table>"),
    ("text\n- a list without a line above", 0, "<li>a list"),
    ("> <details><summary>s</summary>\n>\n> $x$ **b**\n>\n> </details>", 1, "<strong>b</strong>"),
    ("<!-- output: x -->\n```text\na < b & $c$\n```", 0, "a &lt; b &amp; $c$"),
    ("# 你好，世界（一）", 0, 'id="你好世界一"'),
    ("# A\n# A", 0, 'id="a-1"'),
    ("# 2.1 · ½ of σ′(x) ★ — `f_g`", 0, 'id="21---of-σx---f_g"'),
    ("[a](../GLOSSARY.md#b) [c](../../Package.swift) [d](../02-losses/README.zh-Hans.md#e)", 0, 'href="../GLOSSARY.html#b"'),
    ("[d](../02-losses/README.fr.md) [f](../../exercises)", 0, "f</p>"),
)


def try_markdown():
    pages = {"chapters/GLOSSARY.md", "chapters/02-losses/README.md"}
    for markdown, formulas, contains in MARKDOWN:
        html = gfm.Renderer("chapters/01-activations/README.md", pages, {"Package.swift"}).render(markdown).html
        found = html.count('class="katex"')
        check(found == formulas and contains in html, "Markdown", f"{markdown!r} has {found} formulas, should have {formulas}; {html}")


# What the files say.

class Read(HTMLParser):
    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.loads, self.open, self.text, self.meta = [], [], [], [], [], {}
        self.formulas = self.images_without_words = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag in ("img", "script", "iframe", "source") and values.get("src"):
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preconnect", "preload"):
            self.loads.append(values["href"])
        if tag == "meta" and values.get("name") == "description":
            self.meta["description"] = values["content"]
        if tag == "img" and not values.get("alt"):
            self.images_without_words += 1
        self.formulas += "katex" in (values.get("class") or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, text):
        if "title" in self.open and "svg" not in self.open:
            self.meta["title"] = self.meta.get("title", "") + text
        if "article" in self.open and not {"code", "pre", "script", "math"} & set(self.open):
            self.text.append(text)


def read_files():
    pages = {path: Read(path) for path in sorted(BUILT.rglob("*.html"))}
    titles = {}
    for path, page in pages.items():
        name = path.relative_to(BUILT)
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto"):
                check(link in page.links, name, f"loads {link} from elsewhere")
                continue
            if name.name == "404.html":
                continue  # its addresses begin at the site's root; the browser tries them
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            check(target.is_file(), name, f"leads to {link}, which is not there")
            if parts.fragment and target in pages:
                check(unquote(parts.fragment) in pages[target].ids, name, f"leads to {link}, a heading that is not there")
        words = " ".join(" ".join(page.text).split())
        for raw in re.findall(r"\$[^$]{1,60}\$|\$\$|\\(?:frac|partial|sum|text|mathrm|cdot|left|theta)\b.{0,20}", words):
            check(False, name, f"a formula that stayed raw: {raw}")
        check(not re.search(r"(?<!\w)\*\*\w|</?details>|</?summary>|^#+ ", words), name, "Markdown that stayed raw")
        check(len(page.ids) == len(set(page.ids)), name, "an id that is there twice")
        check(page.images_without_words == 0, name, "a picture without a description")
        check(page.meta.get("title"), name, "no title")
        if name.name != "404.html":
            check(page.meta.get("description"), name, "no description")
            title = page.meta.get("title")
            check(not name.as_posix().startswith("chapters") or title not in titles, name, f"the title of {titles.get(title)}")
            titles[title] = name
    lessons = sorted(path.parent.name for path in (ROOT / "chapters").glob("[0-9]*/README.md"))
    first = (BUILT / "index.html").read_text(encoding="utf-8")
    for lesson in lessons:
        page = BUILT / "chapters" / lesson / "index.html"
        check(page in pages, lesson, "the lesson is not on the site")
        check(f'<a href="chapters/{lesson}/index.html" class="md-nav__link">' in first, lesson, "not in the navigation")
        if page in pages:
            text = page.read_text(encoding="utf-8")
            for number in re.findall(r"^### Exercise ([\d.a-z]+)", (ROOT / f"chapters/{lesson}/README.md").read_text(), re.M):
                check(re.search(rf"workbook watch {re.escape(number)}\b", re.sub("<[^>]*>", "", text)), lesson, f"exercise {number} without its command")
    return pages


# What the browser says.

LOOK = """() => {
  document.querySelectorAll('img').forEach(image => image.loading = 'eager')
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth
  return {
    over,
    who: over <= 0 ? [] : [...document.querySelectorAll('article *')].filter(one => {
      const place = one.getBoundingClientRect()
      if (place.width === 0 || place.right <= document.documentElement.clientWidth + 1) return false
      for (let up = one; up; up = up.parentElement) {
        if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return false
      }
      return true
    }).slice(0, 2).map(one => one.outerHTML.slice(0, 90)),
    formulas: document.querySelectorAll('.katex').length,
    flat: [...document.querySelectorAll('.katex')].filter(one => one.checkVisibility() && one.getBoundingClientRect().width < 2).length,
    red: document.querySelectorAll('.katex-error, .katex [style*="color:#cc0000"]').length,
    words: document.querySelector('article').innerText.length,
  }
}"""
OPEN = "() => document.querySelectorAll('details').forEach(one => one.open = true)"
IMAGES = """async () => {
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})))
  return [...document.images].filter(image => !image.naturalWidth).map(image => image.src)
}"""


def look(browser, pages, width, scripts, scheme):
    """Each page; those that only show a source, which are all alike, once."""
    pages = {path: page for path, page in pages.items() if re.search(os.environ.get("PAGES", ""), path.relative_to(BUILT).as_posix())
             and (scripts and width == 400 or not re.search(r"\.\w+\.html$", path.name.replace(".zh-Hans", "")))}
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts, color_scheme=scheme)
    tab = context.new_page()
    now = {}
    tab.on("pageerror", lambda error: check(False, now["name"], f"script error: {error}"))
    tab.on("console", lambda message: check(message.type != "error", now["name"], f"console: {message.text}"))
    tab.on("requestfailed", lambda request: check(False, now["name"], f"could not load {request.url}"))
    tab.on("request", lambda request: check(request.url.startswith(("file:", "data:", "blob:", "about:")), now["name"], f"loads {request.url}"))
    for path, page in pages.items():
        name = now["name"] = f"{path.relative_to(BUILT)} at {width}{'' if scripts else ' without scripts'}"
        if path.name == "404.html":
            continue
        tab.goto(path.as_uri(), wait_until="load")
        for folds in ("closed", "open"):
            if folds == "open":
                if not scripts:  # on paper everything is unfolded
                    tab.emulate_media(media="print")
                    hidden = tab.evaluate("[...document.querySelectorAll('details')].filter(one => one.offsetHeight < one.firstElementChild.offsetHeight + 5).length")
                    check(hidden == 0, name, f"{hidden} folded answers are missing in print")
                    tab.emulate_media(media="screen")
                tab.evaluate(OPEN)
            seen = tab.evaluate(LOOK)
            check(seen["over"] <= 0, name, f"scrolls sideways by {seen['over']}, folds {folds}: {seen['who']}")
            check(seen["red"] == 0, name, "a formula in red")
            check(seen["formulas"] == page.formulas, name, f"{seen['formulas']} formulas of {page.formulas}")
            check(seen["flat"] == 0, name, f"{seen['flat']} formulas have no width")
            check(seen["words"] > 40, name, "nothing to read")
        if scripts:
            check(tab.evaluate(IMAGES) == [], name, "a picture that does not show")
    context.close()


def try_parts(browser):
    """Search, the switch of colours, copying, language, the page for what is not found."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    tab = context.new_page()
    lesson = next((BUILT / "chapters").glob("06-*/index.html"))
    tab.goto(lesson.as_uri())
    check(tab.locator("button[data-clipboard-target], .md-clipboard, .md-code__button").count() > 5, "06", "no copy buttons")

    def brightness():
        tab.evaluate(OPEN)
        picture = tab.locator("article img:visible").nth(1)
        picture.scroll_into_view_if_needed()
        tab.wait_for_timeout(150)
        return len(picture.screenshot()), tab.evaluate("getComputedStyle(document.body).colorScheme"), picture.screenshot()

    light = brightness()
    for _ in range(2):
        tab.locator("form[data-md-component=palette] label:not([hidden])").click()
    dark = brightness()
    check(light[1] == "light" and dark[1] == "dark", "06", f"the switch of colours: {light[1]}, {dark[1]}")
    check(light[2] != dark[2], "06", "the figure does not follow the switch of colours")

    searches = ["dead ReLU"] + (["梯度"] if list((BUILT / "chapters").glob("*/README.zh-Hans.html")) else [])
    for words in searches:
        tab.goto((BUILT / "index.html").as_uri())
        tab.locator("input[name=query]").focus()
        tab.keyboard.type(words)
        try:
            tab.locator("li.md-search-result__item").first.wait_for(timeout=15000)
        except Exception:
            check(False, "search", f"finds nothing for {words}")
    for path in sorted((BUILT / "chapters").glob("*/README.zh-Hans.html"))[:1]:
        tab.goto(path.as_uri())
        check(tab.evaluate("document.documentElement.lang").startswith("zh"), path.parent.name, "is not marked as Chinese")
        tab.locator("a.language[lang=en]").click()
        check(tab.url.endswith(f"{path.parent.name}/index.html"), path.parent.name, "the language switch leads elsewhere")
        tab.locator("a.language[lang=zh-Hans]").click()
        check(tab.url.endswith("README.zh-Hans.html"), path.parent.name, "the way back to Chinese leads elsewhere")
    context.close()

    base = urlsplit(os.environ.get("SITE_URL", "")).path.rstrip("/")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/some/where").removeprefix(base))

        def send_error(self, code, *_):
            self.send_response(code)
            self.end_headers()
            self.wfile.write((BUILT / "404.html").read_bytes())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=BUILT))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tab = browser.new_page()
    server_address = f"http://127.0.0.1:{server.server_port}"
    tab.on("response", lambda answer: check(answer.status < 400 or answer.url.endswith("/page"), "server", f"{answer.status} for {answer.url}"))
    tab.goto(f"{server_address}/some/where/chapters/{lesson.parent.name}/index.html", wait_until="networkidle")
    tab.goto(f"{server_address}{base}/chapters/no/such/page")
    tab.locator("article a").first.click()
    check(tab.title().startswith("Backprop Workbook"), "404", f"leads to {tab.title()}")
    tab.close()
    server.shutdown()


def near(mine, printed):
    """Equal, as far as it was printed: to half of its last digit."""
    text = printed.replace("−", "-").replace(",", "")
    digits = re.search(r"\.(\d+)", text)
    exponent = int(text.split("e")[1]) if "e" in text else 0
    return abs(float(mine) - float(text)) <= 0.5000001 * 10.0 ** (exponent - (len(digits[1]) if digits else 0))


def try_numbers(browser):
    """Every number that moves, against the lesson's printed output and the figures that the programs drew."""
    tab = browser.new_page(viewport={"width": 400, "height": 800})
    tab.on("pageerror", lambda error: check(False, "moving", f"script error: {error}"))
    compared = 0

    def lesson(chapter):
        tab.goto((BUILT / "chapters" / chapter / "index.html").as_uri())
        tab.evaluate(OPEN)
        return (ROOT / "chapters" / chapter / "README.md").read_text(encoding="utf-8")

    def drawn(chapter, figure):
        return re.findall(r"<text[^>]*>([^<]*)</text>", (ROOT / "chapters" / chapter / "figures" / figure).read_text(encoding="utf-8"))

    def compare(name, mine, printed):
        nonlocal compared
        compared += 1
        check(near(mine, printed), name, f"shows {mine}, the course {printed}")

    def ask(name, what):
        return tab.evaluate(f"(() => {{ const figure = Moving.figures['{name}']; return {what} }})()")

    def move(name, label, value):
        slider = tab.locator(f"[data-moving='{name}'] label", has_text=label).locator("input")
        slider.evaluate("(one, value) => { one.value = value; one.dispatchEvent(new Event('input')) }", value)
        return tab.locator(f"[data-moving='{name}'] .says").inner_text()

    name = "01-activations/slopes"
    text = lesson(name.split("/")[0])
    table = re.search(r"^x   sigmoid.*?^```", text, re.S | re.M)[0].splitlines()[2:-1]
    for row in table:
        x, *slopes = row.split()
        for function, slope in zip(("sigmoid", "tanh", "ReLU", "leaky"), slopes):
            compare(name, ask(name, f"figure.functions.{function}[1]({x})"), slope)
            # The first letters of a printed number are what the page says, too.
            tab.locator(f"[data-moving='{name}'] select").select_option(function)
            check(f"= {slope}" in move(name, "x", x), name, f"the page does not say {slope} for {function} at {x}")
    check(len(table) == 9, name, "the lesson's table is not the expected one")

    name = "03-chain-rule/two-layer-graph"
    lesson(name.split("/")[0])
    texts = drawn("03-chain-rule", "two-layer-graph.svg")[1:]
    leaves = "{ x: 0.5, w1: 1.2, b1: -0.1, w2: -0.7, b2: 0.4, t: 1, '½': 0.5 }"
    result = ask(name, f"figure.backward({leaves}, figure.visits)")
    boxes = ["x", "w1", "b1", "w2", "b2", "t", "w1·x", "z1", "h", "w2·h", "y", "−", "pow 2", "½", "L"]
    for box, value, gradient in zip(boxes, texts[1::3], texts[2::3]):
        compare(f"{name} {box}", result["values"][box], value)
        compare(f"{name} {box}", result["gradients"][box], gradient.removeprefix("grad "))
    check("= −0.9235" in move(name, "visits", 3), name, "the third visit does not send −0.9235")

    name = "05-cnn/windows"
    lesson("05-cnn")
    y = drawn("05-cnn", "windows.svg")[-12:]
    for mine, printed in zip(sum(ask(name, "figure.correlate(figure.image, figure.filters.vertical)"), []), y):
        compare(name, mine, printed)
    check("= −3" in move(name, "place", 12), name, "the last window does not give −3")
    name = "05-cnn/scatter"
    result = ask(name, "figure.backward(figure.given, 9)")
    for key, figure, count in (("dx", "scatter.svg", 25), ("dW", "correlation.svg", 9)):
        for mine, printed in zip(sum(result[key], []), drawn("05-cnn", figure)[-count:]):
            compare(f"{name} {key}", mine, printed)

    name = "06-optimizers/ravine"
    text = lesson(name.split("/")[0])
    arrive = "done: (x, y) => figure.height(x, y, 400) <= 1e-4"
    for row, beta in (("SGD", 0), ("momentum", 0.9)):
        rate, steps, end = re.search(rf"^{row} +(\S+) +(\d+) +(.+)$", text, re.M).groups()
        compare(f"{name} {row}", ask(name, f"figure.path({{ kappa: 400, rate: {rate}, beta: {beta}, {arrive} }}).length - 1"), steps)
        height = ask(name, f"figure.height(...figure.path({{ kappa: 400, rate: {rate}, beta: {beta} }}).at(-1), 400)")
        check(near(height, end) if "<" not in end else height < 1e-12, name, f"ends at {height}, the course at {end}")
    small = "start: [1, 1], most: 20000, done: (x, y) => false"
    table = re.search(r"^κ     √κ.*?^```", text, re.S | re.M)[0].splitlines()[2:-1]
    last = "(p => p.length - [...p].reverse().findIndex(([x, y]) => Math.abs(x) > 1e-3 || Math.abs(y) > 1e-3))"
    for row in table:
        kappa, _, plain, momentum, beta = row.split()
        compare(name, ask(name, f"figure.best({kappa}).beta"), beta)
        compare(name, ask(name, f"{last}(figure.path({{ kappa: {kappa}, rate: 2 / ({kappa} + 1), beta: 0, {small} }}))"), plain)
        compare(name, ask(name, f"{last}(figure.path({{ kappa: {kappa}, ...figure.best({kappa}), {small} }}))"), momentum)
    check(len(table) == 4, name, "the lesson's table is not the expected one")
    slider = tab.locator(f"[data-moving='{name}'] input").first
    before = slider.input_value()
    slider.focus()
    tab.keyboard.press("ArrowRight")
    check(slider.input_value() != before and slider.get_attribute("aria-valuetext"), name, "the slider has no keys or no words")
    tab.close()
    return compared


def shots(browser, folder):
    """Pictures of some pages, to look at."""
    for number, (page, width, scheme, place) in enumerate((
        ("index.html", 1280, "light", None), ("chapters/01-activations/index.html", 400, "light", "[data-moving]"),
        ("chapters/03-chain-rule/index.html", 1280, "dark", "[data-moving]"),
        ("chapters/05-cnn/index.html", 400, "dark", "[data-moving='05-cnn/scatter']"),
        ("chapters/06-optimizers/index.html", 1280, "light", "[data-moving]"), ("chapters/FORMULAS.html", 400, "light", None),
        ("chapters/04-mlp/index.html", 400, "dark", "#the-gradients-of-a-dense-layer"),
        ("exercises/Chapter01.swift.html", 1280, "dark", None),
        ("chapters/01-activations/README.zh-Hans.html", 1280, "light", None),
    )):
        if not (BUILT / page).exists():
            continue
        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab.goto((BUILT / page).as_uri())
        if place:
            tab.evaluate(OPEN)
            tab.evaluate("place => document.querySelector(place).scrollIntoView({ block: 'start' })", place)
            tab.evaluate("scrollBy(0, -80)")
            tab.wait_for_timeout(400)
        tab.screenshot(path=f"{folder}/{number}.png")
        tab.close()


def main():
    began = time.time()
    sys.stdout.reconfigure(line_buffering=True)
    try_markdown()
    pages = read_files()
    links = sum(len(page.links) for page in pages.values())
    print(f"site: {len(pages)} pages, {links} links, {sum(page.formulas for page in pages.values())} formulas read")
    chromium = sys.argv[1] if len(sys.argv) > 1 else ""
    if chromium:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--allow-file-access-from-files"])
            if "--shots" in sys.argv:
                return shots(browser, sys.argv[sys.argv.index("--shots") + 1])
            for width, scripts, scheme in ((400, True, "dark"), (400, False, "light"), (1280, True, "light")):
                look(browser, pages, width, scripts, scheme)
                print(f"site: pages at {width} px{'' if scripts else ' without scripts'}, {time.time() - began:.0f} s")
            try_parts(browser)
            print(f"site: {try_numbers(browser)} numbers of what moves compared")
            browser.close()
    else:
        print("site: no Chromium on the PATH, so the browser's part is SKIPPED (Debian: apt-get install chromium)")
    print(f"site: {len(faults)} faults, {time.time() - began:.0f} seconds")
    sys.exit(1 if faults else 0)


main()
