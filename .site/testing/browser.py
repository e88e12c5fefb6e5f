"""What the browser says of every page, and of what all pages share."""

import functools
import http.server
import os
import re
import threading
from urllib.parse import urlsplit

from .faults import BUILT, check

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
