// c = a·b, the one loop where a network spends its time.
//
// The result is computed in tiles of R rows and C vectors that stay in registers while the loop
// walks along k; each step loads C vectors of b and R numbers of a, and does R·C multiply-adds.
// Every element is summed in the order of k, whatever the tile: threads and tile sizes change
// nothing in the result. Sums of more than 4096 products are made of sums of so many. All of this
// stands in one file, because only there is it inlined whole.
//
// Rows of b lie far apart, and many of them share the same few places of the cache. So the first tile
// of a panel copies the block of b that it reads to where its rows follow each other, between its
// multiply-adds, and all tiles below read the copy. Of a, what large products need is copied before.
//
// In the loop along k, AVX-512 has 16 `vfmadd231ps` on `zmm` registers, two loads of b and eight
// broadcasts of a; AVX2 has 12 on `ymm`, two loads and six broadcasts. The sums never leave the
// registers.

/// A matrix read with strides, so that a transposed one costs nothing.
struct Operand<Scalar: Real> {
  var base: UnsafePointer<Scalar>
  var rowStride: Int
  var columnStride: Int

  @inline(__always)
  func advanced(by rows: Int) -> Operand {
    Operand(base: base + rows &* rowStride, rowStride: rowStride, columnStride: columnStride)
  }
}

/// A block of the result: R rows of C vectors each.
///
/// `copy`, if given, receives the rows of b that were read, one after the other.
enum Tile<V: SIMD, let R: Int, let C: Int> where V.Scalar: Real {
  typealias Scalar = V.Scalar

  @inline(__always)
  static func multiply(
    _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>, _ bStride: Int,
    _ c: UnsafeMutablePointer<Scalar>, _ cStride: Int, _ add: Bool,
    copyingTo copy: UnsafeMutablePointer<Scalar>? = nil
  ) {
    var sums = InlineArray<R, InlineArray<C, V>>(repeating: .init(repeating: V(repeating: 0)))
    var row = InlineArray<C, V>(repeating: V(repeating: 0))
    if add {
      for r in 0..<R {
        for s in 0..<C {
          sums[r][s] = UnsafeRawPointer(c + (r &* cStride &+ s &* V.scalarCount))
            .loadUnaligned(as: V.self)
        }
      }
    }
    var (aPointer, bPointer) = (a.base, UnsafeRawPointer(b))
    for p in 0..<k {
      for s in 0..<C {
        row[s] = bPointer.loadUnaligned(fromByteOffset: s &* MemoryLayout<V>.stride, as: V.self)
      }
      if let copy {
        for s in 0..<C {
          UnsafeMutableRawPointer(copy + (p &* C &+ s) &* V.scalarCount)
            .storeBytes(of: row[s], as: V.self)
        }
      }
      for r in 0..<R {
        let x = V(repeating: aPointer[r &* a.rowStride])
        for s in 0..<C {
          #if FMA || arch(arm64)
            sums[r][s].addProduct(x, row[s])
          #else
            sums[r][s] += x * row[s]
          #endif
        }
      }
      aPointer += a.columnStride
      bPointer += bStride &* MemoryLayout<Scalar>.stride
    }
    for r in 0..<R {
      for s in 0..<C {
        UnsafeMutableRawPointer(c + (r &* cStride &+ s &* V.scalarCount))
          .storeBytes(of: sums[r][s], as: V.self)
      }
    }
  }

  /// All rows of one panel of columns: R at a time, then 4, 2 and 1.
  @inline(__always)
  static func panel(
    _ m: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>, _ bStride: Int,
    _ c: UnsafeMutablePointer<Scalar>, _ cStride: Int, _ add: Bool = false
  ) {
    var i = 0
    while i &+ R <= m {
      multiply(k, a.advanced(by: i), b, bStride, c + i &* cStride, cStride, add)
      i &+= R
    }
    if R > 4, i &+ 4 <= m {
      Tile<V, 4, C>.multiply(k, a.advanced(by: i), b, bStride, c + i &* cStride, cStride, add)
      i &+= 4
    }
    if R > 2, i &+ 2 <= m {
      Tile<V, 2, C>.multiply(k, a.advanced(by: i), b, bStride, c + i &* cStride, cStride, add)
      i &+= 2
    }
    while i < m {
      Tile<V, 1, C>.multiply(k, a.advanced(by: i), b, bStride, c + i &* cStride, cStride, add)
      i &+= 1
    }
  }
}

