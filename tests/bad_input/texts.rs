//! Model texts: units, names, grammar, bytes, and what an f-I curve needs.

use super::{changed, refused, refused_in, refused_text};
use crate::support::Folder;

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
fn pieces_of_a_text_that_make_no_sense_are_refused_with_their_place() {
    for (piece, by, words) in [
        ("R*I", "R*I + ", &["expected a value", "`)`"]),
        ("R*I", "R**I", &["an exponent has no unit", "nA"]),
        ("R*I", "(R*I", &["expected an operator or `)`"]),
        ("R*I", "R*I)", &["expected `:` and the unit"]),
        ("R*I", "R*I @ 2", &["`@` has no meaning"]),
        (
            "R*I",
            "R*I if v",
            &["expected `else`", "a if condition else b"],
        ),
        ("R*I", "(v > 0 mV)", &["true or false", "int(...)"]),
        ("R*I", "exp(v)", &["`exp` has no unit", "mV"]),
        ("R*I", "exp()", &["`exp` takes 1 argument, not 0"]),
        ("R*I", "exp(v/mV, 2)", &["1 argument, not 2"]),
        (
            "R*I",
            "R*I + 3",
            &["cannot add mV and a plain number", "`3 mV`"],
        ),
        ("R*I", "R*Ω", &["`Ω` is not known", "declare it"]),
        ("R*I", "R*I\0", &["`\\0` has no meaning"]),
        ("R*I", "\"text\"", &["expected a value", "a text"]),
        ("R*I", "R*I + t", &["cannot add mV and ms"]),
        ("R*I", "1e999*R*I", &["number is too large"]),
        ("R*I", "R*I*0x10", &["`x10` is not a unit"]),
        ("R*I", "R*I + 1 parsec", &["`parsec` is not a unit"]),
        ("R*I", "log(-1)*R*I", &["no finite value"]),
        ("R*I", "R*I;", &["found `;`"]),
        ("R*I", "True", &["true or false"]),
        ("R*I", "v.x", &["`.` has no meaning"]),
        ("R*I", "R*I + dv/dt", &["`dv` is not known"]),
        ("R*I", "R*“I", &["“", "no meaning"]),
        (
            "init v = E_L",
            "init v = t",
            &["expected mV", "`t` is in ms"],
        ),
        (
            "init v = E_L",
            "init v = v",
            &["circle", "v -> v", "must not depend"],
        ),
        ("init v = E_L", "init v = 3 ms", &["expected mV", "in ms"]),
        (
            "init v = E_L",
            "init w = 3 ms",
            &["`v` has no initial value", "`w` is not a state"],
        ),
        (
            "init v = E_L",
            "init v = E_L\ninit v = E_L",
            &["two initial values"],
        ),
        (
            "init v = E_L",
            "init v = x\ndx/dt = 1/ms : 1\ninit x = v/mV",
            &["circle"],
        ),
        (
            "init v",
            "v = 3 : 1\ninit v",
            &["`v` is declared twice", "rename"],
        ),
        (
            "init v",
            "param tau = 3 ms\ninit v",
            &["`tau` is declared twice"],
        ),
        ("init v", "input I : nA\ninit v", &["`I` is declared twice"]),
        ("init v", "param exp = 3\ninit v", &["name of a function"]),
        ("init v", "param t = 3\ninit v", &["`t` is the time"]),
        (
            "init v",
            "param if = 3\ninit v",
            &["belongs to the language"],
        ),
        ("init v", "param 3x = 3\ninit v", &["expected a name"]),
        ("init v", "param x\ninit v", &["expected `=` and a value"]),
        (
            "init v",
            "param x = v\ninit v",
            &["cannot stand in a parameter"],
        ),
        (
            "init v",
            "param x = y\nparam y = x\ninit v",
            &["circle", "x -> y -> x"],
        ),
        (
            "init v",
            "range tau = 1 : 2 ms\ninit v",
            &["`tau` is not an input"],
        ),
        ("init v", "dt 3 ms\ninit v", &["said twice", "remove one"]),
        (
            "init v",
            "duration -5 ms\ninit v",
            &["`duration` must be more than 0"],
        ),
        ("init v", "duration 3 mV\ninit v", &["a time", "mV"]),
        ("init v", "dt tau\ninit v", &["only a number and its unit"]),
        ("init v", "method\ninit v", &["expected a name"]),
        ("init v", "model a \"x\ninit v", &["not closed"]),
        (
            "init v",
            "cite nobody\ninit v",
            &["double quotes", "`nobody`"],
        ),
        (
            "init v",
            "foo bar\ninit v",
            &["`foo` does not begin a statement", "dx/dt"],
        ),
        (
            "init v",
            "dw/dt = 1 : mV\ninit v",
            &["`w` has no initial value", "expected mV/ms"],
        ),
        (
            "init v",
            "x = 3 : parsec\ninit v",
            &["`parsec` is not a unit"],
        ),
        (
            "init v",
            "x = 3 : mV (sometimes)\ninit v",
            &["`(sometimes)` is not a flag", "(unless refractory)"],
        ),
        (
            "init v",
            "x = 3 : 1 (unless refractory)\ninit v",
            &["belongs to an equation"],
        ),
        (
            "init v",
            "x = 3 mV : ms\ninit v",
            &["declared in ms", "in mV"],
        ),
        ("reset v = v_r", "reset I = 3 nA", &["`I` is not a state"]),
        ("reset v = v_r", "reset q = 3", &["`q` is not a state"]),
        ("reset v = v_r", "reset v = 3 ms", &["expected mV", "ms"]),
        ("reset v = v_r", "reset v", &["expected `=` or `+=`"]),
        ("reset v = v_r", "reset", &["error"]),
        ("threshold v >= v_th", "threshold v", &["error"]),
        ("threshold v >= v_th", "threshold v > 3 ms", &["mV", "ms"]),
        ("refractory t_ref", "refractory 3 mV", &["time", "mV"]),
        (
            "refractory t_ref",
            "refractory v/(1 mV)*1 ms",
            &["refractory", "same at all times", "numbers and parameters"],
        ),
        (
            "refractory t_ref",
            "refractory -3 ms",
            &["negative", "0 ms or more"],
        ),
        ("range I = 0 : 5 nA", "range I = 5 nA : 1 nA", &["range"]),
    ] as [(&str, &str, &[&str]); _]
    {
        println!("{by}");
        refused_text(changed("lif", piece, by), words);
        // Windows line ends move no caret and hide no error.
        refused_text(changed("lif", piece, by).replace('\n', "\r\n"), words);
    }
}
