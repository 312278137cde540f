//! What a reader gets of a model: its page and its LaTeX document.

use std::process::{Command, Stdio};

use rheobase::export::{latex, page};
use rheobase::model::library::MODELS;
use rheobase::model::{from_text, load};

use crate::support::Folder;

/// Every built-in model, and each of its presets.
fn all() -> Vec<String> {
    let mut names = Vec::new();
    for entry in MODELS {
        let model = load(entry.name).unwrap();
        names.push(entry.name.to_owned());
        let presets = model.presets.iter();
        names.extend(presets.map(|one| format!("{}:{}", entry.name, one.name)));
    }
    names
}

#[track_caller]
fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in:\n{text}");
    }
}

#[test]
fn a_page_says_what_noise_changes() {
    let folder = Folder::new();
    let model = folder.write(
        "walk.eqn",
        "dx/dt = -x/(1 ms) + x*xi/sqrt(1 ms) : 1\ninit x = 1\n",
    );
    let page = folder.run(&["show", &model]).stdout;
    assert!(
        page.contains("because a noise is multiplied by a state"),
        "{page}"
    );
    assert!(
        page.contains("order 1 without noise") && !page.contains("converges with order"),
        "{page}"
    );
}

#[test]
fn the_page_of_every_model_has_all_that_its_text_declares() {
    for name in all() {
        let model = load(&name).unwrap();
        let page = page(&model, "");
        has(
            &page,
            &[
                &model.name,
                &model.title,
                "\nequations\n",
                "\nstates\n",
                "\nstep\n",
            ],
        );
        assert!(!page.contains('#') && !page.contains("NaN"), "{page}");
        let named = model.params.iter().map(|one| (&one.name, &one.doc));
        for (name, doc) in named.chain(model.inputs.iter().map(|one| (&one.name, &one.doc))) {
            has(&page, &[&format!("\n  {name} "), doc]);
        }
        for state in &model.states {
            has(
                &page,
                &[
                    &format!("d{}/dt", state.name),
                    &format!("\n  {} ", state.name),
                ],
            );
        }
        for preset in &model.presets {
            has(
                &page,
                &[&preset.name, &preset.doc, &preset.settings.join(", ")],
            );
        }
        model.cite.iter().for_each(|cite| has(&page, &[cite]));
    }
}

#[test]
fn the_page_says_how_a_model_is_stepped_and_why() {
    let of = |name: &str| page(&load(name).unwrap(), "");
    has(
        &of("lif"),
        &[
            "method    exact",
            "because each equation is linear and has no other state",
        ],
    );
    has(
        &of("hodgkin_huxley"),
        &[
            "staggered",
            "exponential updates, `v` last",
            "n  1   from alpha_n/(alpha_n + beta_n) = 0.317677",
        ],
    );
    has(
        &of("adex"),
        &["rk4", "the equation of `v` is nonlinear in `v`", "w += b"],
    );
    let page = of("izhikevich:CH");
    has(
        &page,
        &[
            "izhikevich:CH",
            "preset CH: Chattering",
            "c  = -50",
            "net.m of the paper",
        ],
    );
    has(
        &page,
        &[
            "the published one",
            "v += 0.5*dv; v += 0.5*dv; u += du",
            "--method rk4",
        ],
    );
    has(&of("glif2"), &["b_s          = 77.09248936287732"]);
}

#[test]
fn the_page_of_a_preset_has_its_values_and_comments_are_left_out() {
    let text = "param a = 1 mV # one\ninput I : mV\nf(x) = x*2 # twice\n\
                dv/dt = (I - # the drive\n  f(v) + a)/(3 ms) : mV\ninit v = a\n\
                preset b \"two of a\" (a = 2 mV, init v = 5*a)\n";
    let plain = page(&from_text("x", text).unwrap(), "");
    has(
        &plain,
        &[
            "dv/dt = (I - f(v) + a)/(3 ms) : mV",
            "f(x) = x*2",
            "from a = 1 mV",
            "none: the model has no threshold",
        ],
    );
    let (model, _) = rheobase::model::Model::parse_preset("x", "b", text).unwrap();
    has(
        &page(&model, ""),
        &["a  = 2  mV", "from 5*a = 10 mV", "preset b: two of a"],
    );
}

