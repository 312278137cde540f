//! The same value throughout.

use super::{AMPLITUDE, StimulusKind};

/// The same value throughout.
pub const CONSTANT: StimulusKind = StimulusKind {
    name: "constant",
    doc: "the same value throughout",
    properties: &[AMPLITUDE],
    value: |_, properties, _| properties[0],
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Given, series};
    use super::*;

    #[test]
    fn a_constant_never_changes() {
        assert_eq!(
            series(&CONSTANT, &[Given::Number(3.0)], 0.5, 0..3),
            [3.0; 3]
        );
    }
}
