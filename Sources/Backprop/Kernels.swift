// `import Backprop` brings what the kernels declare in public: `Real`, `Threads`, `require`, and the
// loops themselves. They are a module of their own so that their loops are inlined into the
// library's files in debug builds too, where Swift sees one file of a module at a time.
@_exported public import Kernels