/// Walks over the panels of columns, the widest first; `stride` is that of the rows of b and c.
@inline(__always)
func gemm<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafeMutablePointer<Scalar>, stride: Int
) {
  var j = 0
  let (wide, narrow) = (Scalar.Wide.scalarCount, Scalar.Narrow.scalarCount)
  #if AVX512
    if m == 1 {
      while j &+ 8 &* wide <= n {
        Tile<Scalar.Wide, 1, 8>.multiply(k, a, b + j, stride, c + j, stride, false)
        j &+= 8 &* wide
      }
    }
    while j &+ 2 &* wide <= n {
      Tile<Scalar.Wide, 8, 2>.panel(m, k, a, b + j, stride, c + j, stride)
      j &+= 2 &* wide
    }
    while j &+ wide <= n {
      Tile<Scalar.Wide, 8, 1>.panel(m, k, a, b + j, stride, c + j, stride)
      j &+= wide
    }
  #elseif FMA || arch(arm64)
    #if arch(arm64)
      // One row alone has too few sums in a panel to hide how long a multiply-add takes.
      if m == 1 {
        while j &+ 4 &* wide <= n {
          Tile<Scalar.Wide, 1, 4>.multiply(k, a, b + j, stride, c + j, stride, false)
          j &+= 4 &* wide
        }
      }
    #endif
    while j &+ wide <= n {
      Tile<Scalar.Wide, 6, 1>.panel(m, k, a, b + j, stride, c + j, stride)
      j &+= wide
    }
  #endif
  #if FMA
    typealias Half = Tile<Scalar.Narrow, 8, 1>
  #else
    typealias Half = Tile<Scalar.Narrow, 4, 1>
  #endif
  while j &+ narrow <= n {
    Half.panel(m, k, a, b + j, stride, c + j, stride)
    j &+= narrow
  }
  // What is left is narrower than a register: the last one begins further left, and does some columns
  // again, with the same result.
  if j < n, n >= narrow {
    j = n &- narrow
    return Half.panel(m, k, a, b + j, stride, c + j, stride)
  }
  while j < n, n > 1 {
    j = min(j, n &- 2)
    Tile<SIMD2<Scalar>, 8, 1>.panel(m, k, a, b + j, stride, c + j, stride)
    j &+= 2
  }
  if j < n {
    for i in 0..<m {
      var sum: Scalar = 0
      let row = a.advanced(by: i).base
      for p in 0..<k {
        #if FMA || arch(arm64)
          sum.addProduct(row[p &* a.columnStride], b[p &* stride &+ j])
        #else
          sum += row[p &* a.columnStride] * b[p &* stride &+ j]
        #endif
      }
      c[i &* stride &+ j] = sum
    }
  }
}

