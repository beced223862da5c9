import EventLoop

extension Document {
  /// Makes the packed forms off the loop, once. Call it when a document is asked for again: most are not, and packing those
  /// would be work for nobody.
  @LoopActor package func packOffLoop() {
    guard !isPacking, body.count > Document.leastWorthPacking else { return }
    isPacking = true
    Loop.task {
      let body = self.body
      let (gzip, brotli) = await Loop.offLoop { (Compression.gzip(body), Compression.brotli(body)) }
      self.pack(gzip: gzip, brotli: brotli)
    }
  }
}
