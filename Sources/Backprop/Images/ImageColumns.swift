public import Core
import Kernels

// The convolution as one matrix product: its patches, written out as rows.

/// The patch below the kernel at each position, as the rows of a matrix (im2col):
/// `[m, channels, height, width]` → `[m·height'·width', channels·kh·kw]`.
///
/// With filters as `[out, channels·kh·kw]`, a convolution is `matmul(columns, transposed: filters)`:
/// a dense layer that sees every patch as a sample. A pixel is copied into every patch that it is
/// in, up to kh·kw times, which is what the method costs.
///
/// Source: Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document
/// Processing", 2006, section 2.1.
///
/// - Parameters:
///   - x: Images; zero outside.
///   - kernelHeight: kh.
///   - kernelWidth: kw.
///   - geometry: Stride, padding and dilation; one group.
/// - Returns: One row a position, in the order image, row, column; in a row the patch, in the order
///   channel, row, column.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func imageColumns<Scalar>(
  _ x: Tensor<Scalar>, kernelHeight: Int, kernelWidth: Int,
  _ geometry: ConvolutionGeometry = ConvolutionGeometry()
) -> Tensor<Scalar> {
  require(
    x.rank == 4, "imageColumns: the input is \(x.shape); it must be [m, channels, height, width]")
  require(
    geometry.groups == 1, "imageColumns: \(geometry.groups) groups; it takes one at a time")
  let (m, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let rows = geometry.outputSize(height, kernel: kernelHeight)
  let columns = geometry.outputSize(width, kernel: kernelWidth)
  var result = Tensor<Scalar>(
    shape: [
      elementCount([m, rows, columns], "imageColumns"),
      elementCount([channels, kernelHeight, kernelWidth], "imageColumns"),
    ])
  var place = 0
  for n in 0..<m {
    for i in 0..<rows {
      for j in 0..<columns {
        for c in 0..<channels {
          for u in 0..<kernelHeight {
            for v in 0..<kernelWidth {
              let y = i * geometry.stride + u * geometry.dilation - geometry.padding
              let x0 = j * geometry.stride + v * geometry.dilation - geometry.padding
              if 0 <= y, y < height, 0 <= x0, x0 < width {
                result.storage[place] = x.storage[((n * channels + c) * height + y) * width + x0]
              }
              place += 1
            }
          }
        }
      }
    }
  }
  return result
}
