//! The same value throughout.

use super::{Measure, Property, StimulusKind};

/// The same value throughout.
pub const CONSTANT: StimulusKind = StimulusKind {
    name: "constant",
    doc: "the same value throughout",
    properties: &[Property {
        name: "amplitude",
        measure: Measure::Input,
        doc: "the value",
    }],
    value: |_, properties, _| properties[0],
};
