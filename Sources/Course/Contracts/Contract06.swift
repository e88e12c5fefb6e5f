/// What chapter 6, optimizers, asks for.
public protocol Chapter06: SendableMetatype {}
