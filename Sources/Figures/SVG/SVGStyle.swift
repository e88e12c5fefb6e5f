/// The style sheet of every figure: colours for light pages, and for dark ones below.
///
/// Classes instead of variables, because many viewers of SVG know no variables.
let svgStyle: String = {
  let light = """
    text{fill:#1f2328}.t{fill:#57606a}.a{stroke:#57606a}.g{stroke:#d8dee4}\
    .c{stroke:#57606a}.o,.m{stroke:#fff}.b{fill:#f6f8fa;stroke:#57606a}\
    .p{fill:#dcecf8;stroke:#0072b2}.e{stroke:#6e7781}.ef{fill:#6e7781}
    """
  let dark = """
    text{fill:#f0f3f6}.t{fill:#b6bfc8}.a{stroke:#b6bfc8}.g{stroke:#3d444d}\
    .c{stroke:#b6bfc8}.o,.m{stroke:#0d1117}.b{fill:#212830;stroke:#b6bfc8}\
    .p{fill:#12344f;stroke:#56b4e9}.e{stroke:#9198a1}.ef{fill:#9198a1}
    """
  return """

    text{font:15px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    .h{font-size:17px;font-weight:600}
    .a,.g,.c,.e,.l{fill:none}.a,.g{stroke-width:1}.c{stroke-width:1.2}.e{stroke-width:1.5}
    .l{stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
    .o{fill:none;stroke-width:5;stroke-linejoin:round;stroke-linecap:round;stroke-opacity:.75}
    .m{stroke-width:1.2}.b,.p{stroke-width:1.4}
    .r1{fill-opacity:.45}.r2{fill-opacity:.1}
    .n{font-size:14px}.w{fill:#fff}.k{fill:#000}
    \(light)\(series(Palette.light))
    @media (prefers-color-scheme:dark){
    \(dark)\(series(Palette.dark))
    }

    """
}()

/// The classes `s0`… for lines and `f0`… for areas.
private func series(_ colours: [String]) -> String {
  colours.enumerated().map { ".s\($0){stroke:\($1)}.f\($0){fill:\($1)}" }.joined()
}

/// Dashes that tell lines apart without colour; the first line has none.
let svgDashes = ["", "9 5", "2 5", "12 4 2 4", "5 4", "12 4 2 4 2 4"]
