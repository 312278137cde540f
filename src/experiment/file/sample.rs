//! `[sweep.sample]`: quantities drawn together.

use super::Reading;
use super::fields::Value;
use crate::diag::Span;
use crate::experiment::{Design, Distribution, Draw, Values};
use crate::random::SOBOL_DIMENSIONS;
use crate::units::Unit;

const DESIGNS: [&str; 3] = ["independent", "latin_hypercube", "sobol"];

impl Reading<'_> {
    pub(super) fn sample(&mut self, value: Value) {
        let Some(fields) = value.fields(
            "{ n = 1000, tau = { uniform = [8, 12] } }",
            self.diagnostics,
        ) else {
            return;
        };
        let n = fields
            .take("n")
            .and_then(|v| v.whole(self.diagnostics))
            .filter(|n| *n > 0);
        let Some(n) = n else {
            return self.error(
                value.span,
                "the sample has no size",
                "here",
                "write n = 1000, or another number from 1",
            );
        };
        let design = fields
            .take("design")
            .map(|v| (v.span, v.text(self.diagnostics)));
        let (place, name) = design.unwrap_or((value.span, Some(DESIGNS[0])));
        let Some(name) = name else { return };
        if !DESIGNS.contains(&name) {
            let help = format!("the designs are: {}", DESIGNS.join(", "));
            return self.error(place, format!("there is no design `{name}`"), "here", help);
        }
        let leader = self.axes.len();
        let drawn = || {
            let entries = fields.entries();
            entries.filter(|(key, _, _)| !["n", "design"].contains(key))
        };
        if drawn().next().is_none() {
            let help = "write what, such as tau = { uniform = [\"8 ms\", \"12 ms\"] }";
            return self.error(value.span, "the sample draws nothing", "here", help);
        }
        for (quantity, span, value) in drawn() {
            let dimension = self.axes.len() - leader;
            if name == "sobol" && dimension >= SOBOL_DIMENSIONS {
                let help = "take latin_hypercube, or fewer quantities";
                return self.error(
                    span,
                    format!("Sobol points have {SOBOL_DIMENSIONS} dimensions"),
                    "one more",
                    help,
                );
            }
            let design = match name {
                "sobol" => Design::Sobol { dimension },
                "latin_hypercube" => Design::LatinHypercube,
                _ => Design::Independent,
            };
            let Some((what, unit)) = self.find(quantity, span) else {
                continue;
            };
            let Some(distribution) = self.distribution(value, &unit) else {
                continue;
            };
            #[expect(clippy::cast_possible_truncation, reason = "a number of axes")]
            let draw = Draw {
                distribution,
                design,
                seed: self.seed,
                stream: self.axes.len() as u32,
            };
            let joint_with = (dimension > 0).then_some(leader);
            self.axis(
                quantity,
                span,
                what,
                unit,
                Values::Random { draw, n },
                joint_with,
            );
        }
    }

    /// `{ uniform = [a, b] }`, `{ normal = [mean, sd], between = [a, b] }`,
    /// `{ log_normal = [median, sigma] }`, in the declared unit.
    fn distribution(&mut self, value: Value, unit: &Unit) -> Option<Distribution> {
        let fields = value.fields("{ uniform = [8, 12] }", self.diagnostics)?;
        let uniform = fields.take("uniform");
        let normal = fields.take("normal");
        let log_normal = fields.take("log_normal");
        let between = fields.take("between");
        fields.finish("a distribution has no entry", self.diagnostics);
        let between = match between {
            Some(pair) => Some(self.ends(pair, unit)?),
            None => None,
        };
        match (uniform, normal, log_normal) {
            (Some(pair), None, None) if between.is_none() => self
                .ends(pair, unit)
                .map(|(from, to)| Distribution::Uniform { from, to }),
            (None, Some(pair), None) => {
                let (mean, sd) = self.pair(pair, unit, unit)?;
                self.positive(sd, pair.span)?;
                Some(match between {
                    Some((from, to)) => Distribution::TruncatedNormal { mean, sd, from, to },
                    None => Distribution::Normal { mean, sd },
                })
            }
            (None, None, Some(pair)) if between.is_none() => {
                let (median, sigma) = self.pair(pair, unit, &Unit::one())?;
                self.positive(median, pair.span)?;
                self.positive(sigma, pair.span)?;
                Some(Distribution::LogNormal { median, sigma })
            }
            _ => {
                let help = "write one of { uniform = [a, b] }, { normal = [mean, sd] }, { normal = [mean, sd], \
                            between = [a, b] }, { log_normal = [median, sigma] }";
                self.error(value.span, "this is no distribution", "here", help);
                None
            }
        }
    }

    fn pair(&mut self, value: Value, first: &Unit, second: &Unit) -> Option<(f64, f64)> {
        let members = value.list(self.diagnostics)?;
        let &[a, b] = members.as_slice() else {
            self.error(
                value.span,
                "two values are expected",
                "here",
                "write [a, b]",
            );
            return None;
        };
        Some((self.declared(a, first)?, self.declared(b, second)?))
    }

    /// Two ends, the first below the second.
    fn ends(&mut self, value: Value, unit: &Unit) -> Option<(f64, f64)> {
        let (from, to) = self.pair(value, unit, unit)?;
        if from >= to {
            self.error(
                value.span,
                "the first end must be below the second",
                "here",
                "write [lower, upper]",
            );
            return None;
        }
        Some((from, to))
    }

    fn positive(&mut self, x: f64, span: Span) -> Option<()> {
        if x > 0.0 {
            return Some(());
        }
        self.error(
            span,
            "a spread, and the median of a log-normal, must be above 0",
            "here",
            "write a number above 0 there",
        );
        None
    }
}
