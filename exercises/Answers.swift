public enum Answers {}
