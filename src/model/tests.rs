//! Whole models: what is accepted, what it becomes, and each kind of error with its place.

use super::*;
use crate::diag::SourceText;

fn model(text: &str) -> Model {
    match Model::parse("test", text) {
        Ok((model, _)) => model,
        Err(diagnostics) => panic!("{}", diagnostics.render(&SourceText::new("test", text))),
    }
}

pub(super) fn errors(text: &str) -> String {
    match Model::parse("test", text) {
        Ok((model, _)) => panic!("accepted:\n{text}\n{model:?}"),
        Err(diagnostics) => diagnostics.render(&SourceText::new("test", text)),
    }
}

/// The value of every sub-expression of a model at a state.
fn lets(model: &Model, states: &[f64], inputs: &[f64]) -> Vec<f64> {
    let params: Vec<f64> = model
        .params
        .iter()
        .map(|param| param.default.unwrap_or(f64::NAN))
        .collect();
    let mut lets = Vec::new();
    for one in &model.lets {
        let value = one.expr.evaluate(&Values {
            params: &params,
            inputs,
            lets: &lets,
            states,
            time: 0.0,
            dt: 0.1,
        });
        lets.push(value);
    }
    lets
}

/// The value of a constant expression, with its declared unit.
fn value(text: &str, unit: &str) -> f64 {
    let model = model(&format!(
        "input I : uA/cm^2\nparam x = {text} : {unit}\ndv/dt = 0 : 1\ninit v = 0"
    ));
    model.params[0].default.unwrap_or(f64::NAN)
}

#[test]
fn the_library_is_free_of_warnings_and_found_by_name() {
    for entry in library::MODELS {
        let (model, warnings) = Model::parse(entry.name, entry.text).unwrap_or_else(|wrong| {
            panic!("{}", wrong.render(&SourceText::new(entry.name, entry.text)));
        });
        assert_eq!(model.name, entry.name);
        assert!(warnings.is_empty() && !model.title.is_empty() && !model.cite.is_empty());
        assert_eq!(
            load(entry.name).ok().map(|loaded| loaded.name),
            Some(model.name)
        );
        let first = model.inputs.first();
        assert!(first.is_none_or(|input| input.range.is_some()));
        assert!(model.dt.is_some() && model.duration.is_some());
        assert!(
            model
                .params
                .iter()
                .all(|param| param.default.is_some() && !param.doc.is_empty())
        );
        for preset in &model.presets {
            let name = format!("{}:{}", entry.name, preset.name);
            let (chosen, warnings) = load_with_warnings(&name).unwrap_or_else(|e| panic!("{e}"));
            assert!(warnings.is_empty() && !preset.doc.is_empty(), "{name}");
            assert_eq!(chosen.name, name);
        }
    }
}

#[test]
fn hodgkin_huxley_has_its_published_values_exactly() {
    let model = load("hodgkin_huxley").unwrap_or_else(|error| panic!("{error}"));
    let params: Vec<_> = model
        .params
        .iter()
        .map(|one| (one.name.as_str(), one.default, one.unit.label.as_str()))
        .collect();
    assert_eq!(
        params,
        [
            ("C", Some(1.0), "uF/cm^2"),
            ("g_Na", Some(120.0), "mS/cm^2"),
            ("g_K", Some(36.0), "mS/cm^2"),
            ("g_L", Some(0.3), "mS/cm^2"),
            ("E_Na", Some(50.0), "mV"),
            ("E_K", Some(-77.0), "mV"),
            ("E_L", Some(-54.387), "mV"),
            ("celsius", Some(6.3), "1"),
            ("shift", Some(0.0), "mV"),
        ]
    );
    let names: Vec<&str> = model
        .states
        .iter()
        .map(|state| state.name.as_str())
        .collect();
    assert_eq!(names, ["v", "m", "h", "n"]);
    assert_eq!(model.init_order, [0, 1, 2, 3]);
    assert_eq!((model.dt, model.duration), (Some(0.01), Some(1000.0)));
    assert_eq!(model.inputs[0].range, Some((0.0, 50.0)));
}

