import Session

/// The keys that the environment names. None of them is ever written anywhere but into a worker's own environment.
struct Secrets {
  static let sessionName = "SESSION_KEY"
  static let customerName = "CUSTOMER_TOKEN_KEY"

  /// Seals shoppers' sessions; nil when none is set.
  let session: [SecretKey]?
  /// Verifies the platform's customers; nil when none is set, and then nobody is handed back.
  let customer: [SecretKey]?

  static let help = """
    SESSION_KEY (32 bytes as base64 or hexadecimal; openssl rand -base64 32 makes one) seals shoppers' carts into their cookies. Without it
    serve makes one for its own workers: carts end with it, and another machine reads none of them. NEW,OLD writes with the new key and
    reads with both. CUSTOMER_TOKEN_KEY, of the same form, is shared with the platform that signs customers in.
    """

  init(_ environs: Environs) throws(CommandError) {
    func keys(_ name: String) throws(CommandError) -> [SecretKey]? {
      guard let text = environs.variables[name], !text.isEmpty else { return nil }
      do throws(SecretKeyError) { return try SecretKey.list(text, of: name) } catch { throw CommandError(error.description) }
    }
    session = try keys(Self.sessionName)
    customer = try keys(Self.customerName)
  }

  /// What `storefront doctor` says of them. `isShared`: other machines may serve the same shops.
  static func findings(_ environs: Environs, isShared: Bool) -> [Diagnosis.Finding] {
    let secrets: Secrets
    do throws(CommandError) { secrets = try Secrets(environs) } catch {
      return [.init(.problem, "keys", error.message, wayOut: "correct it, or unset it")]
    }
    let session: Diagnosis.Finding =
      if let keys = secrets.session {
        .init(.ok, sessionName, "is set" + (keys.count > 1 ? ", and \(keys.count - 1) more for reading" : ""))
      } else if isShared {
        .init(
          .warning, sessionName, "is not set: a cart filled at this machine is empty at another, and after a restart",
          wayOut: "openssl rand -base64 32 makes one; set it to the same at every machine")
      } else {
        .init(.ok, sessionName, "is not set: serve makes one, and carts end with it")
      }
    let customer =
      secrets.customer == nil
      ? "is not set: the platform hands no customers back" : "is set: the platform hands customers back"
    return [session, .init(.ok, customerName, customer)]
  }
}
