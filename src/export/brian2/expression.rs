//! Expressions as Brian2 reads them: Python, functions of the model put in place of their calls.
//!
//! Takes the tree of an expression; gives its text, or what Brian2 has no word for.

use super::Unsupported;
use super::units;
use crate::export::source::Source;
use crate::export::values::number;
use crate::lang::ast::{BinaryOp, CompareOp, Expr, Node, StatementKind as Kind};
use crate::model::{Model, library_functions};
use crate::units::is_unit_name;
use std::collections::HashMap;

/// Names that no variable of Brian2 or of a group may bear.
const TAKEN: &[&str] = &[
    "abs",
    "arccos",
    "arcsin",
    "arctan",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "exprel",
    "floor",
    "int",
    "log",
    "log10",
    "log1p",
    "poisson",
    "rand",
    "randn",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "timestep",
    "e",
    "inf",
    "pi",
    "t",
    "dt",
    "i",
    "N",
    "xi",
    "t_in_timesteps",
    "refractory",
    "lastspike",
    "not_refractory",
    "name",
    "clock",
    "when",
    "order",
    "namespace",
    "events",
    "thresholder",
    "resetter",
    "variables",
    "state",
    "source",
    "spikes",
    "start",
    "stop",
    "equations",
    "active",
    "id",
    "runner",
    "state_updater",
    "method_choice",
    "user_equations",
    "boolean",
    "integer",
    "and",
    "or",
    "not",
    "if",
    "else",
    "is",
    "in",
    "for",
    "while",
    "def",
    "class",
    "lambda",
    "from",
    "import",
    "as",
    "with",
    "try",
    "except",
    "finally",
    "raise",
    "return",
    "yield",
    "pass",
    "break",
    "continue",
    "global",
    "nonlocal",
    "del",
    "assert",
    "elif",
    "async",
    "await",
    "None",
    "True",
    "False",
];

/// How tightly what is written holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Sign,
    Atom,
}

type Written = Result<(String, Level), Unsupported>;

/// A function: what its body calls its arguments, and its body.
type Function<'a> = (Vec<&'a str>, &'a Expr);

/// Writes the expressions of one model.
pub(super) struct Writer<'a> {
    names: HashMap<&'a str, String>,
    functions: HashMap<&'a str, Function<'a>>,
}

impl<'a> Writer<'a> {
    pub(super) fn of(model: &'a Model, source: &'a Source) -> Writer<'a> {
        let params = model.params.iter().map(|one| one.name.as_str());
        let inputs = model.inputs.iter().map(|one| one.name.as_str());
        let lets = model.lets.iter().map(|one| one.name.as_str());
        let states = model.states.iter().map(|one| one.name.as_str());
        let all: Vec<&str> = params.chain(inputs).chain(lets).chain(states).collect();
        let mut names = HashMap::new();
        for name in &all {
            let mut own = match name.strip_prefix('_') {
                Some(_) => format!("x{name}"),
                None => (*name).to_owned(),
            };
            while own != **name && all.contains(&own.as_str())
                || TAKEN.contains(&own.as_str())
                || units::is_taken(&own)
            {
                own.push('_');
            }
            names.insert(*name, own);
        }
        let of_text = source.functions().map(|one| &one.kind);
        let of_library = library_functions().map(|kind| -> &'a Kind { kind });
        let functions = of_library.chain(of_text).filter_map(|kind| match kind {
            Kind::Function {
                name,
                arguments,
                body,
            } => {
                let arguments = arguments.iter().map(|one| one.text.as_str()).collect();
                Some((name.text.as_str(), (arguments, body)))
            }
            _ => None,
        });
        Writer {
            names,
            functions: functions.collect(),
        }
    }

    /// What a name of the model is called in the script.
    pub(super) fn own<'b>(&'b self, name: &'b str) -> &'b str {
        self.names.get(name).map_or(name, String::as_str)
    }

    /// An expression of the model's names.
    pub(super) fn expr(&self, expr: &Expr) -> Result<String, Unsupported> {
        Ok(self.write(expr, &HashMap::new())?.0)
    }

    fn at_least(
        &self,
        expr: &Expr,
        least: Level,
        given: &HashMap<&str, String>,
    ) -> Result<String, Unsupported> {
        let (text, level) = self.write(expr, given)?;
        Ok(match level >= least {
            true => text,
            false => format!("({text})"),
        })
    }