/// `gemm` for many rows, in blocks that the caches hold (Goto and van de Geijn, 2008).
///
/// Along k, block after block; of each, some 200 rows of a at a time; and for these one panel of columns
/// after the other. What is read again and again is copied to where it lies together: the rows of a
/// once for all panels, the panels of b once for all rows.
@inline(__always)
private func blockedGemm<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafeMutablePointer<Scalar>, stride: Int
) {
  #if AVX512
    typealias Main = Tile<Scalar.Wide, 8, 2>
    let (height, width) = (8, 2 &* Scalar.Wide.scalarCount)
  #elseif FMA || arch(arm64)
    typealias Main = Tile<Scalar.Wide, 6, 1>
    let (height, width) = (6, Scalar.Wide.scalarCount)
  #else
    typealias Main = Tile<Scalar.Wide, 2, 1>
    let (height, width) = (2, Scalar.Wide.scalarCount)
  #endif
  let panels = n / width
  guard m >= 2 &* height, panels > 0, k >= 8 else { return gemm(m, n, k, a, b, c, stride: stride) }

  // With AVX-512 a panel of b takes 24 KiB of the first cache, a block of a at most 360 KiB of the
  // second. With AVX2 fewer rounds along k are worth more: the second cache gives b's 64 KiB in time.
  #if FMA && !AVX512
    let (panelBytes, columnBytes) = (65_536, 768)
  #else
    let (panelBytes, columnBytes) = (24_576, 960)
  #endif
  let scalarSize = MemoryLayout<Scalar>.stride
  let deepest = max(64, panelBytes / (width &* scalarSize))
  let blocks = (k &+ deepest &- 1) / deepest
  let deep = (k &+ blocks &- 1) / blocks
  let packsA = m >= 256 && n >= 256
  let tall = packsA ? min(m, columnBytes / scalarSize) : m
  let panelSize = deep &* width
  let roomOfB = tall < m ? panels &* panelSize : panelSize
  withUnsafeTemporaryAllocation(
    byteCount: (roomOfB &+ (packsA ? deep &* tall : 0)) &* scalarSize, alignment: 64
  ) { buffer in
    guard let packedB = buffer.baseAddress?.assumingMemoryBound(to: Scalar.self) else { return }
    let packedA = packedB + roomOfB
    for first in Swift.stride(from: 0, to: k, by: deep) {
      let depth = min(deep, k &- first)
      for top in Swift.stride(from: 0, to: m, by: tall) {
        let rows = min(tall, m &- top)
        var block = a.advanced(by: top)
        block.base += first &* a.columnStride
        let packedRows = packsA ? rows / height &* height : 0
        for i in Swift.stride(from: 0, to: packedRows, by: height) {
          pack(height, depth, block.advanced(by: i), to: packedA + i &* depth)
        }
        for j in 0..<panels {
          let panel = packedB + (tall < m ? j &* panelSize : 0)
          let source = b + (first &* stride &+ j &* width)
          let target = c + (top &* stride &+ j &* width)
          let add = first > 0
          var done = 0
          if top == 0 {
            let head =
              packsA ? Operand(base: packedA, rowStride: 1, columnStride: height) : block
            Main.multiply(depth, head, source, stride, target, stride, add, copyingTo: panel)
            done = height
          }
          for i in Swift.stride(from: done, to: packedRows, by: height) {
            let tile = Operand(base: packedA + i &* depth, rowStride: 1, columnStride: height)
            prefetch(height, width, target + (i &+ height) &* stride, stride)
            Main.multiply(depth, tile, panel, width, target + i &* stride, stride, add)
          }
          done = max(done, packedRows)
          Main.panel(
            rows &- done, depth, block.advanced(by: done), panel, width,
            target + done &* stride, stride, add)
        }
      }
    }
  }
  guard panels &* width < n else { return }
  let rest = min(panels &* width, n &- Scalar.Narrow.scalarCount)
  gemm(m, n &- rest, k, a, b + rest, c + rest, stride: stride)
}

/// Asks for the rows of the result that the next tile goes on with: in a large matrix they lie pages
/// apart, where the processor does not look by itself.
@inline(__always)
private func prefetch<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ c: UnsafeMutablePointer<Scalar>, _ stride: Int
) {
  #if FMA
    let size = columns &* MemoryLayout<Scalar>.stride
    for r in 0..<rows {
      let row = UnsafeRawPointer(c + r &* stride)
      for offset in Swift.stride(from: 0, to: size, by: 64) {
        prefetchLine(row + offset, 1, 3, 1)
      }
      prefetchLine(row + (size &- 1), 1, 3, 1)
    }
  #endif
}

#if FMA
  /// To be written, to all caches, data.
  @_extern(c, "llvm.prefetch.p0")
  private func prefetchLine(
    _ address: UnsafeRawPointer, _ isWrite: Int32, _ locality: Int32, _ isData: Int32)
