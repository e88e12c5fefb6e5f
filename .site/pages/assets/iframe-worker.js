// Browsers start no worker for a page that was opened from a folder: there the search runs in a hidden frame.
if (location.protocol === 'file:') {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement('iframe')
      frame.hidden = true
      document.body.append(frame)
      const inner = this.inner = frame.contentWindow
      const load = source => new Promise((resolve, reject) => {
        const script = inner.document.createElement('script')
        Object.assign(script, { src: source, onload: resolve, onerror: reject })
        inner.document.body.append(script)
      })
      inner.postMessage = data => this.dispatchEvent(new MessageEvent('message', { data }))
      inner.importScripts = (...sources) =>
        sources.reduce((before, source) => before.then(() => load(source)), Promise.resolve())
      // Not before somebody wants to search: reading the index takes a second, and here nothing else goes on meanwhile.
      this.ready = new Promise(resolve => {
        const input = document.querySelector('[name=query]')
        input.addEventListener('focus', () => resolve(load(new URL(url, document.baseURI).href)), { once: true })
        if (new URLSearchParams(location.search).has('q')) input.focus()
      })
    }

    postMessage(data) {
      this.ready.then(() => this.inner.dispatchEvent(new this.inner.MessageEvent('message', { data })))
    }
  }
}
