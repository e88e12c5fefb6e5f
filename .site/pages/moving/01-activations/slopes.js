// Chapter 1: the slope at a place is that of the tangent, and a gradient that passes is multiplied by it.
{
  const sigmoid = x => 1 / (1 + Math.exp(-x))
  const functions = {  // f, and its slope
    sigmoid: [sigmoid, x => sigmoid(x) * (1 - sigmoid(x))],
    tanh: [Math.tanh, x => 1 - Math.tanh(x) ** 2],
    ReLU: [x => Math.max(x, 0), x => x > 0 ? 1 : 0],
    leaky: [x => x > 0 ? x : 0.1 * x, x => x > 0 ? 1 : 0.1],
  }

  Moving.define('01-activations/slopes', {
    functions,

    show(frame) {
      const { say, number } = Moving
      const draw = frame.canvas(360, 230, say('The function, and its tangent at x', '函数，以及它在 x 处的切线'))
      const chosen = frame.choice(say('function', '函数'), Object.keys(functions))
      const place = frame.slider('x', { min: -5, max: 5, step: 0.1, value: 1, text: x => number(x, 1) })
      const upstream = frame.slider('dy', { min: -2, max: 2, step: 0.1, value: 1, text: dy => number(dy, 1) })
      const tell = frame.sentence()

      const across = x => 180 + x * 34
      const up = y => 160 - y * 40
      const path = (f, from, to) => {
        const points = []
        for (let x = from; x <= to + 1e-9; x += 0.05) points.push(`${across(x).toFixed(1)} ${up(f(x)).toFixed(1)}`)
        return 'M' + points.join('L')
      }

      frame.draw = () => {
        const [f, slope] = functions[chosen.value]
        const [x, dy] = [place.value, upstream.value]
        const [y, s] = [f(x), slope(x)]
        const reach = 1.6 / Math.hypot(1, s)
        draw.clear()
        draw('path', { class: 'line', d: `M10 ${up(0)}H350M${across(0)} 10V220` })
        for (const tick of [-4, -2, 2, 4]) draw('text', { x: across(tick), y: up(0) + 16, class: 'middle quiet' }, number(tick, 0))
        for (const tick of [-1, 1, 2, 3]) draw('text', { x: across(0) - 18, y: up(tick) + 5, class: 'quiet' }, number(tick, 0))
        draw('text', { x: 340, y: up(0) + 16, class: 'quiet' }, 'x')
        draw('text', { x: across(0) + 6, y: 20, class: 'quiet' }, 'y')
        draw('path', { class: 'first', d: path(f, -5, Math.min(5, chosen.value.length < 6 && chosen.value !== 'tanh' ? 3.7 : 5)) })
        draw('path', { class: 'second', d: path(at => y + s * (at - x), x - reach, x + reach) })
        draw('circle', { class: 'dot', cx: across(x), cy: up(y), r: 5 })
        tell(say('slope ', '斜率 ') + `f′(${number(x, 1)}) = ${number(s)}, y = ${number(y)}; `
          + `dx = dy · f′(x) = ${number(dy, 1)} · ${number(s)} = ${number(dy * s)}`)
      }
      frame.draw()
    },
  })
}
