"""What MkDocs is told of this repository: which files are pages, in which order, in which language."""

import os
import re

import jieba
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.toc import AnchorLink, TableOfContents

from gfm import KATEX, ROOT, Page, Renderer, code, escape, linked_files, schemes

REPOSITORY = os.environ.get("REPOSITORY", "").rstrip("/")  # its address in a browser; sources are linked there, too
LANGUAGES = {"en": ("English", "en"), "zh-Hans": ("简体中文", "zh")}  # its name, the theme's name for it
SECTIONS = {"en": ("Chapters", "Sheets", "To teach, to change"), "zh-Hans": ("各章", "资料", "教学与贡献")}
jieba.setLogLevel("WARNING")  # the search plugin uses it, and it tells all that it does
START = {"en": "Start", "zh-Hans": "首页"}
PAGES, SOURCES, NAVIGATIONS = set(), set(), {}


def language(uri):
    return "zh-Hans" if uri.endswith(".zh-Hans.md") else "en"


def original(uri):
    return uri.replace(".zh-Hans.md", ".md")


def on_files(files, config):
    PAGES.clear(), SOURCES.clear()
    for pattern in ("*.md", "chapters/*.md", "chapters/*/README*.md"):
        PAGES.update(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern))
    for uri in PAGES:
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / uri)))
        SOURCES.update(linked_files((ROOT / uri).read_text(encoding="utf-8"), uri))
    SOURCES.difference_update(PAGES)
    for uri in SOURCES:
        files.append(File.generated(config, uri + ".md", content=(ROOT / uri).read_text(encoding="utf-8")))
    for path in ROOT.glob("chapters/*/figures/*.svg"):
        uri = path.relative_to(ROOT).as_posix()
        light, dark = schemes(path.read_text(encoding="utf-8"))
        files.append(File.generated(config, uri, content=light))
        if dark:
            files.append(File.generated(config, uri.removesuffix(".svg") + ".dark.svg", content=dark))
    for path in [KATEX / "katex.min.css", *(KATEX / "fonts").glob("*.woff2")]:
        files.append(File.generated(config, f"katex/{path.relative_to(KATEX)}", abs_src_path=str(path)))
    return files


def on_nav(nav, config, files):
    """Finds chapters by their folders. A page that is not translated stands in the original in both languages."""
    pages = {file.src_uri: file.page for file in files.documentation_pages()}
    for name in LANGUAGES:
        def chosen(pattern):
            stems = sorted({original(uri) for uri in PAGES if re.fullmatch(pattern, original(uri))})
            for stem in stems:
                translated = stem if name == "en" else stem.replace(".md", f".{name}.md")
                uri = next((uri for uri in (translated, stem) if uri in PAGES), None)
                if uri:
                    yield pages[uri]

        home = list(chosen(r"README\.md"))
        sections = [list(chosen(pattern)) for pattern in (
            r"chapters/\d[^/]*/README\.md", r"chapters/[^/]+\.md", r"(?!README)[^/]+\.md")]
        items = home + [Section(title, part) for title, part in zip(SECTIONS[name], sections)]
        order = [page for part in [home, *sections] for page in part]
        for section in items[len(home):]:
            for page in section.children:
                if language(page.file.src_uri) == name:
                    page.parent = section
        for at, page in enumerate(order):
            if language(page.file.src_uri) == name:
                page.previous_page = order[at - 1] if at else None
                page.next_page = order[at + 1] if at + 1 < len(order) else None
        NAVIGATIONS[name] = Navigation(items, order)
        NAVIGATIONS[name].homepage = order[0]
    for uri in SOURCES:
        page = pages[uri + ".md"]
        page.parent = page.previous_page = page.next_page = None
    return NAVIGATIONS["en"]


def on_page_markdown(markdown, page, config, files):
    """Makes the page. MkDocs gets nothing to parse: its Markdown is not GitHub's."""
    uri = page.file.src_uri
    if uri in PAGES:
        try:
            page.made = Renderer(uri, PAGES, SOURCES, REPOSITORY).render(page.file.content_string)
        except PluginError as error:
            raise PluginError(f"{uri}: {error}") from None
    else:
        page.made = source(uri.removesuffix(".md"), page.file.content_string)
        page.meta["search"] = {"exclude": True}
    page.title = START[language(uri)] if original(uri) == "README.md" else escape(page.made.title)
    page.meta["description"] = escape(page.made.description)
    return ""


def source(uri, text):
    there = f'<p><a href="{REPOSITORY}/blob/HEAD/{uri}">{REPOSITORY}</a></p>' if REPOSITORY else ""
    return Page(f'<h1 id="file"><code>{uri}</code></h1>{there}\n{code(text, path=uri.split("/")[-1])}', uri,
                f"{uri}, a file of Backprop Workbook.")


def on_page_content(html, page, config, files):
    links, open_links = [], []
    for level, anchor, text in page.made.headings:
        link = AnchorLink(escape(text), anchor, level)
        while open_links and open_links[-1].level >= level:
            open_links.pop()
        (open_links[-1].children if open_links else links).append(link)
        open_links.append(link)
    page.toc = TableOfContents(links)
    return page.made.html


def on_page_context(context, page, config, nav):
    """The theme speaks the page's language, and its switch shows the pages that there are."""
    name = language(page.file.src_uri)
    config.theme.language = LANGUAGES[name][1]
    both = {language(other.file.src_uri): other for navigation in NAVIGATIONS.values() for other in navigation.pages
            if original(other.file.src_uri) == original(page.file.src_uri)}
    config.extra["alternate"] = len(both) > 1  # asks for partials/alternate.html
    context["languages"] = [{"name": LANGUAGES[other][0], "link": both[other].url, "lang": other}
                            for other in LANGUAGES if other in both and other != name]
    context["nav"] = NAVIGATIONS[name]
    return context
