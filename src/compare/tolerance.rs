//! The one rule for two numbers. Takes numbers, gives how far beyond the tolerance they are.
//! Must not know tables.

use std::fmt;

/// How much two values may differ: |a − b| ≤ abs + rel · max(|a|, |b|).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    abs: f64,
    rel: f64,
}

/// A tolerance that would accept anything, or nothing at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ToleranceError {
    /// Negative, infinite or not a number.
    NotANumber {
        /// The absolute part, in the unit of the column.
        abs: f64,
        /// The relative part.
        rel: f64,
    },
    /// A relative part above 1e-2, which finds no error worth finding.
    TooLoose {
        /// The relative part.
        rel: f64,
    },
}

impl fmt::Display for ToleranceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ToleranceError::NotANumber { abs, rel } => write!(
                f,
                "a tolerance is finite and not negative, found {abs} and {rel} relative"
            ),
            ToleranceError::TooLoose { rel } => write!(
                f,
                "a relative tolerance of {rel} is more than {}",
                Tolerance::MOST_REL
            ),
        }
    }
}

impl std::error::Error for ToleranceError {}

impl Tolerance {
    /// The largest relative part there may be.
    pub const MOST_REL: f64 = 1e-2;

    /// Equal values only.
    pub const EXACT: Tolerance = Tolerance { abs: 0.0, rel: 0.0 };

    /// A tolerance of `abs` in the unit of the values plus `rel` of the larger magnitude.
    ///
    /// # Errors
    /// [`ToleranceError`] if either is negative or not finite, or `rel` above 1e-2.
    pub fn new(abs: f64, rel: f64) -> Result<Tolerance, ToleranceError> {
        let usual = |x: f64| x.is_finite() && x >= 0.0;
        if !usual(abs) || !usual(rel) {
            return Err(ToleranceError::NotANumber { abs, rel });
        }
        if rel > Tolerance::MOST_REL {
            return Err(ToleranceError::TooLoose { rel });
        }
        Ok(Tolerance { abs, rel })
    }

    /// True if the values agree. Two missing values do; a missing one and a number, NaN and the
    /// infinities never do.
    pub fn accepts(&self, a: Option<f64>, b: Option<f64>) -> bool {
        self.excess(a, b) <= 1.0
    }

    /// The difference in units of what is allowed: above 1 is a failure, infinite where no
    /// tolerance could help.
    pub(super) fn excess(&self, a: Option<f64>, b: Option<f64>) -> f64 {
        match (a, b) {
            (None, None) => 0.0,
            (Some(a), Some(b)) if a.is_finite() && b.is_finite() => {
                self.excess_of((a - b).abs(), a.abs().max(b.abs()))
            }
            (Some(_) | None, Some(_) | None) => f64::INFINITY,
        }
    }

    pub(super) fn excess_of_counts(&self, a: u64, b: u64) -> f64 {
        self.excess_of(a.abs_diff(b) as f64, a.max(b) as f64)
    }

    fn excess_of(&self, difference: f64, magnitude: f64) -> f64 {
        let allowed = self.abs + self.rel * magnitude;
        if difference == 0.0 {
            0.0
        } else if difference <= allowed {
            // At most 1 also when the division rounds up.
            (difference / allowed).min(1.0)
        } else if difference.is_finite() && allowed > 0.0 {
            (difference / allowed).max(1.0 + f64::EPSILON)
        } else {
            f64::INFINITY
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.abs == 0.0, self.rel == 0.0) {
            (true, true) => write!(f, "exact"),
            (false, true) => write!(f, "within {:e}", self.abs),
            (true, false) => write!(f, "within {:e} relative", self.rel),
            (false, false) => write!(f, "within {:e} + {:e} relative", self.abs, self.rel),
        }
    }
}

/// Which tolerance each column gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    all: Tolerance,
    columns: Vec<(String, Tolerance)>,
}

impl Rules {
    /// One tolerance for all columns.
    pub fn all(tolerance: Tolerance) -> Rules {
        Rules {
            all: tolerance,
            columns: Vec::new(),
        }
    }

    /// Another tolerance for one column, by its name without unit. A name that neither table
    /// has makes the comparison fail, as it is a slip of the pen.
    pub fn with(mut self, column: impl Into<String>, tolerance: Tolerance) -> Rules {
        self.columns.push((column.into(), tolerance));
        self
    }

    /// The tolerance of a column; of two rules for one name the later one.
    pub fn of(&self, column: &str) -> Tolerance {
        let own = self.columns.iter().rev().find(|(name, _)| name == column);
        own.map_or(self.all, |(_, tolerance)| *tolerance)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }
}
