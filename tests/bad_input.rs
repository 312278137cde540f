//! What is wrong is refused with status 2, a message that names it and says what to do, and no
//! file that looks like a result.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rheobase::diag::SourceText;
use rheobase::experiment::{FiOptions, fi};
use rheobase::model::{Model, library};
use rheobase::plan::compile;

use crate::support::{Ended, Folder, small};

/// Files that only a complete run may leave.
const RESULTS: [&str; 3] = ["fi.csv", "fi.svg", "run.json"];

/// Runs `fi` in `folder`; it is refused with all these words.
#[track_caller]
fn refused_in(folder: &Folder, arguments: &[&str], words: &[&str]) -> Ended {
    let ended = folder.fi(arguments);
    ended.expect(2).says(words);
    assert!(ended.stdout.is_empty(), "{ended:?}");
    assert!(
        ended.stderr.len() < 10_000,
        "a message as long as {}",
        ended.stderr.len()
    );
    for name in RESULTS {
        assert!(!folder.has(name), "{name} is left");
    }
    ended
}

#[track_caller]
fn refused(arguments: &[&str], words: &[&str]) -> Ended {
    refused_in(&Folder::new(), arguments, words)
}

/// A built-in model's text with one piece of it replaced.
fn changed(model: &str, piece: &str, by: &str) -> String {
    let text = library::find(model).expect("built in").text;
    assert!(text.contains(piece), "{model} has no `{piece}`");
    text.replacen(piece, by, 1)
}

/// `fi` and `check` both refuse this model text with these words.
#[track_caller]
fn refused_text(text: impl AsRef<[u8]>, words: &[&str]) {
    let folder = Folder::new();
    let path = folder.write("model.eqn", text);
    refused_in(&folder, &[&path], words);
    folder.run(&["check", &path]).expect(2).says(words);
}

#[test]
fn unknown_names_are_refused_with_the_nearest_one() {
    refused(&["liv"], &["liv", "did you mean `lif`", "list models"]);
    refused(
        &["no_such_thing"],
        &["no_such_thing", "list models", "path"],
    );
    refused(&["lif", "--set", "tua=3"], &["tua", "did you mean `tau`"]);
    refused(
        &["hodgkin_huxley", "--set", "init.M=0"],
        &["state `M`", "did you mean `m`"],
    );
    refused(
        &["lif", "--set", "init.nothing=0"],
        &["nothing", "the model has: v"],
    );
    refused(&["lif", "--set", "v=3"], &["`v` is a state", "init.v="]);
    refused(&["lif", "--set", "I=3"], &["`I` is an input", "--from"]);
    refused(&["lif", "--engine", "cpi"], &["cpi", "cpu", "reference"]);
    refused(
        &["lif", "--method", "exat"],
        &["exat", "did you mean `exact`", "rk4"],
    );
    refused(&["lif", "--method", "zzz"], &["zzz", "rk4"]);
}

#[test]
fn a_quantity_of_another_unit_is_refused_with_the_unit_that_is_expected() {
    refused(&["lif", "--set", "tau=3 mV"], &["tau", "mV", "ms"]);
    refused(&["lif", "--set", "init.v=3 nA"], &["init.v", "nA", "mV"]);
    refused(
        &["lif", "--set", "tau=3 fortnights"],
        &["fortnights", "not a unit", "ms"],
    );
    refused(&["lif", "--from", "3 mV"], &["--from", "mV", "nA"]);
    refused(&["lif", "--to", "3 ms"], &["--to", "ms", "nA"]);
    for option in ["--dt", "--duration", "--skip", "--settle"] {
        refused(&["lif", option, "3 mV"], &[option, "mV", "ms"]);
    }
}

