"""A Markdown file of the repository as a page: GitHub's own parser, so that a page is here what it is there.

The parser's HTML is gone through once, tag by tag: formulas are set by KaTeX here and now, so that no browser
has to, headings get GitHub's anchors, links lead to pages, code is coloured.
"""

import posixpath
import re
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from pathlib import Path
from unicodedata import category
from urllib.parse import quote, unquote

import cmarkgfm
import djangocms_katex
from cmarkgfm.cmark import Options
from mkdocs.exceptions import PluginError
from py_mini_racer import JSEvalException, MiniRacer
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

ROOT = Path(__file__).resolve().parent.parent
KATEX = Path(djangocms_katex.__file__).parent / "static/djangocms_katex/vendor/katex"
MOVING = Path(__file__).resolve().parent / "pages/moving"

# As GitHub finds them, see .ci/formulas.py: what touches a dollar decides.
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.S)
INLINE = re.compile(r"(?:^|(?<=[\s(]))\$(?!\s)([^$\n]+?)(?<!\s)\$(?![\w$–-])")
EXERCISE = re.compile(r"(?:Exercise|练习) ?(\d+\.\d+[a-z]?)\b")


@dataclass
class Page:
    html: str = ""
    title: str = ""
    description: str = ""
    headings: list = field(default_factory=list)  # (level, anchor, text)


@cache
def katex():
    engine = MiniRacer()
    engine.eval((KATEX / "katex.min.js").read_text(encoding="utf-8"))
    return engine


@cache
def formula(tex, display=False):
    # Departures from LaTeX that show well, such as ½, are for .ci/formulas to judge; what is no formula ends the build.
    options = {"displayMode": display, "strict": "ignore", "throwOnError": True}
    try:
        html = katex().call("katex.renderToString", tex, options)
    except JSEvalException as error:
        raise PluginError(f"${tex}$: " + re.search("KaTeX parse error: .*|$", str(error))[0]) from None
    return html.replace('<span class="katex', '<span data-search-exclude class="katex', 1)


def with_formulas(text):
    """HTML text between two tags, its formulas set."""
    parts, at = [], 0
    text = unescape(text)
    for pattern, display in ((DISPLAY, True), (INLINE, False)):
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in parts):
                parts.append((*match.span(), formula(match[1].strip(), display)))
    html = ""
    for start, end, set_formula in sorted(parts):
        html += escape(text[at:start], quote=False) + set_formula
        at = end
    return html + escape(text[at:], quote=False)


def schemes(svg):
    """A figure in its light and in its dark colours: in a picture not every browser lets it follow the page's switch."""
    dark = re.search(r"@media \(prefers-color-scheme: ?dark\) ?\{\n(.*?)\n\}\n", svg, re.S)
    return (svg.replace(dark[0], ""), svg.replace(dark[0], dark[1] + "\n")) if dark else (svg, None)


def slug(text, taken):
    """The anchor that GitHub gives a heading."""
    kept = (c for c in text.strip().lower() if c in "- " or category(c)[0] in "LM" or category(c) in ("Nd", "Pc"))
    name = "".join(kept).replace(" ", "-")
    taken[name] = taken.get(name, -1) + 1
    return f"{name}-{taken[name]}" if taken[name] else name


def code(text, language="", path=""):
    try:
        lexer = get_lexer_for_filename(path) if path else get_lexer_by_name(language or "text")
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    body = highlight(text, lexer, HtmlFormatter(nowrap=True))
    return f'<div class="highlight"><pre><span></span><code>{body}</code></pre></div>\n'


def address(target):
    """Where a file of the repository is on the site."""
    folder, name = posixpath.split(target)
    if name == "README.md":
        return posixpath.join(folder, "index.html")
    return re.sub(r"\.md$", "", target) + ".html"


