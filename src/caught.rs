//! Panics of libraries that are caught, and what the terminal shows of them: nothing.
//!
//! Takes a call into a library that may panic at bad input; gives its value, or that it panicked. Must
//! not know what was called.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    /// How many calls of this thread are being guarded, one within another.
    static GUARDED: Cell<u32> = const { Cell::new(0) };
}

/// A call that panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panicked;

/// The value of `call`.
///
/// # Errors
/// It panicked. What it was working on is lost, and must not be used again.
pub fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    GUARDED.set(GUARDED.get() + 1);
    let value = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(GUARDED.get() - 1);
    value.map_err(|_| Panicked)
}

/// From here on the program is silent about panics that are caught; the others are told as before.
pub fn silence() {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        if GUARDED.get() == 0 {
            before(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_a_value_a_value() {
        assert_eq!(guarded(|| 3), Ok(3));
        let nested = guarded(|| {
            assert_eq!(guarded(|| panic!("inner")), Err::<(), _>(Panicked));
            panic!("outer")
        });
        assert_eq!(nested, Err::<(), _>(Panicked));
        assert_eq!(GUARDED.get(), 0);
    }
}
