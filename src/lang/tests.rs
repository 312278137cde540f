//! Reading: every kind of statement, precedence, continuation, recovery, and hostile texts.

use super::ast::{BinaryOp, CompareOp, Expr, Node, StatementKind as Kind};
use super::parse;
use crate::diag::SourceText;

/// The statements of a text without errors.
fn read(text: &str) -> Vec<Kind> {
    let (statements, diagnostics) = parse(text);
    assert!(
        diagnostics.is_empty(),
        "{}",
        diagnostics.render(&SourceText::new("test", text))
    );
    statements
        .into_iter()
        .map(|statement| statement.kind)
        .collect()
}

/// The rendered errors of a text.
fn errors(text: &str) -> String {
    parse(text).1.render(&SourceText::new("test", text))
}

/// An expression with all its parentheses.
fn show(expr: &Expr) -> String {
    let two = |op: &str, a: &Expr, b: &Expr| format!("({} {op} {})", show(a), show(b));
    match &expr.node {
        Node::Number(value) => value.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Name(name) => name.clone(),
        Node::Juxtapose(value, unit) => format!("[{value} {}]", show(unit)),
        Node::Negate(a) => format!("(-{})", show(a)),
        Node::Not(a) => format!("(not {})", show(a)),
        Node::Binary(BinaryOp::Add, a, b) => two("+", a, b),
        Node::Binary(BinaryOp::Sub, a, b) => two("-", a, b),
        Node::Binary(BinaryOp::Mul, a, b) => two("*", a, b),
        Node::Binary(BinaryOp::Div, a, b) => two("/", a, b),
        Node::Power(a, b) => two("^", a, b),
        Node::Compare(CompareOp::Less, a, b) => two("<", a, b),
        Node::Compare(CompareOp::GreaterEqual, a, b) => two(">=", a, b),
        Node::Compare(_, a, b) => two("?", a, b),
        Node::And(a, b) => two("and", a, b),
        Node::Or(a, b) => two("or", a, b),
        Node::If { cond, yes, no } => {
            format!("({} if {} else {})", show(yes), show(cond), show(no))
        }
        Node::Call(name, arguments) => {
            format!(
                "{}({})",
                name.text,
                arguments.iter().map(show).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

#[test]
fn precedence_is_that_of_the_grammar() {
    for (text, expected) in [
        ("-K^n", "(-(K ^ n))"),
        ("-K**n", "(-(K ^ n))"),
        ("1/2 ms", "(1 / [2 ms])"),
        ("2^3^2", "(2 ^ (3 ^ 2))"),
        ("3 mV^2", "[3 (mV ^ 2)]"),
        ("3 mV**-2", "[3 (mV ^ (-2))]"),
        ("120 mS/cm^2", "([120 mS] / (cm ^ 2))"),
        ("a if b else c", "(a if b else c)"),
        ("a if b else c if d else e", "(a if b else (c if d else e))"),
        ("-3 mV + 2 mV*x", "((-[3 mV]) + ([2 mV] * x))"),
        ("-2*-x", "((-2) * (-x))"),
        ("a - b - c", "((a - b) - c)"),
        ("a/b*c", "((a / b) * c)"),
        ("2^-3", "(2 ^ (-3))"),
        (
            "a < b and not c >= d or e",
            "(((a < b) and (not (c >= d))) or e)",
        ),
        ("not not a", "(not (not a))"),
        ("10mV", "[10 mV]"),
        ("1e3", "1000"),
        ("1e3 ms", "[1000 ms]"),
        (".5 + 1.", "(0.5 + 1)"),
        ("+x", "x"),
        ("f(a, b + 1)*(c)", "(f(a, (b + 1)) * c)"),
        ("True or False", "(true or false)"),
        ("m^3*h*(v - E)", "(((m ^ 3) * h) * (v - E))"),
    ] {
        match read(&format!("threshold {text}")).as_slice() {
            [Kind::Threshold(expr)] => assert_eq!(show(expr), expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn every_kind_of_statement_is_read() {
    let text = r#"
model m1 "A title"      # a comment
cite "Somebody (1952)"
range I = 0 : 50 uA/cm^2
dt 0.01 ms
duration 1 s
method exact
param C = 1 uF/cm^2 "capacitance"
param g : siemens
g2 : siemens/meter**2 (constant)
input I : uA/cm^2 "drive"
dv/dt = I/C : mV (unless refractory)
a = 1/(2 ms) : 1/(ms) "a rate"
init v = -65 mV
threshold v > 0 mV
reset v = v_r; w += b; w -= b; w *= 2; w /= 2
refractory t_ref
range = 3 : 1
init : volt
"#;
    let kinds = read(text);
    assert_eq!(kinds.len(), 18);
    assert!(
        matches!(&kinds[0], Kind::Model { name, title } if name.text == "m1" && title == "A title")
    );
    assert!(
        matches!(&kinds[6], Kind::Param { doc, value: Some(_), unit: None, .. } if doc == "capacitance")
    );
    assert!(
        matches!(&kinds[8], Kind::Param { unit: Some(unit), value: None, .. } if unit.unit.label == "siemens/meter^2")
    );
    assert!(
        matches!(&kinds[10], Kind::Equation { name, unless_refractory: Some(_), .. } if name.text == "v")
    );
    assert!(matches!(&kinds[11], Kind::Let { unit, .. } if unit.unit.label == "1/(ms)"));
    let Kind::Reset(assignments) = &kinds[14] else {
        panic!("{:?}", kinds[14])
    };
    let shown: Vec<String> = assignments.iter().map(|one| show(&one.value)).collect();
    assert_eq!(shown, ["v_r", "(w + b)", "(w - b)", "(w * 2)", "(w / 2)"]);
    // The words that begin statements can be declared.
    assert!(matches!(&kinds[16], Kind::Let { name, .. } if name.text == "range"));
    assert!(matches!(&kinds[17], Kind::Param { name, .. } if name.text == "init"));
}

#[test]
fn a_statement_goes_on_over_lines() {
    for text in [
        "a = (b\n + c) : 1",
        "a = (b # comment\n\n# more\n+ c) : 1",
        "a = b +\nc : 1",
        "a = b + # comment\r\n c : 1",
        "a = b \\\n + c : 1",
        "a = b\n   + c : 1",
        "a = b # why\n # and more\n   + c : 1",
        "\u{feff}a = b\n\t+ c : 1",
    ] {
        match read(text).as_slice() {
            [Kind::Let { expr, .. }] => assert_eq!(show(expr), "(b + c)", "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

#[test]
fn a_parenthesis_left_open_does_not_swallow_the_lines_below() {
    let text = "a = (b + c : 1\nx = (2*(y + 1) : 1\nparam z = (3\ndw/dt = (1/ms : 1\ninit v = (2\n";
    let (statements, diagnostics) = parse(text);
    assert_eq!(diagnostics.errors(), 5, "{}", errors(text));
    assert!(
        statements
            .iter()
            .all(|one| matches!(one.kind, Kind::Unreadable(_)))
    );
    assert!(
        errors("param z = (3\nq : 1").contains("1 │ param z = (3\n  │           ^ opened here"),
        "{}",
        errors("param z = (3\nq : 1")
    );
}

#[test]
fn each_error_of_form_has_its_words_and_its_place() {
    for (text, message, line) in [
        (
            "a = b c : 1",
            "an operator is missing before this name",
            "^ what is done with it?",
        ),
        (
            "a = 2 (b) : 1",
            "expected `:` and a unit, as in `a = ... : Hz`; a parameter is `param a = ...`, found `(`",
            "^ expected",
        ),
        (
            "a = b",
            "found the end of the line",
            "a = b\n  │      ^ expected `:` and a unit",
        ),
        (
            "a = b : mv",
            "`mv` is not a unit; did you mean `mV`?",
            "a = b : mv\n  │         ^^ not a unit",
        ),
        (
            "a = b : ",
            "expected a unit (`1` for a plain number)",
            "^ expected a unit",
        ),
        (
            "a = < b : 1",
            "expected a value, found `<`",
            "    ^ expected a value",
        ),
        (
            "a = b if c : 1",
            "expected `else`, as in `a if condition else b`",
            "^ expected",
        ),
        (
            "a = b < c < d : 1",
            "comparisons cannot be chained",
            "^ a second comparison",
        ),
        (
            "tresh v > 1 mV",
            "`tresh` does not begin a statement",
            "^^^^^ not a statement",
        ),
        (
            "threshhold v > 1 mV",
            "`threshhold` does not begin a statement",
            "help: did you mean `threshold`?",
        ),
        (
            "+ 3",
            "expected a statement, found `+`",
            "^ expected a statement",
        ),
        (
            "dv/dt = x : 1 (shared)",
            "the flag `(shared)` is not supported",
            "^^^^^^ not supported",
        ),
        (
            "dv/dt = x : 1 (event-driven)",
            "the flag `(event-driven)` is not supported",
            "^^^^^^^^^^^^ not",
        ),
        (
            "x : 1 (linked)",
            "the flag `(linked)` is not supported",
            "^^^^^^ not supported",
        ),
        ("x : 1 (foo)", "`(foo)` is not a flag", "^^^ not supported"),
        (
            "x = 3 : 1 (unless refractory)",
            "`(unless refractory)` belongs to an equation",
            "^^^^^^",
        ),
        (
            "cite 3",
            "expected a text in double quotes, found `3`",
            "^ expected",
        ),
        (
            "model \"x\"",
            "expected a name, found a text",
            "^^^ expected",
        ),
        ("cite \"abc", "this text is not closed", "^^^^ no second"),
        (
            "param x",
            "expected `=` and a value, or `:` and a unit",
            "^ expected",
        ),
        (
            "a = 1e999 : 1",
            "this number is too large",
            "^^^^^ beyond double precision",
        ),
        (
            "a = 3 % 2 : 1",
            "the remainder `%` is not supported",
            "^ not part of the language",
        ),
        ("a = b; c = d", "found `;`", "^ expected"),
        ("reset v : 3", "expected `=` or `+=`", "^ expected"),
        (
            "é = 3 : 1",
            "this name cannot be used",
            "^ not a usable name",
        ),
        (
            "a = 2 exp(3) : 1",
            "only a unit can follow a number",
            "^^^^^^ not a unit",
        ),
        ("range I = 3", "expected `:`", "^ expected `:`"),
        ("input I", "expected `:`", "^ expected `:`"),
        ("a = f(b : 1", "expected an operator or `)`", "^ expected"),
    ] {
        let shown = errors(text);
        assert!(
            shown.contains(message) && shown.contains(line),
            "{text}\n{shown}"
        );
        assert_eq!(parse(text).1.errors(), 1, "one error each: {text}\n{shown}");
    }
}

#[test]
fn all_errors_of_a_text_are_found_at_once() {
    let text = "a = : 1\nb = 3 : 1\nc = ( : 1\nd : xx\n";
    let (statements, diagnostics) = parse(text);
    assert_eq!(diagnostics.errors(), 3);
    assert_eq!(
        statements
            .iter()
            .filter(|one| matches!(one.kind, Kind::Let { .. }))
            .count(),
        1
    );
}

#[test]
fn deep_and_long_texts_are_refused_without_harm() {
    let deep = 100_000;
    let if_else = "1 if a else ".repeat(deep);
    for text in [
        format!("threshold {}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("threshold {}", "(".repeat(deep)),
        format!("threshold {}1", "-".repeat(deep)),
        format!("threshold {}1", "not ".repeat(deep)),
        format!("threshold {if_else}1"),
        format!("threshold 1{}", "^2".repeat(deep)),
        format!("threshold 1{}", "+1".repeat(deep)),
        format!("threshold 1{}", " or a".repeat(deep)),
        format!("threshold {}1{}", "f(".repeat(deep), ")".repeat(deep)),
        format!("threshold {}1", "f(a, -(2^".repeat(deep)),
    ] {
        let shown = errors(&text);
        assert!(
            shown.contains("nested or chained more than "),
            "{}",
            &shown[..shown.len().min(400)]
        );
        assert!(shown.len() < 2000);
    }
    assert_eq!(
        read(&format!("threshold {}1{}", "(".repeat(95), ")".repeat(95))).len(),
        1
    );
}

#[test]
fn megabytes_are_read_in_no_time() {
    let start = std::time::Instant::now();
    for piece in [
        "x = 1 : 1\n",
        "#\n",
        "\n",
        "a ",
        "(\n",
        "x = (\n",
        "1 +\n",
        "é",
        "\"",
        "x : (",
        "% ",
        "a = b\n # c\n",
        "\\\n",
        "mV*",
    ] {
        let (_, diagnostics) = parse(&piece.repeat((1 << 20) / piece.len()));
        assert!(diagnostics.render(&SourceText::new("test", piece)).len() < 20_000);
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn garbage_is_refused_without_panic() {
    let words = [
        "dv/dt",
        "=",
        ":",
        "mV",
        "(",
        ")",
        "if",
        "else",
        "not",
        "and",
        "1",
        "2.5e3",
        "v",
        "\n",
        "\n ",
        "+",
        "-",
        "*",
        "/",
        "**",
        "^",
        "param",
        "input",
        "reset",
        ";",
        "range",
        "\"",
        "#",
        "é",
        "\u{0}",
        "\\",
        ",",
        "unless refractory",
        "1e",
        "0x",
        "threshold",
        "cm2",
    ];
    for seed in 0..3000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let text: String = match seed % 3 {
            0 => (0..random.usize(0..60))
                .map(|_| {
                    random.choice(words).unwrap_or("").to_owned()
                        + if random.bool() { " " } else { "" }
                })
                .collect(),
            1 => (0..random.usize(0..80))
                .map(|_| random.char('\u{0}'..'\u{80}'))
                .collect(),
            _ => (0..random.usize(0..80)).map(|_| random.char(..)).collect(),
        };
        let (_, diagnostics) = parse(&text);
        let _ = diagnostics.render(&SourceText::new("test", &text));
    }
}