    /// An expression in which `given` are the arguments of the function it is the body of.
    fn write(&self, expr: &Expr, given: &HashMap<&str, String>) -> Written {
        let part = |expr: &Expr, least| self.at_least(expr, least, given);
        Ok(match &expr.node {
            Node::Number(x) => (number(*x), Level::Atom),
            Node::Bool(true) => ("True".into(), Level::Atom),
            Node::Bool(false) => ("False".into(), Level::Atom),
            Node::Name(name) => (self.name(name, given), Level::Atom),
            Node::Juxtapose(x, unit) => {
                let unit = part(unit, Level::Atom)?;
                (format!("{}*{unit}", number(*x)), Level::Product)
            }
            Node::Negate(a) => (format!("-{}", part(a, Level::Sign)?), Level::Sign),
            Node::Not(a) => (format!("not {}", part(a, Level::Not)?), Level::Not),
            Node::Binary(op, a, b) => {
                let (mark, left, right) = match op {
                    BinaryOp::Add => (" + ", Level::Sum, Level::Product),
                    BinaryOp::Sub => (" - ", Level::Sum, Level::Product),
                    BinaryOp::Mul => ("*", Level::Product, Level::Sign),
                    BinaryOp::Div => ("/", Level::Product, Level::Sign),
                };
                (format!("{}{mark}{}", part(a, left)?, part(b, right)?), left)
            }
            Node::Power(a, b) => {
                let (a, b) = (part(a, Level::Atom)?, part(b, Level::Sign)?);
                // Powers of powers group to the left unless they are told not to.
                (format!("({a}**{b})"), Level::Atom)
            }
            Node::Compare(op, a, b) => {
                let (a, b) = (part(a, Level::Sum)?, part(b, Level::Sum)?);
                (format!("{a} {} {b}", comparison(*op)), Level::Compare)
            }
            Node::And(a, b) => {
                let (a, b) = (part(a, Level::And)?, part(b, Level::Not)?);
                (format!("{a} and {b}"), Level::And)
            }
            Node::Or(a, b) => {
                let (a, b) = (part(a, Level::Or)?, part(b, Level::And)?);
                (format!("{a} or {b}"), Level::Or)
            }
            Node::If { cond, yes, no } => {
                let cond = part(cond, Level::Or)?;
                let (yes, no) = (part(yes, Level::Sign)?, part(no, Level::Sign)?);
                (
                    choice(&cond, &format!("not ({cond})"), &yes, &no),
                    Level::Atom,
                )
            }
            Node::Call(name, arguments) => return self.call(&name.text, arguments, given),
        })
    }

    fn call(&self, name: &str, arguments: &[Expr], given: &HashMap<&str, String>) -> Written {
        let inner = arguments
            .iter()
            .map(|one| self.at_least(one, Level::Or, given));
        let inner: Vec<String> = inner.collect::<Result<_, _>>()?;
        if let Some((names, body)) = self.functions.get(name) {
            let inner = inner.into_iter().map(|one| format!("({one})"));
            let given = names.iter().copied().zip(inner).collect();
            return Ok((format!("({})", self.write(body, &given)?.0), Level::Atom));
        }
        let text = match (name, inner.as_slice()) {
            ("min", [a, b]) => choice(
                &format!("({a}) < ({b})"),
                &format!("({a}) >= ({b})"),
                &format!("({a})"),
                &format!("({b})"),
            ),
            ("max", [a, b]) => choice(
                &format!("({a}) > ({b})"),
                &format!("({a}) <= ({b})"),
                &format!("({a})"),
                &format!("({b})"),
            ),
            ("step", [x]) => format!("int(sign({x}) >= 0)"),
            _ if TAKEN.contains(&name) => format!("{name}({})", inner.join(", ")),
            _ => {
                return Err(Unsupported::new(
                    format!("the function `{name}`"),
                    "write it with exp, log, sqrt, abs, sin, cos, tan, tanh, clip, floor, ceil or sign",
                ));
            }
        };
        Ok((text, Level::Atom))
    }

    fn name(&self, name: &str, given: &HashMap<&str, String>) -> String {
        if let Some(argument) = given.get(name) {
            return argument.clone();
        }
        match self.names.get(name) {
            Some(own) => own.clone(),
            None if is_unit_name(name) => units::name(name),
            None => name.to_owned(),
        }
    }
}

/// `yes` where `is` holds, `no` where `is_not` does.
fn choice(is: &str, is_not: &str, yes: &str, no: &str) -> String {
    format!("(int({is})*{yes} + int({is_not})*{no})")
}

fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Less => "<",
        CompareOp::LessEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => ">=",
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
    }
}
