//! From a checked model to blocks of the middle form.
//!
//! Takes a [`Model`]; gives its [`Dynamics`]: blocks that load the model's own parameters, inputs,
//! states and the time as placeholders, for `plan` to fill in. Expands the functions that the
//! middle does not have. Must not know methods, stimuli, recorders or engines.

use super::{
    Assign, BinaryOp as Arithmetic, CompareOp as Comparison, Expr, Function, Model, Noise,
};
use crate::ir::{BinaryOp, Block, Builder, CompareOp, Slot, Type, UnaryOp, Value};

/// A model's equations as blocks. In them `Param(i)`, `Input(i)`, `Noise(i)` and `State(i)` are numbered as in
/// the model, and `Time` is t in ms.
#[derive(Clone, Debug, PartialEq)]
pub struct Dynamics {
    /// Stores `State(i)` ← dxᵢ/dt, per ms.
    pub rates: Block,
    /// For each state: is its equation marked `(unless refractory)`?
    pub held: Vec<bool>,
    /// In the order in which they must be computed: a state and the block that stores its initial
    /// value into `State(i)`, loading those of earlier states.
    pub initial: Vec<(usize, Block)>,
    /// Stores `Temp(0)` ← is the threshold's condition true; and, where it is a comparison,
    /// `Temp(1)` ← how far beyond it the states are (positive where true).
    pub threshold: Option<Block>,
    /// Stores the states that a spike sets. None for a model without reset.
    pub reset: Option<Block>,
    /// Stores `Temp(0)` ← the refractory period, in ms; or a bool: does it go on?
    pub refractory: Option<Block>,
    /// Stores `Temp(k)` ← sub-expression k: a float, or a bool if it is a condition.
    pub lets: Block,
    /// For each source of noise, where it has one: stores `Temp(0)` ← its rate, per ms.
    pub noise_rates: Vec<Option<Block>>,
    /// For each update scheme: stores the states that it sets, at t + dt.
    pub schemes: Vec<Block>,
}

/// Where [`Dynamics::threshold`], [`Dynamics::refractory`] and [`expression`] store their first result.
pub const RESULT: Slot = Slot::Temp(0);

/// Where [`Dynamics::threshold`] stores the distance.
pub const DISTANCE: Slot = Slot::Temp(1);

/// Lowers `model` for steps of `dt` ms.
#[must_use]
pub fn lower(model: &Model, dt: f64) -> Dynamics {
    Dynamics {
        rates: rates(model, dt),
        held: model
            .states
            .iter()
            .map(|state| state.unless_refractory)
            .collect(),
        initial: model
            .init_order
            .iter()
            .map(|&i| (i, initial(model, dt, i)))
            .collect(),
        threshold: model
            .threshold
            .as_ref()
            .map(|condition| threshold(model, dt, condition)),
        reset: (!model.reset.is_empty()).then(|| assignments(model, "reset", dt, &model.reset)),
        refractory: model
            .refractory
            .as_ref()
            .map(|period| expression(model, dt, period)),
        lets: lets(model, dt),
        noise_rates: model
            .noises
            .iter()
            .map(|noise| match noise {
                Noise::White(_) => None,
                Noise::Poisson(rate) => Some(expression(model, dt, rate)),
            })
            .collect(),
        schemes: model
            .schemes
            .iter()
            .map(|scheme| assignments(model, "scheme", dt, &scheme.updates))
            .collect(),
    }
}

fn lets(model: &Model, dt: f64) -> Block {
    let mut l = Lowering::new(model, "sub-expressions", dt);
    for (k, value) in l.lets.iter().enumerate() {
        l.b.store(Slot::Temp(number(k)), *value);
    }
    l.b.finish()
}

/// Stores [`RESULT`] ← an expression of the model's names: a float, or a bool if it is a condition.
#[must_use]
pub fn expression(model: &Model, dt: f64, expr: &Expr) -> Block {
    let mut l = Lowering::new(model, "expression", dt);
    let value = l.value(expr);
    l.b.store(RESULT, value);
    l.b.finish()
}

fn rates(model: &Model, dt: f64) -> Block {
    let mut l = Lowering::new(model, "equations", dt);
    for (i, equation) in model.states.iter().enumerate() {
        let rate = l.value(&equation.rhs);
        l.b.store(Slot::State(number(i)), rate);
    }
    l.b.finish()
}

/// The initial value of one state: inputs and the time are 0.
fn initial(model: &Model, dt: f64, state: usize) -> Block {
    let mut l = Lowering::at_rest(model, "initial value", dt);
    let value = l.value(&model.states[state].init);
    l.b.store(Slot::State(number(state)), value);
    l.b.finish()
}

