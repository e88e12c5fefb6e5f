// What of the kernels `import Core`, and so `import Backprop`, brings. The loops themselves stay with the files that
// `import Kernels`: under their short names, such as `transpose(rows, columns, a)`, the compiler
// would find them where somebody meant a tensor's. They are a module of their own so that they are
// inlined into the library's files in debug builds too, where Swift sees one file of a module at a
// time.
@_exported public import enum Kernels.Memory
@_exported public import enum Kernels.Threads
@_exported public import func Kernels.require
@_exported public import protocol Kernels.Real
