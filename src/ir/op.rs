//! The operators: one row each with its name, type rule and value in f64.
//!
//! Takes nothing; gives [`UnaryOp`], [`BinaryOp`], [`CompareOp`] and [`Literal`]. To add a
//! function, add a variant and its arms here and the compiler names every place that must know it.
//! Must not know how an engine computes it.

use super::Type;

/// A literal. Floats compare by their bits, so that -0 and NaN keep their identity.
#[derive(Clone, Copy, Debug)]
pub enum Literal {
    /// A floating-point number.
    Float(f64),
    /// An unsigned integer.
    U32(u32),
    /// A truth value.
    Bool(bool),
}

impl Literal {
    /// Type of the literal.
    #[must_use]
    pub fn ty(self) -> Type {
        match self {
            Literal::Float(_) => Type::Float,
            Literal::U32(_) => Type::U32,
            Literal::Bool(_) => Type::Bool,
        }
    }

    /// The number, if it is a float.
    #[must_use]
    pub fn float(self) -> Option<f64> {
        match self {
            Literal::Float(x) => Some(x),
            Literal::U32(_) | Literal::Bool(_) => None,
        }
    }

    /// The truth value; false for any other type.
    #[must_use]
    pub fn truth(self) -> bool {
        matches!(self, Literal::Bool(true))
    }

    /// The number as f64, whatever its type (false is 0, true is 1).
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Literal::Float(x) => x,
            Literal::U32(n) => f64::from(n),
            Literal::Bool(b) => f64::from(u8::from(b)),
        }
    }

    fn key(self) -> (u8, u64) {
        match self {
            Literal::Float(x) => (0, x.to_bits()),
            Literal::U32(n) => (1, u64::from(n)),
            Literal::Bool(b) => (2, u64::from(b)),
        }
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Literal {}

impl std::hash::Hash for Literal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// Operators of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// −x.
    Neg,
    /// |x|.
    Abs,
    /// Square root.
    Sqrt,
    /// eˣ.
    Exp,
    /// eˣ − 1 without cancellation near 0.
    Expm1,
    /// (eˣ − 1)/x, which is 1 at 0.
    Exprel,
    /// Natural logarithm.
    Log,
    /// Sine of radians.
    Sin,
    /// Cosine of radians.
    Cos,
    /// Hyperbolic tangent.
    Tanh,
    /// Largest integer not above x.
    Floor,
    /// Smallest integer not below x.
    Ceil,
    /// Logical negation of a bool.
    Not,
    /// Float of a `u32`.
    ToFloat,
    /// `u32` of a float: towards zero, below 0 gives 0, above the largest gives the largest.
    ToU32,
}

impl UnaryOp {
    /// Every operator of one argument.
    pub const ALL: [UnaryOp; 15] = [
        UnaryOp::Neg,
        UnaryOp::Abs,
        UnaryOp::Sqrt,
        UnaryOp::Exp,
        UnaryOp::Expm1,
        UnaryOp::Exprel,
        UnaryOp::Log,
        UnaryOp::Sin,
        UnaryOp::Cos,
        UnaryOp::Tanh,
        UnaryOp::Floor,
        UnaryOp::Ceil,
        UnaryOp::Not,
        UnaryOp::ToFloat,
        UnaryOp::ToU32,
    ];

