/// The options that every command which serves, or looks at what would be served, takes in the same words.
struct ServiceOptions: Sendable {
  var tenants = "tenants.json"
  var themes = "Themes"
  var plugins = "Plugins"
  var data = "var"
  var publicFolder = "public"
  var listen = "127.0.0.1"
  var port = 8080
  var operationsPort = 8081
  var workers = 1
  var cacheMegabytes = 12

  static let files: [Command.Option] = [
    .value("tenants", "FILE", "the shops and their hosts (default tenants.json)"),
    .value("themes", "DIR", "a folder of themes (default Themes)"),
    .value("plugins", "DIR", "a folder of plugins (default Plugins)"),
    .value("data", "DIR", "where imported catalogues are (default var)"),
    .value("public", "DIR", "files served as they are, a folder a tenant (default public)"),
  ]
  static let listeners: [Command.Option] = [
    .value("listen", "ADDRESS", "the shoppers' listener (default 127.0.0.1)"),
    .value("port", "PORT", "its port (default 8080)"),
    .value("operations-port", "PORT", "the operators' listener, on loopback (default 8081)"),
    .value("cache-mb", "MB", "memory a worker keeps pages, fragments and files in (default 12; 0: keep nothing)"),
  ]

  init() {}

  init(_ invocation: Invocation) throws(UsageError) {
    tenants = invocation.value("tenants") ?? tenants
    themes = invocation.value("themes") ?? themes
    plugins = invocation.value("plugins") ?? plugins
    data = invocation.value("data") ?? data
    publicFolder = invocation.value("public") ?? publicFolder
    listen = invocation.value("listen") ?? listen
    port = try invocation.integer("port", in: 0...65535) ?? port
    operationsPort = try invocation.integer("operations-port", in: 0...65535) ?? operationsPort
    cacheMegabytes = try invocation.integer("cache-mb", in: 0...65536) ?? cacheMegabytes
    workers = try invocation.integer("workers", in: 1...256) ?? workers
  }
}
