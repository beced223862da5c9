import Testing

@testable import TemplateEngine

/// Arithmetic: exact decimals, infinities, signs of zero.
struct NumberFilterTests {
  @Test(arguments: [
    ("1 | divided_by: 3.7", "0.2702702702702703"), ("2.675 | divided_by: 3.7", "0.722972972972973"),
    ("7 | divided_by: 2.0", "3.5"),
    ("1.0 | divided_by: 0", "Infinity"), ("-2.5 | divided_by: 0", "-Infinity"), ("0.0 | divided_by: 0", "NaN"),
    ("1 | divided_by: 0.0", "Infinity"),
    ("1 | divided_by: 0", "error: divided by 0"), ("1.5 | modulo: 0", "error: divided by 0"),
    ("1.0 | divided_by: 0 | ceil", "error: Computation results in 'Infinity'"),
    ("-1.0 | divided_by: 0 | round", "error: Computation results in '-Infinity'"),
    ("0.0 | divided_by: 0 | floor", "error: Computation results in 'NaN' (Not a Number)"), ("0 | times: -0.5", "-0.0"),
    ("0.0 | times: 5", "0.0"),
    ("0.1 | times: 3", "0.3"), ("1000000000000000 | times: 3.5", "3.5e+15"),
    ("1000000000000000 | plus: 3.7", "1000000000000003.8"), ("1234567890123456 | plus: 0.0", "1.234567890123456e+15"),
    ("100000000000000 | times: 1.0", "100000000000000.0"),
    ("'12abc' | plus: '1.5'", "13.5"), ("'1.5abc' | plus: 1", "2"), ("nil | plus: true", "0"), ("-5 | divided_by: 2", "-3"),
    ("5 | modulo: -3", "-1"),
    ("1.25 | round: 1", "1.3"), ("-1.5 | round", "-2"), ("1234 | round: -2", "1200"), ("'3.5' | ceil", "4"),
  ]) func computes(_ expression: String, _ expected: String) {
    #expect(outcome("{{ \(expression) }}") == expected)
  }
}
