/// The name of a product or collection in an address.
package enum Handle {
  package static let longest = 200

  /// 1 to 200 bytes that can stand between two slashes as they are meant, whoever decodes the address and how often.
  package static func isValid(_ text: String) -> Bool {
    (1...longest).contains(text.utf8.count) && text != "." && text != ".."
      && text.unicodeScalars.allSatisfy {
        $0.value > 0x20 && !(0x7f...0xa0).contains($0.value) && !"/?#%\\\"<>".unicodeScalars.contains($0)
      }
  }
}
