//! Each kind of error in a model: its words, its place, its remedy, and that it brings no others.

use super::tests::errors;

#[test]
fn each_error_is_named_and_placed() {
    let base = "dv/dt = -v/(10 ms) : mV\ninit v = 0 mV\nparam g = 1 nS\n";
    for (text, message, place) in [
        ("a = vv*2 : mV", "`vv` is not known", "^^ not declared"),
        ("a = vv*2 : mV", "help: did you mean `v`?", ""),
        (
            "a = 3 mvolts : mV",
            "`mvolts` is not a unit",
            "help: did you mean `mvolt`?",
        ),
        (
            "a = g*(v - 3) : nA",
            "cannot subtract mV and a plain number",
            "^ `3` is a plain number",
        ),
        (
            "a = g*(v - 3) : nA",
            "help: write the unit: `3 mV`",
            "`v` is in mV",
        ),
        (
            "a = g*v : mV",
            "`a` is declared in mV: expected mV, but `g*v` is in nA",
            "^^^ unit found: nA",
        ),
        (
            "dw/dt = v : mV\ninit w = 0 mV",
            "`dw/dt` is in the unit of `w` per time: expected mV/ms, but `v` is in mV",
            "^ unit found: mV",
        ),
        (
            "a = exp(v) : 1",
            "the argument of `exp` has no unit: expected a plain number, but `v` is in mV",
            "^ unit found",
        ),
        (
            "a = expp(1) : 1",
            "there is no function `expp`",
            "help: did you mean `exp`?",
        ),
        (
            "a = exp(1, 2) : 1",
            "`exp` takes 1 argument, not 2",
            "^^^^^^^^^ 2 given",
        ),
        (
            "a = clip(1) : 1",
            "`clip` takes 3 arguments, not 1",
            "^^^^^^^ 1 given",
        ),
        (
            "a = exp : 1",
            "`exp` is not known",
            "help: `exp` is a function",
        ),
        (
            "a = g(3) : 1",
            "`g` is a parameter, not a function",
            "^ not a function",
        ),
        (
            "a = rand() : 1",
            "`rand()`: random numbers are those of `xi` and `poisson(rate)`",
            "^^^^ not supported",
        ),
        (
            "a = randn() : 1",
            "random numbers are those of `xi`",
            "^^^^^ not",
        ),
        (
            "a = xi : 1",
            "noise can stand in a differential equation alone",
            "^^ not supported",
        ),
        (
            "a = t - lastspike : second",
            "`lastspike` is not supported",
            "^^^^^^^^^ not",
        ),
        (
            "a = TimedArray(t) : 1",
            "declare an `input`",
            "^^^^^^^^^^ not",
        ),
        (
            "param g = 2 nS",
            "`g` is declared twice",
            "^ declared again",
        ),
        ("v : 1", "`v` is declared twice", "- already a state here"),
        (
            "t : 1",
            "`t` cannot be declared: `t` is the time",
            "^ reserved",
        ),
        ("exp = 3 : 1", "`exp` cannot be declared", "^^^ reserved"),
        ("if = 3 : 1", "`if` cannot be declared", "^^ reserved"),
        (
            "a = 2^(1 mV) : 1",
            "an exponent has no unit",
            "^ unit found: mV",
        ),
        (
            "a = (3 mV)^v : 1",
            "an exponent has no unit",
            "^ unit found",
        ),
        (
            "a = v^(v/(1 mV)) : 1",
            "a power of it needs a plain number as exponent",
            "^ not a usable number",
        ),
        (
            "a = v + 3 g : mV",
            "`3 g`: only a unit can follow a number",
            "^ `g` is a parameter of this model",
        ),
        ("a = 3 m : 1", "`m` is not a unit", "help: write `meter`"),
        (
            "dw/dt = 1/ms : 1",
            "`w` has no initial value",
            "^ declared here",
        ),
        (
            "a = b : 1\nb = a : 1",
            "sub-expressions need each other in a circle: a -> b -> a",
            "^ needs itself",
        ),
        ("a = a : 1", "in a circle: a -> a", "^ needs itself"),
        (
            "dw/dt = w/ms : mV\ndx/dt = x/ms : mV\ninit w = x\ninit x = w",
            "initial values need each other in a circle: w -> x -> w",
            "^ needs",
        ),
        (
            "dw/dt = w/ms : 1\ninit w = y\ny = 2*w : 1",
            "initial values need each other in a circle: w -> y -> w",
            "^ needs",
        ),
        (
            "param p = q\nparam q = p",
            "parameters need each other in a circle: p -> q -> p",
            "^ needs itself",
        ),
        (
            "threshold v",
            "a threshold must be a condition, but `v` is a number",
            "^ a number",
        ),
        (
            "threshold v > 3 ms",
            "cannot compare mV and ms",
            "^^^^ `3 ms` is in ms",
        ),
        (
            "threshold v > 3",
            "cannot compare mV and a plain number",
            "help: write the unit: `3 mV`",
        ),
        (
            "threshold not v",
            "the operand of `not` must be a condition",
            "^ a number",
        ),
        (
            "threshold v > 0 and v",
            "an operand of `and` and `or` must be a condition",
            "^ a number",
        ),
        (
            "threshold v > 0\nreset g = 3 nS",
            "`g` is not a state",
            "^ a parameter",
        ),
        (
            "threshold v > 0\nreset vv = 3 mV",
            "`vv` is not a state",
            "help: did you mean `v`?",
        ),
        (
            "threshold v > 0\nreset v = 3",
            "`v` is in mV: expected mV, but `3` is a plain number",
            "^ unit found",
        ),
        (
            "reset v = 0 mV",
            "a reset needs a threshold",
            "^^^^^^^^^^^^^^ nothing leads to it",
        ),
        (
            "threshold v > 0\nrefractory 3 mV",
            "`refractory` is a time or a condition: expected ms, but `3 mV` is in mV",
            "^^^^ unit found",
        ),
        (
            "threshold v > 0\nrefractory x\nx = v/(1 mV)*ms : ms",
            "`refractory` must be the same at all times",
            "^ changes in time",
        ),
        (
            "refractory 3 ms",
            "`refractory` needs a threshold",
            "^^^^ nothing leads",
        ),
        (
            "dw/dt = 1/ms : 1 (unless refractory)\ninit w = 0",
            "`(unless refractory)` needs a refractory time",
            "^^^^^^^^^^^^^^^^^ never",
        ),
        (
            "param p = v",
            "`v` cannot stand in a parameter's value",
            "^ not constant",
        ),
        (
            "param p = t",
            "`t` cannot stand in a parameter's value",
            "^ not constant",
        ),
        (
            "param p = 1/0",
            "`1/0` is not a finite number",
            "^^^ not finite",
        ),
        (
            "param p = log(-1)",
            "`log(-1)` is not a finite number",
            "^^^^^^^ no value",
        ),
        (
            "param p = q + 1\nq : 1",
            "`q` has no value that could be used here",
            "^^^^^ no value",
        ),
        (
            "param p = 1 mV : ms",
            "`p` is declared in ms: expected ms, but `1 mV` is in mV",
            "^^^^ unit found",
        ),
        (
            "param p = v > 0",
            "cannot stand in a parameter's value",
            "^ not constant",
        ),
        (
            "param p = 1 < 2",
            "is true or false, where a number is needed",
            "^^^^^ true or false",
        ),
        (
            "range J = 0 : 3 nA",
            "`J` is not an input",
            "^ not declared",
        ),
        ("range g = 0 : 3 nA", "`g` is not an input", "^ a parameter"),
        (
            "input I : nA\nrange I = 3 nA : 1 nA",
            "a range goes from the lower to the higher value",
            "^^^^^^^^^^^ not so here",
        ),
        (
            "input I : nA\nrange I = 0 : 3 mV",
            "a range is in the unit of the input: expected nA",
            "^^^^ unit found: mV",
        ),
        (
            "input I : nA\nrange I = 1 : 3 nA",
            "expected nA, but `1` is a plain number",
            "help: write the unit: `1 nA`",
        ),
        (
            "input I : nA\nrange I = 0 : g",
            "`g` cannot stand here: only a number and its unit",
            "^ not constant",
        ),
        (
            "input I : nA\nrange I = 0 : 1 nA\nrange I = 0 : 1 nA",
            "`I` has two ranges",
            "^ a second range",
        ),
        ("dt 0 ms", "`dt` must be more than 0", "^^^^ not more"),
        ("dt -1 ms", "`dt` must be more than 0", "^^^^^ not more"),
        (
            "dt 0.1",
            "`dt` is a time: expected ms, but `0.1` is a plain number",
            "help: write the unit: `0.1 ms`",
        ),
        (
            "duration 1 mV",
            "`duration` is a time",
            "^^^^ unit found: mV",
        ),
        (
            "dt 1 ms\ndt 2 ms",
            "this is said twice",
            "^^^^^^^ a second time",
        ),
        (
            "init v = 1 mV",
            "`v` has two initial values",
            "^ a second initial value",
        ),
        ("init g = 1 nS", "`g` is not a state", "^ a parameter"),
        (
            "a = 3 if v else 2 : 1",
            "what follows `if` must be a condition",
            "^ a number",
        ),
        (
            "a = 3 mV if v > 0 else 2 : mV",
            "cannot choose between mV and a plain number",
            "^ `2`",
        ),
        (
            "a = min(v, g) : mV",
            "cannot take `min` of mV and",
            "^ `g` is in",
        ),
        (
            "a = (v > 0) + 1 : 1",
            "is true or false, where a number is needed",
            "^^^^^^^ true or false",
        ),
        (
            "a = 1e300*1e300 : 1",
            "is not a finite number",
            "^^^^^^^^^^^ not finite",
        ),
    ] {
        let shown = errors(&format!("{base}{text}"));
        assert!(
            shown.contains(message) && shown.contains(place),
            "{text}\n{shown}"
        );
        assert_eq!(
            shown.matches("error: ").count(),
            1,
            "one error each: {text}\n{shown}"
        );
    }
    assert!(errors("param g = 1 nS").contains("the model has no equation"));
}

#[test]
fn all_errors_are_reported_at_once_and_lead_to_no_others() {
    let shown = errors(
        "dv/dt = (x + : mV\nparam g = nix\nparam q = 2*g\na = v*q : mV\nb = nix2 : 1\ninit v = 0 mV\nthreshold v > a\nreset v = 0 mV\n",
    );
    assert_eq!(shown.matches("error: ").count(), 3, "{shown}");
    let many: String = (0..100)
        .map(|n| format!("a{n} = zzzzzz{n} : 1\n"))
        .collect();
    assert!(
        errors(&many).contains("and 81 more errors"),
        "100 names, and no equation:\n{}",
        errors(&many)
    );
}
