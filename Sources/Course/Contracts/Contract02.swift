/// What chapter 2, losses, asks for.
public protocol Chapter02: SendableMetatype {
}
