import Core
import Reinforcement

/// The return of a policy that always takes the best action, over some episodes.
///
/// The starts are those of a seed of their own; nothing is drawn in between.
func greedyReturn(
  seed: UInt64, episodes: Int = 20, force: (Tensor<Float>) -> [Double]
) -> Double {
  var generator = SplitMix64(seed: 9_000 + seed)
  return playEpisodes(episodes, using: &generator) { (states: Tensor<Float>) in
    let forces = force(states)
    return ([Int](repeating: 0, count: forces.count), forces)
  }.meanReturn
}

/// The pushes for actions: 0 to the left, 1 to the right.
func pushes(_ actions: [Int]) -> [Double] {
  actions.map { $0 == 1 ? CartPole.push : -CartPole.push }
}

extension SmallNetwork {
  /// The pushes of the best actions, by the first two outputs.
  func bestPushes(_ states: Tensor<Float>) -> [Double] {
    pushes(self(states).split(atColumn: 2).left.argmaxOfRows())
  }
}
