"""The website as its readers meet it. First what can be read from the files: every link and anchor, every picture,
formulas, titles, and that nothing is loaded from elsewhere. Then every page in Chromium, from the folder, without a
server: on a phone with scripts and without, folds closed and open, and on a screen. Last what moves: its numbers are
those that the course's programs have printed and drawn.

    test.py CHROMIUM [--shots FOLDER]

PAGES=chapters/0 opens only the pages whose addresses match.
"""
import sys
import time

from testing.browser import look, shots, try_parts
from testing.faults import faults
from testing.files import read_files, try_markdown
from testing.moving import try_numbers



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