#[test]
fn times_that_make_no_run_are_refused() {
    for dt in ["0", "-1", "-0.1 ms", "0 s"] {
        refused(&["lif", "--dt", dt], &["dt", "positive", "--dt \""]);
    }
    for dt in ["nan", "inf", "-inf", "1e999", ""] {
        refused(&["lif", "--dt", dt], &["--dt", "10 ms"]);
    }
    refused(
        &["lif", "--dt", "51 ms"],
        &["duration", "50 ms", "step of 51 ms", "--dt"],
    );
    refused(
        &["lif", "--dt", "90 ms"],
        &["duration", "50 ms", "step of 90 ms", "--dt"],
    );
    refused(&["lif", "--duration", "0"], &["duration", "--duration"]);
    refused(
        &["lif", "--duration", "-3"],
        &["duration", "negative", "--duration"],
    );
    refused(
        &["lif", "--duration", "1e30 s"],
        &["duration", "steps", "--dt"],
    );
    refused(
        &["lif", "--skip", "50 ms"],
        &["--skip", "shorter", "--duration"],
    );
    refused(
        &["lif", "--skip", "1 s"],
        &["--skip", "shorter", "--duration"],
    );
    refused(
        &["lif", "--settle", "-1 ms"],
        &["settle", "negative", "--settle"],
    );
    refused(
        &[
            "lif",
            "--dt",
            "1e-8",
            "--settle",
            "40 ms",
            "--duration",
            "40 ms",
        ],
        &["4294967295 steps", "--dt"],
    );
}

#[test]
fn ranges_that_are_none_are_refused() {
    refused(
        &["lif", "--from", "3", "--to", "2"],
        &["inverted", "from 2 to 3"],
    );
    refused(
        &["lif", "--from", "2", "--to", "2"],
        &["I", "all the same", "one value"],
    );
    refused(&["lif", "--n", "0"], &["--n", "at least 1"]);
    for end in ["nan", "inf", "-inf", "1e999", "x", ""] {
        refused(&["lif", "--from", end], &["--from", "nA"]);
    }
    for n in ["-1", "1.5", "x", "99999999999999999999999"] {
        refused(&["lif", &format!("--n={n}")], &["--n", n]);
    }
}

#[test]
fn a_range_whose_values_would_overflow_is_refused() {
    let ends = ["--from=-1.7e308", "--to=1.7e308"];
    refused(
        &[&["lif"][..], &ends].concat(),
        &["I", "too large", "at most"],
    );
    refused(
        &["lif", "--set", "tau=1:1e300:3"],
        &["tau", "too large", "at most"],
    );
}

#[test]
fn a_negative_refractory_time_is_refused() {
    refused(
        &["lif", "--set", "t_ref=-1 ms"],
        &["refractory time is negative", "t_ref = -1", "0 ms or more"],
    );
}

#[test]
fn an_axis_named_as_another_column_is_refused_before_the_run() {
    for name in ["cell", "rate", "ISI_CV"] {
        let folder = Folder::new();
        let path = folder.write(
            "model.eqn",
            changed("lif", "R ", &format!("{name} ")).replace("R*I", &format!("{name}*I")),
        );
        let several = format!("{name}=5,10");
        refused_in(
            &folder,
            &[&path, "--set", &several],
            &[name, "another name"],
        );
        assert_eq!(folder.names(), ["model.eqn"]);
        folder.fi(&[&path]).expect(0);
    }
}

#[test]
fn equal_ends_with_one_value_are_one_good_point() {
    let folder = Folder::new();
    folder
        .fi(&["lif", "--from", "2 nA", "--to", "2 nA", "--n", "1"])
        .expect(0);
    let table = folder.read("fi.csv");
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.contains("\n0,2,"), "{table}");
}

#[test]
fn grids_that_nothing_could_hold_are_refused_with_what_they_would_need() {
    refused(
        &["lif", "--n", "9999999999999999999"],
        &["9999999999999999999 cells", "too large", "fewer"],
    );
    refused(
        &["lif", "--set", "tau=1:2:4000000000", "--n", "4000000000"],
        &["4000000000 x 4000000000", "too large", "fewer"],
    );
    refused(
        &["lif", "--n", "100000000000000"],
        &["100000000000000 cells", "PB", "are free", "fewer", "--out"],
    );
}

