import Testing

@testable import TemplateEngine

/// Blocks that print nothing, and errors in their heads.
struct BlockTests {
  /// A block that prints nothing loses its white space. What a `capture` keeps, and the bodies of `ifchanged` and `tablerow`,
  /// stay as they are written.
  @Test(arguments: [
    ("{% if true %} {% assign a = 1 %} {% endif %}|", "|"), ("{% if true %} {% if true %} {% endif %} {% endif %}|", "|"),
    ("{% if true %} {{ '' }} {% endif %}|", "  |"), ("{% for i in (1..2) %} {% comment %}x{% endcomment %} {% endfor %}|", "|"),
    ("{% for i in (1..2) %} {% break %} {% endfor %}|", " |"),
    ("{% if true %} {% capture a %} x {% endcapture %} {% endif %}[{{ a }}]", "[ x ]"),
    ("{% if true %}{% capture a %} {% endcapture %}{% endif %}[{{ a }}]", "[ ]"),
    ("{% capture a %}{% if true %} {% endif %}{% endcapture %}[{{ a }}]", "[]"),
    ("{% if true %} {% ifchanged %}\n{% endifchanged %} {% endif %}|", "\n|"),
    (
      "{% if true %} {% tablerow i in (1..1) %} {% endtablerow %} {% endif %}|",
      "<tr class=\"row1\">\n<td class=\"col1\"> </td></tr>\n|"
    ),
    ("{% case 1 %} {% when 1 %} {% endcase %}|", "|"), ("{% case 1 %}x{% when 1 %} {% endcase %}|", " |"),
    ("{% case 1 %}x{% else %}y{% endcase %}", "y"),
    (
      "{% case 1 %}{% case 2 %}{% when 2 %}x{% endcase %}{% if true %}x{% endif %}{% when 1 %}{% if true %}y{% endif %}{% endcase %}",
      "y"
    ),
    ("{% unless false %} {% increment n %} {% endunless %}|", " 0 |"),
    ("{% if true %} {% ifchanged %}x{% endifchanged %} {% endif %}|", " x |"),
    ("{% if true %} {% raw %}{% endraw %} {% endif %}|", "|"),
    ("{% if true %}\n{% liquid\n assign x = 1 %}\n{% endif %}|", "|"),
  ]) func blank(_ source: String, _ expected: String) {
    #expect(outcome(source) == expected)
  }

  /// An error in the head of a block gives the whole block up: no branch is taken, and a block that would print nothing
  /// says nothing of the error either.
  @Test(arguments: [
    ("{% if 1 > 'a' %}a{% else %}b{% endif %}c", "!comparison of Integer with String failedc"),
    ("{% if false %}a{% elsif 1 > 'a' %}b{% elsif true %}c{% else %}d{% endif %}e", "!comparison of Integer with String failede"),
    ("{% unless 1 > 'a' %}a{% endunless %}b", "!comparison of Integer with String failedb"),
    (
      "{% if true %}a{% if 1 > 'a' %}b{% else %}c{% endif %}d{% else %}e{% endif %}f",
      "a!comparison of Integer with String faileddf"
    ),
    ("{% if 1 > 'a' %} {% assign x = 1 %}{% endif %}{{ x }}|", "|"),
    ("{% for i in (1..4) limit: 'x' %}{{ i }}{% else %}none{% endfor %}|", "!invalid integer|"),
    ("{% tablerow i in (1..4) cols: true %}{{ i }}{% endtablerow %}|", "!invalid integer|"),
    ("{% assign x = 1 | divided_by: 0 %}[{{ x }}]", "[]"),
    ("{% for i in (1..2) %}{{ i | divided_by: 0 }}{{ i }} {% endfor %}", "!divided by 01 !divided by 02 "),
  ]) func errors(_ source: String, _ expected: String) throws {
    #expect(try inlined(source) == expected)
  }
}
