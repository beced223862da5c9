import TemplateEngine

/// The hostile programs, by what they try.
extension Program {
  static let all: [Program] = loops + growth + partials + lists + tables + filters + compiling

  private static func times(_ body: String, _ count: String = "9223372036854775807") -> String {
    "{% for i in (1..\(count)) %}\(body){% endfor %}"
  }
  private static func doubled(_ name: String, _ times: Int, from text: String = "abcdefgh") -> String {
    "{% assign \(name) = '\(text)' %}{% for i in (1..\(times)) %}{% assign \(name) = \(name) | append: \(name) %}{% endfor %}"
  }

  private static let loops = [
    Program("an empty loop", times("")),
    Program("loops in loops", times(times(times("")))),
    Program(
      "a hundred loops in loops",
      String(repeating: "{% for i in (1..3) %}", count: 99) + String(repeating: "{% endfor %}", count: 99)),
    Program("counting loops", times("{% increment a %}{% decrement b %}")),
    Program("printing loops", times("{{ i }}")),
    Program("loop fields", times("{{ forloop.index }}{{ forloop.rindex0 }}{{ forloop.last }}")),
    Program("loops as values", times("{% assign f = forloop %}")),
    Program(
      "nested loops as values",
      String(repeating: "{% for i in (1..3) %}", count: 90) + times("{% assign f = forloop %}")
        + String(repeating: "{% endfor %}", count: 90)),
    Program("printed loops", times("{{ forloop }}")),
    Program("tablerow", "{% tablerow i in (1..9223372036854775807) cols: 3 %}{% endtablerow %}"),
    Program(
      "tablerow fields",
      "{% tablerow i in (1..9223372036854775807) %}{{ tablerowloop.col }}{% assign t = tablerowloop %}{% endtablerow %}"),
    Program("cycle", times("{% cycle 'a', 'b', 'c' %}")),
    Program("cycle groups", times("{% cycle i: 'a', 'b', 'c' %}")),
    Program("cycle groups of long text", times("{% cycle text: 'a', 'b', 'c' %}")),
    Program("cycle of thousands", times("{% cycle \((0..<5000).map(String.init).joined(separator: ", ")) %}")),
    Program("case", times("{% case i %}{% when 1 %}{% when 'a' %}{% when 2.5 %}{% else %}{% endcase %}")),
    Program(
      "case of thousands", times("{% case i %}{% when \((0..<5000).map { "'\($0)'" }.joined(separator: ", ")) %}{% endcase %}")),
    Program("case over long text", times("{% case text %}{% when text %}{% endcase %}")),
    Program("conditions", times("{% if i == 5 and i < 'a' or i contains 'b' %}{% endif %}")),
    Program("long conditions", times("{% if \(Array(repeating: "i == 0", count: 3000).joined(separator: " or ")) %}{% endif %}")),
    Program("ifchanged", times("{% ifchanged %}{{ text }}{% endifchanged %}")),
    Program("assign", times("{% assign x = i %}")),
    Program("assign chains", times("{% assign x = y %}{% assign y = z %}{% assign z = i %}")),
    Program("captures", times("{% capture x %}{% endcapture %}")),
    Program(
      "capture in capture",
      String(repeating: "{% capture x %}", count: 90) + times("{{ i }}") + String(repeating: "{% endcapture %}", count: 90)),
    Program("long paths", times("{{ a\(String(repeating: ".b", count: 20_000)) }}")),
    Program("long computed paths", times("{{ numbers\(String(repeating: "[0]", count: 20_000)) }}")),
    Program("ranges of ranges", times("{% assign x = (1..i) %}{% for j in (1..i) %}{% break %}{% endfor %}")),
    Program("late data", times("{% assign x = all[i] %}")),
    Program("late data in a list", "{{ late | join }}"),
    Program("late data, long keys", times("{% assign k = i | append: text %}{% assign x = all[k] %}")),
  ]

