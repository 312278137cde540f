//! Function calls and choices: arity, units, and what is refused by name.

use super::expr::{Expr, FUNCTIONS, Function, FunctionRow, UnitRule};
use super::functions::library_names;
use super::scope::refused;
use super::typing::{Checker, Kind, Typed};
use crate::diag::{Diagnostic, Span, nearest, shorten};
use crate::lang::ast::{self, Name};
use crate::units::Dim;

impl Checker<'_, '_> {
    pub(super) fn choice(
        &mut self,
        cond: &ast::Expr,
        yes: &ast::Expr,
        no: &ast::Expr,
        span: Span,
    ) -> Typed {
        let (cond, yes, no) = (self.expr(cond), self.expr(yes), self.expr(no));
        let good = self.demand_condition(&cond, "what follows `if`");
        let Some(kind) = self.demand_same(&[&yes, &no], "choose between") else {
            return self.unknown(span);
        };
        if !good {
            return self.unknown(span);
        }
        let expr = Expr::If {
            cond: Box::new(cond.expr),
            yes: Box::new(yes.expr),
            no: Box::new(no.expr),
        };
        Typed {
            expr,
            kind,
            span,
            literal: None,
        }
    }

    pub(super) fn call(&mut self, name: &Name, arguments: &[ast::Expr], span: Span) -> Typed {
        let Some(row) = Function::find(&name.text) else {
            if self.noisy && name.text == "poisson" {
                return self.poisson(arguments, span);
            }
            return match self.inlined(&name.text) {
                Some(function) => self.inline(&function, arguments, span),
                None => self.unknown_function(name, span),
            };
        };
        let arguments: Vec<Typed> = arguments
            .iter()
            .map(|argument| self.expr(argument))
            .collect();
        if arguments.len() != row.arity {
            return self.wrong_arity(row, arguments.len(), span);
        }
        if let (Function::Int, [condition]) = (row.function, arguments.as_slice())
            && condition.kind == Kind::Bool
        {
            let (yes, no) = (Box::new(Expr::Number(1.0)), Box::new(Expr::Number(0.0)));
            let cond = Box::new(condition.expr.clone());
            return self.number(Expr::If { cond, yes, no }, Dim::NONE, span);
        }
        let Some(dim) = self.result(row, &arguments) else {
            return self.unknown(span);
        };
        let arguments = arguments
            .into_iter()
            .map(|argument| argument.expr)
            .collect();
        self.number(Expr::Call(row.function, arguments), dim, span)
    }

    /// The dimension of what a function gives, if its arguments are as they must be.
    fn result(&mut self, row: &FunctionRow, arguments: &[Typed]) -> Option<Dim> {
        match row.rule {
            UnitRule::Plain => {
                let why = format!("the argument of `{}` has no unit", row.name);
                let good: Vec<bool> = arguments
                    .iter()
                    .map(|a| self.demand_dim(a, Dim::NONE, &why))
                    .collect();
                good.into_iter().all(|good| good).then_some(Dim::NONE)
            }
            UnitRule::Same => {
                let all: Vec<&Typed> = arguments.iter().collect();
                self.demand_same(&all, &format!("take `{}` of", row.name))?
                    .dim()
            }
            UnitRule::Sqrt => self.demand_number(&arguments[0])?.sqrt(),
            UnitRule::Any => self.demand_number(&arguments[0]).map(|_| Dim::NONE),
        }
    }

    fn wrong_arity(&mut self, row: &FunctionRow, found: usize, span: Span) -> Typed {
        let plural = if row.arity == 1 { "" } else { "s" };
        let message = format!(
            "`{}` takes {} argument{plural}, not {found}",
            row.name, row.arity
        );
        let error = Diagnostic::error(span, message, format!("{found} given"));
        self.report(span, error.help(format!("{}: {}", row.name, row.doc)))
    }

    fn unknown_function(&mut self, name: &Name, span: Span) -> Typed {
        let text = &name.text;
        let mut error = match (refused(text), self.scope.symbol(text)) {
            (Some(reason), _) => {
                Diagnostic::error(name.span, format!("`{text}()`: {reason}"), "not supported")
            }
            (_, Some(symbol)) => {
                self.scope.used.insert(symbol);
                let message = format!("`{}` is {}, not a function", shorten(text), symbol.kind());
                Diagnostic::error(name.span, message, "not a function")
                    .help("write `*` for a product")
            }
            _ => Diagnostic::error(
                name.span,
                format!("there is no function `{}`", shorten(text)),
                "not a function",
            ),
        };
        if error.help.is_none() && refused(text).is_none() {
            let names = FUNCTIONS.iter().map(|row| row.name);
            let mut names: Vec<&str> = names.chain(library_names()).collect();
            names.extend(self.scope.functions.iter().map(|function| function.name));
            let near =
                nearest(text, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            error.help = near.or_else(|| Some(format!("the functions are {}", names.join(", "))));
        }
        self.report(span, error)
    }
}
