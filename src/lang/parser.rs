//! Tokens to statements. A statement that cannot be read is reported and left out, and reading goes
//! on with the next line.

use super::ast::{Assignment, BinaryOp, Expr, Name, Node, Statement, StatementKind as Kind};
use super::lines::KEYWORDS;
use super::token::{self, Kind as TokenKind, Op, Token};
use crate::diag::{Diagnostic, Diagnostics, Span, nearest, shorten};

/// The statement cannot be read; why has been reported.
#[derive(Debug)]
pub(super) struct Failed;

/// What reading a part of a statement gives.
pub(super) type Parsed<T> = Result<T, Failed>;

/// Reads a model text: the statements that could be read, and all that is wrong with the others.
pub fn parse(text: &str) -> (Vec<Statement>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let tokens = token::tokens(text, &mut diagnostics);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
        diagnostics,
    };
    let mut statements = Vec::new();
    while parser.at < tokens.len() {
        if parser.peek() != &TokenKind::Newline {
            statements.extend(parser.line());
        }
        parser.at += 1;
    }
    (statements, parser.diagnostics)
}

/// Reads one expression that is given beside a model's text, as `expr` or `name = expr`.
///
/// # Errors
/// All that is wrong with its form.
pub fn parse_expression(text: &str) -> Result<(Option<Name>, Expr), Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let tokens = token::tokens(text, &mut diagnostics);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
        diagnostics,
    };
    match parser.named_expression() {
        Ok(read) if !parser.diagnostics.has_errors() => Ok(read),
        _ => Err(parser.diagnostics),
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    /// How deep the expression being read is nested.
    pub(super) depth: usize,
    diagnostics: Diagnostics,
}

impl<'a> Parser<'a> {
    // Tokens. The last one is a `Newline`, and nothing reads past a `Newline`.

    pub(super) fn peek(&self) -> &'a TokenKind {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> &'a TokenKind {
        self.tokens
            .get(self.at + ahead)
            .map_or(&TokenKind::Newline, |token| &token.kind)
    }

    pub(super) fn span(&self) -> Span {
        self.tokens
            .get(self.at)
            .map_or(Span::new(self.text.len(), self.text.len()), |token| {
                token.span
            })
    }

    pub(super) fn last_span(&self) -> Span {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map_or(Span::default(), |token| token.span)
    }

    pub(super) fn advance(&mut self) {
        self.at += usize::from(self.peek() != &TokenKind::Newline);
    }

    pub(super) fn take(&mut self, op: Op) -> bool {
        let found = self.peek() == &TokenKind::Op(op);
        if found {
            self.advance();
        }
        found
    }

    // Errors.

    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Parsed<T> {
        self.diagnostics.push(diagnostic);
        Err(Failed)
    }

    pub(super) fn expected<T>(&mut self, what: &str) -> Parsed<T> {
        let (found, span) = match self.peek() {
            TokenKind::Bad => return Err(Failed),
            // The caret of what is missing at the end of a line stands right after the line.
            TokenKind::Newline => (
                "the end of the line".to_owned(),
                Span::new(self.last_span().end, self.last_span().end),
            ),
            TokenKind::Op(op) => (format!("`{}`", op.text()), self.span()),
            TokenKind::Text(_) => ("a text".to_owned(), self.span()),
            TokenKind::Name(_) | TokenKind::Number(_) => (
                format!("`{}`", shorten(self.span().of(self.text))),
                self.span(),
            ),
        };
        self.fail(Diagnostic::error(
            span,
            format!("expected {what}, found {found}"),
            format!("expected {what}"),
        ))
    }

    pub(super) fn expect(&mut self, op: Op) -> Parsed<()> {
        if self.take(op) {
            Ok(())
        } else {
            self.expected(&format!("`{}`", op.text()))
        }
    }

    // Statements.

