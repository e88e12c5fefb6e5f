/// What chapter 8, the residual block, asks for.
public protocol Chapter08: SendableMetatype {}
