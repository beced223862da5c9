/// default, date, json.
extension StandardFilters {
  static let misc: Family = [
    (
      "default",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...2)
        let fallback = arguments.count > 0 ? arguments[0] : .null
        if case .bool(false) = input.storage { return arguments["allow_false"]?.isTruthy == true ? input : fallback }
        return input.isNull || Comparison.isEmpty(input) ? fallback : input
      }
    ),
    (
      "date",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let format = try context.text(arguments[0])
        if case .string = input.storage { _ = try context.text(input) }
        // A date that is read costs as much as a hundred instructions, another one a few tens.
        try context.charge(units: (input.string == nil ? 40 : 240) + format.utf8.count)
        guard !format.isEmpty, let moment = Moment(input, now: context.now) else { return input }
        return try context.make(moment.formatted(format, context), like: arguments[0])
      }
    ),
    (
      "json",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        var writer = JSONWriter(context: context)
        try writer.write(input, depth: 0)
        return Value(.string(String(decoding: writer.bytes, as: UTF8.self), context.escaping == .auto ? .json : .data))
      }
    ),
  ]
}
