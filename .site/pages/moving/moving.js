// What the figures that move share: a frame under the figure that stands, sliders with labels, numbers, drawing.
// A page of its own, moving/CHAPTER/FIGURE.js, is shown under the figure CHAPTER/figures/FIGURE.svg.
const Moving = {
  figures: {},  // the functions that compute, by name: a test compares them with what the course has printed
  chinese: document.documentElement.lang.startsWith('zh'),

  say: (english, chinese) => Moving.chinese ? chinese : english,

  /** A number as the lessons write it. */
  number(value, digits = 4) {
    if (!Number.isFinite(value)) return String(value)
    const text = value.toFixed(digits).replace('-', '−')
    return /[1-9]/.test(text) ? text : text.replace('−', '')
  },

  define(name, figure) {
    Moving.figures[name] = figure
    for (const place of document.querySelectorAll(`[data-moving="${name}"]`)) figure.show(new Moving.Frame(place))
  },

  Frame: class {
    constructor(place) {
      this.place = place
      this.draw = () => {}  // set by the figure; called after each move
    }

    add(tag, attributes = {}, parent = this.place) {
      const element = document.createElement(tag)
      Object.assign(element, attributes)
      parent.append(element)
      return element
    }

    /** A range with its label and its value; `text` says how a value reads. */
    slider(label, { min, max, step, value, text = Moving.number }) {
      const row = this.add('label')
      this.add('span', { textContent: label }, row)
      const input = this.add('input', { type: 'range', min, max, step, value }, row)
      const shown = this.add('span', { className: 'value', ariaHidden: 'true' }, row)  // read out as aria-valuetext
      const control = {
        input,
        get value() { return Number(input.value) },
        set value(number) { input.value = number; control.tell() },
        tell() {
          shown.textContent = text(control.value)
          input.setAttribute('aria-valuetext', shown.textContent)
        },
      }
      control.tell()
      input.addEventListener('input', () => { control.tell(); this.draw() })
      return control
    }

    choice(label, options) {
      const row = this.add('label')
      this.add('span', { textContent: label }, row)
      const select = this.add('select', {}, row)
      for (const option of options) this.add('option', { textContent: option }, select)
      select.addEventListener('change', () => this.draw())
      return select
    }

    /** A drawing of this size, and a function that draws into it; a figure clears it before it draws anew. */
    canvas(width, height, description) {
      const make = (name, attributes, text, parent) => {
        const element = document.createElementNS('http://www.w3.org/2000/svg', name)
        for (const key in attributes) element.setAttribute(key, attributes[key])
        if (text !== undefined) element.textContent = text
        parent.append(element)
        return element
      }
      const svg = make('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': description }, undefined, this.place)
      const draw = (name, attributes, text) => make(name, attributes, text, svg)
      draw.clear = () => svg.replaceChildren()
      draw.grid = (numbers, x, y, size, title, marked = () => false) => {
        draw('text', { x, y: y - 7, class: 'quiet' }, title)
        numbers.forEach((row, i) => row.forEach((number, j) => {
          const [left, top] = [x + j * size, y + i * size]
          draw('rect', { x: left, y: top, width: size, height: size, class: 'cell' })
          if (number !== null) draw('text', { x: left + size / 2, y: top + size / 2 + 5, class: 'middle' }, Moving.number(number, 0))
          if (marked(i, j)) draw('rect', { x: left + 1.5, y: top + 1.5, width: size - 3, height: size - 3, class: 'line now' })
        }))
      }
      return draw
    }

    /** A sentence that screen readers hear when it changes. */
    sentence() {
      const output = this.add('output', { className: 'says' })
      output.setAttribute('aria-live', 'polite')
      return text => { output.textContent = text }
    }
  },
}
