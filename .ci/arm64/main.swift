// The kernels on arm64, each against its textbook loop: `.ci/arm64/run` builds and runs this.

import System

checkProducts(Float.self)
checkProducts(Double.self)
checkLoops(Float.self)
checkLoops(Double.self)
checkConvolutions(Float.self)
checkConvolutions(Double.self)
checkPooling(Float.self)
checkPooling(Double.self)
print("\(checks) checks of the kernels, \(failures) failed")
exit(failures == 0 ? 0 : 1)
