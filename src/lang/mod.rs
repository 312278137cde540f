//! Model text to tree: lexer, parser, and the tree. Takes text; gives statements with spans, and all
//! that is wrong with their form at once. Knows no names, units of names, or files.
//!
//! One statement per line. A line goes on while parentheses are open, after a binary operator or a
//! backslash at its end, and when the next line is indented and begins with a binary operator.
//! A preset may break its line after `(` and `,`, a scheme after `:` and `;` if the next is indented.
//! `#` begins a comment.
//!
//! ```text
//! text        = { [ statement ] newline } ;
//! statement   = "model" name [ string ]
//!             | "cite" string
//!             | "range" name "=" expr ":" expr
//!             | "dt" expr
//!             | "duration" expr
//!             | "method" name
//!             | "param" name "=" expr [ ":" unit ] [ string ]
//!             | "param" name ":" unit [ string ]
//!             | "input" name ":" unit [ string ]
//!             | "init" name "=" expr
//!             | "threshold" expr
//!             | "reset" assignment { ";" assignment } [ ";" ]
//!             | "refractory" expr
//!             | name "(" name { "," name } ")" "=" expr                (a function)
//!             | "preset" name [ string ] "(" item { "," item } ")"
//!             | "scheme" name [ "dt" expr ] [ string ] ":" assignment { ";" assignment } [ ";" ]
//!             | "d" name "/" "dt" "=" expr ":" unit [ flags ] [ string ]     (one word: dv/dt)
//!             | name "=" expr ":" unit [ flags ] [ string ]
//!             | name ":" unit [ flags ] [ string ] ;                         (a parameter)
//! item        = name "=" expr | "init" name "=" expr | "range" name "=" expr ":" expr
//!             | "dt" expr | "duration" expr | "method" name ;
//! assignment  = name ( "=" | "+=" | "-=" | "*=" | "/=" ) expr ;
//! flags       = "(" flag { "," flag } ")" ;
//! flag        = "unless refractory" | "constant" ;
//!
//! recorded    = [ name "=" ] expr ;                                       (beside a model's text)
//!
//! unit        = unitpower { ( "*" | "/" ) unitpower } ;
//! unitpower   = ( unitname | "1" | "(" unit ")" ) [ ( "^" | "**" ) integer ] ;
//!
//! expr        = or [ "if" or "else" expr ] ;
//! or          = and { "or" and } ;
//! and         = not { "and" not } ;
//! not         = { "not" } comparison ;
//! comparison  = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ] ;
//! sum         = product { ( "+" | "-" ) product } ;
//! product     = signed { ( "*" | "/" ) signed } ;
//! signed      = { "-" | "+" } quantity ;
//! quantity    = number name [ ( "^" | "**" ) exponent ]      (juxtaposition: name is a unit)
//!             | power ;
//! power       = primary [ ( "^" | "**" ) exponent ] ;
//! exponent    = { "-" | "+" } power ;
//! primary     = number | name | "True" | "False"
//!             | name "(" [ expr { "," expr } ] ")" | "(" expr ")" ;
//! ```
//!
//! So `1/2 ms` is 1/(2 ms), `3 mV^2` is 3·(mV²), `-K^n` is −(Kⁿ) and `2^3^2` is 2⁹. The words that
//! begin statements are reserved nowhere else: `range = 3*a : 1` defines `range`.

pub mod ast;
mod expression;
mod lines;
mod parser;
mod parts;
mod parts_named;
#[cfg(test)]
mod tests;
mod token;

pub use parser::{parse, parse_expression};

/// How many levels a tree may have, and so how many terms a sum may chain. Everything that walks a
/// tree may rely on it.
pub const MAX_DEPTH: usize = 256;

/// How deep parentheses, signs and choices may be nested. Lower, because reading takes a dozen calls
/// for each level, and an unoptimised build must manage on a thread's two megabytes.
const MAX_NESTING: usize = 100;
