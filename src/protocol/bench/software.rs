//! What is to be known of a software Vulkan driver that was measured.
//!
//! Takes the engines measured and the environment; gives notes.

use super::{Contestant, Kind};

/// Sets the bits of a vector in Mesa's driver.
const WIDTH: &str = "LP_NATIVE_VECTOR_WIDTH";
/// Switches its cache of compiled kernels off.
const NO_CACHE: &str = "MESA_SHADER_CACHE_DISABLE";

/// One note for each software driver.
pub(super) fn notes(contestants: &[Contestant]) -> Vec<String> {
    let set = |name: &str| std::env::var(name).ok();
    let software = contestants.iter().filter(|c| c.kind == Kind::Software);
    software.map(|c| note(&c.describe, &set)).collect()
}

fn note(describe: &str, set: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = format!("{describe} is no GPU but a driver that computes on the CPU.");
    if !describe.contains("llvmpipe") {
        return text;
    }
    text += &match (set(WIDTH), width(describe)) {
        (Some(bits), _) => format!(" {WIDTH}={bits} sets the width of its vectors."),
        (None, bits) => format!(
            " Its vectors have {} bits; on a processor with AVX-512 it is up to 1.8 times as fast with {WIDTH}=512 \
             in the environment.",
            bits.unwrap_or("256")
        ),
    };
    if set(NO_CACHE).is_none_or(|value| value == "false" || value == "0") {
        text += &format!(
            " Its cache does not know the width: a kernel compiled at another one earlier is used again, and is slower, \
             unless {NO_CACHE}=true is set."
        );
    }
    text
}

/// "llvmpipe (LLVM 19.1.7, 256 bits)" has it.
fn width(describe: &str) -> Option<&str> {
    describe.split(" bits").next()?.rsplit(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "GPU: llvmpipe (LLVM 19.1.7, 256 bits), Mesa 25, f32";

    #[test]
    fn the_width_and_the_cache_of_a_software_driver_are_told() {
        let plain = note(NAME, &|_| None);
        assert!(plain.contains("have 256 bits") && plain.contains("cache does not know"));
        let wide = note(NAME, &|name| (name == WIDTH).then(|| "512".into()));
        assert!(wide.contains("LP_NATIVE_VECTOR_WIDTH=512 sets"), "{wide}");
        assert!(
            wide.contains("unless MESA_SHADER_CACHE_DISABLE=true"),
            "{wide}"
        );
        let both = note(NAME, &|name| {
            Some(if name == WIDTH { "512" } else { "true" }.into())
        });
        assert!(!both.contains("cache"), "{both}");
        assert!(!note("SwiftShader", &|_| None).contains("vectors"));
    }

    #[test]
    fn hardware_needs_no_note() {
        let of = |kind| Contestant {
            kind,
            describe: NAME.into(),
            ..Contestant::default()
        };
        assert!(notes(&[of(Kind::Gpu), of(Kind::Cpu)]).is_empty());
        assert_eq!(notes(&[of(Kind::Cpu), of(Kind::Software)]).len(), 1);
    }
}