    fn line(&mut self) -> Option<Statement> {
        let (start, from) = (self.span(), self.at);
        self.depth = 0;
        let kind = self.statement().and_then(|kind| match self.peek() {
            TokenKind::Newline => Ok(kind),
            _ => self.expected("the end of the line"),
        });
        let span = start.to(self.last_span());
        while self.peek() != &TokenKind::Newline {
            self.at += 1;
        }
        let kind =
            kind.or_else(|Failed| self.declared_by(from).map(Kind::Unreadable).ok_or(Failed));
        kind.ok().map(|kind| Statement { kind, span })
    }

    /// The name that the line beginning with token `from` seems to declare, so that its uses are not
    /// called unknown.
    fn declared_by(&self, from: usize) -> Option<Name> {
        let name = |at: usize| match self.tokens.get(at)? {
            Token {
                kind: TokenKind::Name(text),
                span,
            } => Some(Name {
                text: text.clone(),
                span: *span,
            }),
            _ => None,
        };
        let (first, next) = (name(from)?, &self.tokens.get(from + 1)?.kind);
        match next {
            TokenKind::Op(Op::Slash) => {
                let text = first
                    .text
                    .strip_prefix('d')
                    .filter(|state| !state.is_empty())?
                    .to_owned();
                Some(Name {
                    text,
                    span: first.span,
                })
            }
            TokenKind::Name(_) if matches!(first.text.as_str(), "param" | "input") => {
                name(from + 1)
            }
            TokenKind::Name(_) if KEYWORDS.contains(&first.text.as_str()) => None,
            _ => Some(first),
        }
    }

    fn named_expression(&mut self) -> Parsed<(Option<Name>, Expr)> {
        let mut name = None;
        if self.peek_at(1) == &TokenKind::Op(Op::Assign) {
            name = Some(self.name()?);
            self.expect(Op::Assign)?;
        }
        let expr = self.expression()?;
        match self.peek() {
            TokenKind::Newline if self.at + 1 == self.tokens.len() => Ok((name, expr)),
            TokenKind::Newline => self.expected("an expression on one line"),
            _ => self.expected("the end of the expression"),
        }
    }

    fn statement(&mut self) -> Parsed<Kind> {
        let TokenKind::Name(word) = self.peek() else {
            return self.expected("a statement");
        };
        match self.peek_at(1) {
            TokenKind::Op(Op::Assign) => self.definition(),
            TokenKind::Op(Op::Colon) => self.declaration(),
            TokenKind::Op(Op::Open) if !KEYWORDS.contains(&word.as_str()) => self.function(),
            TokenKind::Op(Op::Slash) if self.peek_at(2) == &TokenKind::Name("dt".to_owned()) => {
                self.equation(word)
            }
            _ if KEYWORDS.contains(&word.as_str()) => {
                self.advance();
                self.keyword(word)
            }
            _ => self.unknown_statement(word),
        }
    }

