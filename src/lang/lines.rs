//! Where one line ends and whether the next belongs to it, judged from the text alone.

/// The words that begin statements. They are names everywhere else.
pub(super) const KEYWORDS: &[&str] = &[
    "model",
    "cite",
    "range",
    "dt",
    "duration",
    "param",
    "input",
    "init",
    "threshold",
    "reset",
    "refractory",
    "preset",
    "scheme",
    "method",
];

/// Comment lines that may stand between the lines of a statement.
const MAX_COMMENTS: usize = 100;

/// Bytes up to the end of the first line, its end not included.
pub(super) fn end_of_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn split_name(line: &str) -> (&str, &str) {
    line.split_at(
        line.find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(line.len()),
    )
}

/// Whether a statement begins on the first line of `text`, which no expression could continue with.
pub(super) fn begins_statement(text: &str) -> bool {
    let line = text[..end_of_line(text)].trim();
    let (name, rest) = split_name(line);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let rest = rest.trim_start();
    let rest = if name.starts_with('d') {
        rest.strip_prefix("/dt").unwrap_or(rest).trim_start()
    } else {
        rest
    };
    let assigned = rest.starts_with('=') && !rest.starts_with("==");
    let (next, _) = split_name(rest);
    let word = !next.is_empty() && !matches!(next, "and" | "or" | "not" | "if" | "else");
    assigned
        || rest.starts_with(':')
        || (KEYWORDS.contains(&name) && (word || rest.starts_with('"')))
}

/// Whether the next line has something and is indented.
pub(super) fn is_indented(text: &str) -> bool {
    let line = &text[..end_of_line(text)];
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
}

/// Whether the next line with something other than a comment is indented and begins with a binary
/// operator.
pub(super) fn begins_with_operator(text: &str) -> bool {
    let mut rest = text;
    for _ in 0..MAX_COMMENTS {
        let line = &rest[..end_of_line(rest)];
        let code = line.trim();
        if !code.starts_with('#') {
            let (name, _) = split_name(code);
            let operator = code.starts_with(['+', '-', '*', '/', '^', '<', '>'])
                || ["==", "!="].iter().any(|op| code.starts_with(op));
            return line.starts_with([' ', '\t'])
                && (operator || matches!(name, "and" | "or" | "if" | "else"));
        }
        if line.len() == rest.len() {
            return false;
        }
        rest = &rest[line.len() + 1..];
    }
    false
}