  private static let growth = [
    Program("append doubling", doubled("x", 64)),
    Program("prepend doubling", times("{% assign x = x | prepend: x | prepend: 'ab' %}")),
    Program("capture doubling", "{% assign x = 'ab' %}" + times("{% capture x %}{{ x }}{{ x }}{% endcapture %}")),
    Program(
      "nine captures of nine",
      "{% assign a = 'aaaaaaaaa' %}"
        + (0..<9).map { _ in "{% capture a %}\(String(repeating: "{{ a }}", count: 9)){% endcapture %}" }.joined()),
    Program("replace growing", "{% assign x = 'a' %}" + times("{% assign x = x | replace: 'a', 'aaaaaaaa' %}")),
    Program("replace by nothing found", "{% assign x = 'a' %}" + times("{% assign x = x | replace: '', 'b' %}")),
    Program("numbers growing", "{% assign x = 3 %}" + times("{% assign x = x | times: x | plus: 0.1 %}")),
    Program(
      "escape growing",
      "{% assign x = '&' %}"
        + times("{% assign x = x | url_encode | replace: '%', '&' | escape_once | append: '' | url_encode %}")),
    Program(
      "inspect growing", "{% assign x = '\"' %}" + times("{% assign a = x | split: '!!' %}{% assign x = a | append: '' %}")),
    Program("json growing", "{% assign x = '<' %}" + times("{% assign x = x | json %}")),
    Program("base64 growing", doubled("x", 12) + times("{% assign x = x | base64_encode %}")),
    Program("printing a long text", times("{{ text }}")),
    Program("printing long bytes", times("{{ html }}")),
    Program("printing long escaped", times("{{ tags }}")),
    Program("printing text escaped", times("{{ tags | escape }}")),
    Program("capturing long text", times("{% capture x %}{{ text }}{% endcapture %}")),
    Program(
      "comparing long texts",
      "{% assign t = text | append: '' %}" + times("{% if t == text %}{% endif %}{% if t < text %}{% endif %}")),
    Program("comparing long bytes", times("{% if html == text %}{% endif %}")),
    Program("containing", times("{% if text contains 'dög, dog' %}{% endif %}")),
    Program("containing in bytes", times("{% if html contains 'dög, dog' %}{% endif %}")),
    Program("blank", times("{% if spaces == blank %}{% endif %}")),
    Program("size of long text", times("{% assign x = text.size %}")),
    Program("size of long bytes", times("{% assign x = html.size %}")),
    Program("a loop over long text", times("{% for t in text %}{% endfor %}")),
  ]

  private static let partials = [
    Program("renders itself", "{% render 'self' %}", ["self": "x{% render 'self' %}"]),
    Program("includes itself", "{% include 'self' %}", ["self": "x{% include 'self' %}"]),
    Program("renders itself twice", "{% render 'self' %}", ["self": "x{% render 'self' %}{% render 'self' %}"]),
    Program(
      "a tree of partials", "{% render 'a' %}",
      ["a": String(repeating: "{% render 'b' %}", count: 1000), "b": String(repeating: "{% render 'c' %}", count: 1000), "c": ""]),
    Program("render in a loop", times("{% render 'p' %}"), ["p": ""]),
    Program(
      "render with arguments", times("{% render 'p', \((0..<500).map { "a\($0): i" }.joined(separator: ", ")) %}"),
      ["p": "{{ a499 }}"]),
    Program("render for", "{% render 'p' for (1..9223372036854775807) as q %}", ["p": ""]),
    Program("render for, with its loop", "{% render 'p' for (1..9223372036854775807) as q %}", ["p": "{{ forloop.index }}"]),
    Program("include in a loop", times("{% include 'p' %}"), ["p": ""]),
    Program(
      "include with many names", (0..<5000).map { "{% assign a\($0) = 1 %}" }.joined() + times("{% include 'p' %}"), ["p": ""]),
    Program(
      "render of many names", times("{% render 'p' %}"),
      ["p": "{% if false %}" + (0..<5000).map { "{{ a\($0) }}" }.joined() + "{% endif %}"]),
    Program(
      "include sees loops",
      String(repeating: "{% for i in (1..3) %}", count: 90) + times("{% include 'p' %}")
        + String(repeating: "{% endfor %}", count: 90), ["p": "{{ nothing }}{{ forloop }}"]),
    Program("missing partials", times("{% render 'nothing' %}")),
    Program(
      "includes thirty deep, looking up", "{% include 'p' %}",
      [
        "p": "{% assign d = d | plus: 1 %}{% if d < 60 %}{% include 'p' %}{% else %}" + times("{{ nothing }}{% include 'q' %}")
          + "{% endif %}", "q": "{{ nope }}",
      ]),
  ]