#[test]
fn folders_that_cannot_take_results_are_refused() {
    let folder = Folder::new();
    folder.write("file", "not a folder");
    refused_in(
        &folder,
        &["lif", "--out", "file/deeper"],
        &["file/deeper", "--out"],
    );
    refused_in(&folder, &["lif", "--out", "file"], &["file", "--out"]);
    assert_eq!(folder.names(), ["file"]);
}

#[test]
fn results_of_an_earlier_run_elsewhere_are_kept_unless_forced() {
    for name in RESULTS {
        let folder = Folder::new();
        std::fs::create_dir(folder.path().join("out")).expect("a folder");
        folder.write(&format!("out/{name}"), "precious");
        refused_in(
            &folder,
            &["lif", "--out", "out"],
            &[name, "--force", "--out"],
        );
        assert_eq!(folder.read(&format!("out/{name}")), "precious");
        assert_eq!(
            std::fs::read_dir(folder.path().join("out"))
                .expect("a folder")
                .count(),
            1
        );
    }
}

#[test]
fn a_missing_gpu_is_named_with_a_remedy() {
    let folder = Folder::new();
    let mut command = folder.command(&small("fi", &["lif", "--engine", "gpu"]));
    command
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent");
    let ended = crate::support::end(crate::support::start(command));
    // A machine whose GPU is reached by another way than Vulkan has one all the same.
    if cfg!(target_os = "linux") {
        ended.expect(2).says(&["no GPU was found", "--engine cpu"]);
        assert!(!folder.has("fi.csv"));
    }
}

#[test]
fn a_device_that_is_not_there_is_refused() {
    let ended = refused(&["lif", "--engine", "gpu", "--device", "no such card"], &[]);
    let told = ["no GPU was found", "no device is called 'no such card'"];
    assert!(
        told.iter().any(|words| ended.stderr.contains(words)),
        "{ended:?}"
    );
    refused(
        &["lif", "--device", "no such card"],
        &["reference", "no devices", "--engine gpu"],
    );
    refused(
        &["lif", "--engine", "cpu", "--device", "7"],
        &["CPU", "no devices", "--engine gpu"],
    );
}

#[test]
fn a_method_that_cannot_step_the_model_is_refused_with_one_that_can() {
    refused(
        &["hodgkin_huxley", "--method", "exact"],
        &["'exact'", "'v'", "not linear", "staggered", "list methods"],
    );
    refused_text(
        changed("hodgkin_huxley", "dt 0.01 ms", "method exact"),
        &["'exact'", "not linear", "staggered"],
    );
    refused_text(
        changed("lif", "dt 0.1 ms", "method exat"),
        &["exat", "did you mean `exact`"],
    );
}

#[test]
fn errors_of_a_text_show_the_line_the_place_and_the_remedy() {
    refused_text(
        changed("lif", "E_L - v + R*I", "tau - v + R*I"),
        &[
            "subtract ms and mV",
            "model.eqn:16:",
            "dv/dt = (tau - v",
            "^",
            "`tau` is in ms",
        ],
    );
    refused_text(
        changed("lif", "init v = E_L\n", ""),
        &["`v` has no initial value", "^", "init v ="],
    );
    refused_text(
        changed("lif", "init v", "a = b : 1\nb = a : 1\ninit v"),
        &["circle", "a -> b -> a", "^", "must not depend"],
    );
    refused_text(
        changed("lif", "R*I", "Q*I"),
        &["`Q` is not known", "^", "param NAME = value"],
    );
    refused_text(
        changed("lif", "R*I", "exxp(R*I)"),
        &["no function `exxp`", "^", "did you mean `exp`"],
    );
    refused_text(
        changed("lif", "dt 0.1 ms", "dt -1 ms"),
        &["`dt` must be more than 0", "^"],
    );
    refused_text(
        changed("lif", "dt 0.1 ms", "tau_2 = (1 ms : ms"),
        &["^", "model.eqn:5:"],
    );
}

