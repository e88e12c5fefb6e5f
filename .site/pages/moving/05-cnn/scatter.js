// Chapter 5, backward: each dy lays a copy of the filter into dx, and takes its window of x into dW.
{
  const x = [[0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0]]
  const w = [[1, 2, 0], [0, 1, 0], [0, 0, -1]]
  const given = [[1, 0, 0], [0, 0, 0], [0, 0, -2]]
  const zeros = size => Array.from({ length: size }, () => Array(size).fill(0))

  /** dx and dW after the first so many of the nine dy, row by row. */
  function backward(dy, count) {
    const [dx, dW] = [zeros(5), zeros(3)]
    dy.flat().slice(0, count).forEach((gradient, n) => {
      const [i, j] = [Math.floor(n / 3), n % 3]
      for (let u = 0; u < 3; u++) {
        for (let v = 0; v < 3; v++) {
          dx[i + u][j + v] += gradient * w[u][v]
          dW[u][v] += gradient * x[i + u][j + v]
        }
      }
    })
    return { dx, dW }
  }

  Moving.define('05-cnn/scatter', {
    backward, given,

    show(frame) {
      const { say, number } = Moving
      const draw = frame.canvas(360, 345, say('x, w and dy; below them dx and dW so far', 'x、w 与 dy；下面是目前的 dx 与 dW'))
      const place = frame.slider(say('dy so far', '已用的 dy'), { min: 0, max: 9, step: 1, value: 1, text: String })
      const middle = frame.slider('dy₁₁', { min: -3, max: 3, step: 1, value: 0, text: value => number(value, 0) })
      const tell = frame.sentence()
      frame.draw = () => {
        const dy = given.map(row => [...row])
        dy[1][1] = middle.value
        const count = place.value
        const { dx, dW } = backward(dy, count)
        const [row, column] = count ? [Math.floor((count - 1) / 3), (count - 1) % 3] : [-9, -9]
        const inside = (i, j) => i >= row && i < row + 3 && j >= column && j < column + 3
        draw.clear()
        draw.grid(x, 8, 24, 26, 'x', inside)
        draw.grid(w, 156, 24, 26, 'w')
        draw.grid(dy, 256, 24, 30, 'dy', (i, j) => i === row && j === column)
        draw.grid(dx, 8, 190, 29, say('dx, so far', 'dx，目前'), inside)
        draw.grid(dW, 200, 190, 34, say('dW, so far', 'dW，目前'))
        const gradient = count ? dy[row][column] : 0
        tell(count
          ? `dy${'₀₁₂'[row]}${'₀₁₂'[column]} = ${number(gradient, 0)}: ` + say(
            `${number(gradient, 0)} · w is added to dx where the window was, and ${number(gradient, 0)} · the window of x to dW.`,
            `在窗口所在处给 dx 加上 ${number(gradient, 0)} · w，给 dW 加上 ${number(gradient, 0)} · x 的这个窗口。`)
          : say('Nothing has come back yet.', '还没有梯度传回来。'))
      }
      frame.draw()
    },
  })
}
