/// What chapter 7, vanishing and exploding gradients, asks for.
public protocol Chapter07: SendableMetatype {}
