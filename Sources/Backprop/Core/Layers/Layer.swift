/// A part of a network: a function of its input, and the chain rule for that function.
///
/// `forward` returns its output together with a cache, all that `backward` will need to know of the
/// forward pass. `backward` takes that cache back, with ∂loss/∂output, and returns ∂loss/∂input and
/// ∂loss/∂parameters. Nothing is remembered in the layer itself, so one layer may be used twice in a
/// network, and a forward pass forgotten costs nothing. A cache never holds the parameters: update
/// them only after the backward pass that belongs to it.
///
/// Most layers make tensors of tensors, and need not say so. Of another kind is an embedding, whose
/// input, `[Int]`, has no gradient, or attention, whose input is more than one tensor. What goes from
/// one layer to the next has a gradient of its own type. The library's layers are `Sendable`, and so are
/// networks of them; one's own need not be.
public protocol Layer<Scalar, Input, Output, InputGradient> {
  associatedtype Scalar: Real
  /// What comes in: a batch.
  associatedtype Input = Tensor<Scalar>
  /// What goes out. ∂loss/∂output has the same type.
  associatedtype Output = Tensor<Scalar>
  /// ∂loss/∂input: of the input's type, or ``NoGradient``.
  associatedtype InputGradient = Tensor<Scalar>
  /// What backward needs of the forward pass.
  associatedtype Cache
  /// One tensor for each parameter; a gradient has the same type, and the same shapes.
  associatedtype Parameters: ParameterSet<Scalar>

  /// The parameters, for reading.
  var parameters: Parameters { get }

  /// The output for a batch, and what backward needs to know.
  func forward(_ x: Input, in context: inout Context) -> (output: Output, cache: Cache)

  /// The chain rule: from ∂loss/∂output to ∂loss/∂input and ∂loss/∂parameters.
  func backward(
    _ dOutput: Output, _ cache: Cache
  ) -> (dInput: InputGradient, gradient: Parameters)

  /// The gradient alone. The first layer of a network needs no ∂loss/∂input, and may save it.
  func gradient(_ dOutput: Output, _ cache: Cache) -> Parameters

  /// Calls `body` with each parameter, its name, and its partner in `other`, in a fixed order.
  mutating func visit(
    _ other: Parameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void)

  /// Takes over what a forward pass in training has shown, such as running averages; most layers
  /// have none.
  mutating func observe(_ cache: Cache)

  /// Calls `body` with each tensor that is no parameter but is saved with them, and its name: what
  /// `observe` keeps. No optimizer sees it.
  mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void)
}

/// A layer that makes a tensor of a tensor, in some precision: `some TensorLayer<Float>`.
public typealias TensorLayer<Scalar: Real> = Layer<
  Scalar, Tensor<Scalar>, Tensor<Scalar>, Tensor<Scalar>
>

/// The gradient of an input that has none, such as the numbers of words.
public struct NoGradient: Equatable, Sendable {
  public init() {}
}

extension Layer {
  public mutating func observe(_ cache: Cache) {}

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {}

  /// What `visitState` visits, for reading.
  public var state: [(name: String, value: Tensor<Scalar>)] {
    var (copy, list) = (self, [(name: String, value: Tensor<Scalar>)]())
    copy.visitState { list.append(($0, $1)) }
    return list
  }

  public func gradient(_ dOutput: Output, _ cache: Cache) -> Parameters {
    backward(dOutput, cache).gradient
  }

  /// The output for a batch as it is used after training.
  public func callAsFunction(_ x: Input) -> Output {
    var context = Context.inference
    return forward(x, in: &context).output
  }
}

extension Layer where Parameters == NoParameters<Scalar> {
  public var parameters: NoParameters<Scalar> { NoParameters() }

  public mutating func visit(
    _ other: NoParameters<Scalar>, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {}
}

/// What a forward pass is for, and the source of its randomness.
///
/// Dropout and batch normalization do one thing in training and another in use; which of the two is
/// said here, by the caller, and is never a layer's hidden state.
public struct Context: Sendable {
  public enum Mode: Sendable { case training, inference }

  public var mode: Mode
  public var generator: SplitMix64

  /// A pass in training, with randomness from a seed.
  public static func training(seed: UInt64) -> Context {
    Context(mode: .training, generator: SplitMix64(seed: seed))
  }

  /// A pass in use, after training: nothing is random.
  public static var inference: Context {
    Context(mode: .inference, generator: SplitMix64(seed: 0))
  }
}
