//! The value of an expression, in f64, by walking it: for parameters' default values and for tests.
//! Engines have their own ways.

use super::expr::{BinaryOp, CompareOp, Expr, Function};

/// What names stand for. Missing entries are NaN.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    /// Parameters, in units of computation.
    pub params: &'a [f64],
    /// Inputs.
    pub inputs: &'a [f64],
    /// Sub-expressions.
    pub lets: &'a [f64],
    /// States.
    pub states: &'a [f64],
    /// The time in ms.
    pub time: f64,
    /// The step in ms.
    pub dt: f64,
}

impl Expr {
    /// The value of the expression; conditions are 1 or 0.
    pub fn evaluate(&self, at: &Values<'_>) -> f64 {
        let get = |values: &[f64], index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let truth = |condition: bool| f64::from(u8::from(condition));
        match self {
            Expr::Number(value) => *value,
            Expr::Bool(value) => truth(*value),
            Expr::Param(index) => get(at.params, *index),
            Expr::Input(index) => get(at.inputs, *index),
            Expr::Let(index) => get(at.lets, *index),
            Expr::State(index) => get(at.states, *index),
            // Steps are not evaluated here.
            Expr::Increment(_) | Expr::Noise(_) => f64::NAN,
            Expr::Time => at.time,
            Expr::Dt => at.dt,
            Expr::Negate(a) => -a.evaluate(at),
            Expr::Not(a) => truth(a.evaluate(at) == 0.0),
            Expr::Binary(op, a, b) => binary(*op, a.evaluate(at), b.evaluate(at)),
            Expr::Power(a, b) => power(a.evaluate(at), b.evaluate(at)),
            Expr::Compare(op, a, b) => truth(compare(*op, a.evaluate(at), b.evaluate(at))),
            Expr::And(a, b) => truth(a.evaluate(at) != 0.0 && b.evaluate(at) != 0.0),
            Expr::Or(a, b) => truth(a.evaluate(at) != 0.0 || b.evaluate(at) != 0.0),
            Expr::If { cond, yes, no } => {
                if cond.evaluate(at) != 0.0 { yes } else { no }.evaluate(at)
            }
            Expr::Call(function, arguments) => {
                let argument = |index: usize| {
                    arguments
                        .get(index)
                        .map_or(f64::NAN, |a: &Expr| a.evaluate(at))
                };
                call(*function, argument)
            }
        }
    }
}

fn binary(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
    }
}

/// A power; small whole ones by multiplication, as an engine would.
pub(super) fn power(a: f64, b: f64) -> f64 {
    if b.fract() == 0.0 && b.abs() <= 64.0 {
        a.powi(b as i32)
    } else {
        a.powf(b)
    }
}

fn compare(op: CompareOp, a: f64, b: f64) -> bool {
    match op {
        CompareOp::Less => a < b,
        CompareOp::LessEqual => a <= b,
        CompareOp::Greater => a > b,
        CompareOp::GreaterEqual => a >= b,
        CompareOp::Equal => a == b,
        CompareOp::NotEqual => a != b,
    }
}

fn call(function: Function, argument: impl Fn(usize) -> f64) -> f64 {
    let x = argument(0);
    match function {
        Function::Exp => x.exp(),
        Function::Expm1 => x.exp_m1(),
        Function::Exprel => {
            if x == 0.0 {
                1.0
            } else {
                x.exp_m1() / x
            }
        }
        Function::Log => x.ln(),
        Function::Log10 => x.log10(),
        Function::Sqrt => x.sqrt(),
        Function::Abs => x.abs(),
        Function::Sin => x.sin(),
        Function::Cos => x.cos(),
        Function::Tan => x.tan(),
        Function::Sinh => x.sinh(),
        Function::Cosh => x.cosh(),
        Function::Tanh => x.tanh(),
        Function::Min => x.min(argument(1)),
        Function::Max => x.max(argument(1)),
        Function::Clip => x.max(argument(1)).min(argument(2)),
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
        Function::Sign => {
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        }
        Function::Int => x.trunc(),
        Function::Step => f64::from(u8::from(x >= 0.0)),
    }
}
