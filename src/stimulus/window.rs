//! The stretch of steps in which a stimulus is on.

use super::Moment;
use crate::ir::{BinaryOp, Builder, CompareOp, Value};

/// Steps since onset (wrapping before it), and whether onset ≤ step < onset + duration.
///
/// The condition is written as step − onset < duration: for unsigned integers that is one
/// comparison. Where onset + duration exceeds the largest step number, the duration is cut so that
/// the steps before onset stay outside.
pub(super) fn since(
    b: &mut Builder,
    moment: Moment,
    onset: Value,
    duration: Value,
) -> (Value, Value) {
    let elapsed = b.sub(moment.step, onset);
    let most = b.u32(u32::MAX);
    let most = b.sub(most, onset);
    let duration = b.binary(BinaryOp::Min, duration, most);
    let on = b.compare(CompareOp::Lt, elapsed, duration);
    (elapsed, on)
}

/// `value` where `on`, else 0.
pub(super) fn only(b: &mut Builder, on: Value, value: Value) -> Value {
    let zero = b.float(0.0);
    b.select(on, value, zero)
}