#[test]
fn show_ends_with_what_a_step_costs() {
    let folder = Folder::new();
    for (model, words) in [
        ("hodgkin_huxley", "6 exponentials"),
        ("passive_membrane", "0 divisions"),
        ("izhikevich:RS", "net_m at dt 1 ms"),
    ] {
        let ended = folder.run(&["show", model]);
        has(&ended.expect(0).stdout, &["cost of a step", words]);
    }
    folder
        .run(&["show", "izhikevich:none"])
        .expect(2)
        .says(&["none", "RS"]);
    folder.run(&["show", "lif", "--latex", "--ir"]).expect(2);
}

/// Braces balance, environments close in order, and `$` come in pairs.
fn well_formed(document: &str) -> Result<(), String> {
    let (mut depth, mut open, mut dollars) = (0i32, Vec::new(), 0);
    let mut chars = document.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let rest = &document[at + 1..];
                for (word, begins) in [("begin{", true), ("end{", false)] {
                    let Some(name) = rest.strip_prefix(word).and_then(|r| r.split('}').next())
                    else {
                        continue;
                    };
                    if begins {
                        open.push(name.to_owned());
                    } else if open.pop().as_deref() != Some(name) {
                        return Err(format!("`{name}` ends at {at}"));
                    }
                }
                if chars.peek().is_some_and(|(_, next)| !next.is_alphabetic()) {
                    chars.next();
                }
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            '$' => dollars += 1,
            _ => {}
        }
        if depth < 0 {
            return Err(format!("a brace too many at {at}"));
        }
    }
    match (depth, open.len(), dollars % 2) {
        (0, 0, 0) => Ok(()),
        found => Err(format!("left open: {found:?}")),
    }
}

#[test]
fn the_document_of_every_model_is_well_formed() {
    for (document, fault) in [
        ("{", true),
        ("\\begin{a}\\end{b}", true),
        ("$", true),
        ("\\{\\$", false),
    ] {
        assert_eq!(well_formed(document).is_err(), fault, "{document}");
    }
    for name in all() {
        let document = latex(&load(&name).unwrap());
        well_formed(&document).unwrap_or_else(|wrong| panic!("{name}: {wrong}\n{document}"));
    }
}

#[test]
fn a_document_sets_equations_as_a_paper_does() {
    let of = |name: &str| latex(&load(name).unwrap());
    let document = of("hodgkin_huxley");
    has(
        &document,
        &["\\frac{dv}{dt} &= \\frac{I - g_{\\mathrm{Na}}\\,{m}^{3}\\,h"],
    );
    has(
        &document,
        &["\\alpha_{m} &= ", "\\operatorname{exprel}(x) = (e^x - 1)/x"],
    );
    has(
        &of("izhikevich2007:TC"),
        &["\\begin{cases}", "\\text{otherwise}", "\\texttt{TC}"],
    );
    has(&of("izhikevich"), &["\\Delta v", "v &\\leftarrow c"]);
    has(
        &of("ghk_membrane"),
        &[
            "with the functions",
            "\\operatorname{ghk}(v, c_{\\mathrm{out}}",
        ],
    );
    let text = "model x \"50% of $ & _ \\ # {\"\nparam a = 1 mV \"a^b ~\"\ndv/dt = -(v - -a)/(1 ms) : mV\ninit v = 2*a\n";
    let document = latex(&from_text("x", text).unwrap());
    well_formed(&document).unwrap();
    has(
        &document,
        &[
            "50\\% of \\$ \\& \\_",
            "\\frac{-\\left(v - \\left(-a\\right)\\right)}",
        ],
    );
}

/// A LaTeX engine on the path.
fn engine() -> Option<&'static str> {
    ["pdflatex", "lualatex", "tectonic"]
        .into_iter()
        .find(|name| {
            let mut command = Command::new(name);
            command
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        })
}

#[test]
fn documents_compile_where_there_is_an_engine() {
    let Some(engine) = engine() else {
        eprintln!("not run: no pdflatex, lualatex or tectonic on the path");
        return;
    };
    let folder = Folder::new();
    for entry in MODELS {
        let file = format!("{}.tex", entry.name);
        folder.write(&file, latex(&load(entry.name).unwrap()));
        let mut command = Command::new(engine);
        if engine != "tectonic" {
            command.args(["-interaction=nonstopmode", "-halt-on-error"]);
        }
        let ended = command
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success(), "{}: {said}", entry.name);
    }
}
