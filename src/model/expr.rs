//! Expressions of a checked model: names resolved, numbers in units of computation, nothing left to
//! go wrong. Also the one table of functions.

pub use crate::lang::ast::{BinaryOp, CompareOp};

/// An expression. Its depth is at most [`crate::lang::MAX_DEPTH`] and what calls of the model's own
/// functions add, at most 128.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A finite number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// Parameter by index.
    Param(usize),
    /// Input by index.
    Input(usize),
    /// Sub-expression by index.
    Let(usize),
    /// State by index.
    State(usize),
    /// In a scheme alone: dt times the right-hand side of the state, at the present values.
    Increment(usize),
    /// In equations alone: a noise by index.
    Noise(usize),
    /// The time, in ms.
    Time,
    /// The step, in ms.
    Dt,
    /// `-a`
    Negate(Box<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `a + b` and so on.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a ^ b`
    Power(Box<Expr>, Box<Expr>),
    /// `a < b` and so on.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `yes if cond else no`, of numbers.
    If {
        /// The condition.
        cond: Box<Expr>,
        /// The number where it holds.
        yes: Box<Expr>,
        /// The number where it does not.
        no: Box<Expr>,
    },
    /// A function of as many arguments as its arity.
    Call(Function, Vec<Expr>),
}

impl Expr {
    /// Calls `visit` with this expression and each one within it.
    pub fn walk(&self, visit: &mut impl FnMut(&Expr)) {
        visit(self);
        match self {
            Expr::Number(_) | Expr::Bool(_) | Expr::Time | Expr::Dt => {}
            Expr::Param(_)
            | Expr::Input(_)
            | Expr::Let(_)
            | Expr::State(_)
            | Expr::Increment(_)
            | Expr::Noise(_) => {}
            Expr::Negate(a) | Expr::Not(a) => a.walk(visit),
            Expr::Binary(_, a, b)
            | Expr::Power(a, b)
            | Expr::Compare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            Expr::If { cond, yes, no } => {
                cond.walk(visit);
                yes.walk(visit);
                no.walk(visit);
            }
            Expr::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(visit)),
        }
    }

    /// How many expressions it consists of, and how many levels they have.
    pub(super) fn extent(&self) -> (usize, usize) {
        let (mut size, mut height) = (1, 0);
        let mut add = |part: &Expr| {
            let (inner, levels) = part.extent();
            size += inner;
            height = height.max(levels);
        };
        match self {
            Expr::Number(_) | Expr::Bool(_) | Expr::Time | Expr::Dt => {}
            Expr::Param(_) | Expr::Input(_) | Expr::Let(_) | Expr::State(_) => {}
            Expr::Increment(_) | Expr::Noise(_) => {}
            Expr::Negate(a) | Expr::Not(a) => add(a),
            Expr::Binary(_, a, b)
            | Expr::Power(a, b)
            | Expr::Compare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => {
                add(a);
                add(b);
            }
            Expr::If { cond, yes, no } => [cond, yes, no].into_iter().for_each(|part| add(part)),
            Expr::Call(_, arguments) => arguments.iter().for_each(add),
        }
        (size, height + 1)
    }

    /// Replaces each sub-expression's index by the one `new` has for it.
    pub(super) fn renumber_lets(&mut self, new: &[usize]) {
        match self {
            Expr::Let(index) => *index = new.get(*index).copied().unwrap_or(*index),
            Expr::Number(_) | Expr::Bool(_) | Expr::Time | Expr::Dt => {}
            Expr::Param(_)
            | Expr::Input(_)
            | Expr::State(_)
            | Expr::Increment(_)
            | Expr::Noise(_) => {}
            Expr::Negate(a) | Expr::Not(a) => a.renumber_lets(new),
            Expr::Binary(_, a, b)
            | Expr::Power(a, b)
            | Expr::Compare(_, a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b) => {
                a.renumber_lets(new);
                b.renumber_lets(new);
            }
            Expr::If { cond, yes, no } => {
                cond.renumber_lets(new);
                yes.renumber_lets(new);
                no.renumber_lets(new);
            }
            Expr::Call(_, arguments) => arguments
                .iter_mut()
                .for_each(|argument| argument.renumber_lets(new)),
        }
    }
}

/// What a function does to units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitRule {
    /// Plain numbers to a plain number.
    Plain,
    /// All arguments and the result in one unit.
    Same,
    /// The square root of the argument's unit.
    Sqrt,
    /// Any unit to a plain number.
    Any,
}

/// One function: its name in model text, its arguments, what it does to units, what it is.
#[derive(Clone, Copy, Debug)]
pub struct FunctionRow {
    /// The function.
    pub function: Function,
    /// Its name in model text.
    pub name: &'static str,
    /// The number of its arguments.
    pub arity: usize,
    /// What it does to units.
    pub rule: UnitRule,
    /// What it is, in a few words.
    pub doc: &'static str,
}

macro_rules! functions {
    ($($variant:ident $name:literal $arity:literal $rule:ident $doc:literal),* $(,)?) => {
        /// The functions of model text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Function { $(#[doc = $doc] $variant),* }

        /// All functions, in the order of [`Function`].
        pub const FUNCTIONS: &[FunctionRow] = &[$(FunctionRow {
            function: Function::$variant, name: $name, arity: $arity, rule: UnitRule::$rule, doc: $doc,
        }),*];
    };
}

functions! {
    Exp "exp" 1 Plain "e to the power x",
    Expm1 "expm1" 1 Plain "exp(x) - 1, without cancellation",
    Exprel "exprel" 1 Plain "(exp(x) - 1)/x, 1 at 0",
    Log "log" 1 Plain "natural logarithm",
    Log10 "log10" 1 Plain "decimal logarithm",
    Sqrt "sqrt" 1 Sqrt "square root",
    Abs "abs" 1 Same "absolute value",
    Sin "sin" 1 Plain "sine",
    Cos "cos" 1 Plain "cosine",
    Tan "tan" 1 Plain "tangent",
    Sinh "sinh" 1 Plain "hyperbolic sine",
    Cosh "cosh" 1 Plain "hyperbolic cosine",
    Tanh "tanh" 1 Plain "hyperbolic tangent",
    Min "min" 2 Same "the smaller of two",
    Max "max" 2 Same "the larger of two",
    Clip "clip" 3 Same "clip(x, low, high): x held between low and high",
    Floor "floor" 1 Plain "the next whole number below",
    Ceil "ceil" 1 Plain "the next whole number above",
    Sign "sign" 1 Any "-1, 0 or 1",
    Int "int" 1 Plain "the whole part, towards 0; of a condition, 1 or 0",
    Step "step" 1 Any "1 from 0 on, 0 below",
}

impl Function {
    /// The function's row.
    pub fn row(self) -> &'static FunctionRow {
        &FUNCTIONS[self as usize]
    }

    /// Finds a function by its name.
    pub fn find(name: &str) -> Option<&'static FunctionRow> {
        FUNCTIONS.iter().find(|row| row.name == name)
    }
}
