/// A compiled template: immutable, shared freely between threads.
public struct Template: Sendable {
  /// The name given when it was compiled; errors and partials use it.
  public let name: String
  /// The text of each ``HostTag/rawBlock``, by tag name; blocks of one name are joined by a line end.
  public let rawBlocks: [String: String]
  /// What the template uses.
  public let analysis: Analysis
  let program: Program
}

/// What a template uses, found without running it. Partials' own uses are in their own analysis.
public struct Analysis: Sendable, Hashable {
  /// One use of a name.
  public struct Use: Sendable, Hashable {
    /// The name, or for a variable its path (`product.title`; a computed part is `[]`).
    public let name: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in characters.
    public let column: Int
  }
  /// Variables that are not set in the template itself: what it takes from the host or its caller.
  public var variables: [Use] = []
  /// Filters.
  public var filters: [Use] = []
  /// Tags.
  public var tags: [Use] = []
  /// Partials named by a literal.
  public var partials: [Use] = []
  /// Requests whose arguments are all literals, as the render will make them.
  public var requests: [DataRequest] = []
  /// True when a partial's name or a request's argument is computed, so that the lists above are not all.
  public var hasDynamicNames = false
}
