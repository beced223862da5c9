import CBrotli
import CIdn2
import CSodium
import CUv
import CXml2
import CZlib
import FoundationEssentials
import FoundationInternationalization
import Glibc
import HTTP
import ReferenceCoreAPI
import Tenancy
import ThemeSDK

/// The checks of `storefront doctor`. Each looks at one thing and says what it found.
enum Diagnosis {
  enum State: String { case ok, warning, problem }

  struct Finding {
    let state: State
    let subject: String
    let found: String
    let wayOut: String?

    init(_ state: State, _ subject: String, _ found: String, wayOut: String? = nil) {
      self.state = state
      self.subject = subject
      self.found = found
      self.wayOut = wayOut
    }
  }

  static func all(_ options: ServiceOptions, environment: Environs) -> [Finding] {
    var findings = themes(in: options.themes) + plugins(in: options.plugins)
    findings += tenants(options)
    findings.append(dataFolder(options.data))
    findings.append(port(options.port, at: options.listen, name: "port"))
    findings.append(port(options.operationsPort, at: "127.0.0.1", name: "operations port"))
    findings += [openFiles(), money(), timeZones(), libraries()]
    findings += Secrets.findings(
      environment, isShared: ["REDIS_URL", "CORE_API_URL"].contains { environment.variables[$0]?.isEmpty == false })
    findings += ServiceProbe.findings(environment, tenants: options.tenants)
    return findings
  }

  // MARK: files

  static func themes(in folder: String) -> [Finding] {
    guard let names = Environs.folders(in: folder) else {
      return [Finding(.problem, "themes", "\(folder) cannot be read", wayOut: "name the folder of themes with --themes DIR")]
    }
    if names.isEmpty {
      return [Finding(.problem, "themes", "\(folder) holds no theme", wayOut: "put a theme's folder there, one folder a theme")]
    }
    return names.map { name in
      do throws(ThemeError) {
        let theme = try Theme.load("\(folder)/\(name)")
        return loaded("theme \(theme.id)", "\(theme.version), revision \(theme.revision)", theme.warnings)
      } catch {
        return Finding(.problem, "theme \(name)", error.description, wayOut: "shops with this theme get the fallback until then")
      }
    }
  }

  static func plugins(in folder: String) -> [Finding] {
    guard let names = Environs.folders(in: folder) else {
      return [Finding(.warning, "plugins", "\(folder) cannot be read", wayOut: "name the folder of plugins with --plugins DIR")]
    }
    return names.map { name in
      do throws(ThemeError) {
        let plugin = try Plugin.load("\(folder)/\(name)")
        return loaded("plugin \(plugin.id)", "\(plugin.version), \(plugin.fillers.count) fillers", plugin.warnings)
      } catch {
        return Finding(.problem, "plugin \(name)", error.description, wayOut: "shops are served without it until then")
      }
    }
  }

  private static func loaded(_ subject: String, _ found: String, _ warnings: [ThemeSDK.Finding]) -> Finding {
    if warnings.isEmpty { return Finding(.ok, subject, found) }
    return Finding(.warning, subject, ([found] + warnings.map(\.description)).joined(separator: "\n"))
  }

  static func tenants(_ options: ServiceOptions) -> [Finding] {
    do throws(TenancyError) {
      let snapshot = try TenantFile.read(options.tenants)
      let tenants = snapshot.tenants
      let found = "\(options.tenants): \(tenants.count) shops"
      let head =
        tenants.isEmpty
        ? Finding(.warning, "tenants", found, wayOut: "every host gets a plain 404; add a shop to the file")
        : Finding(.ok, "tenants", found)
      return [head] + tenants.map { catalogue(of: $0, data: options.data) }
    } catch {
      return [Finding(.problem, "tenants", "\(error)")]
    }
  }

  static func catalogue(of tenant: Tenant, data: String) -> Finding {
    let path = "\(data)/catalog/\(tenant.id.value).json"
    let subject = "catalogue"
    guard Environs.exists(path) else {
      return Finding(
        .warning, subject, "\(tenant.id.value): no \(path)",
        wayOut: "storefront catalog import FILE… --tenant \(tenant.id.value) makes it, unless the demo brings its own")
    }
    do throws(CatalogError) {
      var file = try CatalogFile(path: path)
      try file.readTranslations(beside: path)
      let languages = file.translations.isEmpty ? "" : ", also in " + file.translations.map(\.locale).joined(separator: ", ")
      return Finding(.ok, subject, "\(tenant.id.value): \(file.products.count) products, \(file.currency)\(languages)")
    } catch {
      return Finding(.problem, subject, "\(tenant.id.value): \(error)", wayOut: "mend \(path), or import it again")
    }
  }

  static func dataFolder(_ folder: String) -> Finding {
    if Environs.isFolder(folder) {
      return access(folder, W_OK) == 0
        ? Finding(.ok, "data folder", "\(folder) is writable")
        : Finding(.problem, "data folder", "\(folder) is not writable", wayOut: "give this user the right, or use --data DIR")
    }
    let cut = folder.lastIndex(of: "/")
    let parent = cut.map { $0 == folder.startIndex ? "/" : String(folder[..<$0]) } ?? "."
    return access(parent, W_OK) == 0
      ? Finding(.ok, "data folder", "\(folder) is not there yet and can be made")
      : Finding(.problem, "data folder", "\(folder) is not there and cannot be made", wayOut: "make it, or use --data DIR")
  }

  // MARK: the machine

  static func port(_ port: Int, at address: String, name: String) -> Finding {
    if port == 0 { return Finding(.ok, name, "any free one") }
    do throws(HTTPError) {
      close(try listeningSocket(address: address, port: UInt16(port)))
      return Finding(.ok, name, "\(address) port \(port) is free")
    } catch {
      return Finding(.problem, name, "\(error.description)")
    }
  }

  static func openFiles() -> Finding {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let found = "\(limit.rlim_cur) descriptors a process"
    if limit.rlim_cur < 4096 {
      return Finding(
        .warning, "open files", found, wayOut: "a connection takes one: raise it with ulimit -n, or LimitNOFILE= in the unit")
    }
    return Finding(.ok, "open files", found)
  }

  /// The amounts of the pages are formatted with this data; a stripped toolchain prints them wrong, not at all.
  static func money() -> Finding {
    let sample = Decimal(string: "1234.50")?.formatted(.currency(code: "EUR").locale(Locale(identifier: "de_DE"))) ?? ""
    let expected = "1.234,50\u{00A0}€"
    return sample == expected
      ? Finding(.ok, "locale data", "de_DE writes \(sample)")
      : Finding(.problem, "locale data", "de_DE writes \"\(sample)\", not \"\(expected)\"", wayOut: "install the whole toolchain")
  }

  static func timeZones() -> Finding {
    Environs.isFolder("/usr/share/zoneinfo")
      ? Finding(.ok, "time zones", "/usr/share/zoneinfo")
      : Finding(.warning, "time zones", "/usr/share/zoneinfo is missing: dates are shown in UTC", wayOut: "install tzdata")
  }

  static func libraries() -> Finding {
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "?" }
    let brotli = BrotliEncoderVersion()
    let versions = [
      "libuv \(text(uv_version_string()))", "libidn2 \(text(idn2_check_version(nil)))", "zlib \(text(zlibVersion()))",
      "brotli \(brotli >> 24).\((brotli >> 12) & 0xFFF).\(brotli & 0xFFF)", "libsodium \(text(sodium_version_string()))",
      "libxml2 \(LIBXML_DOTTED_VERSION)",
    ]
    return Finding(.ok, "libraries", versions.joined(separator: ", "))
  }
}
