//! Text to tokens. Joins the lines of a statement, so that the parser sees one `Newline` per
//! statement; what cannot be a token is reported and left out.

use super::lines;
use crate::diag::{Diagnostic, Diagnostics, Span};

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// The kinds of tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Name(String),
    Number(f64),
    Text(String),
    Op(Op),
    /// Something that was reported when it was read; a statement with it says no more.
    Bad,
    Newline,
}

macro_rules! operators {
    ($($name:ident $text:literal),* $(,)?) => {
        /// Operators and punctuation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Op { $($name),* }

        /// Each with its text, longer ones before their prefixes.
        const OPERATORS: &[(&str, Op)] = &[$(($text, Op::$name)),*];
    };
}

operators! {
    Power2 "**", AddTo "+=", SubFrom "-=", MulBy "*=", DivBy "/=",
    LessEqual "<=", GreaterEqual ">=", Equal "==", NotEqual "!=",
    Plus "+", Minus "-", Star "*", Slash "/", Power "^", Less "<", Greater ">", Assign "=",
    Open "(", Close ")", Comma ",", Colon ":", Semicolon ";",
}

impl Op {
    /// As it is written.
    pub(super) fn text(self) -> &'static str {
        OPERATORS
            .iter()
            .find(|(_, op)| *op == self)
            .map_or("", |(text, _)| text)
    }

    fn is_binary(self) -> bool {
        use Op::*;
        !matches!(
            self,
            Open | Close | Comma | Colon | Semicolon | Assign | AddTo | SubFrom | MulBy | DivBy
        )
    }
}

/// The tokens of `text`, ending with a `Newline`.
pub(super) fn tokens(text: &str, diagnostics: &mut Diagnostics) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        open: 0,
        first: 0,
        tokens: Vec::new(),
        diagnostics,
    };
    while lexer.at < text.len() {
        lexer.next();
    }
    lexer.push(Kind::Newline, text.len(), text.len());
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Parentheses open in this statement.
    open: usize,
    /// The statement's first token.
    first: usize,
    tokens: Vec<Token>,
    diagnostics: &'a mut Diagnostics,
}

impl Lexer<'_> {
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token {
            kind,
            span: Span::new(start, end),
        });
        self.at = end;
    }

    fn next(&mut self) {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else {
            return;
        };
        match first {
            '\n' => self.newline(),
            '#' => self.at += lines::end_of_line(rest),
            '\\' if rest[1..]
                .trim_start_matches([' ', '\t', '\r'])
                .starts_with(['\n', '#']) =>
            {
                self.backslash()
            }
            '"' => self.text_literal(),
            _ if first.is_whitespace() || first == '\u{feff}' => self.at += first.len_utf8(),
            _ if first.is_ascii_digit()
                || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) =>
            {
                self.number();
            }
            _ if first.is_alphabetic() || first == '_' => self.name(),
            _ => self.operator(first),
        }
    }

    /// The end of a line is the end of a statement unless the statement goes on.
    fn newline(&mut self) {
        let (start, rest) = (self.at, &self.text[self.at + 1..]);
        let goes_on = if self
            .tokens
            .last()
            .is_none_or(|last| last.kind == Kind::Newline)
        {
            true
        } else if self.open > 0 {
            // A statement cannot begin inside parentheses: one of them was not closed. Only the
            // parts of a preset are like statements.
            self.goes_on_after("preset", &[Op::Open, Op::Comma]) || !lines::begins_statement(rest)
        } else {
            self.ends_with_operator()
                || lines::begins_with_operator(rest)
                || self.goes_on_after("scheme", &[Op::Colon, Op::Semicolon])
                    && lines::is_indented(rest)
        };
        if goes_on {
            self.at += 1;
        } else {
            self.open = 0;
            self.push(Kind::Newline, start, start + 1);
            self.first = self.tokens.len();
        }
    }

    /// Whether this is a statement of the kind `keyword` and its line ends with one of `ends`.
    fn goes_on_after(&self, keyword: &str, ends: &[Op]) -> bool {
        let begins = |token: &Token| matches!(&token.kind, Kind::Name(name) if name == keyword);
        let ended = |token: &Token| ends.iter().any(|end| token.kind == Kind::Op(*end));
        self.tokens.get(self.first).is_some_and(begins) && self.tokens.last().is_some_and(ended)
    }

    fn ends_with_operator(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            Some(Kind::Op(op)) => op.is_binary(),
            Some(Kind::Name(name)) => matches!(name.as_str(), "and" | "or" | "not" | "if" | "else"),
            _ => false,
        }
    }

    fn backslash(&mut self) {
        let rest = &self.text[self.at..];
        self.at += (lines::end_of_line(rest) + 1).min(rest.len());
    }

    fn text_literal(&mut self) {
        let (start, inside) = (self.at, &self.text[self.at + 1..]);
        let length = inside.find(['"', '\n']).unwrap_or(inside.len());
        if inside[length..].starts_with('"') {
            self.push(
                Kind::Text(inside[..length].to_owned()),
                start,
                start + length + 2,
            );
        } else {
            let end = start + 1 + inside[..length].trim_end().len();
            self.bad(
                start,
                end,
                "this text is not closed".to_owned(),
                "no second `\"` on this line",
            );
        }
    }

    fn number(&mut self) {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits = |from: usize| {
            bytes[from..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let mut length = digits(0);
        if bytes.get(length) == Some(&b'.') {
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'-' | b'+')));
            let exponent = digits((length + 1 + sign).min(bytes.len()));
            length += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let (start, end) = (self.at, self.at + length);
        match self.text[start..end].parse::<f64>() {
            Ok(value) if value.is_finite() => self.push(Kind::Number(value), start, end),
            _ => self.bad(
                start,
                end,
                "this number is too large".to_owned(),
                "beyond double precision",
            ),
        }
    }

    fn name(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        self.push(Kind::Name(name), self.at, self.at + length);
    }

    fn operator(&mut self, first: char) {
        let rest = &self.text[self.at..];
        let Some((text, op)) = OPERATORS.iter().find(|(text, _)| rest.starts_with(text)) else {
            let end = self.at + first.len_utf8();
            let message = match first {
                '%' => "the remainder `%` is not supported".to_owned(),
                '\'' => "text stands in double quotes".to_owned(),
                '[' | ']' | '{' | '}' => format!("`{first}` has no meaning here: use parentheses"),
                '&' => "write `and` for `&`".to_owned(),
                '|' => "write `or` for `|`".to_owned(),
                '!' => "write `not` for `!`".to_owned(),
                _ => format!("`{}` has no meaning here", first.escape_debug()),
            };
            return self.bad(self.at, end, message, "not part of the language");
        };
        match op {
            Op::Open => self.open += 1,
            Op::Close => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        self.push(Kind::Op(*op), self.at, self.at + text.len());
    }

    /// Reports what cannot be read; a run of it only once.
    fn bad(&mut self, start: usize, end: usize, message: String, label: &str) {
        let again = self
            .tokens
            .last()
            .is_some_and(|last| last.kind == Kind::Bad);
        if !again {
            self.diagnostics
                .push(Diagnostic::error(Span::new(start, end), message, label));
        }
        self.push(Kind::Bad, start, end);
    }
}