  private static let lists = [
    Program("split by nothing", times("{% assign x = text | split: '' %}")),
    Program("split by words", times("{% assign x = text | split: ' ' %}")),
    Program("split by a letter", times("{% assign x = text | split: 'o' %}")),
    Program("join of a range", "{{ (1..9223372036854775807) | join: ',' }}"),
    Program("join of a long range", "{{ (1..400000) | join: ',' }}"),
    Program("reverse of a range", times("{% assign x = (1..100000) | reverse %}")),
    Program("concat doubling", "{% assign x = 'a,b' | split: ',' %}" + times("{% assign x = x | concat: x %}")),
    Program("sorting words", times("{% assign x = words | sort %}")),
    Program("sorting long texts", times("{% assign x = texts | sort %}")),
    Program("sorting by a member", times("{% assign x = maps | sort: 'title' %}")),
    Program("uniq of long texts", times("{% assign x = texts | uniq %}")),
    Program("json of nested lists", "{{ nested | json }}"),
    Program("printing nested lists", "{{ nested }}"),
    Program("text of nested lists", "{{ nested | append: '' }}"),
    Program("text of deep lists", times("{{ deep | append: '' }}{{ deep }}{{ deep | json }}{{ deep | join }}")),
    Program("comparing nested lists", "{% assign a = nested | slice: 0, 2 %}{% if a == nested %}{% endif %}"),
    Program("case of lists", times("{% case numbers %}{% when words %}{% when numbers %}{% endcase %}")),
    Program("list contains", times("{% if numbers contains -1 %}{% endif %}")),
    Program("lists contain long text", times("{% if texts contains text %}{% endif %}")),
    Program("a loop over a wide map", times("{% for p in wide %}{{ p[0] }}{% endfor %}")),
    Program("keys of a wide map", times("{% assign x = wide['nothing'] %}")),
    Program("sum of numbers as text", times("{% assign x = words | sum %}")),
    Program("printing numbers", times("{{ numbers }}")),
    Program("printing maps", times("{{ maps }}")),
    Program("printing models", times("{{ models }}")),
    Program("a map as text", times("{{ wide | upcase | size }}")),
    Program("first of models", times("{% assign x = models.first.title %}{% assign x = models.last.title %}")),
  ]

  private static let tables = [
    Program("a long pipeline", times("{% assign x = i\(String(repeating: " | plus: 1", count: 20_000)) %}")),
    Program(
      "too many arguments", times("{% assign x = i | append: \(Array(repeating: "i", count: 20_000).joined(separator: ", ")) %}")),
    Program("named arguments", times("{% assign x = i | append: \((0..<20_000).map { "a\($0): i" }.joined(separator: ", ")) %}")),
    Program("100,000 outputs", String(repeating: "{{ a }}", count: 100_000)),
  ]