    fn unknown_statement(&mut self, word: &str) -> Parsed<Kind> {
        let error = Diagnostic::error(
            self.span(),
            format!("`{}` does not begin a statement", shorten(word)),
            "not a statement",
        );
        let near =
            nearest(word, KEYWORDS.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        self.fail(error.help(near.unwrap_or_else(|| {
            format!("statements are `dx/dt = ... : unit`, `name = ... : unit`, and those that begin with {}", KEYWORDS.join(", "))
        })))
    }

    fn keyword(&mut self, word: &str) -> Parsed<Kind> {
        match word {
            "model" => Ok(Kind::Model {
                name: self.name()?,
                title: self.doc(),
            }),
            "cite" => match self.peek() {
                TokenKind::Text(text) => {
                    self.advance();
                    Ok(Kind::Cite(text.clone()))
                }
                _ => self.expected("a text in double quotes"),
            },
            "param" => self.param(),
            "input" => {
                let name = self.name()?;
                self.expect(Op::Colon)?;
                Ok(Kind::Input {
                    name,
                    unit: self.unit()?,
                    doc: self.doc(),
                })
            }
            "threshold" => Ok(Kind::Threshold(self.expression()?)),
            "reset" => self.reset(),
            "refractory" => Ok(Kind::Refractory(self.expression()?)),
            "preset" => self.preset(),
            "scheme" => self.scheme(),
            _ => self.in_a_preset_too(word),
        }
    }

    /// Statements that a preset may have as well; `word` has been taken.
    pub(super) fn in_a_preset_too(&mut self, word: &str) -> Parsed<Kind> {
        match word {
            "range" => self.range(),
            "dt" => Ok(Kind::Dt(self.expression()?)),
            "duration" => Ok(Kind::Duration(self.expression()?)),
            "init" => {
                let name = self.name()?;
                self.expect(Op::Assign)?;
                Ok(Kind::Init {
                    name,
                    expr: self.expression()?,
                })
            }
            // "method", the last of KEYWORDS.
            _ => Ok(Kind::Method(self.name()?)),
        }
    }

    fn range(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        self.expect(Op::Assign)?;
        let low = self.expression()?;
        self.expect(Op::Colon)?;
        Ok(Kind::Range {
            name,
            low,
            high: self.expression()?,
        })
    }

    fn param(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        let value = if self.take(Op::Assign) {
            Some(self.expression()?)
        } else {
            None
        };
        let unit = match self.take(Op::Colon) {
            true => Some(self.unit()?),
            false if value.is_none() => return self.expected("`=` and a value, or `:` and a unit"),
            false => None,
        };
        Ok(Kind::Param {
            name,
            value,
            unit,
            doc: self.doc(),
        })
    }

    fn reset(&mut self) -> Parsed<Kind> {
        Ok(Kind::Reset(self.assignments()?))
    }

    pub(super) fn assignments(&mut self) -> Parsed<Vec<Assignment>> {
        let mut assignments = vec![self.assignment()?];
        while self.take(Op::Semicolon) && self.peek() != &TokenKind::Newline {
            assignments.push(self.assignment()?);
        }
        Ok(assignments)
    }

    fn assignment(&mut self) -> Parsed<Assignment> {
        let name = self.name()?;
        let op = match self.peek() {
            TokenKind::Op(Op::Assign) => None,
            TokenKind::Op(Op::AddTo) => Some(BinaryOp::Add),
            TokenKind::Op(Op::SubFrom) => Some(BinaryOp::Sub),
            TokenKind::Op(Op::MulBy) => Some(BinaryOp::Mul),
            TokenKind::Op(Op::DivBy) => Some(BinaryOp::Div),
            _ => return self.expected("`=` or `+=`"),
        };
        self.advance();
        let right = self.expression()?;
        let Some(op) = op else {
            return Ok(Assignment { name, value: right });
        };
        let left = Expr {
            node: Node::Name(name.text.clone()),
            span: name.span,
            height: 1,
        };
        let value = self.join(left, right, |a, b| Node::Binary(op, a, b))?;
        Ok(Assignment { name, value })
    }

    fn equation(&mut self, word: &str) -> Parsed<Kind> {
        let Some(state) = word.strip_prefix('d').filter(|state| !state.is_empty()) else {
            return self.expected("an equation such as `dv/dt = ...`");
        };
        let span = Span::new(self.span().start + 1, self.span().end);
        let name = self.checked(state, span)?;
        self.at += 3;
        self.expect(Op::Assign)?;
        let rhs = self.expression()?;
        let unit = self.unit_after_colon("the unit of the state, as in `dv/dt = ... : mV`")?;
        let unless_refractory = self.flags()?.unless_refractory;
        self.doc();
        Ok(Kind::Equation {
            name,
            rhs,
            unit,
            unless_refractory,
        })
    }

    fn definition(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        self.expect(Op::Assign)?;
        let expr = self.expression()?;
        let unit =
            self.unit_after_colon("a unit, as in `a = ... : Hz`; a parameter is `param a = ...`")?;
        self.flags()?.refuse_unless_refractory(self)?;
        self.doc();
        Ok(Kind::Let { name, expr, unit })
    }

    fn declaration(&mut self) -> Parsed<Kind> {
        let name = self.name()?;
        self.expect(Op::Colon)?;
        let unit = Some(self.unit()?);
        self.flags()?.refuse_unless_refractory(self)?;
        Ok(Kind::Param {
            name,
            value: None,
            unit,
            doc: self.doc(),
        })
    }
}
