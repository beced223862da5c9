/// Tags that keep or skip text: comment, raw, doc, a host's raw blocks, and the lines of `{% liquid %}`.
extension Compiler {
  /// The next `{% name … %}` from a place: where it opens, closes, and whether its sides trim.
  func findTag(_ name: String, from start: Int, to end: Int) -> (open: Int, close: Int, trims: Bool)? {
    let wanted = Array(name.utf8)
    var at = start
    while at + 1 < end {
      guard source[at] == UInt8(ascii: "{"), source[at + 1] == UInt8(ascii: "%") else {
        at += 1
        continue
      }
      var inside = at + 2
      if inside < end, source[inside] == UInt8(ascii: "-") { inside += 1 }
      while inside < end, Lexer.isSpace(source[inside]) { inside += 1 }
      let nameEnd = inside + wanted.count
      if nameEnd <= end, source[inside..<nameEnd].elementsEqual(wanted),
        nameEnd == end || !Lexer.isNamePart(source[nameEnd])
      {
        var close = nameEnd
        while close + 1 < end, !(source[close] == UInt8(ascii: "%") && source[close + 1] == UInt8(ascii: "}")) {
          close += 1
        }
        if close + 1 < end { return (at, close + 2, source[close - 1] == UInt8(ascii: "-")) }
      }
      at += 2
    }
    return nil
  }

  /// Everything up to `{% endNAME %}`, as it is.
  mutating func verbatim(
    _ name: String, after: Int, trim: inout Bool, _ body: (inout Compiler, Range<Int>) -> Void
  ) -> Int {
    let opened = place
    guard let end = findTag("end" + name, from: after, to: source.count) else {
      fault("'\(name)' is never closed", at: opened, "add {% end\(name) %}")
      return source.count
    }
    place = after
    body(&self, after..<end.open)
    trim = end.trims
    return end.close
  }

  /// A comment: its tags are not read, but comments nest, and a `raw` in it hides its text.
  mutating func comment(after: Int, trim: inout Bool) -> Int {
    let opened = place
    var depth = 1
    var at = after
    var rawIsClosed = true
    while at + 1 < source.count {
      guard source[at] == UInt8(ascii: "{"), source[at + 1] == UInt8(ascii: "%") else {
        at += 1
        continue
      }
      var inside = at + 2
      if inside < source.count, source[inside] == UInt8(ascii: "-") { inside += 1 }
      while inside < source.count, Lexer.isSpace(source[inside]) { inside += 1 }
      let tagName = lexer.text(inside, tagNameEnd(inside, source.count))
      var close = max(inside, at + 2)
      while close + 1 < source.count, !(source[close] == UInt8(ascii: "%") && source[close + 1] == UInt8(ascii: "}")) {
        close += 1
      }
      guard close + 1 < source.count else { break }
      at = close + 2
      switch tagName {
      case "comment": depth += 1
      case "raw" where rawIsClosed:
        if let end = findTag("endraw", from: at, to: source.count) { at = end.close } else { rawIsClosed = false }
      case "endcomment":
        depth -= 1
        if depth == 0 {
          trim = source[close - 1] == UInt8(ascii: "-")
          return at
        }
      default: break
      }
    }
    fault("'comment' is never closed", at: opened, "add {% endcomment %}")
    return source.count
  }

  /// `{% # … %}`: every line of it has to start with `#`.
  mutating func inlineComment(_ start: Int, _ end: Int) {
    var at = start
    while at < end {
      while at < end, Lexer.isSpace(source[at]) { at += 1 }
      guard at < end else { return }
      guard source[at] == UInt8(ascii: "#") else {
        fault("every line of an inline comment starts with '#'", at: at, "put a '#' before this line")
        return
      }
      while at < end, source[at] != 10 { at += 1 }
    }
  }

  /// The lines of `{% liquid %}`: a tag each.
  mutating func liquid(_ start: Int, _ end: Int) {
    liquidTags += 1
    let depth = liquidTags
    let openBlocks = blocks.count
    var comments = 0
    var commentPlace = start
    var line = start
    while line < end, faults.count < Self.maximumFaults, !isGivenUp {
      var lineEnd = line
      while lineEnd < end, source[lineEnd] != 10 { lineEnd += 1 }
      defer { line = lineEnd + 1 }
      var at = line
      var nameEnd = at
      var tagName = ""
      repeat {
        at = nameEnd
        while at < lineEnd, Lexer.isSpace(source[at]) { at += 1 }
        nameEnd = tagNameEnd(at, lineEnd)
        tagName = lexer.text(at, nameEnd)
      } while tagName == "liquid"
      if at >= lineEnd || (source[at] == UInt8(ascii: "#") && comments == 0) { continue }
      switch tagName {
      case "comment":
        comments += 1
        commentPlace = at
      case "endcomment" where comments > 0: comments -= 1
      case _ where comments > 0: break
      case "raw", "doc":
        forgivenEnds.insert("end" + tagName)
        fault("'\(tagName)' cannot be used inside {% liquid %}", at: at, "end the {% liquid %} before it")
      default:
        uses.append((.tag, tagName, at))
        statement(tagName, at, nameEnd, lineEnd, liquidDepth: depth)
      }
    }
    if comments > 0 { fault("'comment' is never closed", at: commentPlace, "add a line 'endcomment'") }
    while blocks.count > openBlocks, let block = blocks.last {
      fault("'\(block.name)' is never closed", at: block.place, "add a line '\(block.endName)'")
      blocks.removeLast()
    }
  }
}
