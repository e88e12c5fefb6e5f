// The whole library under one name: what a chapter does not need, it does not import.
@_exported public import Attention
@_exported public import Autodiff
@_exported public import Checkpoints
@_exported public import Core
@_exported public import Detection
@_exported public import Embeddings
@_exported public import Generating
@_exported public import Images
@_exported public import Importance
@_exported public import ManyMachines
@_exported public import Reinforcement
@_exported public import SequenceLayers
@_exported public import Sequences
@_exported public import Training
