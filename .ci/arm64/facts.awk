# Reads the disassembly of the kernels, and says of each how its tile was compiled: the largest block of
# instructions without a jump that multiplies and adds vectors. Ends with status 1 if one of them keeps
# a sum on the stack, or is smaller than it was.

# What a symbol belongs to.
function kernel(symbol) {
  if (symbol ~ /dots|DotTile|DotPanel|convolutionWeightGradient/) return "dw of a convolution"
  if (symbol ~ /ScatterTile|ScatterPanel|9scattered|convolutionInputGradient/) return "dx of a convolution"
  if (symbol ~ /GatherTile|GatherPanel|12ImageKernels(6gather|11convolution)/) return "a convolution"
  if (symbol ~ /smallProduct|SmallTile/) return "small products"
  if (symbol ~ /[gG]emm|7Kernels4Tile|7Kernels7product/) return "a product"
  return ""
}

function endOfBlock(   sums, s) {
  if (fmla >= 8) {
    tiles++
    for (s in seen) sums++
    facts = fmla " fmla, " sums " sums, " vectors " vectors and " loads - vectors \
      " numbers loaded, " stack " times on the stack, of " size " instructions"
    if (stack > 0) { spilled = 1; print "✗ " owner ": " facts }
    if (fmla > largest[owner]) { largest[owner] = fmla; about[owner] = facts }
  }
  fmla = loads = vectors = stack = size = 0
  delete seen
}

function endOfFunction(   i, word, t) {
  owner = kernel(name)
  if (owner != "") {
    for (i = 1; i <= n; i++) {
      if (place[i] in target) endOfBlock()
      t = text[i]
      size++
      if (t ~ /^fmla\tv/) { fmla++; split(t, word, /[ \t,]+/); seen[word[2]] = 1 }
      else if (t ~ /^ldp\tq/) { loads += 2; vectors += 2 }
      else if (t ~ /^ldu?r\tq/) { loads++; vectors++ }
      else if (t ~ /^ld1r|^ldu?r\t[sd]/) loads++
      if (t ~ /^(st|ld)u?[rp]\t[qds][0-9].*\[(sp|x29)/) stack++
      if (t ~ /^(b|b\.[a-z]+|cbn?z|tbn?z|ret|br)\t/ || t == "ret") endOfBlock()
    }
    endOfBlock()
  }
  n = 0
  delete target
}

/^[0-9a-f]+ <.*>:$/ { endOfFunction(); name = $2; next }
/^ +[0-9a-f]+:/ {
  n++
  place[n] = $1
  text[n] = $0
  sub(/^ +[0-9a-f]+:[ \t]+/, "", text[n])
  if ($2 ~ /^(b|b\.[a-z]+|cbn?z|tbn?z)$/)
    for (f = 3; f < NF; f++) if ($(f + 1) ~ /^</) target[$f ":"] = 1
}
END {
  endOfFunction()
  split(expected, wanted, ";")
  for (i = 1; i in wanted; i++) {
    split(wanted[i], pair, "=")
    if (largest[pair[1]] + 0 < pair[2]) {
      print "✗ " pair[1] ": its tile has " largest[pair[1]] + 0 " fmla, and must have " pair[2]
      small = 1
    } else print pair[1] ": " about[pair[1]]
  }
  print tiles " tiles of 8 or more multiply-adds"
  exit spilled || small
}
