import Backprop
import Foundation
import Testing

/// Values from an independent implementation; Golden/convolution.py says how they were made.
private let golden: Checkpoint = {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  do {
    return try Checkpoint(contentsOf: folder.appending(path: "convolution.safetensors").path)
  } catch {
    fatalError("\(error)")
  }
}()

private func value<Scalar: Real>(_ name: String, as type: Scalar.Type) throws -> Tensor<Scalar> {
  try golden.tensor(name, as: type)
}

/// 1e-10 in Double, 1e-5 in Float, relative to the larger of 1 and the largest number.
private func agrees<Scalar: Real>(_ a: Tensor<Scalar>, _ name: String) throws -> Bool {
  let b = try golden.tensor(name, as: Double.self)
  return close(
    Tensor<Double>(a.scalars.map { Double($0) }, shape: a.shape), b, tolerance(Scalar.self))
}

private func tolerance<Scalar: Real>(_ type: Scalar.Type) -> Double {
  type == Double.self ? 1e-10 : 1e-5
}

@Test(arguments: ["plain", "strided", "dilated", "grouped", "depthwise", "pointwise", "whole"])
func `a convolution and its gradients are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let numbers = try value("\(name).geometry", as: Double.self).scalars.map { Int($0) }
    let geometry = ConvolutionGeometry(
      stride: numbers[0], padding: numbers[1], dilation: numbers[2], groups: numbers[3])
    let (x, weight) = (try value("\(name).x", as: type), try value("\(name).w", as: type))
    let (bias, dY) = (try value("\(name).b", as: type), try value("\(name).dy", as: type))
    #expect(
      try agrees(conv2dReference(x, weight: weight, bias: bias, geometry), "\(name).y"))

    let layer = Conv2d(weight: weight, bias: bias, geometry)
    var context = Context.inference
    let (y, cache) = layer.forward(samplesLast(x), in: &context)
    #expect(try agrees(samplesFirst(y), "\(name).y"))
    let (dX, gradient) = layer.backward(samplesLast(dY), cache)
    #expect(try agrees(samplesFirst(dX), "\(name).dx"))
    #expect(try agrees(gradient.weight, "\(name).dW"))
    #expect(try agrees(gradient.bias, "\(name).db"))
  }
  try check(Double.self)
  try check(Float.self)
}

@Test(arguments: ["halves", "overlapping", "dense"])
func `pooling and its gradients are the independent ones, ties included`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    func compare(_ layer: some Layer<Scalar>, _ name: String) throws {
      var context = Context.inference
      let (y, cache) = layer.forward(samplesLast(try value("\(name).x", as: type)), in: &context)
      #expect(try agrees(samplesFirst(y), "\(name).y"))
      let dX = layer.backward(samplesLast(try value("\(name).dy", as: type)), cache).dInput
      #expect(try agrees(samplesFirst(dX), "\(name).dx"))
    }
    let g = try value("max.\(name).geometry", as: Double.self).scalars.map { Int($0) }
    try compare(MaxPool2d<Scalar>(g[0], stride: g[1], padding: g[2]), "max.\(name)")
    try compare(AveragePool2d<Scalar>(g[0], stride: g[1], padding: g[2]), "average.\(name)")
  }
  try check(Double.self)
  try check(Float.self)
}

@Test func `global average pooling and its gradient are the independent ones`() throws {
  var context = Context.inference
  let layer = GlobalAveragePool<Double>()
  let (y, cache) = layer.forward(samplesLast(try value("global.x", as: Double.self)), in: &context)
  #expect(try agrees(y, "global.y"))
  let dX = layer.backward(try value("global.dy", as: Double.self), cache).dInput
  #expect(try agrees(samplesFirst(dX), "global.dx"))
}

/// scale·sin(1.7·i + shift) in each place i: the same numbers in every language.
private func formula(_ shape: [Int], shift: Double, scale: Double) -> Tensor<Double> {
  let numbers = (0..<shape.reduce(1, *)).map { scale * sin(1.7 * Double($0) + shift) }
  return Tensor(numbers, shape: shape)
}

@Test func `five steps of training LeNet-5 are the independent ones, with ReLU before pooling`()
  throws
{
  var generator = SplitMix64(seed: 0)
  var network = leNet5(Double.self, using: &generator)
  let fans = [25.0, 150, 400, 120, 84]
  var index = 0
  network.visit(network.parameters) { name, tensor, _ in
    guard name.hasSuffix("weight") else { return }
    tensor = formula(tensor.shape, shift: Double(index), scale: 2 / fans[index].squareRoot())
    index += 1
  }
  let (images, labels) = (formula([5, 1, 28, 28], shift: 0.3, scale: 1), [3, 1, 4, 1, 5])
  #expect(try agrees(network(images), "lenet.logits"))
  var (adam, context) = (Adam<Double>(), Context.training(seed: 0))
  let losses = (0..<5).map { _ in
    network.trainingStep(images, labels: labels, with: &adam, in: &context)
  }
  #expect(try agrees(Tensor(losses), "lenet.losses"))
  #expect(try agrees(network.parameters.named[0].value, "lenet.filters"))
  #expect(try agrees(network.parameters.named[3].value, "lenet.bias"))
}
