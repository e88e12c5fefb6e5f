"""What `.ci/formulas` does once its packages are there.

GitHub runs Markdown first: `\\,` is a comma and `_` may be emphasis before a dollar is looked at. In the text
that is left it takes what stands between dollars for a formula and hands it to MathJax. So does this.
Where people report that GitHub does one thing here and another there, this names a fault. The rules are from
GitHub's page "Writing mathematical expressions" and from reports in the tracker of github/markup: 1575 (subscripts),
1591, 1612, 1644, 1742 (what may touch a dollar), 1688 (\\operatorname), 1741, 1745 (display formulas), 1746, 1747.
"""

import json
import re
import subprocess
import sys
import sysconfig
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

# GitHub answers these with "The following macros are not allowed", or does not keep them for the next formula.
FORBIDDEN = set(
    "operatorname mbox phantom hphantom vphantom newcommand renewcommand newenvironment renewenvironment def let "
    "DeclareMathOperator require class cssId style href unicode".split())
VOID = {"br", "img", "hr", "input", "source", "wbr", "col"}
INLINE = {"em", "strong", "del", "a", "sub", "sup", "b", "i", "kbd", "code", "span"}


class Page(HTMLParser):
    """The formulas of a Markdown file, as GitHub would find them in the page that it makes of it."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.source = text.split("\n")
        self.faults, self.formulas = [], []  # (line, what, reason); (line, TeX, in display)
        self.line = 1  # of the source, where the parser is
        self.stack = []  # (tag, has a place in the source)
        self.block = None  # the open block: [tag, [(kind, line, text), ...]]
        self.row = None  # of a table: [line, dollars]
        self.code = None
        options = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_UNSAFE
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=options))
        self.close()
        self.end_block()

    def fault(self, what, reason, line=None):
        self.faults.append((line or self.line, " ".join(what.split())[:90], reason))

    def find(self, text):
        """Raw HTML has no place in what the parser says, but stands in the source as it is."""
        first = next((part for part in text.split("\n") if part.strip()), "")
        rest = range(self.line - 1, len(self.source))
        return next((n + 1 for n in rest if first and first in self.source[n]), self.line)

    def inside(self, *tags):
        return any(tag in tags for tag, _ in self.stack)

    # What the parser meets.

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        place = values.get("data-sourcepos")
        if "$" in (values.get("alt") or "") + (values.get("title") or ""):
            self.fault(values.get("alt") or "", "a dollar in the words of an image or a link")
        if tag in VOID:
            return
        if place:
            self.end_block()
            self.line = int(place.split(":")[0])
            self.block = [tag, []]
        elif tag not in INLINE:
            self.end_block()
        if tag == "tr":
            self.row = [self.line, 0]
        if tag == "pre":
            self.code = [values.get("lang"), ""]
        elif tag == "code" and not self.code:
            self.code = ["", ""]
        elif self.block and not place and not self.code:
            self.block[1].append(("tag", self.line, tag))
        self.stack.append((tag, bool(place)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        while self.stack and self.inside(tag):
            if self.stack.pop()[0] == tag:
                break
        if tag == "pre" and self.code:
            language, body = self.code
            if language == "math":
                if self.inside("li"):
                    self.fault(body, "a display formula in a list")
                self.formulas.append((self.line + 1, body.strip(), True))
            self.line += body.count("\n") + 2
            self.code = None
        elif tag == "code" and self.code and not self.inside("pre"):
            if self.block:
                self.block[1].append(("code", self.line, self.code[1]))
            self.code = None
        elif tag not in INLINE:
            self.end_block()
            if tag == "tr" and self.row:
                line, shown = self.row
                written = self.source[line - 1]
                if written.count("$") != shown:
                    self.fault(written, "the table drops a part of this row: a | inside a cell?", line)
                self.row = None

    def handle_data(self, text):
        if self.row:
            self.row[1] += text.count("$")
        if self.code:
            self.code[1] += text
            if self.code[0] == "":
                self.line += text.count("\n")
            return
        if self.block:
            for n, part in enumerate(text.split("\n")):
                if n:
                    self.block[1].append(("text", self.line, "\n"))
                    self.line += 1
                if part:
                    self.block[1].append(("link" if self.inside("a") else "text", self.line, part))
            return
        if text.strip():
            line = self.find(text)
            if not self.inside("summary"):
                self.fault(text, "raw, for GitHub takes it for HTML: a blank line is missing above it", line)
            elif re.search(r"[`$*]|\]\(", text):
                self.fault(text, "Markdown in a <summary>, which GitHub shows raw", line)

    # A block of text and its dollars.

    def end_block(self):
        if not self.block:
            return
        (kind, pieces), self.block = self.block, None
        joined = []  # neighbouring texts are one, as GitHub sees them
        for piece in pieces:
            if piece[0] == "text" and joined and joined[-1][0] == "text":
                joined[-1] = ("text", joined[-1][1], joined[-1][2] + piece[2])
            else:
                joined.append(piece)
        for n in range(1, len(joined) - 1):  # $`x`$
            before, code, after = joined[n - 1:n + 2]
            if code[0] == "code" and before[0] == after[0] == "text":
                if before[2].endswith("$") and after[2].startswith("$"):
                    self.formulas.append((code[1], code[2], False))
                    joined[n - 1] = ("text", before[1], before[2][:-1])
                    joined[n + 1] = ("text", after[1], after[2][1:])
        words = "".join("." if piece[0] == "code" else piece[2] for piece in joined if piece[0] != "tag")
        alone = not re.sub(r"\$\$.+?\$\$", "", words, flags=re.S).strip()
        in_display = alone and kind == "p" and not self.inside("li", "td", "th")
        cut = any(piece[0] == "tag" for piece in joined)
        for piece in joined:
            if piece[0] == "link" and "$" in piece[2]:
                self.fault(piece[2], "a formula in a link: it stays raw", piece[1])
            if piece[0] == "text":
                self.dollars(*piece[1:], in_display=in_display, cut=cut)

    def dollars(self, line, text, in_display, cut):
        at = 0
        while (start := text.find("$", at)) >= 0:
            here = line + text.count("\n", 0, start)
            reason = None
            if text.startswith("$$", start):
                end = text.find("$$", start + 2)
                body = text[start + 2:end] if end >= 0 else ""
                if not body.strip():
                    reason = "two dollars without their partners"
                elif not in_display:
                    self.fault(body, "two dollars make a display formula only where it is the whole paragraph", here)
                at = end + 2
            else:
                end = text.find("$", start + 1)
                body = text[start + 1:end] if end >= 0 else ""
                before, after = text[start - 1:start] if start else "", text[end + 1:end + 2]
                if end < 0:
                    reason = "a dollar without its partner"
                elif not body or body[0].isspace() or body[-1].isspace():
                    reason = "a space inside a dollar"
                elif "\n" in body:
                    reason = "a formula across lines"
                elif not (before.isspace() or before in "("):
                    reason = f"“{before}” touches the opening dollar"
                elif after.isalnum() or after in tuple("-–$"):
                    reason = f"“{after}” touches the closing dollar"
                at = end + 1
            if reason:
                if cut:
                    reason += "; Markdown has put a tag (emphasis, a link, <…>) into this paragraph"
                self.fault(text[start:start + 60].split("\n")[0], f"{reason}: it stays raw", here)
                at = start + (2 if text.startswith("$$", start) else 1)
            else:
                self.formulas.append((here, body.strip(), in_display))
                written = self.source[here - 1:here + body.count("\n")]
                if text[start:at] not in unescape("\n".join(part.lstrip("> ").rstrip() for part in written)):
                    self.fault(body, "Markdown has changed it: it takes the backslash from \\{, \\, and \\\\", here)


def rendered(formulas):
    """What the two engines say of each formula: None, or what is wrong."""
    packages = Path(sysconfig.get_path("purelib"))
    command = [
        "node", str(Path(__file__).with_name("formulas.js")),
        str(packages / "sphinxcontrib/katex.min.js"), str(packages / "sphinx-mathjax-offline/static/mathjax")]
    task = json.dumps([{"tex": tex, "display": display} for _, tex, display in formulas])
    run = subprocess.run(command, input=task, stdout=subprocess.PIPE, text=True, check=True)
    answers = json.loads(run.stdout)
    if len(answers) != len(formulas):
        sys.exit(f"formulas: asked for {len(formulas)} formulas, got {len(answers)} answers")
    return answers


def faults(pages):
    """For each page its faults in order: (line, what, reason)."""
    answers = iter(rendered([formula for page in pages for formula in page.formulas]))
    every = []
    for page in pages:
        found = list(page.faults)
        for line, tex, _ in page.formulas:
            answer = next(answers)
            forbidden = FORBIDDEN.intersection(re.findall(r"\\([A-Za-z]+)", tex))
            if forbidden:
                answer = f"GitHub forbids \\{min(forbidden)}"
            if answer:
                found.append((line, " ".join(tex.split()), answer))
        every.append(sorted(set(found)))
    return every


# Markdown, the line of its fault and a part of the reason; then sound Markdown, and how many formulas it holds.
WRONG = [
    ("a\n\n$\\fraction{1}{2}$", 3, "KaTeX: Undefined control sequence"),
    ("$\\frac{1}$", 1, "KaTeX: "),
    ("$a_b_c$", 1, "Double subscript"),
    ("$\\R$", 1, "MathJax: Undefined control sequence"),
    ("$\\operatorname{clip}(x)$", 1, "forbids \\operatorname"),
    ("```math\nx\\\\\ny\n```", 2, "KaTeX: In LaTeX, \\\\"),
    ("so `a`\nand *b*\n$x $ here", 3, "a space inside"),
    ("so\n$x $ here", 2, "a space inside"),
    ("It costs $5, and that is much.", 1, "without its partner"),
    ("It costs $5 and not $6.", 1, "a space inside"),
    ("A set $\\{1, 2\\}$.", 1, "Markdown has changed it"),
    ("a $x$\n\n> $$\n> x \\\\\n> y\n> $$", 3, "Markdown has changed it"),
    ("A set $\\left\\{x\\right\\}$.", 1, "KaTeX: "),
    ("| a | b |\n| - | - |\n| $|x|$ | y |", 3, "without its partner"),
    ("| a | b |\n| - | - |\n| x | y | $z$ |", 3, "drops a part of this row"),
    ("$\\mathbf{x}_{i} = \\mathbf{y}_{i}$", 1, "Markdown has put a tag"),
    ("$a <b > c$", 1, "Markdown has put a tag"),
    ("[$a$](b.md)", 1, "in a link"),
    ("one-$x$", 1, "touches the opening dollar"),
    ("the $i$th", 1, "touches the closing dollar"),
    ("a\nb $x +\ny$ c", 2, "across lines"),
    ("so $$x$$ it is", 1, "the whole paragraph"),
    ("- $$x$$", 1, "the whole paragraph"),
    ("- ```math\n  x\n  ```", 1, "in a list"),
    ("$$x", 1, "without their partners"),
    ("![a $x$](b.svg)", 1, "words of an image"),
    ("a\n\n<details><summary>b</summary>\nc $x$\n\n</details>", 4, "a blank line is missing"),
    ("<details><summary>b</summary>\n\nc\n</details>\nd **e**", 5, "a blank line is missing"),
    ("<details><summary>b `c`</summary>\n\nd\n\n</details>", 1, "in a <summary>"),
]
RIGHT = [
    ("A $x_i$, ($y_{ij}$) and **$z$**: `$5`.\n\n> $$\n> |x| &lt; \\tfrac12\n> $$\n", 4),
    ("1. $`\\{a\\}`$\n2. $\\lvert x \\rvert$\n", 2),
    ("```sh\necho $HOME\n```\n\n```math\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n```\n", 1),
    ("<details><summary>a</summary>\n\n| $x$ |\n| - |\n| $\\lVert y \\rVert$ `a \\| $b` |\n\n</details>\n", 2),
    ("<!-- $ -->\nNo formula.\n", 0),
]


def self_test():
    wrong = []
    for (text, line, reason), found in zip(WRONG, faults([Page(text + "\n") for text, _, _ in WRONG])):
        if not any(at == line and reason in why for at, _, why in found):
            wrong.append(f"{text!r}: line {line}, “{reason}”, was not named, but {found}")
    pages = [Page(text) for text, _ in RIGHT]
    for (text, count), page, found in zip(RIGHT, pages, faults(pages)):
        if found or len(page.formulas) != count:
            wrong.append(f"{text!r}: {len(page.formulas)} formulas, not {count}; {found}")
    if wrong:
        sys.exit("formulas: the check itself is wrong\n" + "\n".join(wrong))
    print(f"formulas: {len(WRONG)} faults are named, {len(RIGHT)} sound pages pass")


def main(arguments):
    self_test()
    if arguments == ["--self-test"]:
        return 0
    tracked = ["git", "ls-files", "*.md"]
    files = arguments or subprocess.run(tracked, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[:-1]
    pages = [Page(Path(name).read_text(encoding="utf-8")) for name in files]
    formulas, holders = sum(len(page.formulas) for page in pages), sum(bool(page.formulas) for page in pages)
    wrong = 0
    for name, found in zip(files, faults(pages)):
        for line, what, reason in found:
            wrong += 1
            print(f"{name}:{line}: {what}: {reason}")
    if wrong or not formulas:
        print(f"formulas: {wrong} faults" if wrong else f"formulas: no formula in {len(files)} files")
        return 1
    print(f"formulas: {formulas} rendered, from {holders} of {len(files)} files, by KaTeX and MathJax")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
