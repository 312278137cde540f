//! The tree of a model text: statements and expressions as written, each with its span. No name is
//! resolved here.

use crate::diag::Span;
use crate::units::Unit;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A statement and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it says.
    pub kind: StatementKind,
    /// From its first to its last token.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `model NAME "title"`
    Model {
        /// The model's name.
        name: Name,
        /// One line on what it is; empty if not given.
        title: String,
    },
    /// `cite "..."`
    Cite(String),
    /// `range I = 0 : 50 uA/cm^2`
    Range {
        /// The input.
        name: Name,
        /// Lowest value.
        low: Expr,
        /// Highest value.
        high: Expr,
    },
    /// `dt 0.01 ms`
    Dt(Expr),
    /// `duration 1 s`
    Duration(Expr),
    /// `method NAME`
    Method(Name),
    /// `param NAME = value : unit "doc"` or `NAME : unit`
    Param {
        /// The parameter.
        name: Name,
        /// Its default value.
        value: Option<Expr>,
        /// Its declared unit.
        unit: Option<UnitText>,
        /// What it is; empty if not given.
        doc: String,
    },
    /// `input NAME : unit "doc"`
    Input {
        /// The input.
        name: Name,
        /// Its unit.
        unit: UnitText,
        /// What it is; empty if not given.
        doc: String,
    },
    /// `dNAME/dt = rhs : unit (flags)`
    Equation {
        /// The state.
        name: Name,
        /// Its derivative.
        rhs: Expr,
        /// The state's unit.
        unit: UnitText,
        /// `(unless refractory)`, where it is given.
        unless_refractory: Option<Span>,
    },
    /// `NAME = expr : unit`
    Let {
        /// What is defined.
        name: Name,
        /// As what.
        expr: Expr,
        /// Its unit.
        unit: UnitText,
    },
    /// `init NAME = expr`
    Init {
        /// The state.
        name: Name,
        /// Its initial value.
        expr: Expr,
    },
    /// `threshold condition`
    Threshold(Expr),
    /// `reset v = v_r; w += b`
    Reset(Vec<Assignment>),
    /// `refractory t_ref`
    Refractory(Expr),
    /// `NAME(x, y) = expr`
    Function {
        /// The function.
        name: Name,
        /// What its body calls its arguments.
        arguments: Vec<Name>,
        /// Its value.
        body: Expr,
    },
    /// `preset NAME "doc" (a = 2 mV, init v = -60 mV)`
    Preset {
        /// The preset.
        name: Name,
        /// What it is; empty if not given.
        doc: String,
        /// What it says in place of the text: parameters with a value, `init`, `range`, `dt`,
        /// `duration` and `method`.
        items: Vec<Statement>,
    },
    /// `scheme NAME dt 1 ms "doc": v += dv; u += du`
    Scheme {
        /// The scheme.
        name: Name,
        /// The step it is defined for.
        dt: Option<Expr>,
        /// Where it is published; empty if not given.
        doc: String,
        /// What a step does, in order.
        updates: Vec<Assignment>,
    },
    /// A line that could not be read, but seems to declare this name.
    Unreadable(Name),
}

/// A unit after a colon.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitText {
    /// The unit.
    pub unit: Unit,
    /// Where.
    pub span: Span,
}

/// One assignment of a reset or a scheme; `w += b` is held as `w = w + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The state.
    pub name: Name,
    /// Its new value.
    pub value: Expr,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// From its first to its last token, parentheses around it included.
    pub span: Span,
    /// Levels of the tree from here down, at most [`super::MAX_DEPTH`].
    pub height: usize,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `2.5`
    Number(f64),
    /// `True`, `False`
    Bool(bool),
    /// A name: of the model, or of a unit.
    Name(String),
    /// `10 mV`: a number and a unit (a name, or a power of one).
    Juxtapose(f64, Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a ^ b`
    Power(Box<Expr>, Box<Expr>),
    /// `a < b`
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `yes if cond else no`
    If {
        /// The condition.
        cond: Box<Expr>,
        /// The value where it holds.
        yes: Box<Expr>,
        /// The value where it does not.
        no: Box<Expr>,
    },
    /// `f(a, b)`
    Call(Name, Vec<Expr>),
}

/// Arithmetic of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// Comparison of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Expr {
    /// Calls `visit` with this expression and each one within it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        visit(self);
        match &self.node {
            Node::Number(_) | Node::Bool(_) | Node::Name(_) => {}
            Node::Juxtapose(_, a) | Node::Negate(a) | Node::Not(a) => a.walk(visit),
            Node::Binary(_, a, b)
            | Node::Power(a, b)
            | Node::Compare(_, a, b)
            | Node::And(a, b)
            | Node::Or(a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            Node::If { cond, yes, no } => {
                cond.walk(visit);
                yes.walk(visit);
                no.walk(visit);
            }
            Node::Call(_, arguments) => arguments.iter().for_each(|one| one.walk(visit)),
        }
    }

    /// Calls `visit` with each name used in the expression, functions not included.
    pub fn each_name<'a>(&'a self, visit: &mut impl FnMut(&'a str, Span)) {
        self.walk(&mut |part| {
            if let Node::Name(name) = &part.node {
                visit(name, part.span);
            }
        });
    }
}
