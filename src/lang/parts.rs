//! Parts that several statements share: names, texts, units, flags.

use super::ast::{Name, UnitText};
use super::parser::{Failed, Parsed, Parser};
use super::token::{Kind as TokenKind, Op};
use crate::diag::{Diagnostic, Span, shorten};
use crate::units::Unit;

impl Parser<'_> {
    pub(super) fn name(&mut self) -> Parsed<Name> {
        match self.peek() {
            TokenKind::Name(text) => {
                let name = self.checked(text, self.span());
                self.advance();
                name
            }
            _ => self.expected("a name"),
        }
    }

    pub(super) fn checked(&mut self, text: &str, span: Span) -> Parsed<Name> {
        if text.is_ascii() && text.len() <= 64 {
            return Ok(Name {
                text: text.to_owned(),
                span,
            });
        }
        let error = Diagnostic::error(span, "this name cannot be used", "not a usable name");
        self.fail(error.help("names are letters a to z, digits and `_`, at most 64 of them"))
    }

    pub(super) fn doc(&mut self) -> String {
        let TokenKind::Text(text) = self.peek() else {
            return String::new();
        };
        self.advance();
        text.clone()
    }

    pub(super) fn unit_after_colon(&mut self, example: &str) -> Parsed<UnitText> {
        if self.take(Op::Colon) {
            self.unit()
        } else {
            self.expected(&format!("`:` and {example}"))
        }
    }

    /// A unit ends where the line does, at a text, and at the `(` of flags: one that follows a
    /// complete unit.
    pub(super) fn unit(&mut self) -> Parsed<UnitText> {
        let (from, mut complete, mut open) = (self.at, false, 0usize);
        loop {
            match self.peek() {
                TokenKind::Newline | TokenKind::Text(_) => break,
                TokenKind::Op(Op::Open) if complete && open == 0 => break,
                TokenKind::Op(Op::Open) => open += 1,
                TokenKind::Op(Op::Close) => open = open.saturating_sub(1),
                TokenKind::Bad => return Err(Failed),
                _ => {}
            }
            complete = matches!(
                self.peek(),
                TokenKind::Name(_) | TokenKind::Number(_) | TokenKind::Op(Op::Close)
            );
            self.advance();
        }
        if self.at == from {
            return self.expected("a unit (`1` for a plain number)");
        }
        let span = self.tokens[from].span.to(self.last_span());
        match Unit::parse(span.of(self.text)) {
            Ok(unit) => Ok(UnitText { unit, span }),
            Err(error) => {
                let at = Span::new(span.start + error.start, span.start + error.end);
                self.fail(Diagnostic::error(at, error.message, "not a unit"))
            }
        }
    }

    pub(super) fn flags(&mut self) -> Parsed<Flags> {
        let mut flags = Flags {
            unless_refractory: None,
        };
        if !self.take(Op::Open) {
            return Ok(flags);
        }
        loop {
            let start = self.span();
            while !matches!(
                self.peek(),
                TokenKind::Newline | TokenKind::Op(Op::Comma | Op::Close)
            ) {
                self.advance();
            }
            let span = start.to(self.last_span());
            let words: Vec<&str> = span.of(self.text).split_whitespace().collect();
            match words.join(" ").as_str() {
                "unless refractory" => flags.unless_refractory = Some(span),
                // All parameters are constant within a cell.
                "constant" => {}
                other => return self.refused_flag(other, span),
            }
            if !self.take(Op::Comma) {
                return self.expect(Op::Close).map(|()| flags);
            }
        }
    }

    fn refused_flag<T>(&mut self, flag: &str, span: Span) -> Parsed<T> {
        let message = match flag {
            "shared" | "linked" | "event-driven" | "clock-driven" | "constant over dt"
            | "scalar" => {
                format!("the flag `({flag})` is not supported")
            }
            _ => format!("`({})` is not a flag", shorten(flag)),
        };
        self.fail(
            Diagnostic::error(span, message, "not supported")
                .help("flags are `(unless refractory)` and `(constant)`"),
        )
    }
}

/// The flags of an equation.
pub(super) struct Flags {
    pub(super) unless_refractory: Option<Span>,
}

impl Flags {
    pub(super) fn refuse_unless_refractory(&self, parser: &mut Parser<'_>) -> Parsed<()> {
        let Some(span) = self.unless_refractory else {
            return Ok(());
        };
        let message = "`(unless refractory)` belongs to an equation `dx/dt = ...`";
        parser.fail(Diagnostic::error(span, message, "not an equation"))
    }
}
