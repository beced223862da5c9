/// What keeps a server from being set up.
package struct HTTPError: Error, Sendable, CustomStringConvertible {
  package let description: String
}