fn threshold(model: &Model, dt: f64, condition: &Expr) -> Block {
    let mut l = Lowering::new(model, "threshold", dt);
    let crossed = l.value(condition);
    l.b.store(RESULT, crossed);
    if let Expr::Compare(op, left, right) = condition {
        let sides = (l.value(left), l.value(right));
        let distance = match op {
            Comparison::Greater | Comparison::GreaterEqual => Some(l.b.sub(sides.0, sides.1)),
            Comparison::Less | Comparison::LessEqual => Some(l.b.sub(sides.1, sides.0)),
            Comparison::Equal | Comparison::NotEqual => None,
        };
        if let Some(distance) = distance {
            l.b.store(DISTANCE, distance);
        }
    }
    l.b.finish()
}

/// The statements in order; each sees what those before it have set.
fn assignments(model: &Model, label: &'static str, dt: f64, statements: &[Assign]) -> Block {
    let mut l = Lowering::new(model, label, dt);
    for statement in statements {
        let value = l.value(&statement.value);
        l.b.store(Slot::State(number(statement.state)), value);
        l.states[statement.state] = value;
        l.lower_lets();
    }
    l.b.finish()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the checker bounds the number of slots"
)]
fn number(i: usize) -> u16 {
    i as u16
}

/// One block being written.
struct Lowering<'a> {
    model: &'a Model,
    b: Builder,
    dt: f64,
    states: Vec<Value>,
    inputs: Vec<Value>,
    time: Value,
    lets: Vec<Value>,
}

impl<'a> Lowering<'a> {
    fn new(model: &'a Model, label: &'static str, dt: f64) -> Self {
        let mut b = Builder::new(label);
        let inputs = (0..model.inputs.len())
            .map(|i| b.load(Slot::Input(number(i)), Type::Float))
            .collect();
        let time = b.load(Slot::Time, Type::Float);
        Lowering::with(model, b, dt, inputs, time)
    }

    fn at_rest(model: &'a Model, label: &'static str, dt: f64) -> Self {
        let mut b = Builder::new(label);
        let zero = b.float(0.0);
        Lowering::with(model, b, dt, vec![zero; model.inputs.len()], zero)
    }

    fn with(model: &'a Model, mut b: Builder, dt: f64, inputs: Vec<Value>, time: Value) -> Self {
        let states = (0..model.states.len())
            .map(|i| b.load(Slot::State(number(i)), Type::Float))
            .collect();
        let mut l = Lowering {
            model,
            b,
            dt,
            states,
            inputs,
            time,
            lets: Vec::new(),
        };
        l.lower_lets();
        l
    }

    /// Sub-expressions in their order, so that one never waits for another; unused ones are dead
    /// code.
    fn lower_lets(&mut self) {
        self.lets.clear();
        let model = self.model;
        for one in &model.lets {
            let value = self.value(&one.expr);
            self.lets.push(value);
        }
    }