    /// Name in the printed form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            UnaryOp::Neg => "neg",
            UnaryOp::Abs => "abs",
            UnaryOp::Sqrt => "sqrt",
            UnaryOp::Exp => "exp",
            UnaryOp::Expm1 => "expm1",
            UnaryOp::Exprel => "exprel",
            UnaryOp::Log => "log",
            UnaryOp::Sin => "sin",
            UnaryOp::Cos => "cos",
            UnaryOp::Tanh => "tanh",
            UnaryOp::Floor => "floor",
            UnaryOp::Ceil => "ceil",
            UnaryOp::Not => "not",
            UnaryOp::ToFloat => "float",
            UnaryOp::ToU32 => "u32",
        }
    }

    /// Result type for an argument of type `ty`, or none where the operator does not take it.
    #[must_use]
    pub fn result(self, ty: Type) -> Option<Type> {
        match (self, ty) {
            (UnaryOp::Not, Type::Bool) => Some(Type::Bool),
            (UnaryOp::ToFloat, Type::U32) => Some(Type::Float),
            (UnaryOp::ToU32, Type::Float) => Some(Type::U32),
            (UnaryOp::Not | UnaryOp::ToFloat | UnaryOp::ToU32, _) => None,
            (_, Type::Float) => Some(Type::Float),
            (_, Type::U32 | Type::Bool) => None,
        }
    }

    /// The value, in f64 with the platform's mathematics; none for a mistyped argument.
    #[must_use]
    pub fn apply(self, x: Literal) -> Option<Literal> {
        match (self, x) {
            (UnaryOp::Not, Literal::Bool(b)) => Some(Literal::Bool(!b)),
            (UnaryOp::ToFloat, Literal::U32(n)) => Some(Literal::Float(f64::from(n))),
            // `as` saturates and sends NaN to 0, which is the meaning stated above.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturating by definition"
            )]
            (UnaryOp::ToU32, Literal::Float(x)) => Some(Literal::U32(x as u32)),
            (UnaryOp::Not | UnaryOp::ToFloat | UnaryOp::ToU32, _) => None,
            (_, Literal::Float(x)) => Some(Literal::Float(self.of(x))),
            (_, Literal::U32(_) | Literal::Bool(_)) => None,
        }
    }

    fn of(self, x: f64) -> f64 {
        match self {
            UnaryOp::Neg => -x,
            UnaryOp::Abs => x.abs(),
            UnaryOp::Sqrt => x.sqrt(),
            UnaryOp::Exp => x.exp(),
            UnaryOp::Expm1 => x.exp_m1(),
            UnaryOp::Exprel => exprel(x),
            UnaryOp::Log => x.ln(),
            UnaryOp::Sin => x.sin(),
            UnaryOp::Cos => x.cos(),
            UnaryOp::Tanh => x.tanh(),
            UnaryOp::Floor => x.floor(),
            UnaryOp::Ceil => x.ceil(),
            UnaryOp::Not | UnaryOp::ToFloat | UnaryOp::ToU32 => x,
        }
    }
}

/// (eˣ − 1)/x with its limit 1 at 0; `exp_m1` keeps full precision beside it.
pub(super) fn exprel(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.exp_m1() / x }
}

/// Operators of two arguments of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// a + b.
    Add,
    /// a − b.
    Sub,
    /// a·b.
    Mul,
    /// a/b, floats only.
    Div,
    /// The smaller.
    Min,
    /// The larger.
    Max,
    /// a to the power b, floats only.
    Pow,
    /// Remainder of integers; the divisor is never 0.
    Rem,
    /// Logical and of bools.
    And,
    /// Logical or of bools.
    Or,
    /// (eᵃ − 1)/a, which is 1 at 0, where b is eᵃ already: what is computed from b is not computed
    /// again.
    ExprelGiven,
}

impl BinaryOp {
    /// Every operator of two arguments.
    pub const ALL: [BinaryOp; 11] = [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Min,
        BinaryOp::Max,
        BinaryOp::Pow,
        BinaryOp::Rem,
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::ExprelGiven,
    ];

