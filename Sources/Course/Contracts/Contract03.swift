/// What chapter 3, the chain rule, asks for.
public protocol Chapter03: SendableMetatype {
}
