//! Options of the other commands.

use super::{Case, check};

const FILES: &[(&str, &[u8])] = &[("e.toml", b"model = \"lif\"\nduration = 5\n")];

#[test]
fn options_that_make_no_sense_are_refused_by_every_command() {
    check(&[
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--cells", "0"],
            words: &["0 cells", "--cells 1000"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--cells", "x"],
            words: &["'x'", "--cells"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--cells", "99999999999"],
            words: &["99999999999 cells", "16777216"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--cells", ""],
            words: &["--cells", "empty"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--repeats", "0"],
            words: &["--repeats is 0", "at least 1"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--seconds=-1"],
            words: &["--seconds is -1", "--seconds 20"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--seconds", "nan"],
            words: &["--seconds is NaN"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--seconds", "inf"],
            words: &["--seconds is inf"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--export", "b.txt"],
            words: &["b.txt", ".csv"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "nope"],
            words: &["no model `nope`", "list models"],
        },
        Case {
            files: FILES,
            arguments: &["bench", "lif", "--dt", "0"],
            words: &["dt must be", "--dt \""],
        },
        Case {
            files: FILES,
            arguments: &["verify", "lif", "--cells", "0"],
            words: &["--cells is 0", "from 1"],
        },
        Case {
            files: FILES,
            arguments: &["verify", "lif", "--cells", "1e3"],
            words: &["'1e3'", "--cells"],
        },
        Case {
            files: FILES,
            arguments: &["verify", "lif", "--cells", "99999999"],
            words: &["--cells", "100000"],
        },
        Case {
            files: FILES,
            arguments: &["verify", "nope"],
            words: &["no model `nope`"],
        },
        Case {
            files: FILES,
            arguments: &["verify", "lif", "--engine", "nope"],
            words: &["'nope'", "reference"],
        },
        Case {
            files: FILES,
            arguments: &["verify", "none.toml"],
            words: &["none.toml", "TOML"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--amplitude", "x"],
            words: &["--amplitude", "`x`", "nA"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--amplitude", "nan"],
            words: &["--amplitude", "`nan`"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--amplitude", ""],
            words: &["--amplitude", "nA"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--amplitude", "1,,2"],
            words: &["--amplitude", "nA"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--every", "-1"],
            words: &["every must be", "--every \"300 ms\""],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--every", "x"],
            words: &["--every", "`x`"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--every", "1 mV"],
            words: &["--every", "wrong unit"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--every", "1e9 s"],
            words: &["1000000000000 ms is more than 4294967295 steps", "--dt"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--variables", ""],
            words: &["no `` to record", "v, I"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--variables", "v,v"],
            words: &["`v` is recorded twice", "once"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--all", "--variables", "v"],
            words: &["--all", "--variables", "cannot be used"],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--dt", "0"],
            words: &["dt must be", "--dt \""],
        },
        Case {
            files: FILES,
            arguments: &["trace", "lif", "--set", "tau=1:2"],
            words: &["FROM:TO:N"],
        },
        Case {
            files: FILES,
            arguments: &["show", "nope"],
            words: &["no model `nope`"],
        },
        Case {
            files: FILES,
            arguments: &["show", "lif", "--plan", "--dt", "x"],
            words: &["--dt", "`x`"],
        },
        Case {
            files: FILES,
            arguments: &["show", "lif", "--plan", "--n", "0"],
            words: &["--n is 0"],
        },
        Case {
            files: FILES,
            arguments: &["show", "lif", "--wgsl", "--method", "zzz"],
            words: &["no method `zzz`"],
        },
        Case {
            files: FILES,
            arguments: &["check", "."],
            words: &["cannot read", "model file"],
        },
        Case {
            files: FILES,
            arguments: &["check", "none.toml"],
            words: &["none.toml", "TOML"],
        },
        Case {
            files: FILES,
            arguments: &["check", "lif", "--dt", "-1"],
            words: &["not -1 ms", "--dt \""],
        },
        Case {
            files: FILES,
            arguments: &["check", "lif", "--set", "tua=1"],
            words: &["did you mean `tau`?"],
        },
        Case {
            files: FILES,
            arguments: &["devices", "x"],
            words: &["'x'", "--help"],
        },
        Case {
            files: FILES,
            arguments: &["list", "x"],
            words: &["'x'", "models"],
        },
        Case {
            files: FILES,
            arguments: &["run"],
            words: &["<EXPERIMENT>"],
        },
        Case {
            files: FILES,
            arguments: &["run", "lif"],
            words: &["cannot read `lif`", "experiment file"],
        },
        Case {
            files: FILES,
            arguments: &["run", "none.toml"],
            words: &["none.toml", "experiment file"],
        },
        Case {
            files: FILES,
            arguments: &["run", "."],
            words: &["cannot read", "experiment file"],
        },
        Case {
            files: FILES,
            arguments: &["run", "e.toml", "--n", "3"],
            words: &["--n", "--help"],
        },
        Case {
            files: FILES,
            arguments: &["run", "e.toml", "--out", "e.toml"],
            words: &["e.toml", "--out"],
        },
        Case {
            files: FILES,
            arguments: &["run", "e.toml", "--engine", "nope"],
            words: &["'nope'", "cpu"],
        },
        Case {
            files: FILES,
            arguments: &["run", "e.toml", "--device", "7", "--engine", "cpu"],
            words: &["no devices", "--engine gpu"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--seed", "1.5"],
            words: &["'1.5'", "--seed"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--seed", "-1"],
            words: &["-1", "--help"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--out", ""],
            words: &["--out"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--out", "e.toml"],
            words: &["e.toml", "--out"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--out", "e.toml/x"],
            words: &["e.toml/x", "--out"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--out", "/dev/null/x"],
            words: &["/dev/null/x", "--out"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--precision", "f16"],
            words: &["f16", "f64"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--precision", "f64", "--engine", "gpu"],
            words: &["f32 only", "--engine cpu"],
        },
        Case {
            files: FILES,
            arguments: &["fi", ""],
            words: &["no model ``", "list models"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--dt", "1e-300"],
            words: &["steps of 1e-300 ms", "--dt"],
        },
        Case {
            files: FILES,
            arguments: &["fi", "lif", "--dt", "1e300"],
            words: &["one step of 1e300 ms", "--dt"],
        },
    ]);
}