#[test]
fn a_division_by_zero_is_refused_where_it_stands() {
    refused_text(
        changed("lif", "R*I", "R*I*1/0"),
        &["`dv/dt`", "divides by 0", "change"],
    );
    refused_text(
        changed("lif", "init v = E_L", "init v = E_L/0"),
        &["initial value of `v`", "divides by 0"],
    );
    refused(
        &["hodgkin_huxley", "--set", "C=0"],
        &["`dv/dt`", "`C`", "C = 0", "--set"],
    );
    refused(
        &["lif", "--set", "tau=0 ms"],
        &["`dv/dt`", "`tau`", "tau = 0", "--set"],
    );
    // Where the others of the expression make it zero, all are named.
    refused_text(
        changed("lif", "/tau", "/(tau - t_ref)").replace("t_ref = 2 ms", "t_ref = 10 ms"),
        &["`tau`, `t_ref`", "tau = 10", "t_ref = 10"],
    );
}

#[test]
fn cells_that_divide_by_zero_along_an_axis_are_counted_and_left_empty() {
    let folder = Folder::new();
    let ended = folder.fi(&["lif", "--set", "tau=0,10", "--n", "1"]);
    ended.expect(0).says(&["1 of 2 cells", "no finite number"]);
    assert!(
        folder.read("fi.csv").contains("\n0,0,0,,,,,,\n"),
        "{}",
        folder.read("fi.csv")
    );
    assert!(folder.read("run.json").contains("\"non_finite\": 1"));
}

#[test]
fn a_condition_may_keep_a_division_by_zero_from_being_used() {
    let folder = Folder::new();
    let text = changed("lif", "R*I", "(0 mV if tau > 1 ms else R*I*1/0)");
    let path = folder.write("model.eqn", text);
    folder.fi(&[&path]).expect(0);
}

#[test]
fn parameters_without_value_or_with_two_are_refused() {
    refused_text(
        changed("lif", "= 10 ms", ": ms"),
        &["`tau` has no value", "--set tau="],
    );
    let folder = Folder::new();
    let path = folder.write("model.eqn", changed("lif", "= 10 ms", ": ms"));
    folder.fi(&[&path, "--set", "tau=10"]).expect(0);
    refused(
        &["lif", "--set", "tau=1", "--set", "tau=2"],
        &["`tau` is set twice", "once"],
    );
    refused(
        &["lif", "--set", "init.v=-65", "--set", "init.v=-65"],
        &["`init.v` is set twice"],
    );
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (text, words) in [
        ("tau", &["`tau` sets nothing", "value"][..]),
        ("", &["sets nothing"]),
        ("=", &["no parameter ``", "tau"]),
        ("=3", &["no parameter ``", "tau"]),
        ("tau=", &["tau", "10 ms"]),
        ("tau=,", &["tau", "10 ms"]),
        ("tau=1,,2", &["tau", "10 ms"]),
        ("tau=:", &["tau", "FROM:TO:N"]),
        ("tau=::", &["tau", "10 ms"]),
        ("tau=1:2", &["tau", "FROM:TO:N"]),
        ("tau=1:2:3:4", &["tau", "FROM:TO:N"]),
        ("tau=1:2:0", &["tau", "at least 1"]),
        ("tau=1:2:-1", &["tau", "at least 1"]),
        ("tau=1:2:1e3", &["tau", "whole number"]),
        ("tau=2:1:3", &["tau", "inverted", "from 1 to 2"]),
        ("tau=2:2:3", &["tau", "all the same"]),
        ("tau=log:1", &["tau", "log:FROM:TO:N"]),
        ("tau=log:0:1:3", &["tau", "logarithmic", "positive"]),
        ("tau=log:-1:1:3", &["tau", "logarithmic", "positive"]),
        ("tau=nan", &["tau", "10 ms"]),
        ("tau=inf", &["tau", "10 ms"]),
        ("tau=1e308 s", &["tau", "too large"]),
        ("tau=10 ms ms ms )(", &["tau", "unit"]),
        ("tau=\u{1f9e0}", &["tau", "10 ms"]),
        ("\u{1f9e0}=1", &["no parameter", "tau"]),
        ("init.=1", &["no state ``", "v"]),
        ("tau==1", &["tau", "10 ms"]),
    ] {
        refused(&["lif", "--set", text], words);
    }
}

