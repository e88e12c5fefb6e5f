/// What chapter 5, CNN, asks for.
public protocol Chapter05: SendableMetatype {}
