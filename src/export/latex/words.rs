//! Text within a LaTeX document: nothing in it is a command.
//!
//! Takes any text; gives what sets it. Characters that the plain engines lack are named by number.

/// The text with every special character escaped.
pub(super) fn escape(text: &str) -> String {
    text.chars().map(one).collect()
}

fn one(c: char) -> String {
    match c {
        '\\' => "\\textbackslash{}".into(),
        '~' => "\\textasciitilde{}".into(),
        '^' => "\\textasciicircum{}".into(),
        '<' => "\\textless{}".into(),
        '>' => "\\textgreater{}".into(),
        '|' => "\\textbar{}".into(),
        '"' => "\\textquotedbl{}".replace("quotedbl", "quotedblright"),
        '{' | '}' | '$' | '&' | '#' | '%' | '_' => format!("\\{c}"),
        '\u{2013}' => "--".into(),
        '\u{2014}' => "---".into(),
        '\u{2018}' => "`".into(),
        '\u{2019}' => "'".into(),
        '\u{201c}' => "``".into(),
        '\u{201d}' => "''".into(),
        '\u{2212}' => "$-$".into(),
        'µ' | 'μ' => "$\\mu$".into(),
        '°' => "$^\\circ$".into(),
        '×' => "$\\times$".into(),
        '·' => "$\\cdot$".into(),
        '±' => "$\\pm$".into(),
        '²' => "$^2$".into(),
        '³' => "$^3$".into(),
        ' '..='~' => c.into(),
        _ if c.is_whitespace() => " ".into(),
        _ if c.is_control() => String::new(),
        // Letters with accents, which the engines have.
        'À'..='ž' if c.is_alphabetic() => c.into(),
        _ => format!("[U+{:04X}]", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_in_a_text_is_a_command() {
        assert_eq!(escape("50% of $x_1 {#&}"), "50\\% of \\$x\\_1 \\{\\#\\&\\}");
        assert_eq!(
            escape("\\input~^"),
            "\\textbackslash{}input\\textasciitilde{}\\textasciicircum{}"
        );
        assert_eq!(
            escape("Fourcaud-Trocmé 37 °C"),
            "Fourcaud-Trocmé 37 $^\\circ$C"
        );
        assert_eq!(escape("a\u{3b1}\u{4e2d}\u{7}\n"), "a[U+03B1][U+4E2D] ");
    }
}