  /// Every filter on every kind of input, with short, long and absurd arguments.
  private static let filters: [Program] = {
    let inputs = [
      "i", "'abc def'", "2.5", "text", "ink", "tags", "spaces", "lines", "digits", "html", "numbers", "words", "texts", "maps",
      "models", "wide", "(1..9223372036854775807)", "nested", "'2020-02-03 04:05:06'",
    ]
    let none = [
      "abs", "base64_decode", "base64_encode", "base64_url_safe_decode", "base64_url_safe_encode", "capitalize", "ceil",
      "compact", "downcase", "escape", "escape_once", "first", "floor", "h", "join", "json", "last", "lstrip", "newline_to_br",
      "raw", "reverse", "round", "rstrip", "size", "sort", "sort_natural", "squish", "strip", "strip_html", "strip_newlines",
      "sum", "truncate", "truncatewords", "uniq", "upcase", "url_decode", "url_encode",
    ]
    let one = [
      "append", "at_least", "at_most", "compact", "concat", "date", "default", "divided_by", "find", "find_index", "has", "join",
      "map", "minus", "modulo", "plus", "prepend", "reject", "remove", "remove_first", "remove_last", "replace", "replace_first",
      "round", "slice", "sort", "sort_natural", "split", "sum", "times", "truncate", "truncatewords", "uniq", "where",
    ]
    let arguments = [
      "7", "9223372036854775807", "-9223372036854775808", "2.5", "'title'", "'o'", "'%1000000000d%-1000000000N'", "text", "words",
    ]
    let two = [
      "replace", "replace_first", "replace_last", "slice", "truncate", "truncatewords", "where", "find", "has", "reject",
      "find_index",
    ]
    let pairs = ["'o', text", "'title', 'x'", "text, text", "0, 9223372036854775807", "7, text", "1000000, '..'"]
    var result: [Program] = []
    for input in inputs {
      for name in none { result.append(Program("filter: \(input) | \(name)", times("{% assign x = \(input) | \(name) %}"))) }
      for name in one {
        for argument in arguments {
          result.append(
            Program("filter: \(input) | \(name): \(argument)", times("{% assign x = \(input) | \(name): \(argument) %}")))
        }
      }
      for name in two {
        for pair in pairs {
          result.append(Program("filter: \(input) | \(name): \(pair)", times("{% assign x = \(input) | \(name): \(pair) %}")))
        }
      }
    }
    return result
  }()

  private static let compiling: [Program] = {
    let pieces = [
      "{{", "{%", "{{ a }}", "{{a}}", "{% if x %}", "{% if x %}{% endif %}", "{% nonsense %}", "{{ a | b }}", "{{ a.b", "[", "'",
      "{% raw %}", "{% comment %}", "{% comment %}{% endcomment %}", "{% for i in x %}", "{% assign a = 1 %}", "{% liquid\n",
      "{{ 1 }}", "{{ 'a' }}", "text ", "\n", "{% # a\n %}", "{% case x %}{% when 1 %}{% endcase %}",
      "{% capture x %}{% endcapture %}", "{% render 'p' %}", "{{ a | append: 'b' }}", "{% cycle 1, 2 %}", "{% increment a %}",
    ]
    var result: [Program] = []
    for size in [Environment().maximumSourceBytes, 10 << 20] {
      for piece in pieces {
        result.append(
          Program(
            compiling: "\(size >> 10) KiB of \(piece.replacing("\n", with: "\\n"))",
            String(repeating: piece, count: size / piece.utf8.count)))
      }
      let names = (0..<(size / 12)).map { "{{ n\($0) }}" }.joined()
      result.append(Program(compiling: "\(size >> 10) KiB of names", names))
      for piece in ["a | ", "a.", "a[", "1, ", "(", "a == b and ", "'x' | append: "] {
        result.append(
          Program(
            compiling: "\(size >> 10) KiB in one output: \(piece)",
            "{{ " + String(repeating: piece, count: (size - 32) / piece.utf8.count) + " }}"))
        result.append(
          Program(
            compiling: "\(size >> 10) KiB in one if: \(piece)",
            "{% if " + String(repeating: piece, count: (size - 32) / piece.utf8.count) + " %}{% endif %}"))
      }
    }
    return result
  }()
}