#[test]
fn an_argument_of_100_kilobytes_is_refused_in_a_few_words() {
    let long = |begin: &str, unit: &str| begin.to_owned() + &unit.repeat(100_000 / unit.len());
    for text in [
        long("", "x"),
        long("tau=", "9"),
        long("tau=3", "x"),
        long("tau=", "1:"),
        long("tau=3 ", "ms*"),
        long("tau=3 ", "("),
        long("init.", "v") + "=3",
        long("tau=1:2:", "3"),
    ] {
        refused(&["lif", "--set", &text], &["error", "help"]);
    }
    refused(&[&long("", "x")], &["there is no model", "list models"]);
    refused(
        &["lif", "--method", &long("", "x")],
        &["there is no method", "rk4"],
    );
    // A list as long as that is no mistake, only too many cells for the free space of most.
    refused(
        &["lif", "--set", &long("tau=1", ",1"), "--n", "1000000000"],
        &["cells", "fewer"],
    );
}

#[test]
fn models_without_what_an_f_i_curve_needs_are_refused() {
    let folder = Folder::new();
    let silent = folder.write(
        "silent.eqn",
        "param tau = 10 ms\ninput I : mV\nrange I = 0 : 1 mV\ndv/dt = (I - v)/tau : mV\ninit v = 0 mV\n",
    );
    refused_in(
        &folder,
        &[&silent],
        &["'silent'", "no threshold", "threshold v > 0 mV"],
    );
    let deaf = folder.write(
        "deaf.eqn",
        "param tau = 10 ms\ndv/dt = -v/tau : mV\ninit v = 0 mV\nthreshold v > 1 mV\n",
    );
    refused_in(&folder, &[&deaf], &["'deaf'", "no input", "input I : nA"]);
    let endless = folder.write("endless.eqn", changed("lif", "range I = 0 : 5 nA\n", ""));
    refused_in(
        &folder,
        &[&endless],
        &["--from", "--to", "no range", "range I ="],
    );
    // They are good models all the same.
    for path in [&silent, &deaf] {
        let ended = folder.run(&["check", path]);
        ended.expect(0);
        assert!(ended.stdout.contains("no errors"), "{ended:?}");
    }
}

#[test]
fn files_that_are_no_model_are_refused() {
    refused_text("", &["no equation", "dv/dt = ..."]);
    refused_text("\n\n# nothing\n", &["no equation", "dv/dt = ..."]);
    refused_text(
        b"model x \"caf\xe9\"\n",
        &["model.eqn", "not UTF-8", "byte 12", "saved as UTF-8"],
    );
    refused_text(vec![b'#'; (1 << 20) + 1], &["model.eqn", "1 MiB", "help"]);
    let mut garbage = fastrand::Rng::with_seed(7);
    let bytes: Vec<u8> = (0..5000).map(|_| garbage.u8(..)).collect();
    refused_text(bytes, &["model.eqn", "help"]);
    let low: Vec<u8> = (0..5000).map(|_| garbage.u8(..128)).collect();
    refused_text(low, &["error", "model.eqn"]);
    let folder = Folder::new();
    refused_in(&folder, &["."], &["`.`", "cannot read", "list models"]);
    refused_in(
        &folder,
        &["./nowhere.eqn"],
        &["nowhere.eqn", "cannot read", "path"],
    );
}

