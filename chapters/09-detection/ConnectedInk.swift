/// The boxes around ink that hangs together, by edges or corners of pixels: where a digit could be, without
/// any network.
///
/// Specks of less than 20 pixels are left out. Digits that touch come as one.
func connectedInk(_ canvas: Canvas) -> [Box] {
  let side = Canvas.side
  var isFree = canvas.pixels.map { $0 > Canvas.threshold }
  var boxes = [Box]()
  for first in isFree.indices where isFree[first] {
    isFree[first] = false
    var (stack, count) = ([first], 0)
    var (x1, y1, x2, y2) = (side, side, 0, 0)
    while let place = stack.popLast() {
      let (x, y) = (place % side, place / side)
      (x1, y1, x2, y2) = (min(x1, x), min(y1, y), max(x2, x + 1), max(y2, y + 1))
      count += 1
      for row in max(0, y - 1)...min(side - 1, y + 1) {
        for column in max(0, x - 1)...min(side - 1, x + 1) where isFree[row * side + column] {
          isFree[row * side + column] = false
          stack.append(row * side + column)
        }
      }
    }
    if count >= 20 { boxes.append(Box(Double(x1), Double(y1), Double(x2), Double(y2))) }
  }
  return boxes
}