/// Closed forms in double precision, singular points of the published quotients included.
#[test]
fn hodgkin_huxley_rates_are_those_of_the_paper() {
    let model = load("hodgkin_huxley").unwrap_or_else(|error| panic!("{error}"));
    // v; alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n in 1/ms.
    for (v, expected) in [
        (
            -100.0,
            [
                0.0149094699411,
                27.9589903323,
                0.40282218732,
                0.00150118225674,
                0.00505520671612,
                0.193603787329,
            ],
        ),
        (
            -65.0,
            [
                0.223563724585,
                4.0,
                0.07,
                0.0474258731776,
                0.0581976706869,
                0.125,
            ],
        ),
        (
            -55.0,
            [
                0.430825375183,
                2.29501368295,
                0.0424571461799,
                0.119202922022,
                0.1,
                0.110312112823,
            ],
        ),
        (
            -54.999999999,
            [
                0.43082537521,
                2.29501368282,
                0.0424571461778,
                0.119202922033,
                0.100000000005,
                0.110312112822,
            ],
        ),
        (
            -40.0,
            [
                1.0,
                0.997408835109,
                0.0200553357802,
                0.377540668798,
                0.193082537518,
                0.0914519536183,
            ],
        ),
        (
            -39.999999999,
            [
                1.00000000005,
                0.997408835054,
                0.0200553357792,
                0.377540668822,
                0.193082537526,
                0.0914519536172,
            ],
        ),
        (
            0.0,
            [
                4.07462944146,
                0.108087223805,
                0.00271419454822,
                0.970687769249,
                0.552256947921,
                0.0554684137601,
            ],
        ),
        (
            50.0,
            [
                9.00111082532,
                0.00672048786739,
                0.000222794655756,
                0.999796573022,
                1.05002891407,
                0.0296901023869,
            ],
        ),
    ] {
        let found = lets(&model, &[v, 0.0, 0.0, 0.0], &[0.0]);
        let names = [
            "alpha_m", "beta_m", "alpha_h", "beta_h", "alpha_n", "beta_n",
        ];
        for (one, expected) in names.into_iter().zip(expected) {
            let at = model
                .lets
                .iter()
                .position(|other| other.name == one)
                .unwrap_or(0);
            assert!(
                (found[at] - expected).abs() <= 1e-11 * expected.abs().max(1e-1),
                "{one}({v}) = {}, not {expected}",
                found[at]
            );
        }
    }
}

#[test]
fn numbers_are_exact_in_units_of_computation() {
    for (text, unit, expected) in [
        ("120 mS/cm^2", "mS/cm^2", 120.0),
        ("0.3 mS/cm^2", "mS/cm^2", 0.3),
        ("1200 siemens/meter**2", "mS/cm^2", 120.0),
        ("-54.387*mV", "mV", -54.387),
        ("-0.054387 V", "mV", -54.387),
        ("1/2 ms", "Hz", 0.5),
        ("-2 mV^2", "mV^2", -2.0),
        ("(2 mV)^2", "mV^2", 4.0),
        ("sqrt(4 mV^2)", "mV", 2.0),
        ("2*3 mV + 1 mV", "mV", 7.0),
        ("2*pi", "1", std::f64::consts::TAU),
        ("1 V if 1 mV < 2 uV else 3 uV", "mV", 0.003),
        ("int(1 V > 2 mV)", "1", 1.0),
        (
            "min(3 mV, 1 V) + max(0, 2 mV) + clip(5 mV, 0, 1 mV)",
            "mV",
            6.0,
        ),
        ("5", "V", 5000.0),
        ("0", "mV", 0.0),
        ("2 mM", "mM", 2.0),
        ("exp(1 mV/(1 V))", "1", 1.0010005001667084),
    ] {
        assert_eq!(value(text, unit), expected, "{text}");
    }
}

#[test]
fn ten_megaohm_times_one_nanoampere_is_ten_millivolt() {
    let model = load("lif").unwrap_or_else(|error| panic!("{error}"));
    let params: Vec<f64> = model
        .params
        .iter()
        .filter_map(|param| param.default)
        .collect();
    let at = |v| {
        model.states[0].rhs.evaluate(&Values {
            params: &params,
            inputs: &[1.0],
            states: &[v],
            ..Values::default()
        })
    };
    assert_eq!(at(-65.0), 1.0, "10 mV over 10 ms");
    assert_eq!(at(-55.0), 0.0);
    assert!(model.states[0].unless_refractory);
    assert_eq!(
        model.reset,
        [Assign {
            state: 0,
            value: Expr::Param(4)
        }]
    );
}

