//! Statements that give a name to several things at once: functions, presets, schemes.

use super::ast::{Name, Statement, StatementKind as Kind};
use super::parser::{Parsed, Parser};
use super::token::{Kind as TokenKind, Op};

/// More arguments than a function of a model can need.
const MAX_ARGUMENTS: usize = 16;

impl Parser<'_> {
    /// `name(x, y) = expr`
    pub(super) fn function(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        self.expect(Op::Open)?;
        let mut arguments: Vec<Name> = vec![self.name()?];
        while arguments.len() < MAX_ARGUMENTS && self.take(Op::Comma) {
            arguments.push(self.name()?);
        }
        self.expect(Op::Close)?;
        if !self.take(Op::Assign) {
            return self.expected("`=`: a function is `f(x) = ...`");
        }
        let body = self.expression()?;
        Ok(Kind::Function {
            name,
            arguments,
            body,
        })
    }

    /// `preset name "doc" (item, item)`
    pub(super) fn preset(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        let doc = self.doc();
        self.expect(Op::Open)?;
        let mut items = Vec::new();
        while items.is_empty() || self.take(Op::Comma) {
            items.push(self.item()?);
        }
        self.expect(Op::Close)?;
        Ok(Kind::Preset { name, doc, items })
    }

    fn item(&mut self) -> Parsed<Statement> {
        const WORDS: [&str; 5] = ["range", "dt", "duration", "init", "method"];
        let start = self.span();
        let assigned = self.peek_at(1) == &TokenKind::Op(Op::Assign);
        let kind = match self.peek() {
            TokenKind::Name(word) if !assigned && WORDS.contains(&word.as_str()) => {
                self.advance();
                self.in_a_preset_too(word)?
            }
            _ => {
                let name = self.name()?;
                self.expect(Op::Assign)?;
                Kind::Param {
                    name,
                    value: Some(self.expression()?),
                    unit: None,
                    doc: String::new(),
                }
            }
        };
        let span = start.to(self.last_span());
        Ok(Statement { kind, span })
    }

    /// `scheme name dt 1 ms "doc": v += dv; u += du`
    pub(super) fn scheme(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        let dt = if self.peek() == &TokenKind::Name("dt".into()) {
            self.advance();
            Some(self.expression()?)
        } else {
            None
        };
        let doc = self.doc();
        self.expect(Op::Colon)?;
        Ok(Kind::Scheme {
            name,
            dt,
            doc,
            updates: self.assignments()?,
        })
    }
}
