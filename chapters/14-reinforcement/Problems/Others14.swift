import Checking

// The same questions but for one argument that is no tensor and no single number.

extension PolicyGradientQuestion {
  public var others: [Self] {
    otherActions(actions, of: logits.columns).map {
      Self(logits: logits, actions: $0, advantages: advantages)
    }
  }
}

extension ReturnsQuestion {
  public var others: [Self] {
    otherEnds(done).map {
      Self(rewards: rewards, done: $0, gamma: gamma, bootstrap: bootstrap)
    }
  }
}

extension QLearningQuestion {
  public var others: [Self] {
    func with(actions: [Int], done: [Bool]) -> Self {
      Self(q: q, actions: actions, rewards: rewards, done: done, nextQ: nextQ, gamma: gamma)
    }
    return otherActions(actions, of: q.columns).map { with(actions: $0, done: done) }
      + otherEnds(done).map { with(actions: actions, done: $0) }
  }
}

extension ActorCriticQuestion {
  public var others: [Self] {
    otherActions(actions, of: logits.columns).map {
      Self(
        logits: logits, values: values, actions: $0, returns: returns,
        valueStrength: valueStrength, entropyStrength: entropyStrength)
    }
  }
}

extension ClippedSurrogateQuestion {
  public var others: [Self] {
    otherActions(actions, of: logits.columns).map {
      Self(
        logits: logits, actions: $0, oldLogProbabilities: oldLogProbabilities,
        advantages: advantages, epsilon: epsilon)
    }
  }
}

/// Other actions in the same states: each the next one, and each row another row's.
private func otherActions(_ actions: [Int], of count: Int) -> [[Int]] {
  [actions.map { ($0 + 1) % count }, actions.reversed()]
}

/// Other ends of the same steps: each turned around, and each step another step's.
private func otherEnds(_ done: [Bool]) -> [[Bool]] { [done.map(!), done.reversed()] }