#[test]
fn a_block_of_brian_equations_is_a_model_but_for_initial_values() {
    let text = r#"
dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/Cm : volt
dm/dt = 0.32*(mV**-1)*4*mV/exprel((13.*mV-v+VT)/(4*mV))/ms*(1-m)-0.28*(mV**-1)*5*mV/exprel((v-VT-40.*mV)/(5*mV))/ms*m : 1
dn/dt = 0.032*(mV**-1)*5*mV/exprel((15.*mV-v+VT)/(5*mV))/ms*(1.-n)-.5*exp((10.*mV-v+VT)/(40.*mV))/ms*n : 1
dh/dt = 0.128*exp((17.*mV-v+VT)/(18.*mV))/ms*(1.-h)-4./(1+exp((40.*mV-v+VT)/(5.*mV)))/ms*h : 1
dw/dt = (a*(v - El) - w)/tau_w : amp (unless refractory)
I : amp (constant)
I_w = w*2 : amp
a : siemens
tau_w : second
gl : siemens
g_na : siemens
g_kd : siemens
Cm : farad
El : volt
EK : volt
ENa : volt
VT : volt
"#;
    let shown = errors(text);
    assert!(shown.contains("needs a refractory time"), "{shown}");
    assert_eq!(shown.matches("error: ").count(), 6, "{shown}");
    assert_eq!(shown.matches("has no initial value").count(), 5, "{shown}");
    let rest = "\ninit v = El\ninit m = 0\ninit n = 0\ninit h = 1\ninit w = 0\nthreshold v > -40*mV\nrefractory 3*ms\n";
    let model = model(&format!("{text}{rest}"));
    assert_eq!(model.base.unit(model.params[0].unit.dim).label, "nA");
    assert_eq!(model.refractory, Some(Expr::Number(3.0)));
}

#[test]
fn declared_names_shadow_units_and_lines_may_stand_in_any_order() {
    let model = model(
        "init s = 0.5\nds/dt = -s*b/a : 1\nb = 2*c : 1\nc = a/(1 second) : 1\nparam a = d*2\nparam d = 1 second\nduration 1 s",
    );
    assert_eq!(model.params[0].default, Some(2000.0));
    assert_eq!(model.params[0].unit.label, "ms");
    assert_eq!(
        model.duration,
        Some(1000.0),
        "`s` in a duration is the second"
    );
    let names: Vec<&str> = model.lets.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["c", "b"], "each after those it uses");
    assert_eq!(lets(&model, &[0.5], &[]), [2.0, 4.0]);
}

#[test]
fn initial_values_are_ordered_by_need() {
    let model =
        model("da/dt = -x/ms : 1\ndb/dt = -b/ms : 1\nx = 2*b : 1\ninit a = x + 1\ninit b = 3");
    assert_eq!(model.init_order, [1, 0]);
}

#[test]
fn what_nothing_uses_is_a_warning() {
    let text = "dv/dt = -v/ms : 1\ninit v = 1\nparam g = 1 nS\na = 2 : 1\ninput I : nA\n";
    let (_, warnings) = Model::parse("test", text).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let shown = warnings.render(&SourceText::new("test", text));
    for message in ["`g` is not used", "`a` is not used", "`I` is not used"] {
        assert!(shown.contains(message), "{shown}");
    }
    assert_eq!(shown.matches("warning: ").count(), 3);
}

#[test]
fn models_that_cannot_be_loaded_say_why() {
    let message = |name: &str| {
        load(name)
            .map(|_| ())
            .map_err(|error| error.to_string())
            .err()
            .unwrap_or_default()
    };
    assert!(
        message("hodgkin_huxly")
            .contains("there is no model `hodgkin_huxly`; did you mean `hodgkin_huxley`?")
    );
    assert!(message("xyz").contains("`rheobase list models`"));
    assert!(message("no/such.eqn").contains("cannot read `no/such.eqn`"));
    assert!(message("/").contains("cannot read `/`"));
    let folder = std::env::temp_dir().join(format!("rheobase-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{error}"));
        path.display().to_string()
    };
    assert!(message(&file("bytes.eqn", b"ab\xff")).contains("is not UTF-8 text: byte 2"));
    assert!(message(&file("large.eqn", &vec![b'#'; (1 << 20) + 1])).contains("larger than 1 MiB"));
    assert!(message(&file("wrong.eqn", b"x = y : 1")).contains("wrong.eqn:1:5"));
    assert_eq!(
        load(&file("mine.eqn", b"dv/dt = -v/ms : 1\ninit v = 1")).map(|model| model.name),
        Ok("mine".to_owned())
    );
    let unused = load_with_warnings(&file(
        "warn.eqn",
        b"param g = 1\ndv/dt = -v/ms : 1\ninit v = 1",
    ));
    assert!(unused.is_ok_and(|(_, warnings)| warnings.contains("`g` is not used")));
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn long_chains_and_deep_expressions_are_checked_without_harm() {
    let chain: String = (0..20_000)
        .map(|n| format!("a{n} = a{} : 1\n", n + 1))
        .collect();
    let good = format!("{chain}a20000 = 1 : 1\ndv/dt = a0/ms : 1\ninit v = a0");
    assert_eq!(model(&good).lets.len(), 20_001);
    assert!(
        errors(&format!(
            "{chain}a20000 = a0 : 1\ndv/dt = a0/ms : 1\ninit v = 0"
        ))
        .contains("in a circle")
    );
    let deep = format!(
        "dv/dt = {}1{}/ms : 1\ninit v = 0",
        "sin(-(".repeat(30),
        "))".repeat(30)
    );
    let _ = model(&deep);
    let wide = format!(
        "dv/dt = ({})/ms : 1\ninit v = 0",
        vec!["v"; 250].join(" + ")
    );
    assert!(changes_somewhere(&model(&wide).states[0].rhs));
}

