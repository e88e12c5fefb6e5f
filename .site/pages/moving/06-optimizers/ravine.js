// Chapter 6: momentum in a ravine ½(x² + κy²). β = 0 is plain gradient descent.
{
  /** The places from the start on; ends after `most` steps, where numbers end, or where `done` says so. */
  function path({ kappa, rate, beta, start = [-4, 0.3], most = 2000, done = () => false }) {
    let [x, y] = start
    let [vx, vy] = [0, 0]
    const places = [[x, y]]
    while (places.length <= most && Number.isFinite(x + y) && !done(x, y)) {
      vx = beta * vx + x  // v ← βv + g, and g is (x, κy)
      vy = beta * vy + kappa * y
      x -= rate * vx
      y -= rate * vy
      places.push([x, y])
    }
    return places
  }

  const height = (x, y, kappa) => (x * x + kappa * y * y) / 2
  const best = kappa => {
    const root = Math.sqrt(kappa)
    return { rate: (2 / (root + 1)) ** 2, beta: ((root - 1) / (root + 1)) ** 2 }
  }

  Moving.define('06-optimizers/ravine', {
    path, height, best,

    show(frame) {
      const { say, number } = Moving
      const draw = frame.canvas(360, 220, say('Contours of the ravine, and the way down', '峡谷的等高线与下降的路径'))
      const short = value => value >= 0.1 ? number(value, 2) : number(value, 4)
      const rate = frame.slider(say('rate η', '学习率 η'),
        { min: -4, max: 0.3, step: 0.01, value: Math.log10(0.005), text: value => short(10 ** value) })
      const beta = frame.slider('β', { min: 0, max: 0.99, step: 0.01, value: 0.9, text: value => number(value, 2) })
      const kappa = frame.slider('κ', { min: 1, max: 50, step: 1, value: 20, text: root => String(root * root) })
      const buttons = frame.add('p')
      const tell = frame.sentence()
      const press = (label, values) => {
        frame.add('button', { type: 'button', textContent: label }, buttons).addEventListener('click', () => {
          const wanted = values(kappa.value ** 2)
          rate.value = Math.log10(wanted.rate)
          beta.value = wanted.beta
          frame.draw()
        })
        buttons.append(' ')
      }
      press(say('best momentum', '最好的动量'), best)
      press(say('best without', '不用动量时最好'), k => ({ rate: 2 / (k + 1), beta: 0 }))

      const across = x => Math.max(-500, Math.min(900, 270 + x * 58))
      const up = y => Math.max(-500, Math.min(900, 110 - y * 230))
      frame.draw = () => {
        const [k, eta] = [kappa.value ** 2, 10 ** rate.value]
        const places = path({ kappa: k, rate: eta, beta: beta.value, done: (x, y) => height(x, y, k) <= 1e-4 })
        draw.clear()
        for (const level of [0.1, 0.5, 2, 5, 10, 20, 35]) {
          const radius = Math.sqrt(2 * level)
          draw('ellipse', { class: 'line', cx: 270, cy: 110, rx: radius * 58, ry: radius / Math.sqrt(k) * 230 })
        }
        draw('path', { class: 'second', d: 'M' + places.slice(0, 300).map(([x, y]) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join('L') })
        draw('circle', { class: 'dot', cx: across(-4), cy: up(0.3), r: 4 })
        const limit = 2 * (1 + beta.value) / k
        const [x, y] = places.at(-1)
        tell((height(x, y, k) <= 1e-4 ? say(`Arrives after ${places.length - 1} steps.`, `${places.length - 1} 步后到达。`)
          : eta >= limit ? say('Flies off.', '飞出去了。') : say('Not there after 2,000 steps.', '2,000 步后还没到。'))
          + say(' Across, the rate must stay below 2(1 + β)/κ = ', ' 横向上，学习率要小于 2(1 + β)/κ = ') + short(limit) + say('.', '。'))
      }
      frame.draw()
    },
  })
}