    fn value(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Number(x) => self.b.float(*x),
            Expr::Bool(truth) => self.b.bool(*truth),
            Expr::Param(i) => self.b.load(Slot::Param(number(*i)), Type::Float),
            Expr::Input(i) => self.inputs[*i],
            Expr::Let(i) => self.lets[*i],
            Expr::State(i) => self.states[*i],
            Expr::Increment(i) => {
                let model = self.model;
                let rate = self.value(&model.states[*i].rhs);
                self.b.scale(rate, self.dt)
            }
            Expr::Noise(k) => self.b.load(Slot::Noise(number(*k)), Type::Float),
            Expr::Time => self.time,
            Expr::Dt => self.b.float(self.dt),
            Expr::Negate(a) => self.unary(UnaryOp::Neg, a),
            Expr::Not(a) => self.unary(UnaryOp::Not, a),
            Expr::Binary(op, a, b) => self.binary(arithmetic(*op), a, b),
            Expr::Power(a, b) => self.binary(BinaryOp::Pow, a, b),
            Expr::And(a, b) => self.binary(BinaryOp::And, a, b),
            Expr::Or(a, b) => self.binary(BinaryOp::Or, a, b),
            Expr::Compare(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.b.compare(comparison(*op), a, b)
            }
            Expr::If { cond, yes, no } => {
                let (cond, yes, no) = (self.value(cond), self.value(yes), self.value(no));
                self.b.select(cond, yes, no)
            }
            Expr::Call(function, arguments) => {
                let arguments: Vec<Value> = arguments.iter().map(|a| self.value(a)).collect();
                call(&mut self.b, *function, &arguments)
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, a: &Expr) -> Value {
        let a = self.value(a);
        self.b.unary(op, a)
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr) -> Value {
        let (a, b) = (self.value(a), self.value(b));
        self.b.binary(op, a, b)
    }
}

fn arithmetic(op: Arithmetic) -> BinaryOp {
    match op {
        Arithmetic::Add => BinaryOp::Add,
        Arithmetic::Sub => BinaryOp::Sub,
        Arithmetic::Mul => BinaryOp::Mul,
        Arithmetic::Div => BinaryOp::Div,
    }
}

fn comparison(op: Comparison) -> CompareOp {
    match op {
        Comparison::Less => CompareOp::Lt,
        Comparison::LessEqual => CompareOp::Le,
        Comparison::Greater => CompareOp::Gt,
        Comparison::GreaterEqual => CompareOp::Ge,
        Comparison::Equal => CompareOp::Eq,
        Comparison::NotEqual => CompareOp::Ne,
    }
}

/// A function of model text: an operator of the middle, or its expansion.
fn call(b: &mut Builder, function: Function, arguments: &[Value]) -> Value {
    let Some(&x) = arguments.first() else {
        return b.float(f64::NAN);
    };
    let second = arguments.get(1).copied().unwrap_or(x);
    match function {
        Function::Exp => b.unary(UnaryOp::Exp, x),
        Function::Expm1 => b.unary(UnaryOp::Expm1, x),
        Function::Exprel => b.unary(UnaryOp::Exprel, x),
        Function::Log => b.unary(UnaryOp::Log, x),
        Function::Log10 => {
            let log = b.unary(UnaryOp::Log, x);
            b.scale(log, std::f64::consts::LOG10_E)
        }
        Function::Sqrt => b.unary(UnaryOp::Sqrt, x),
        Function::Abs => b.unary(UnaryOp::Abs, x),
        Function::Sin => b.unary(UnaryOp::Sin, x),
        Function::Cos => b.unary(UnaryOp::Cos, x),
        Function::Tan => {
            let (sin, cos) = (b.unary(UnaryOp::Sin, x), b.unary(UnaryOp::Cos, x));
            b.div(sin, cos)
        }
        Function::Sinh => sinh(b, x),
        Function::Cosh => cosh(b, x),
        Function::Tanh => b.unary(UnaryOp::Tanh, x),
        Function::Min => b.binary(BinaryOp::Min, x, second),
        Function::Max => b.binary(BinaryOp::Max, x, second),
        Function::Clip => {
            let above = b.binary(BinaryOp::Max, x, second);
            let high = arguments.get(2).copied().unwrap_or(x);
            b.binary(BinaryOp::Min, above, high)
        }
        Function::Floor => b.unary(UnaryOp::Floor, x),
        Function::Ceil => b.unary(UnaryOp::Ceil, x),
        Function::Sign => sign(b, x),
        Function::Int => whole_part(b, x),
        Function::Step => {
            let (zero, one) = (b.float(0.0), b.float(1.0));
            let on = b.compare(CompareOp::Ge, x, zero);
            b.select(on, one, zero)
        }
    }
}

/// (e + e/(e + 1))/2 with e = expm1(x), which keeps its digits near 0.
fn sinh(b: &mut Builder, x: Value) -> Value {
    let e = b.unary(UnaryOp::Expm1, x);
    let one = b.float(1.0);
    let above = b.add(e, one);
    let ratio = b.div(e, above);
    let sum = b.add(e, ratio);
    b.scale(sum, 0.5)
}

fn cosh(b: &mut Builder, x: Value) -> Value {
    let up = b.unary(UnaryOp::Exp, x);
    let one = b.float(1.0);
    let down = b.div(one, up);
    let sum = b.add(up, down);
    b.scale(sum, 0.5)
}

fn sign(b: &mut Builder, x: Value) -> Value {
    let (zero, one, minus) = (b.float(0.0), b.float(1.0), b.float(-1.0));
    let below = b.compare(CompareOp::Lt, x, zero);
    let above = b.compare(CompareOp::Gt, x, zero);
    let not_above = b.select(below, minus, zero);
    b.select(above, one, not_above)
}

fn whole_part(b: &mut Builder, x: Value) -> Value {
    let (zero, one) = (b.float(0.0), b.float(1.0));
    if b.type_of(x) == Type::Bool {
        return b.select(x, one, zero);
    }
    let below = b.compare(CompareOp::Lt, x, zero);
    let (up, down) = (b.unary(UnaryOp::Ceil, x), b.unary(UnaryOp::Floor, x));
    b.select(below, up, down)
}
