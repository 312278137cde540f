//! Functions, presets and schemes: what they become, and what is wrong with bad ones.

use super::tests::errors;
use super::*;
use crate::diag::SourceText;

const TEXT: &str = "\
model cell \"test\"
rise(x, k) = 1/(1 + exp(-x/k))
param a = 2 mV
param b = 3*a
preset other \"from elsewhere\" (a = 5 mV,
  init v = -60 mV, range I = 0 : 4 nA, dt 0.5 ms, duration 10 ms, method own)
scheme own dt 0.25 ms \"somewhere\":
  v += 0.5*dv;
  w = w + dw
input I : nA
y = rise(v, a)*b : mV
dv/dt = (y - v + 1 Mohm*I)/(1 ms) : mV
dw/dt = (v - w)/(2 ms) : mV
init v = -70 mV
init w = v
";

fn chosen(preset: Option<&str>) -> Model {
    let read = match preset {
        Some(preset) => Model::parse_preset("cell", preset, TEXT),
        None => Model::parse("cell", TEXT),
    };
    match read {
        Ok((model, warnings)) => {
            assert!(warnings.is_empty());
            model
        }
        Err(wrong) => panic!("{}", wrong.render(&SourceText::new("test", TEXT))),
    }
}

#[test]
fn a_preset_speaks_in_place_of_the_text() {
    let plain = chosen(None);
    assert_eq!(plain.name, "cell");
    assert_eq!(plain.params[0].default, Some(2.0));
    assert_eq!(plain.params[1].default, Some(6.0));
    assert_eq!((plain.dt, &plain.method), (None, &None));
    assert_eq!(plain.presets[0].settings[0], "a = 5 mV");
    let other = chosen(Some("other"));
    assert_eq!(other.name, "cell:other");
    assert_eq!(other.params[0].default, Some(5.0));
    assert_eq!(
        other.params[1].default,
        Some(15.0),
        "what is computed from it follows"
    );
    assert_eq!(other.states[0].init, Expr::Number(-60.0));
    assert_eq!(other.inputs[0].range, Some((0.0, 4.0)));
    assert_eq!((other.dt, other.duration), (Some(0.5), Some(10.0)));
    assert_eq!(other.method.map(|(name, _)| name), Some("own".into()));
}

#[test]
fn a_function_is_its_body_with_the_arguments_in_place() {
    let model = chosen(None);
    let at = |v: f64| {
        model.lets[0].expr.evaluate(&Values {
            params: &[2.0, 6.0],
            states: &[v, 0.0],
            ..Values::default()
        })
    };
    assert!((at(0.0) - 3.0).abs() < 1e-15);
    assert!((at(4.0) - 6.0 / (1.0 + (-2.0_f64).exp())).abs() < 1e-15);
}

#[test]
fn the_library_has_the_published_values() {
    let text = "\
input I : uA/cm^2
E = nernst(145 mM, 15 mM, 1, 310 K) : mV
g(v) = ghk(v, 145 mM, 15 mM, 1, 310 K)*1e-6 cm/s
zero = g(E) : uA/cm^2
at_rest = g(0 mV) : uA/cm^2
dv/dt = E/(1 ms) + I*0 mV/(1 ms*uA)*(1 cm^2) + (zero + at_rest)*0 mV/(1 ms*uA)*(1 cm^2) : mV
init v = 0 mV
";
    let (model, _) = Model::parse("ions", text).expect("a good text");
    let mut lets = Vec::new();
    for one in &model.lets {
        let value = one.expr.evaluate(&Values {
            lets: &lets,
            ..Values::default()
        });
        lets.push(value);
    }
    // RT/F = 26.7138 mV at 310 K; ln(145/15) = 2.26868.
    assert!((lets[0] - 60.604).abs() < 0.01, "{lets:?}");
    assert!(
        lets[1].abs() < 1e-12,
        "no current at the Nernst potential: {lets:?}"
    );
    // At 0 mV the current is P z F (c_in - c_out) = 1e-6 cm/s x 96485 C/mol x -0.13 mol/dm3.
    assert!((lets[2] + 12.543).abs() < 1e-3, "{lets:?}");
}

#[test]
fn an_increment_is_that_of_the_present_values() {
    let model = chosen(None);
    let scheme = &model.schemes[0];
    assert_eq!((scheme.name.as_str(), scheme.dt), ("own", Some(0.25)));
    let block = &lower::lower(&model, 0.25).schemes[0];
    assert!(block.stored(crate::ir::Slot::State(0)).is_some());
    assert!(block.stored(crate::ir::Slot::State(1)).is_some());
}