class Renderer:
    """Goes through the parser's HTML. `pages` are the site's Markdown files, `sources` others that it shows."""

    def __init__(self, uri, pages, sources, repository=""):
        self.uri, self.pages, self.sources, self.repository = uri, pages, sources, repository
        self.page, self.taken, self.moves = Page(), {}, False
        self.out, self.raw = [], []  # the same pieces, with formulas set and as they were written

    def render(self, text):
        html = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
        html = re.sub(r"<!--.*?-->", "", html, flags=re.S)
        # On GitHub a line leads to the other language; here the switch does.
        html = re.sub(r"<p>(<a [^>]*>)?English(</a>)? [|·] (<a [^>]*>)?简体中文(</a>)?</p>\n", "", html, count=1)
        html = re.sub(r'<pre lang="math"><code>(.*?)</code></pre>', lambda m: f"<p>$${m[1]}$$</p>", html, flags=re.S)
        html = re.sub(r"\$<code>([^<]*)</code>\$", lambda m: f" ${m[1]}$", html)
        heading, after, plain, verbatim = None, "", [], False
        for token in re.split(r"(<pre.*?</pre>|<code>.*?</code>|</?[a-zA-Z][^>]*>)", html, flags=re.S):
            tag = (re.match(r"</?[a-zA-Z0-9]+", token) or [""])[0]
            self.raw.append(token)
            if tag == "<pre":
                token = self.block(token)
            elif tag in ("<h1", "<h2", "<h3", "<h4", "<h5", "<h6"):
                heading = len(self.out)
            elif tag.startswith("</h") and heading is not None:
                token = self.heading(int(tag[3]), heading)
                heading = None
            elif tag == "<img":
                token, moving = self.image(token)
                after += moving
            elif tag == "</p":
                token, after = token + after, ""
                if not self.page.description and self.page.title:
                    self.page.description = self.words(self.paragraph)[:200]
            elif tag == "<p":
                self.paragraph = len(self.out)
            elif tag == "<a":
                token, known = self.link(token)
                plain.append(not known)
            elif tag == "</a" and plain and plain.pop():
                token = ""
            elif not tag:
                token = with_formulas(token)
            self.out.append(token)
        self.page.html = "".join(self.out)
        return self.page

    def words(self, start):
        """What is said from a piece on, formulas as they were written."""
        return " ".join(unescape(re.sub(r"<[^>]*>", "", "".join(self.raw[start:]))).split())

    def block(self, token):
        language, text = re.match(r'<pre(?: lang="([^"]*)")?><code>(.*)</code></pre>', token, re.S).groups()
        return code(unescape(text), language or "")

    def heading(self, level, at):
        text = self.words(at)
        anchor = slug(text, self.taken)
        self.out[at] = f'<h{level} id="{anchor}">'
        if level == 1 and not self.page.title:
            self.page.title = text
        self.page.headings.append((level, anchor, text))
        mark = f'<a class="headerlink" href="#{anchor}" aria-label="#">#</a></h{level}>\n'
        exercise = EXERCISE.match(text) if re.match(r"chapters/\d", self.uri) else None
        return mark + (code(f"swift run workbook watch {exercise[1]}", "sh") if exercise else "")

    def image(self, token):
        """The picture, light and dark, and below it the one that moves, where there is one."""
        source = re.search(r'src="([^"]*)"', token)[1]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.uri), unquote(source)))
        if not path.endswith(".svg") or not (ROOT / path).is_file():
            return token, ""
        light, dark = schemes((ROOT / path).read_text(encoding="utf-8"))
        size = re.search(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', light)
        if size:
            token = token.replace("<img", f'<img loading="lazy" width="{size[1]}" height="{size[2]}"', 1)
        if dark:  # the theme shows one of the two
            token = (token.replace(f'"{source}"', f'"{source}#only-light"')
                     + token.replace(f'"{source}"', f'"{source.removesuffix(".svg")}.dark.svg#only-dark"'))
        chapter = re.match(r"chapters/([^/]+)/figures/([^/]+)\.svg", path)
        if not chapter or not (MOVING / chapter[1] / f"{chapter[2]}.js").exists():
            return token, ""
        here = posixpath.relpath("moving", posixpath.dirname(self.uri))
        shared = "" if self.moves else f'<script src="{here}/moving.js" defer></script>'
        self.moves = True
        return token, (f'\n<div class="moving" data-moving="{chapter[1]}/{chapter[2]}"></div>{shared}'
                       f'<script src="{here}/{chapter[1]}/{chapter[2]}.js" defer></script>\n')

    def link(self, token):
        """The tag with the address on the site, and whether there is one."""
        href = unescape(re.search(r'href="([^"]*)"', token)[1])
        if not href or re.match(r"[a-zA-Z][\w+.-]*:|#|//", href):
            return token, True
        path, _, fragment = href.partition("#")
        folder = posixpath.dirname(self.uri)
        target = posixpath.normpath(posixpath.join(folder, unquote(path)))
        original = re.sub(r"\.zh-Hans\.md$", ".md", target)
        if target not in self.pages and original in self.pages:
            target, fragment = original, ""  # not translated yet
        if target in self.pages or target in self.sources:
            there = quote(posixpath.relpath(address(target), folder))
            if target in self.pages and fragment:
                there += "#" + fragment
        elif (ROOT / target).exists():
            if not self.repository:
                return "", False
            there = f"{self.repository}/blob/HEAD/{quote(target)}"
        else:
            return token, True  # leads nowhere: the test of the site says so
        return re.sub(r'href="[^"]*"', lambda _: f'href="{escape(there)}"', token), True


def linked_files(text, uri):
    """The files of the repository that a page links and that are no pages, pictures or folders."""
    for path in re.findall(r"\]\(<?([^)#>\s]+)", text):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(uri), unquote(path)))
        file = ROOT / target
        if not re.match(r"[a-z]+:|\.\./", target) and file.is_file() and file.suffix not in (".svg", ".png"):
            yield target