    /// Name in the printed form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BinaryOp::Add => "add",
            BinaryOp::Sub => "sub",
            BinaryOp::Mul => "mul",
            BinaryOp::Div => "div",
            BinaryOp::Min => "min",
            BinaryOp::Max => "max",
            BinaryOp::Pow => "pow",
            BinaryOp::Rem => "rem",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::ExprelGiven => "exprel_given",
        }
    }

    /// Does the order of the arguments not matter?
    #[must_use]
    pub fn commutes(self) -> bool {
        match self {
            BinaryOp::Add
            | BinaryOp::Mul
            | BinaryOp::Min
            | BinaryOp::Max
            | BinaryOp::And
            | BinaryOp::Or => true,
            BinaryOp::Sub
            | BinaryOp::Div
            | BinaryOp::Pow
            | BinaryOp::Rem
            | BinaryOp::ExprelGiven => false,
        }
    }

    /// Result type for two arguments of type `ty`, or none where the operator does not take it.
    #[must_use]
    pub fn result(self, ty: Type) -> Option<Type> {
        let takes = match self {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Min | BinaryOp::Max => {
                ty != Type::Bool
            }
            BinaryOp::Div | BinaryOp::Pow | BinaryOp::ExprelGiven => ty == Type::Float,
            BinaryOp::Rem => ty == Type::U32,
            BinaryOp::And | BinaryOp::Or => ty == Type::Bool,
        };
        takes.then_some(ty)
    }

    /// The value, floats in f64; none for mistyped arguments or a remainder by 0.
    #[must_use]
    pub fn apply(self, a: Literal, b: Literal) -> Option<Literal> {
        match (a, b) {
            (Literal::Float(a), Literal::Float(b)) => self.of_floats(a, b).map(Literal::Float),
            (Literal::U32(a), Literal::U32(b)) => self.of_integers(a, b).map(Literal::U32),
            (Literal::Bool(a), Literal::Bool(b)) => match self {
                BinaryOp::And => Some(Literal::Bool(a & b)),
                BinaryOp::Or => Some(Literal::Bool(a | b)),
                _ => None,
            },
            _ => None,
        }
    }

    fn of_floats(self, a: f64, b: f64) -> Option<f64> {
        Some(match self {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            BinaryOp::Min => {
                if b < a {
                    b
                } else {
                    a
                }
            }
            BinaryOp::Max => {
                if b > a {
                    b
                } else {
                    a
                }
            }
            BinaryOp::Pow => a.powf(b),
            BinaryOp::ExprelGiven => exprel(a),
            BinaryOp::Rem | BinaryOp::And | BinaryOp::Or => return None,
        })
    }

    fn of_integers(self, a: u32, b: u32) -> Option<u32> {
        Some(match self {
            BinaryOp::Add => a.wrapping_add(b),
            BinaryOp::Sub => a.wrapping_sub(b),
            BinaryOp::Mul => a.wrapping_mul(b),
            BinaryOp::Min => a.min(b),
            BinaryOp::Max => a.max(b),
            BinaryOp::Rem => return a.checked_rem(b),
            BinaryOp::Div
            | BinaryOp::Pow
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::ExprelGiven => return None,
        })
    }
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// a < b.
    Lt,
    /// a ≤ b.
    Le,
    /// a > b.
    Gt,
    /// a ≥ b.
    Ge,
    /// a = b.
    Eq,
    /// a ≠ b.
    Ne,
}

impl CompareOp {
    /// Every comparison.
    pub const ALL: [CompareOp; 6] = [
        CompareOp::Lt,
        CompareOp::Le,
        CompareOp::Gt,
        CompareOp::Ge,
        CompareOp::Eq,
        CompareOp::Ne,
    ];

    /// Name in the printed form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CompareOp::Lt => "lt",
            CompareOp::Le => "le",
            CompareOp::Gt => "gt",
            CompareOp::Ge => "ge",
            CompareOp::Eq => "eq",
            CompareOp::Ne => "ne",
        }
    }

    /// The truth of the comparison; none for mistyped arguments.
    #[must_use]
    pub fn apply(self, a: Literal, b: Literal) -> Option<bool> {
        match (a, b) {
            (Literal::Float(a), Literal::Float(b)) => Some(self.holds(a, b)),
            (Literal::U32(a), Literal::U32(b)) => Some(self.holds(a, b)),
            _ => None,
        }
    }

    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            CompareOp::Lt => a < b,
            CompareOp::Le => a <= b,
            CompareOp::Gt => a > b,
            CompareOp::Ge => a >= b,
            CompareOp::Eq => a == b,
            CompareOp::Ne => a != b,
        }
    }
}
