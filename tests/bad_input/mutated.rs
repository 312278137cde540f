//! Good inputs with pieces changed at random: never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rheobase::diag::SourceText;
use rheobase::experiment::{FiOptions, fi};
use rheobase::model::{Model, library};
use rheobase::plan::compile;

use crate::support::Folder;

/// A text with a few pieces deleted, doubled, moved or replaced.
fn mutated(text: &str, rng: &mut fastrand::Rng) -> String {
    const PIECES: [&str; 24] = [
        "(",
        ")",
        "/0",
        "*",
        "^",
        "-",
        " mV",
        " ms",
        "=",
        ":",
        "1e999",
        "0",
        "v",
        "I",
        "\n",
        "\"",
        "#",
        " if 1 < 2 else ",
        "exp(",
        "dt",
        "\u{b5}",
        "d",
        "(unless refractory)",
        "reset v = ",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..rng.usize(1..4) {
        if chars.is_empty() {
            break;
        }
        let at = rng.usize(0..chars.len());
        let to = (at + rng.usize(0..12)).min(chars.len());
        match rng.u8(0..5) {
            0 => drop(chars.drain(at..to)),
            1 => {
                let piece: Vec<char> = chars[at..to].to_vec();
                let elsewhere = rng.usize(0..=chars.len());
                chars.splice(elsewhere..elsewhere, piece);
            }
            2 => {
                let piece = PIECES[rng.usize(0..PIECES.len())];
                chars.splice(at..at, piece.chars());
            }
            3 => {
                let piece = PIECES[rng.usize(0..PIECES.len())];
                chars.splice(at..to, piece.chars());
            }
            _ => {
                let other = rng.usize(0..chars.len());
                chars.swap(at, other);
            }
        }
    }
    chars.into_iter().collect()
}

/// The built-in models in turn, mutated; the seed says which.
fn mutant(seed: u64) -> String {
    let models = library::MODELS;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below the number of models"
    )]
    let model = &models[(seed % models.len() as u64) as usize];
    mutated(model.text, &mut fastrand::Rng::with_seed(seed))
}

/// All stages up to the plan; what they refuse, they must be able to say.
fn understand(text: &str) -> bool {
    let source = SourceText::new("mutant", text);
    let (model, warnings) = match Model::parse("mutant", text) {
        Ok(parsed) => parsed,
        Err(errors) => {
            assert!(errors.render(&source).contains("error"));
            return false;
        }
    };
    let _ = warnings.render(&source);
    match fi(model, &FiOptions::default()) {
        Ok(experiment) => match compile(&experiment) {
            Ok(_) => true,
            Err(error) => error.to_string().is_empty(),
        },
        Err(problems) => problems.to_string().is_empty(),
    }
}

#[test]
fn mutated_models_never_make_the_library_panic() {
    let mut understood = 0;
    for seed in 0..300 {
        let text = mutant(seed);
        match catch_unwind(AssertUnwindSafe(|| understand(&text))) {
            Ok(good) => understood += u32::from(good),
            Err(_) => panic!("seed {seed}:\n{text}"),
        }
    }
    // Else the mutations are too wild to reach the later stages, or too tame to break anything.
    assert!(
        (10..290).contains(&understood),
        "{understood} of 300 compile"
    );
}

#[test]
fn mutated_settings_never_make_the_library_panic() {
    let text = library::find("lif").expect("built in").text;
    let (model, _) = Model::parse("lif", text).expect("a good model");
    for seed in 0..3000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut wild = |text: &str| Some(mutated(text, &mut rng));
        let options = FiOptions {
            from: wild("-0.5 nA"),
            to: wild("5e3*pA"),
            dt: wild("0.1 ms"),
            duration: wild("100 ms"),
            skip: wild("10/Hz"),
            settle: wild("1 ms"),
            set: ["tau=log:1:0.1 s:9", "init.v=-65,-60 mV", "R=1:10 Mohm:4"]
                .iter()
                .filter_map(|text| wild(text))
                .collect(),
            ..FiOptions::default()
        };
        let told = catch_unwind(AssertUnwindSafe(|| match fi(model.clone(), &options) {
            Ok(experiment) => compile(&experiment).err().map(|error| error.to_string()),
            Err(problems) => Some(problems.to_string()),
        }));
        assert!(
            told.is_ok_and(|told| told != Some(String::new())),
            "seed {seed}: {options:?}"
        );
    }
}

#[test]
fn mutated_models_never_make_the_program_panic() {
    let folder = Folder::new();
    for seed in 1000..1030 {
        let path = folder.write("mutant.eqn", mutant(seed));
        let ended = folder.run(&["check", &path]);
        let known = matches!(ended.status, Some(0 | 2));
        assert!(
            known && !ended.stderr.contains("panicked"),
            "seed {seed}: {ended:?}"
        );
    }
}
