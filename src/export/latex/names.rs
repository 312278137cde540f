//! Names as symbols: `alpha_m` is \alpha_{m}, `g_Na` is g_{\mathrm{Na}}.
//!
//! Takes the name of anything in a model; gives it for use within mathematics.

use super::words::escape;

const GREEK: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
    "Omega",
];

/// A name as a symbol with indices.
pub(super) fn symbol(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let Some(first) = parts.next() else {
        return format!("\\mathrm{{{}}}", escape(name));
    };
    // `g1` has an index too.
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let (base, digits) = first.split_at(letters.len());
    let (base, digits) = if base.is_empty() {
        (first, "")
    } else {
        (base, digits)
    };
    let indices = std::iter::once(digits).filter(|digits| !digits.is_empty());
    let indices: Vec<String> = indices.chain(parts).map(index).collect();
    match indices.as_slice() {
        [] => letter(base),
        indices => format!("{}_{{{}}}", letter(base), indices.join(",")),
    }
}

/// The symbol itself: a Greek letter, a letter, or a word.
fn letter(base: &str) -> String {
    if GREEK.contains(&base) {
        return format!("\\{base}");
    }
    match base.chars().count() {
        1 => escape(base),
        _ => format!("\\mathrm{{{}}}", escape(base)),
    }
}

/// Variables slope in an index as elsewhere; ions, words and numbers stand upright.
fn index(part: &str) -> String {
    let variable = matches!(part.as_bytes(), [c] if c.is_ascii_lowercase());
    match part {
        "inf" => "\\infty".into(),
        _ if GREEK.contains(&part) => format!("\\{part}"),
        _ if variable || part.bytes().all(|c| c.is_ascii_digit()) => part.to_owned(),
        _ => format!("\\mathrm{{{}}}", escape(part)),
    }
}

#[cfg(test)]
mod tests {
    use super::symbol;

    #[test]
    fn names_become_symbols() {
        for (name, expected) in [
            ("v", "v"),
            ("alpha_m", "\\alpha_{m}"),
            ("g_Na", "g_{\\mathrm{Na}}"),
            ("E_L", "E_{\\mathrm{L}}"),
            ("theta_inf", "\\theta_{\\infty}"),
            ("Delta_T", "\\Delta_{\\mathrm{T}}"),
            ("k_1", "k_{1}"),
            ("g1", "g_{1}"),
            ("v_r_0", "v_{r,0}"),
            ("tau", "\\tau"),
            ("cubic", "\\mathrm{cubic}"),
            ("__", "\\mathrm{\\_\\_}"),
            ("_x", "x"),
        ] {
            assert_eq!(symbol(name), expected);
        }
    }
}
