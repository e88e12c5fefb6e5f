// What each rule remembers, under the names of its own file.

public import Core

extension Momentum {
  public var memory: OptimizerMemory<Scalar> {
    get { OptimizerMemory(rule: "Momentum, beta \(beta)", kept: ["velocity": velocity.tensors]) }
    set { velocity.tensors = newValue.kept["velocity"] ?? [] }
  }
}

extension Nesterov {
  public var memory: OptimizerMemory<Scalar> {
    get { OptimizerMemory(rule: "Nesterov, beta \(beta)", kept: ["velocity": velocity.tensors]) }
    set { velocity.tensors = newValue.kept["velocity"] ?? [] }
  }
}

extension AdaGrad {
  public var memory: OptimizerMemory<Scalar> {
    get { OptimizerMemory(rule: "AdaGrad, epsilon \(epsilon)", kept: ["squares": squares.tensors]) }
    set { squares.tensors = newValue.kept["squares"] ?? [] }
  }
}

extension RMSprop {
  public var memory: OptimizerMemory<Scalar> {
    get {
      OptimizerMemory(
        rule: "RMSprop, rho \(rho), epsilon \(epsilon)", kept: ["squares": squares.tensors])
    }
    set { squares.tensors = newValue.kept["squares"] ?? [] }
  }
}

extension Adam {
  public var memory: OptimizerMemory<Scalar> {
    get {
      OptimizerMemory(
        rule: "Adam, beta1 \(beta1), beta2 \(beta2), epsilon \(epsilon)", step: step,
        kept: ["m": m.tensors, "v": v.tensors])
    }
    set {
      step = newValue.step
      (m.tensors, v.tensors) = (newValue.kept["m"] ?? [], newValue.kept["v"] ?? [])
    }
  }
}

extension AdamW {
  public var memory: OptimizerMemory<Scalar> {
    get {
      let inner = adam.memory
      return OptimizerMemory(
        rule: "AdamW, decay \(decay)\(weightsOnly ? " of weights" : ""), \(inner.rule)",
        step: inner.step, kept: inner.kept)
    }
    set { adam.memory = newValue }
  }
}

extension Clipped {
  public var memory: OptimizerMemory<Base.Scalar> {
    get {
      let inner = base.memory
      return OptimizerMemory(
        rule: "clipped to \(limit), \(inner.rule)", step: inner.step, kept: inner.kept)
    }
    set { base.memory = newValue }
  }
}