#endif

/// Copies so many rows of a so that a step along k finds its numbers side by side.
@inline(__always)
private func pack<Scalar: Real>(
  _ height: Int, _ depth: Int, _ a: Operand<Scalar>, to target: UnsafeMutablePointer<Scalar>
) {
  for r in 0..<height {
    let row = a.base + r &* a.rowStride
    for p in 0..<depth { target[p &* height &+ r] = row[p &* a.columnStride] }
  }
}

/// A product on this thread alone, for a caller that is one of several: c = a·b,
/// [m, k] · [k, n] → [m, n].
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func productPart<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafeMutablePointer<Scalar>
) {
  let operand = Operand(base: a, rowStride: k, columnStride: 1)
  inStretches(m, n, k, operand, b, c) { blockedGemm(m, n, $0, $1, $2, $3, stride: n) }
}

/// The product of a strided matrix a [m, k] and a plain matrix b [k, n], its rows or its columns
/// shared out among the threads where that is worth it.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func product<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: [Scalar], rowStride: Int, columnStride: Int, _ b: [Scalar]
) -> [Scalar] {
  requireMatrix(a.count, m, k, "product")
  requireMatrix(b.count, k, n, "product")
  require(
    (rowStride == k && columnStride == 1) || (rowStride == 1 && columnStride == m),
    "product: strides of \(rowStride) and \(columnStride) are those of no matrix [\(m), \(k)], "
      + "plain or transposed; take \(k) and 1, or 1 and \(m)")
  requireRoom(
    elementCount([m, n], "product"), bytesEach: MemoryLayout<Scalar>.stride, "product")
  return [Scalar](unsafeUninitializedCapacity: m * n) { c, filled in
    filled = m * n
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        let operand = Operand(base: a, rowStride: rowStride, columnStride: columnStride)
        inStretches(m, n, k, operand, b, c) { sharedGemm(m, n, $0, $1, $2, $3) }
      }
    }
  }
}

/// A product whose sums have 4096 terms at most, by `multiply`, and the sum of these where k is more.
@inline(__always)
private func inStretches<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafeMutablePointer<Scalar>,
  _ multiply: (
    _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>, _ c: UnsafeMutablePointer<Scalar>
  ) -> Void
) {
  let longest = 4096
  multiply(min(k, longest), a, b, c)
  guard k > longest else { return }
  withUnsafeTemporaryAllocation(of: Scalar.self, capacity: m &* n) { buffer in
    guard let part = buffer.baseAddress else { return }
    for first in stride(from: longest, to: k, by: longest) {
      var block = a
      block.base += first &* a.columnStride
      multiply(min(longest, k &- first), block, b + first &* n, part)
      for i in 0..<m &* n { c[i] += part[i] }
    }
  }
}

/// The same, its rows or its columns shared out among the threads, for sums that are not too long.
@inline(__always)
private func sharedGemm<Scalar: Real>(
  _ m: Int, _ n: Int, _ k: Int, _ a: Operand<Scalar>, _ b: UnsafePointer<Scalar>,
  _ c: UnsafeMutablePointer<Scalar>
) {
  // Each thread copies the part of b that it needs: few rows are better shared by columns.
  let byColumns = m <= 128 && n >= 64
  parallel(
    byColumns ? n : m, grain: byColumns ? 32 : 8, worth: m &* n &* k > 100_000
  ) { part in
    let (i, j) = byColumns ? (0, part.lowerBound) : (part.lowerBound, 0)
    let (rows, columns) = byColumns ? (m, part.count) : (part.count, n)
    // Strips of columns, or the copy of b would be as large as b.
    for left in Swift.stride(from: j, to: j &+ columns, by: 4096) {
      blockedGemm(
        rows, min(4096, j &+ columns &- left), k, a.advanced(by: i), b + left,
        c + (i &* n &+ left), stride: n)
    }
  }
}
