//! What must be true of the numbers: the engines agree with the reference, the methods converge at
//! their order, and the models meet published facts.

mod conformance;
mod convergence;
mod facts;
mod facts_lif;
pub(crate) mod harness;
mod leaps;
mod noise;
mod recorders;
mod refractory;
mod stimuli;
