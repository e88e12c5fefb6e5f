// Float's elementary functions, without a branch and without a call: loops of them vectorise.
//
// Each takes a Float as a Double, where 1e-10 of the result is exact enough: rounded once, at the end,
// it is the nearest Float but for one in a million or so, and the same on every system (where products
// are added with one rounding, one in a hundred million differs). The C library's functions, which
// Double keeps, take one number at a time.
//
// Those of an LSTM's gates, five for each of its units and steps, stay in Float: twice as many in a
// register, and right to a unit or two of the last place.

/// What replaces a call: exact to some 1e-10 of the result, for arguments that have been a Float.
@usableFromInline
package enum Elementary {
  /// a·b + c, with one rounding where the library is built for processors that have it.
  @inlinable
  @inline(__always)
  package static func multiplyAdd(_ a: Double, _ b: Double, _ c: Double) -> Double {
    #if FMA
      c.addingProduct(a, b)
    #else
      a * b + c
    #endif
  }

  /// eˣ; below e⁻⁷⁰⁰ and above e⁷⁰⁰, which are far beyond all Floats, e⁻⁷⁰⁰ and e⁷⁰⁰.
  ///
  /// x = n·log 2 + r with |r| ≤ log 2 / 2, so eˣ = 2ⁿ·eʳ. Adding 1.5·2⁵² leaves n in the last bits.
  @inlinable
  @inline(__always)
  package static func exp(_ x: Double) -> Double {
    let above = x < -700 ? -700 : x
    let inside = above > 700 ? 700 : above
    let shifted = multiplyAdd(inside, 1.4426950408889634, 0x1.8p52)
    let n = shifted - 0x1.8p52
    let r = multiplyAdd(n, -0x1.a39ef35793c76p-33, multiplyAdd(n, -0x1.62e42feep-1, inside))
    // Taylor's polynomial, to r¹¹/11!
    var power = 1.0 / 39_916_800
    power = multiplyAdd(power, r, 1.0 / 3_628_800)
    power = multiplyAdd(power, r, 1.0 / 362_880)
    power = multiplyAdd(power, r, 1.0 / 40_320)
    power = multiplyAdd(power, r, 1.0 / 5040)
    power = multiplyAdd(power, r, 1.0 / 720)
    power = multiplyAdd(power, r, 1.0 / 120)
    power = multiplyAdd(power, r, 1.0 / 24)
    power = multiplyAdd(power, r, 1.0 / 6)
    power = multiplyAdd(power, r, 0.5)
    power = multiplyAdd(power, r, 1)
    power = multiplyAdd(power, r, 1)
    return power * Double(bitPattern: (shifted.bitPattern &+ 1023) &<< 52)
  }

  /// log(1 + x).
  ///
  /// 1 + x = 2ᵏ·(1 + f) with 1 + f between √½ and √2; with s = f/(2 + f), log(1 + f) = 2·artanh s.
  @inlinable
  @inline(__always)
  package static func log(onePlus x: Double) -> Double {
    let u = 1 + x
    let root: UInt64 = 0x3fe6_a09e_667f_3bcd  // the bits of √½
    let bits = u.bitPattern &+ (0x3ff0_0000_0000_0000 &- root)
    let k = Double(bitPattern: (bits &>> 52) | 0x4330_0000_0000_0000) - (0x1p52 + 1023)
    let rest = Double(bitPattern: (bits & 0x000f_ffff_ffff_ffff) &+ root) - 1
    let f = k == 0 ? x : rest
    let s = f / (2 + f)
    let z = s * s
    var series = 1.0 / 15
    series = multiplyAdd(series, z, 1.0 / 13)
    series = multiplyAdd(series, z, 1.0 / 11)
    series = multiplyAdd(series, z, 1.0 / 9)
    series = multiplyAdd(series, z, 1.0 / 7)
    series = multiplyAdd(series, z, 1.0 / 5)
    series = multiplyAdd(series, z, 1.0 / 3)
    series = multiplyAdd(series, z, 1)
    let near = 2 * s * series
    let result = k == 0 ? near : multiplyAdd(k, 0.6931471805599453, near)
    let outside = u == 0 ? -Double.infinity : u < 0 ? Double.nan : u
    return u > 0 && u < .infinity ? result : outside
  }

  /// log(1 + x) for x from 0 to 1, as 2·artanh s with s = x/(2 + x): no power of two to take out.
  ///
  /// The series of artanh s/s in s², fitted for s from 0 to ⅓, to 3e-12.
  @inlinable
  @inline(__always)
  package static func log(onePlusShare x: Double) -> Double {
    let s = x / (2 + x)
    let z = s * s
    var series = 0.10939331464736235
    series = multiplyAdd(series, z, 0.08558258516017266)
    series = multiplyAdd(series, z, 0.11152939004748388)
    series = multiplyAdd(series, z, 0.14284051322172306)
    series = multiplyAdd(series, z, 0.2000003126977562)
    series = multiplyAdd(series, z, 0.33333333113664726)
    series = multiplyAdd(series, z, 1.0000000000025135)
    return 2 * s * series
  }

  /// tanh x = (1 - e^(-2|x|))/(1 + e^(-2|x|)) with the sign of x; near 0, its series.
  @inlinable
  @inline(__always)
  package static func tanh(_ x: Double) -> Double {
    let a = abs(x)
    let e = exp(-2 * a)
    let z = a * a
    let series = a * (1 + z * (-1.0 / 3 + z * (2.0 / 15 - z * (17.0 / 315))))
    return Double(signOf: x, magnitudeOf: a < 0.02 ? series : (1 - e) / (1 + e))
  }

  /// x·σ(x) and its slope σ(x) + x·σ′(x), of σ(-a) with a = |x|.
  ///
  /// From 700 on, where σ(-a) is far below all Floats, a stays 700.
  @inlinable
  @inline(__always)
  package static func silu(_ x: Double) -> (value: Double, slope: Double) {
    let a = abs(x) > 700 ? 700 : abs(x)
    let e = exp(-a)
    let tail = e / (1 + e)
    return fromTail(x, a, tail, slope: tail * (1 - tail))
  }

  /// x·Φ(x), with Φ(x) the probability that a standard normal number is below x, and its slope
  /// Φ(x) + x·φ(x), of Φ(-a) with a = |x|.
  ///
  /// Φ(-a) = e^(-a²/2)·P(a)/Q(a), so that value and slope share an exponential: that of `exp`, with a
  /// polynomial fitted to 4e-11. P and Q are fitted for a from 0 to 14.3, to 8e-11. From 37 on, where
  /// Φ(-a) is far below all Floats, a stays 37.
  @inlinable
  @inline(__always)
  package static func gelu(_ x: Double) -> (value: Double, slope: Double) {
    let a = abs(x) > 37 ? 37 : abs(x)
    let shifted = multiplyAdd(a * a, -0.7213475204444817, 0x1.8p52)
    let n = shifted - 0x1.8p52
    let r = multiplyAdd(n, -0.6931471805599453, -0.5 * (a * a))
    var power = 1.9775169589553008e-4
    power = multiplyAdd(power, r, 1.394818329349093e-3)
    power = multiplyAdd(power, r, 8.333561093706254e-3)
    power = multiplyAdd(power, r, 4.1666225426021435e-2)
    power = multiplyAdd(power, r, 1.666666512612145e-1)
    power = multiplyAdd(power, r, 0.5000000104536011)
    power = multiplyAdd(power, r, 1.0000000002430993)
    power = multiplyAdd(power, r, 0.999999999961682)
    let bell = power * Double(bitPattern: (shifted.bitPattern &+ 1023) &<< 52)
    var p = 0.0008829713653854458
    p = multiplyAdd(p, a, 0.01158032847589619)
    p = multiplyAdd(p, a, 0.07102956596509254)
    p = multiplyAdd(p, a, 0.24991309183912858)
    p = multiplyAdd(p, a, 0.506796037949554)
    p = multiplyAdd(p, a, 0.4999999999603324)
    var q = 0.0022132839105618064
    q = multiplyAdd(q, a, 0.029027384430050134)
    q = multiplyAdd(q, a, 0.18026376727791493)
    q = multiplyAdd(q, a, 0.6553648736971793)
    q = multiplyAdd(q, a, 1.445175536130824)
    q = multiplyAdd(q, a, 1.8114766290750497)
    q = multiplyAdd(q, a, 1)
    return fromTail(x, a, bell * p / q, slope: 0.3989422804014327 * bell)
  }

  /// x·F(x) and its slope, for a function F from 0 to 1 with F(x) = 1 - F(-x): of F and its slope at
  /// -a, where a = |x|.
  ///
  /// x·F(x) is -a·F(-a) on the left, and x - a·F(-a) on the right; its slope F(x) + x·F′(x) is
  /// F(-a) - a·F′(-a) on the left, and 1 less that on the right.
  @inlinable
  @inline(__always)
  static func fromTail(
    _ x: Double, _ a: Double, _ tail: Double, slope: Double
  ) -> (value: Double, slope: Double) {
    let left = multiplyAdd(-a, slope, tail)
    return (multiplyAdd(-a, tail, x < 0 ? 0 : x), x < 0 ? left : 1 - left)
  }

  // MARK: In Float

  /// σ(x) = 1/(1 + e⁻ˣ); 0 below -87, where a Float has fewer digits.
  @inlinable
  @inline(__always)
  package static func logistic(_ x: Float) -> Float {
    let e = decay(abs(x))
    return (x < 0 ? e : 1) / (1 + e)
  }

  /// tanh x as above; the series, fitted up to 5/8, is that of Moshier's Cephes library (1992).
  @inlinable
  @inline(__always)
  package static func tanh(_ x: Float) -> Float {
    let a = abs(x)
    let e = decay(2 * a)
    let z = a * a
    var series: Float = -5.70498872745e-3
    series = multiplyAdd(series, z, 2.06390887954e-2)
    series = multiplyAdd(series, z, -5.37397155531e-2)
    series = multiplyAdd(series, z, 1.33314422036e-1)
    series = multiplyAdd(series, z, -3.33332819422e-1)
    series = multiplyAdd(series * z, a, a)
    return Float(signOf: x, magnitudeOf: a < 0.625 ? series : (1 - e) / (1 + e))
  }

  /// e⁻ˣ for x from 0 on; 0 beyond 87.
  ///
  /// As `exp`, with r's polynomial of Cephes.
  @inlinable
  @inline(__always)
  package static func decay(_ x: Float) -> Float {
    let inside = x > 87 ? -87 : -x
    let shifted = multiplyAdd(inside, 1.442695041, 0x1.8p23)
    let n = shifted - 0x1.8p23
    let r = multiplyAdd(n, 2.12194440e-4, multiplyAdd(n, -0.693359375, inside))
    var power: Float = 1.9875691500e-4
    power = multiplyAdd(power, r, 1.3981999507e-3)
    power = multiplyAdd(power, r, 8.3334519073e-3)
    power = multiplyAdd(power, r, 4.1665795894e-2)
    power = multiplyAdd(power, r, 1.6666665459e-1)
    power = multiplyAdd(power, r, 5.0000001201e-1)
    power = multiplyAdd(power * r, r, r) + 1
    let result = power * Float(bitPattern: (shifted.bitPattern &+ 127) &<< 23)
    return x > 87 ? 0 : result
  }

  /// a·b + c, as in Double; on arm64, too, with one rounding.
  @inlinable
  @inline(__always)
  package static func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
    #if FMA || arch(arm64)
      c.addingProduct(a, b)
    #else
      a * b + c
    #endif
  }
}
