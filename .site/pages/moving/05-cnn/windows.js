// Chapter 5, forward: a filter walks over the image, and each window gives one number.
{
  const image = Array.from({ length: 5 }, () => [0, 0, 1, 1, 0, 0])
  const filters = {
    vertical: [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    horizontal: [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    sum: [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
  }

  /** y_ij = Σ x_(i+u)(j+v) · w_uv: stride 1, no padding. */
  function correlate(x, w) {
    const [height, width] = [x.length - w.length + 1, x[0].length - w[0].length + 1]
    return Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) =>
      w.flat().reduce((sum, weight, n) => sum + weight * x[i + Math.floor(n / w[0].length)][j + n % w[0].length], 0)))
  }

  Moving.define('05-cnn/windows', {
    correlate, image, filters,

    show(frame) {
      const { say, number } = Moving
      const draw = frame.canvas(360, 300, say('The image with a window, the filter, and the output', '图像与窗口、滤波器、输出'))
      const names = [say('brighter on the right', '右边更亮'), say('brighter below', '下面更亮'), say('sum of the window', '窗口之和')]
      const chosen = frame.choice(say('filter', '滤波器'), names)
      const place = frame.slider(say('place', '位置'), { min: 1, max: 12, step: 1, value: 1, text: String })
      const tell = frame.sentence()
      frame.draw = () => {
        const w = Object.values(filters)[chosen.selectedIndex]
        const [row, column] = [Math.floor((place.value - 1) / 4), (place.value - 1) % 4]
        const y = correlate(image, w)
        const inside = (i, j) => i >= row && i < row + 3 && j >= column && j < column + 3
        draw.clear()
        draw.grid(image, 10, 24, 32, 'x', inside)
        draw.grid(w, 235, 24, 32, 'w')
        draw.grid(y.map((line, i) => line.map((sum, j) => i * 4 + j < place.value ? sum : null)), 10, 205, 30, 'y',
          (i, j) => i === row && j === column)
        const sums = w.map((line, u) => line.reduce((sum, weight, v) => sum + weight * image[row + u][column + v], 0))
        tell(say('The rows of the window give ', '窗口的三行给出 ') + sums.map(sum => number(sum, 0)).join(', ')
          + `: y${'₀₁₂'[row]}${'₀₁₂₃'[column]} = ${number(y[row][column], 0)}`)
      }
      frame.draw()
    },
  })
}
