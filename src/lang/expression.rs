//! Expressions: one function per level of the grammar. Nesting and height are bounded
//! ([`MAX_NESTING`], [`MAX_DEPTH`]), so that neither reading nor walking nor dropping a tree can exhaust the stack.

use super::ast::{BinaryOp, CompareOp, Expr, Name, Node};
use super::parser::{Parsed, Parser};
use super::token::{Kind as TokenKind, Op};
use super::{MAX_DEPTH, MAX_NESTING};
use crate::diag::{Diagnostic, Span};

impl Parser<'_> {
    /// `expr`
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| {
            let yes = parser.or()?;
            if !parser.word("if") {
                return Ok(yes);
            }
            let cond = parser.or()?;
            if !parser.word("else") {
                return parser.expected("`else`, as in `a if condition else b`");
            }
            let no = parser.expression()?;
            let (span, height) = (
                yes.span.to(no.span),
                yes.height.max(cond.height).max(no.height),
            );
            let (yes, cond, no) = (Box::new(yes), Box::new(cond), Box::new(no));
            parser.built(Node::If { cond, yes, no }, span, height)
        })
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.word("or") {
            let right = self.and()?;
            left = self.join(left, right, Node::Or)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.not()?;
        while self.word("and") {
            let right = self.not()?;
            left = self.join(left, right, Node::And)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if !self.word("not") {
            return self.comparison();
        }
        let operand = self.deeper(Parser::not)?;
        let (span, height) = (start.to(operand.span), operand.height);
        self.built(Node::Not(Box::new(operand)), span, height)
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let left = self.sum()?;
        let Some(op) = self.compare_op() else {
            return Ok(left);
        };
        let right = self.sum()?;
        let span = self.span();
        if self.compare_op().is_some() {
            let error =
                Diagnostic::error(span, "comparisons cannot be chained", "a second comparison");
            return self.fail(error.help("write `a < b and b < c`"));
        }
        self.join(left, right, |a, b| Node::Compare(op, a, b))
    }

    fn compare_op(&mut self) -> Option<CompareOp> {
        let op = match self.peek() {
            TokenKind::Op(Op::Less) => CompareOp::Less,
            TokenKind::Op(Op::LessEqual) => CompareOp::LessEqual,
            TokenKind::Op(Op::Greater) => CompareOp::Greater,
            TokenKind::Op(Op::GreaterEqual) => CompareOp::GreaterEqual,
            TokenKind::Op(Op::Equal) => CompareOp::Equal,
            TokenKind::Op(Op::NotEqual) => CompareOp::NotEqual,
            _ => return None,
        };
        self.advance();
        Some(op)
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        loop {
            let op = match self.peek() {
                TokenKind::Op(Op::Plus) => BinaryOp::Add,
                TokenKind::Op(Op::Minus) => BinaryOp::Sub,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.product()?;
            left = self.join(left, right, |a, b| Node::Binary(op, a, b))?;
        }
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.signed(Parser::quantity)?;
        loop {
            let op = match self.peek() {
                TokenKind::Op(Op::Star) => BinaryOp::Mul,
                TokenKind::Op(Op::Slash) => BinaryOp::Div,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.signed(Parser::quantity)?;
            left = self.join(left, right, |a, b| Node::Binary(op, a, b))?;
        }
    }

    /// Signs before `operand`.
    fn signed(&mut self, operand: fn(&mut Self) -> Parsed<Expr>) -> Parsed<Expr> {
        let start = self.span();
        if self.take(Op::Minus) {
            let inner = self.deeper(|parser| parser.signed(operand))?;
            let (span, height) = (start.to(inner.span), inner.height);
            return self.built(Node::Negate(Box::new(inner)), span, height);
        }
        if self.take(Op::Plus) {
            return self.deeper(|parser| parser.signed(operand));
        }
        operand(self)
    }

    fn quantity(&mut self) -> Parsed<Expr> {
        let left = self.power()?;
        let TokenKind::Name(word) = self.peek() else {
            return Ok(left);
        };
        if matches!(word.as_str(), "if" | "else" | "and" | "or" | "not") {
            return Ok(left);
        }
        let Node::Number(value) = left.node else {
            return self.missing_operator();
        };
        let unit = self.power()?;
        match unit.node {
            Node::Name(_) | Node::Power(..) => {
                let (span, height) = (left.span.to(unit.span), unit.height);
                self.built(Node::Juxtapose(value, Box::new(unit)), span, height)
            }
            _ => {
                let error =
                    Diagnostic::error(unit.span, "only a unit can follow a number", "not a unit");
                self.fail(error.help("write `*` for a product"))
            }
        }
    }

    fn missing_operator<T>(&mut self) -> Parsed<T> {
        let error = Diagnostic::error(
            self.span(),
            "an operator is missing before this name",
            "what is done with it?",
        );
        self.fail(error.help("write `*` for a product; only a unit can follow a number without it"))
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.primary()?;
        if !(self.take(Op::Power) || self.take(Op::Power2)) {
            return Ok(base);
        }
        let exponent = self.deeper(|parser| parser.signed(Parser::power))?;
        self.join(base, exponent, Node::Power)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        let node = match self.peek() {
            TokenKind::Number(value) => Node::Number(*value),
            TokenKind::Op(Op::Open) => return self.parenthesis(),
            TokenKind::Name(word) => match word.as_str() {
                "if" | "else" | "and" | "or" | "not" => return self.expected("a value"),
                "True" | "true" => Node::Bool(true),
                "False" | "false" => Node::Bool(false),
                _ => Node::Name(word.clone()),
            },
            _ => return self.expected("a value"),
        };
        self.advance();
        match node {
            Node::Name(text) if self.peek() == &TokenKind::Op(Op::Open) => {
                self.call(Name { text, span })
            }
            _ => Ok(Expr {
                node,
                span,
                height: 1,
            }),
        }
    }

    fn parenthesis(&mut self) -> Parsed<Expr> {
        let open = self.span();
        self.advance();
        let inner = self.expression()?;
        self.close(open)?;
        Ok(Expr {
            span: open.to(self.last_span()),
            ..inner
        })
    }

    fn call(&mut self, name: Name) -> Parsed<Expr> {
        let open = self.span();
        self.advance();
        let mut arguments = Vec::new();
        if self.peek() != &TokenKind::Op(Op::Close) {
            arguments.push(self.expression()?);
            while self.take(Op::Comma) {
                arguments.push(self.expression()?);
            }
        }
        self.close(open)?;
        let height = arguments
            .iter()
            .map(|argument| argument.height)
            .max()
            .unwrap_or(0);
        let span = name.span.to(self.last_span());
        self.built(Node::Call(name, arguments), span, height)
    }

    fn close(&mut self, open: Span) -> Parsed<()> {
        if self.take(Op::Close) {
            return Ok(());
        }
        match self.peek() {
            TokenKind::Newline => {
                let error =
                    Diagnostic::error(open, "this parenthesis is not closed", "opened here");
                self.fail(error.help("add `)`"))
            }
            _ => self.expected("an operator or `)`"),
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Name(name) if name == word);
        if found {
            self.advance();
        }
        found
    }

    /// Two operands under a new node.
    pub(super) fn join(
        &mut self,
        a: Expr,
        b: Expr,
        node: impl FnOnce(Box<Expr>, Box<Expr>) -> Node,
    ) -> Parsed<Expr> {
        let (span, height) = (a.span.to(b.span), a.height.max(b.height));
        self.built(node(Box::new(a), Box::new(b)), span, height)
    }

    fn built(&mut self, node: Node, span: Span, below: usize) -> Parsed<Expr> {
        if below >= MAX_DEPTH {
            return self.too_deep(span, MAX_DEPTH);
        }
        Ok(Expr {
            node,
            span,
            height: below + 1,
        })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_NESTING {
            return self.too_deep(self.span(), MAX_NESTING);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn too_deep<T>(&mut self, span: Span, limit: usize) -> Parsed<T> {
        let message = format!("this expression is nested or chained more than {limit} deep");
        self.fail(
            Diagnostic::error(span, message, "here")
                .help("give a part of it a name: `part = ... : unit`"),
        )
    }
}
