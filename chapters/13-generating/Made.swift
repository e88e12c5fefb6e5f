import Core
import Figures
import Running

/// What each of the three makes, in rows.
func writeMade(
  variational: Tensor<Float>, adversarial: Tensor<Float>, diffused: Tensor<Float>,
  on screen: Screen
) throws {
  let rows =
    [("made-variational", "Sixteen digits out of drawn codes", variational, 8)]
    + [("made-game", "Digits as asked, of a game with labels", adversarial, 10)]
    + [("made-diffusion", "Digits as asked, out of noise", diffused, 10)]
  for (name, title, images, columns) in rows {
    try screen.write(
      .images(
        title, description: "Rows of made digits, white on black.", images.pictures,
        columns: columns), name)
  }
}
