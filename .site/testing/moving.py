"""What moves: its numbers are those that the course's programs have printed and drawn."""

import re

from .browser import OPEN
from .faults import BUILT, ROOT, check

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

    def numbers(chapter, figure):
        """Those in its cells: the key to the colours has words."""
        return [text for text in drawn(chapter, figure) if re.fullmatch(r"−?[\d.]+", text)]

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
    y = numbers("05-cnn", "windows.svg")[-12:]
    for mine, printed in zip(sum(ask(name, "figure.correlate(figure.image, figure.filters.vertical)"), []), y):
        compare(name, mine, printed)
    check("= −3" in move(name, "place", 12), name, "the last window does not give −3")
    name = "05-cnn/scatter"
    result = ask(name, "figure.backward(figure.given, 9)")
    for key, figure, count in (("dx", "scatter.svg", 25), ("dW", "correlation.svg", 9)):
        for mine, printed in zip(sum(result[key], []), numbers("05-cnn", figure)[-count:]):
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