#[test]
fn mistakes_in_named_things_are_told_at_their_place() {
    let base = "param a = 2 mV\ndv/dt = -v/(10 ms) + 0*a/(1 ms) : mV\ninit v = 0 mV\n";
    for (text, message) in [
        ("preset p (c = 3)", "`c` is not a parameter"),
        ("preset p (v = 3 mV)", "`v` is not a parameter"),
        ("preset p (a = 3 nA)", "expected mV, but `3 nA` is in nA"),
        ("preset p (init a = 3 mV)", "`a` is not a state"),
        (
            "preset p (a = 1 mV)\npreset p (a = 2 mV)",
            "`p` is declared twice",
        ),
        ("preset p ()", "expected a name"),
        ("preset p (a = 1 mV", "expected `)`"),
        ("scheme s: v = 1 nA", "`v` is in mV"),
        ("scheme s: v += da", "`da` is not known"),
        ("scheme s dt 0 ms: v += dv", "`dt` must be more than 0"),
        ("x = dv : mV", "`dv` is not known"),
        (
            "f(x) = x + a\ny = f(1 mV) : mV",
            "`a` cannot stand in a function",
        ),
        ("f(x) = x + 1\ny = f(a) : mV", "in this call of `f`: "),
        (
            "f(x) = x + 1\ny = f(a) : mV",
            "cannot add mV and a plain number",
        ),
        ("f(x) = g(x)\ng(x) = f(x)\ny = f(1) : 1", "calls itself"),
        ("f(x) = x\ny = f(1, 2) : 1", "`f` takes 1 argument, not 2"),
        ("f(x, x) = x\ny = f(1, 2) : 1", "`x` is declared twice"),
        ("f(x) = x\ny = f : 1", "write `f(...)`"),
        ("exp(x) = x", "`exp` cannot be declared"),
        ("nernst(x) = x", "`nernst` cannot be declared"),
        (
            "E = nernst(1 mV, 2 mM, 1, 300 K) : mV",
            "cannot take arguments of these units",
        ),
        ("param faraday_constant = 1", "this is a physical constant"),
    ] {
        let found = errors(&format!("{base}{text}\n"));
        assert!(found.contains(message), "{text}\n{found}");
    }
}

#[test]
fn calls_within_calls_cannot_fill_the_memory() {
    let mut text = String::from("f0(x) = x + x\n");
    for i in 1..15 {
        text += &format!("f{i}(x) = f{}(f{}(x))\n", i - 1, i - 1);
    }
    text += "y = f14(v) : 1\ndv/dt = -v/(1 ms) : 1\ninit v = 0\n";
    assert!(errors(&text).contains("the model becomes too large"));
}

#[test]
fn an_unknown_preset_is_told_with_the_known_ones() {
    let wrong = Model::parse_preset("cell", "othr", TEXT).expect_err("no such preset");
    let text = wrong.render(&SourceText::new("test", TEXT));
    assert!(text.contains("there is no preset `othr`") && text.contains("did you mean `other`?"));
}

#[test]
fn noise_stands_linearly_in_equations_alone() {
    let base = "param tau = 10 ms\ninit v = 0 mV\n";
    for (text, message) in [
        (
            "dv/dt = 1 mV*xi : mV",
            "expected mV/ms, but `1 mV*xi` is in mV*ms^(-1/2)",
        ),
        (
            "dv/dt = 1 mV*xi*xi : mV",
            "noise must enter an equation linearly",
        ),
        (
            "dv/dt = -v/tau + 1 mV*xi_a*xi_b : mV",
            "noise must enter an equation linearly",
        ),
        (
            "dv/dt = -v/tau + exp(sqrt(tau)*xi)*1 mV/tau : mV",
            "noise must enter an equation linearly",
        ),
        (
            "dv/dt = -v/tau + 1 mV*poisson(tau) : mV",
            "`poisson` takes a rate",
        ),
        (
            "dv/dt = -v/tau + 1 mV*poisson(1 Hz, 2 Hz) : mV",
            "takes 1 argument, not 2",
        ),
        (
            "x = xi*1 mV : mV\ndv/dt = x/tau : mV",
            "noise can stand in a differential",
        ),
        (
            "dv/dt = -v/tau : mV\nreset v = xi*1 mV\nthreshold v > 1 mV",
            "noise can stand in",
        ),
    ] {
        let found = errors(&format!("{base}{text}\n"));
        assert!(found.contains(message), "{text}\n{found}");
    }
}
