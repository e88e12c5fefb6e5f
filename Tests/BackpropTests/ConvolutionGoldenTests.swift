import Backprop
import Testing

private let golden = GoldenFile("convolution")

@Test(arguments: ["plain", "strided", "dilated", "grouped", "depthwise", "pointwise", "whole"])
func `a convolution and its gradients are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let numbers = try golden("\(name).geometry", as: Double.self).scalars.map { Int($0) }
    let geometry = ConvolutionGeometry(
      stride: numbers[0], padding: numbers[1], dilation: numbers[2], groups: numbers[3])
    let (x, weight) = (try golden("\(name).x", as: type), try golden("\(name).w", as: type))
    let (bias, dY) = (try golden("\(name).b", as: type), try golden("\(name).dy", as: type))
    try golden.expect(conv2dReference(x, weight: weight, bias: bias, geometry), "\(name).y")

    let layer = Conv2d(weight: weight, bias: bias, geometry)
    var context = Context.inference
    let (y, cache) = layer.forward(samplesLast(x), in: &context)
    try golden.expect(samplesFirst(y), "\(name).y")
    let (dX, gradient) = layer.backward(samplesLast(dY), cache)
    try golden.expect(samplesFirst(dX), "\(name).dx")
    try golden.expect(gradient.weight, "\(name).dW")
    try golden.expect(gradient.bias, "\(name).db")

    try golden.expect(
      conv2dReferenceBackwardInput(dY, inputShape: x.shape, weight: weight, geometry),
      "\(name).dx")
    try golden.expect(
      conv2dReferenceBackwardWeight(dY, x, weightShape: weight.shape, geometry), "\(name).dW")
    try golden.expect(conv2dReferenceBackwardBias(dY), "\(name).db")
  }
  try check(Double.self)
  try check(Float.self)
}

@Test(arguments: ["halves", "overlapping", "dense"])
func `pooling and its gradients are the independent ones, ties included`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    func compare(_ layer: some TensorLayer<Scalar>, _ name: String) throws {
      var context = Context.inference
      let (y, cache) = layer.forward(samplesLast(try golden("\(name).x", as: type)), in: &context)
      try golden.expect(samplesFirst(y), "\(name).y")
      let dX = layer.backward(samplesLast(try golden("\(name).dy", as: type)), cache).dInput
      try golden.expect(samplesFirst(dX), "\(name).dx")
    }
    let g = try golden("max.\(name).geometry", as: Double.self).scalars.map { Int($0) }
    try compare(MaxPool2d<Scalar>(g[0], stride: g[1], padding: g[2]), "max.\(name)")
    try compare(AveragePool2d<Scalar>(g[0], stride: g[1], padding: g[2]), "average.\(name)")

    let geometry = PoolingGeometry(window: g[0], stride: g[1], padding: g[2])
    let (x, dY) = (try golden("max.\(name).x", as: type), try golden("max.\(name).dy", as: type))
    try golden.expect(maxPool2dReference(x, geometry), "max.\(name).y")
    try golden.expect(maxPool2dReferenceBackward(dY, x, geometry), "max.\(name).dx")
    let (image, slope) = (
      try golden("average.\(name).x", as: type), try golden("average.\(name).dy", as: type)
    )
    try golden.expect(averagePool2dReference(image, geometry), "average.\(name).y")
    try golden.expect(
      averagePool2dReferenceBackward(slope, inputShape: image.shape, geometry),
      "average.\(name).dx")
  }
  try check(Double.self)
  try check(Float.self)
}

@Test func `global average pooling and its gradient are the independent ones`() throws {
  var context = Context.inference
  let layer = GlobalAveragePool<Double>()
  let (y, cache) = layer.forward(samplesLast(try golden("global.x", as: Double.self)), in: &context)
  try golden.expect(y, "global.y")
  let dX = layer.backward(try golden("global.dy", as: Double.self), cache).dInput
  try golden.expect(samplesFirst(dX), "global.dx")
}
