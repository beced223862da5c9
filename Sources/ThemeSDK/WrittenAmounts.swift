import Synchronization

/// Amounts and how they were written, each in the place that its last digits give: a later one takes an earlier one's.
final class WrittenAmounts: Sendable {
  private static let places = 512

  private let kept = Mutex<[(subunits: Int, text: String)?]>([])

  /// The text of an amount, made if it is not kept.
  func text(of subunits: Int, make: () -> String) -> String {
    // Most amounts end in the same two digits, .00 or .99.
    let place = Int((subunits.magnitude &+ subunits.magnitude / 100) % UInt(Self.places))
    let known = kept.withLock { kept -> String? in
      guard place < kept.count, let entry = kept[place], entry.subunits == subunits else { return nil }
      return entry.text
    }
    if let known { return known }
    let text = make()
    kept.withLock { kept in
      if kept.isEmpty { kept = Array(repeating: nil, count: Self.places) }
      kept[place] = (subunits, text)
    }
    return text
  }
}
