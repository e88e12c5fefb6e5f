// Sets formulas with KaTeX and MathJax: reads [{tex, display}] as JSON, writes for each what is wrong with it, or null.
// Arguments: katex.min.js, the folder of MathJax.
const [katexFile, mathjax] = process.argv.slice(2)
const katex = require(katexFile)
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'))

const settings = {
  loader: { paths: { mathjax }, load: ['input/tex-base', '[tex]/ams', 'output/svg'] },
  tex: { packages: ['base', 'ams'], formatError: (_, error) => { throw error } },
}

require(`${mathjax}/node-main.js`).init(settings).then(MathJax => {
  const fault = ({ tex, display }) => {
    let departure = null  // from LaTeX, some of which KaTeX only reports
    const strict = (_, message) => {
      departure = message
      return 'error'
    }
    try {
      katex.renderToString(tex, { displayMode: display, strict, throwOnError: true })
      if (departure) return `KaTeX: ${departure}`
    } catch (error) {
      return `KaTeX: ${error.message.replace('KaTeX parse error: ', '')}`
    }
    try {
      MathJax.tex2svg(tex, { display })
    } catch (error) {
      return `MathJax: ${error.message}`
    }
    return null
  }
  process.stdout.write(JSON.stringify(formulas.map(fault)))
})
