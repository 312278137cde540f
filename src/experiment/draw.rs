//! Random values along an axis: a distribution and a design, evaluated at one place.
//!
//! Takes the number of a sample; gives its value, the same in every run with the same seed.

use crate::random::{bits, normal_quantile, permuted, sobol, uniform};

/// How the probabilities of the samples are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Each on its own.
    Independent,
    /// One in each of n equal strata of every quantity (McKay, Beckman & Conover, Technometrics
    /// 21:239, 1979).
    LatinHypercube,
    /// Points of Sobol's sequence; the dimension of this quantity, from 0.
    Sobol {
        /// Dimension.
        dimension: usize,
    },
}

/// What the values follow. Numbers are in the axis' unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Between two ends.
    Uniform {
        /// Lower end.
        from: f64,
        /// Upper end.
        to: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// Normal, given that it lies between two ends.
    TruncatedNormal {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation.
        sd: f64,
        /// Lower end.
        from: f64,
        /// Upper end.
        to: f64,
    },
    /// Its logarithm is normal.
    LogNormal {
        /// Median, the exponential of the logarithm's mean.
        median: f64,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
}

impl Distribution {
    /// The value below which a share `p` lies, 0 < p < 1.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        match *self {
            Distribution::Uniform { from, to } => from + (to - from) * p,
            Distribution::Normal { mean, sd } => mean + sd * normal_quantile(p),
            Distribution::LogNormal { median, sigma } => {
                median * (sigma * normal_quantile(p)).exp()
            }
            Distribution::TruncatedNormal { mean, sd, from, to } => {
                let (low, high) = (
                    share_below((from - mean) / sd),
                    share_below((to - mean) / sd),
                );
                let inside = low + (high - low) * p;
                // Far out in a tail the shares meet 0 or 1, where the quantile ends.
                let inside = inside.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
                (mean + sd * normal_quantile(inside)).clamp(from, to)
            }
        }
    }
}

/// The standard normal's share below z.
fn share_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// A random quantity: what it follows, how it is sampled, and the key of its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// What it follows.
    pub distribution: Distribution,
    /// How it is sampled.
    pub design: Design,
    /// Key of the experiment.
    pub seed: u64,
    /// Number of the quantity within the experiment.
    pub stream: u32,
}

impl Draw {
    /// Sample `k` of `n`.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "an axis has fewer than 2^52 places"
    )]
    pub fn at(&self, k: u64, n: u64) -> f64 {
        let p = match self.design {
            Design::Independent => uniform(self.seed, self.stream, k),
            Design::LatinHypercube => {
                let stratum = permuted(self.seed, self.stream, k, n);
                (stratum as f64 + uniform(self.seed, self.stream, k)) / n as f64
            }
            Design::Sobol { dimension } => {
                sobol(dimension, k, bits(self.seed, self.stream, u64::MAX))
            }
        };
        self.distribution.quantile(p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(distribution: Distribution, design: Design, n: u64) -> Vec<f64> {
        let draw = Draw {
            distribution,
            design,
            seed: 9,
            stream: 4,
        };
        (0..n).map(|k| draw.at(k, n)).collect()
    }

    #[test]
    fn every_design_spreads_the_distribution() {
        let designs = [
            Design::Independent,
            Design::LatinHypercube,
            Design::Sobol { dimension: 3 },
        ];
        let distributions = [
            (Distribution::Uniform { from: 2.0, to: 4.0 }, 3.0, 1.0 / 3.0),
            (
                Distribution::Normal {
                    mean: -1.0,
                    sd: 2.0,
                },
                -1.0,
                4.0,
            ),
            // The mean and variance of a standard normal between -1 and 1 are 0 and 0.29112.
            (
                Distribution::TruncatedNormal {
                    mean: 5.0,
                    sd: 1.0,
                    from: 4.0,
                    to: 6.0,
                },
                5.0,
                0.291_125_4,
            ),
            // exp(s²/2), and (exp(s²) - 1) exp(s²).
            (
                Distribution::LogNormal {
                    median: 1.0,
                    sigma: 0.25,
                },
                1.031_743_4,
                0.068_654_2,
            ),
        ];
        for design in designs {
            for (distribution, mean, variance) in distributions {
                let n = 1 << 14;
                let values = values(distribution, design, n);
                let found = values.iter().sum::<f64>() / n as f64;
                let spread = values.iter().map(|x| (x - found).powi(2)).sum::<f64>() / n as f64;
                let error = (variance / n as f64).sqrt();
                assert!(
                    (found - mean).abs() < 5.0 * error,
                    "{design:?} {distribution:?}: mean {found}"
                );
                assert!(
                    (spread / variance - 1.0).abs() < 0.06,
                    "{design:?} {distribution:?}: {spread}"
                );
            }
        }
    }

    #[test]
    fn a_latin_hypercube_has_one_value_in_each_stratum() {
        let mut strata: Vec<u64> = values(
            Distribution::Uniform {
                from: 0.0,
                to: 100.0,
            },
            Design::LatinHypercube,
            100,
        )
        .iter()
        .map(|x| x.floor() as u64)
        .collect();
        strata.sort_unstable();
        assert_eq!(strata, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn truncation_holds_even_where_almost_nothing_is_left() {
        let far = Distribution::TruncatedNormal {
            mean: 0.0,
            sd: 1.0,
            from: 20.0,
            to: 21.0,
        };
        assert!(
            values(far, Design::Independent, 100)
                .iter()
                .all(|x| (20.0..=21.0).contains(x))
        );
    }
}
