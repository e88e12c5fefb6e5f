// Numbers of 16 bits, as files hold them. Every one of them is a Float, so nothing is rounded.

extension Float {
  /// IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction.
  init(halfBits bits: UInt16) {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 0x1F), UInt32(bits & 0x3FF))
    switch exponent {
    // Zero and subnormals: fraction·2⁻²⁴.
    case 0: self = sign * Float(fraction) * 0x1p-24
    // Infinity and NaN: the fraction is kept, so that a NaN stays the NaN that it is.
    case 31: self.init(bitPattern: UInt32(bits >> 15) << 31 | 0x7F80_0000 | fraction << 13)
    default:
      self.init(
        bitPattern: UInt32(bits >> 15) << 31 | UInt32(exponent + 112) << 23 | fraction << 13)
    }
  }

  /// bfloat16: the upper half of a Float.
  init(brainBits bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}