/// Root reads everything, and says nothing of this.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.write("secret.eqn", changed("lif", "lif", "secret"));
    let file = folder.path().join("secret.eqn");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).expect("my own file");
    if std::fs::read(&file).is_err() {
        refused_in(
            &folder,
            &[&path],
            &["secret.eqn", "cannot read", "may read"],
        );
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let nest = |open: &str, close: &str| {
        let (open, close) = (open.repeat(100_000), close.repeat(100_000));
        changed("lif", "R*I", &format!("R*{open}I{close}"))
    };
    refused_text(nest("(", ")"), &["deep", "give a part of it a name"]);
    refused_text(nest("-", ""), &["deep"]);
    refused_text(nest("abs(", ")"), &["deep"]);
    refused_text(nest("1*", ""), &["deep"]);
}

#[test]
fn misuse_of_the_command_line_is_refused_with_what_there_is() {
    let folder = Folder::new();
    for (arguments, words) in [
        (&["fo", "lif"][..], &["fo", "--help"][..]),
        (&["frobnicate"], &["frobnicate", "--help"]),
        (&["fi"], &["<MODEL>", "--help"]),
        (&["fi", "lif", "--frm", "3"], &["--frm", "--from"]),
        (&["fi", "lif", "--from"], &["--from", "--help"]),
        (&["fi", "lif", "lif"], &["lif", "--help"]),
        (&["fi", "lif", "--seed", "x"], &["--seed", "x"]),
        (&["fi", "lif", "--precision", "f16"], &["f16", "f32", "f64"]),
        (&["list"], &["<WHAT>", "--help"]),
        (&["list", "modles"], &["modles", "models"]),
        (&["check"], &["<FILE>", "--help"]),
        (&["show"], &["<MODEL>", "--help"]),
        (&[], &["Usage", "fi", "check"]),
    ] {
        folder.run(arguments).expect(2).says(words);
    }
    assert!(folder.names().is_empty());
}

#[test]
fn all_that_is_wrong_with_the_options_is_said_at_once() {
    refused(
        &[
            "lif", "--from", "x", "--dt", "y", "--set", "tua=1", "--set", "R=1 s", "--method", "z",
        ],
        &["--from", "--dt", "tua", "Mohm", "no method `z`"],
    );
}

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

/// A default computed from another parameter does not follow it; that is refused, not passed over.
#[test]
fn a_computed_default_does_not_stay_behind() {
    let folder = Folder::new();
    let text = "param tau = 10 ms\nparam slow = 3*tau\nparam slower = 2*slow\ninput I : nA\nrange I = 0 : 1 nA\n\
                dv/dt = -v/slower + I*(1 Mohm)/tau : mV\ninit v = 0 mV\nthreshold v > 1 mV\n";
    let model = folder.write("m.eqn", text);
    let ended = folder.run(&[
        "fi",
        &model,
        "--set",
        "tau=5",
        "--n",
        "2",
        "--duration",
        "1 ms",
    ]);
    ended.expect(2).says(&[
        "`slow` was computed from `tau`",
        "`slower` was computed from `tau`",
        "set `slow`",
    ]);
    let all = [
        "fi",
        &model,
        "--set",
        "tau=5",
        "--set",
        "slow=15",
        "--set",
        "slower=30",
        "--n",
        "2",
        "--duration",
        "1 ms",
    ];
    folder.run(&all).expect(0);
}

#[test]
fn lists_that_no_memory_holds_are_refused() {
    let texts = [
        "duration = \"10 ms\"\n[record]\nspikes = { capacity = 1000000000 }\n",
        "dt = \"0.1 ms\"\nduration = \"100000 s\"\n[record]\ntrace = { variables = [\"v\"] }\n",
        "dt = \"0.1 ms\"\nduration = \"100000 s\"\n[record]\nfeatures = true\n\
         trace = { variables = [\"v\"], cells = [0] }\n",
    ];
    for text in texts {
        for engine in ["cpu", "reference"] {
            let folder = Folder::new();
            let file = folder.write("e.toml", format!("model = \"lif\"\n{text}"));
            let ended = folder.run(&["run", &file, "--engine", engine]);
            ended
                .expect(2)
                .says(&["entries per cell", "take a smaller capacity"]);
            assert_eq!(folder.names(), ["e.toml"]);
        }
    }
}
