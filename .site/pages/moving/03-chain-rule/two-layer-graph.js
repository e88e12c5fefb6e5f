// Chapter 3: the two-layer net walked back from L, one node at a time; each sends its gradient times its slopes.
{
  // Name, operation and parents; below it where its box stands. Parents stand before their users.
  const graph = [
    ['x', null, [], 45, 30], ['w1', null, [], 135, 30], ['b1', null, [], 225, 95],
    ['w2', null, [], 225, 225], ['b2', null, [], 270, 290], ['t', null, [], 310, 355],
    ['w1·x', 'mul', ['w1', 'x'], 90, 95], ['z1', 'add', ['w1·x', 'b1'], 135, 160], ['h', 'tanh', ['z1'], 135, 225],
    ['w2·h', 'mul', ['w2', 'h'], 170, 290], ['y', 'add', ['w2·h', 'b2'], 210, 355], ['−', 'sub', ['y', 't'], 250, 420],
    ['pow 2', 'square', ['−'], 250, 485], ['½', null, [], 90, 485], ['L', 'mul', ['pow 2', '½'], 170, 550],
  ]
  const rules = {  // value; slope in each parent
    add: [(a, b) => a + b, () => [1, 1]],
    sub: [(a, b) => a - b, () => [1, -1]],
    mul: [(a, b) => a * b, (a, b) => [b, a]],
    square: [a => a ** 2, a => [2 * a]],
    tanh: [Math.tanh, a => [1 - Math.tanh(a) ** 2]],
  }
  const walk = graph.filter(node => node[1]).reverse()  // from the end: each after all its users

  /** Values, and gradients after so many visits: what has not been reached has none. */
  function backward(leaves, visits) {
    const values = { ...leaves }
    for (const [name, operation, parents] of graph) {
      if (operation) values[name] = rules[operation][0](...parents.map(parent => values[parent]))
    }
    const gradients = { L: 1 }
    const sent = []
    for (const [name, operation, parents] of walk.slice(0, visits)) {
      const slopes = rules[operation][1](...parents.map(parent => values[parent]))
      sent.length = 0
      parents.forEach((parent, n) => {
        gradients[parent] = (gradients[parent] ?? 0) + gradients[name] * slopes[n]
        sent.push([name, parent, slopes[n]])
      })
    }
    return { values, gradients, sent }
  }

  Moving.define('03-chain-rule/two-layer-graph', {
    backward, visits: walk.length,

    show(frame) {
      const { say, number } = Moving
      const two = value => number(value, 2)
      const visit = frame.slider(say('visits', '访问次数'), { min: 0, max: walk.length, step: 1, value: 0, text: String })
      const tell = frame.sentence()
      const draw = frame.canvas(360, 585, say('The graph, with values and the gradients so far', '计算图：各节点的值与目前的梯度'))
      const sliders = {
        x: frame.slider('x', { min: -2, max: 2, step: 0.05, value: 0.5, text: two }),
        w1: frame.slider('w1', { min: -2, max: 2, step: 0.05, value: 1.2, text: two }),
        w2: frame.slider('w2', { min: -2, max: 2, step: 0.05, value: -0.7, text: two }),
      }

      frame.draw = () => {
        const leaves = { x: sliders.x.value, w1: sliders.w1.value, w2: sliders.w2.value, b1: -0.1, b2: 0.4, t: 1, '½': 0.5 }
        const { values, gradients, sent } = backward(leaves, visit.value)
        const place = Object.fromEntries(graph.map(node => [node[0], node.slice(3)]))
        draw.clear()
        for (const [name, , parents] of graph) {
          for (const parent of parents) {
            const on = sent.some(([user, to]) => user === name && to === parent)
            const [[x1, y1], [x2, y2]] = [place[parent], place[name]]
            draw('path', { class: on ? 'second' : 'line', d: `M${x1} ${y1}L${x2} ${y2}` })
          }
        }
        for (const [name, operation, , x, y] of graph) {
          const now = sent.length ? sent[0][0] === name : name === 'L'
          draw('rect', { x: x - 43, y: y - 24, width: 86, height: 48, rx: operation ? 8 : 0, class: now ? 'cell now' : 'cell' })
          draw('text', { x, y: y - 4, class: 'middle', style: 'font-size: 13px' }, `${name} ${two(values[name])}`)
          const gradient = gradients[name]
          draw('text', { x, y: y + 15, class: 'middle quiet' }, gradient === undefined ? '·' : number(gradient))
        }
        tell(sent.length
          ? sent.map(([name, parent, slope]) => say(`${name} sends to ${parent}: `, `${name} 传给 ${parent}：`)
            + `${number(gradients[name])} · ${number(slope)} = ${number(gradients[name] * slope)}`).join('; ')
          : say('L has the gradient 1. Guess what it sends, then move the slider by one.',
            'L 的梯度是 1。先猜它传出什么，再把滑块移动一格。'))
      }
      frame.draw()
    },
  })
}