fn changes_somewhere(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= matches!(part, Expr::State(_)));
    found
}

#[test]
fn garbage_is_refused_without_panic() {
    let lines = [
        "dv/dt = (I - v)/tau : mV",
        "dv/dt = -v/ms : 1 (unless refractory)",
        "param tau = 10 ms",
        "param tau = v",
        "param p = tau^2",
        "input I : nA",
        "range I = 0 : 1 nA",
        "init v = 0",
        "init v = a",
        "a = b : 1",
        "b = a*v : mV",
        "threshold v > a",
        "reset v = 0; a = 1",
        "refractory tau",
        "dt 1 ms",
        "a = (b",
        "x : amp",
        "v : volt",
        "a = 1 if v > 0 else p : 1",
        "b = sqrt(v)^3/0 : 1",
        "model \"",
        "p = 2^p : 1",
    ];
    for seed in 0..3000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut text: String = (0..random.usize(0..12))
            .map(|_| format!("{}\n", random.choice(lines).unwrap_or("")))
            .collect();
        if seed % 2 == 1 && !text.is_empty() {
            let at = random.usize(0..text.len());
            text.replace_range(
                at..=at,
                random
                    .choice(["(", ")", "^", " ", "µ", "\"", ":", "=", "m", "1", "-"])
                    .unwrap_or(""),
            );
        }
        if let Err(wrong) = Model::parse("test", &text) {
            assert!(!wrong.render(&SourceText::new("test", &text)).is_empty());
        }
    }
}

#[test]
fn an_expression_beside_the_text_has_the_unit_that_the_model_has_for_it() {
    let (model, _) = Model::parse(
        "test",
        "dv/dt = (I - g*(v - E) - f*x)/C : mV\ndx/dt = -x*rate : 1\ninit v = 0 mV\ninit x = 0\n\
         rate = 1/tau : Hz\ninput I : nA\nparam g = 30 nS\nparam E = -0.07 V\nparam C = 1 nF\n\
         param tau = 10 ms\nparam f = 1 pA\n",
    )
    .unwrap_or_else(|errors| panic!("{errors:?}"));
    for (text, name, unit) in [
        ("g*(v - E)", "g*(v - E)", "nA"),
        ("I_leak = g*(v - E)", "I_leak", "nA"),
        ("2 * f", "2 * f", "pA"),
        (" E -  v # more", "E - v", "V"),
        ("v - E", "v - E", "mV"),
        ("rate*x", "rate*x", "Hz"),
        ("x/tau", "x/tau", "Hz"),
        ("t + dt", "t + dt", "ms"),
        ("v > 0 mV and x < 1", "v > 0 mV and x < 1", "1"),
        ("x^2 + 1", "x^2 + 1", "1"),
        ("min(v, 0 mV)", "min(v, 0 mV)", "mV"),
        ("0", "0", "1"),
    ] {
        let read = model
            .expression(text)
            .unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        assert_eq!((read.name.as_str(), read.unit.label.as_str()), (name, unit));
    }
    for (text, message, start) in [
        ("v + x", "cannot add mV and a plain number", 4),
        ("g*(v - EE)", "`EE` is not known", 7),
        ("v = g*v", "cannot be named `v`: it is a state", 0),
        ("exp = v", "this is the name of a function", 0),
        ("time = v", "every table has a column", 0),
        ("v, x", "expected the end of the expression", 1),
        ("v\nx", "an expression on one line", 1),
        ("a = ", "expected a value", 3),
        ("", "expected a value", 0),
        ("3 = v", "expected", 0),
    ] {
        let errors = model.expression(text).unwrap_err();
        let first = errors.iter().next().unwrap();
        assert!(first.message.contains(message), "{text}: {first:?}");
        assert_eq!(first.labels[0].0.start, start, "{text}: {first:?}");
    }
}
