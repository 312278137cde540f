//! A model written out for readers: a page of text, a LaTeX document, a Brian2 script.
//!
//! Takes a checked [`Model`](crate::model::Model); gives text, or says what cannot be said there.
//! Writes from the statements of the model's text, so that names and order are the author's. Must
//! not know engines, plans or files.

mod brian2;
mod latex;
mod page;
mod source;
mod stepping;
mod values;

pub use brian2::{Unsupported, brian2};
pub use latex::latex;
pub use page::page;
