"""What the files say: what has become of Markdown, and every link, anchor, title and formula."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import gfm

from .faults import BUILT, ROOT, check

VOID = {"img", "br", "hr", "input", "link", "meta", "source", "wbr", "col"}

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
