import Testing

@testable import TemplateEngine

/// The rules of filters and tags that the shared conformance data covers too, so that a checkout alone checks them.
struct StandardFilterTests {
  @Test(arguments: [
    ("{{ 0.1 | plus: 0.2 }}", "0.3"), ("{{ 7 | divided_by: 2 }}", "3"), ("{{ -7 | divided_by: 2 }}", "-4"),
    ("{{ 7.0 | divided_by: 2 }}", "3.5"), ("{{ -7 | modulo: 3 }}", "2"), ("{{ 4.6 | round }}", "5"),
    ("{{ 2.675 | round: 2 }}", "2.68"),
    ("{{ 1e2 }}", "error"), ("{{ 100000000000000000000.0 }}", "1.0e+20"), ("{{ 0.00001 }}", "1.0e-05"),
    ("{{ '3' | times: '4.5' }}", "13.5"),
    ("{{ 'a,b,,' | split: ',' | size }}", "2"), ("{{ ' a  b ' | split: ' ' | join: '|' }}", "a|b"), ("{{ 'héllo' | size }}", "5"),
    ("{{ 'one two three' | truncatewords: 2 }}", "one two..."), ("{{ 'abcdef' | truncate: 4 }}", "a..."),
    ("{{ 'abc' | slice: -2, 2 }}", "bc"),
    ("{{ '<p>a</p><script>b</script><!-- c -->d' | strip_html }}", "ad"), ("{{ 'a b&c' | url_encode }}", "a+b%26c"),
    ("{{ '&lt;<' | escape_once }}", "&lt;&lt;"), ("{{ 'hello' | base64_encode }}", "aGVsbG8="),
    ("{{ 'ABC' | capitalize }}", "Abc"),
    ("{{ 'aXbX' | replace_last: 'X', '-' }}", "aXb-"), ("{{ 'aXbX' | remove_first: 'X' }}", "abX"),
    ("{{ 'b,a,C' | split: ',' | sort_natural | join }}", "a b C"),
    ("{{ '1,2,1' | split: ',' | uniq | join }}", "1 2"), ("{{ nil | default: 'x' }}", "x"),
    ("{{ false | default: 'x', allow_false: true }}", "false"),
  ]) func prints(_ source: String, _ expected: String) {
    #expect((try? rendered(source)) ?? "error" == expected)
  }

  @Test(arguments: [
    (
      "'2024-02-29T13:05:09Z'", "%Y-%m-%d %H:%M:%S %j %a %A %b %B %e %-d %I %l %p %P %y %C %u %w %V %G %U %W %s %z %Z %%",
      "2024-02-29 13:05:09 060 Thu Thursday Feb February 29 29 01  1 PM pm 24 20 4 4 09 2024 08 09 1709211909 +0000 UTC %"
    ),
    ("'1999-12-31 23:59:59 +0230'", "%F %T %z %:z %s", "1999-12-31 23:59:59 +0230 +02:30 946675799"),
    ("'March 14, 2016'", "%b %d, %y %D %R", "Mar 14, 16 03/14/16 00:00"),
    ("'14 Mar 2016 5:30 pm'", "%H:%M %^b %03d %10Y|%-m|%_m", "17:30 MAR 014 0000002016|3| 3"),
    ("'2021-01-03'", "%G-W%V %g", "2020-W53 20"), ("0", "%F", "1970-01-01"), ("-86400", "%F", "1969-12-31"),
    ("'now'", "%F %T", "2023-11-14 22:13:20"),
    ("'not a date'", "%F", "not a date"), ("'2023-02-30'", "%F", "2023-03-02"), ("'1152098955'", "%m/%d/%Y", "07/05/2006"),
  ]) func date(_ input: String, _ format: String, _ expected: String) throws {
    #expect(try rendered("{{ \(input) | date: '\(format)' }}") == expected)
  }

  @Test(arguments: [
    ("{% for i in (1..3) %}{% capture c %}{{ i }}{% if i == 2 %}{% break %}{% endif %}{% endcapture %}{% endfor %}{{ c }}", "2"),
    ("{% for i in (1..3) %}{% include 'b' %}{{ i }}{% endfor %}", "1"), ("{% if true %} {% assign x = 1 %} {% endif %}|", "|"),
    ("{% case 1 %} x {% when 1, 1 %}a{% when 2 %}b{% else %}c{% endcase %}", "aa"),
    (
      "{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ forloop.index }} {% endfor %}{% endfor %}",
      "11 12 21 22 "
    ),
    (
      "{% for i in (1..6) limit: 2 %}{{ i }}{% endfor %}{% for i in (1..6) limit: 2 offset: continue %}{{ i }}{% endfor %}",
      "1234"
    ),
    ("{% assign v = 'outer' %}{% include 'v', a: 1 %}{{ v }}{{ a }}", "outer1inner"),
    ("{% assign v = 1 %}{% render 'v' %}{{ v }}", "1"),
    ("{% decrement p %}{{ p }}", "9999"), ("{% if a and b or c %}{% else %}no{% endif %}", "no"), ("{{- ' a ' -}}   b", " a b"),
    ("{% liquid\n assign x = 1\n if x == 1\n echo 'yes'\n endif %}", "yes"),
    ("{% unless false %}a{% elsif true %}b{% endunless %}", "a"),
    ("{% for i in (1..3) reversed %}{{ i }}{% else %}none{% endfor %}", "321"), ("{% for i in () %}{% endfor %}", "error"),
    ("{% comment %}{% comment %}{% endcomment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}x", "x"),
    ("{% for i in (1..2) %}{% case i %}{% break %}{% when 1 %}a{% endcase %}{% endfor %}", "a"),
  ]) func tags(_ source: String, _ expected: String) {
    let partials = ["b": "{% if i == 2 %}{% break %}{% endif %}", "v": "{{ v }}{{ a }}{% assign v = 'inner' %}"]
    #expect((try? rendered(source, ["p": .int(100)], partials: partials)) ?? "error" == expected)
  }
}
