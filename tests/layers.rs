//! The shape of the program, kept by reading its sources: data goes one way, and each library has
//! one home. Every rule is shown to fail on a source that breaks it.

use crate::support::sources;

/// A module, its level, and what it may use. Nothing imports to its right, that is, from its own
/// level or above, except what is written here.
struct Module {
    name: &'static str,
    level: u32,
    may_use: &'static [&'static str],
}

const fn module(name: &'static str, level: u32, may_use: &'static [&'static str]) -> Module {
    Module {
        name,
        level,
        may_use,
    }
}

const BELOW_PROTOCOL: &[&str] = &[
    "units",
    "table",
    "diag",
    "lang",
    "ir",
    "model",
    "integrate",
    "stimulus",
    "record",
    "experiment",
    "export",
    "import",
    "plan",
    "exec",
    "compare",
    "plot",
    "report",
];
const BELOW_CLI: &[&str] = &[
    "caught",
    "units",
    "table",
    "diag",
    "lang",
    "ir",
    "model",
    "integrate",
    "stimulus",
    "record",
    "experiment",
    "export",
    "import",
    "plan",
    "exec",
    "compare",
    "plot",
    "report",
    "protocol",
];

const MODULES: &[Module] = &[
    module("diag", 0, &[]),
    module("caught", 0, &[]),
    module("table", 1, &["caught"]),
    module("units", 0, &["diag"]),
    module("random", 0, &[]),
    module("lang", 1, &["units", "diag"]),
    module("ir", 1, &["random"]),
    module("model", 2, &["lang", "ir", "units", "diag"]),
    module("integrate", 2, &["ir"]),
    module("stimulus", 2, &["ir"]),
    module("record", 2, &["ir", "table"]),
    module(
        "experiment",
        3,
        &[
            "model",
            "integrate",
            "stimulus",
            "record",
            "table",
            "random",
            "units",
            "diag",
        ],
    ),
    module("import", 3, &["model", "units"]),
    module(
        "export",
        3,
        &["model", "integrate", "lang", "units", "diag"],
    ),
    module(
        "plan",
        4,
        &[
            "experiment",
            "model",
            "integrate",
            "stimulus",
            "record",
            "ir",
        ],
    ),
    module("exec", 5, &["plan", "ir", "random", "caught"]),
    module("compare", 5, &["table"]),
    module("plot", 5, &["table"]),
    module("report", 5, &["table"]),
    module("protocol", 6, BELOW_PROTOCOL),
    module(
        "simulation",
        7,
        &["model", "experiment", "exec", "protocol"],
    ),
    module("cli", 7, BELOW_CLI),
];

/// A library and the folders or files that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("wgpu", &["src/exec/gpu"]),
    ("naga", &["src/exec/gpu"]),
    ("pollster", &["src/exec/gpu"]),
    ("bytemuck", &["src/exec/gpu", "src/exec/cpu/simd"]),
    ("clap", &["src/cli"]),
    ("clap_complete", &["src/cli"]),
    ("clap_mangen", &["src/cli"]),
    ("indicatif", &["src/cli"]),
    ("ctrlc", &["src/cli"]),
    ("csv", &["src/table"]),
    ("parquet", &["src/table"]),
    ("toml", &["src/experiment"]),
    ("libm", &["src/experiment"]),
    ("fs4", &["src/protocol"]),
    ("strsim", &["src/diag.rs"]),
    ("tiny_skia", &["src/plot"]),
    ("ttf_parser", &["src/plot"]),
    ("png", &["src/plot/bitmap.rs"]),
    (
        "serde_json",
        &["src/report.rs", "src/protocol/journal.rs", "src/import"],
    ),
    ("codespan_reporting", &["src/diag.rs"]),
];

/// Up to the plan all is pure, but for the one file that loads a model's text.
const IMPURE: &[&str] = &["fs", "thread", "net", "process", "env"];
const LAST_PURE_LEVEL: u32 = 4;
const MAY_READ: &[&str] = &["src/model/load.rs"];

/// The files with unsafe code: one of each engine that needs it.
const UNSAFE: &[&str] = &["src/exec/cpu/simd/mod.rs", "src/exec/gpu/kept.rs"];

/// What breaks the rules in one source file.
fn faults(path: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !source.starts_with("//!") {
        faults.push(format!(
            "{path} does not open with what it takes and gives (`//!`)"
        ));
    }
    let tokens = tokens(source);
    if !UNSAFE.contains(&path) && tokens.iter().any(|t| t == "unsafe") {
        let places = UNSAFE.join(", ");
        faults.push(format!("{path} has unsafe code, whose place is {places}"));
    }
    for used in paths(&tokens, &module_path(path)) {
        faults.extend(library_fault(path, &used));
        faults.extend(purity_fault(path, &used));
        faults.extend(layer_fault(path, &used));
        faults.extend(engine_fault(path, &used));
    }
    faults.sort();
    faults.dedup();
    faults
}

fn is_under(path: &str, home: &str) -> bool {
    path == home || path.starts_with(&format!("{home}/"))
}

fn library_fault(path: &str, used: &Used) -> Option<String> {
    let (name, homes) = HOMES.iter().find(|(name, _)| used.is_of(name))?;
    let at_home = homes.iter().any(|home| is_under(path, home));
    (!at_home).then(|| format!("{path} names `{name}`, whose place is {}", homes.join(", ")))
}

fn purity_fault(path: &str, used: &Used) -> Option<String> {
    let level = MODULES.iter().find(|m| m.name == top(path))?.level;
    let impure = used.is_of("std") && used.segment(1).is_some_and(|s| IMPURE.contains(&s));
    // Tables are files, and tests may make some.
    let free = top(path) == "table" || path.contains("/tests") || MAY_READ.contains(&path);
    let pure = level <= LAST_PURE_LEVEL && !free;
    (impure && pure).then(|| format!("{path} uses std::{}", used.segment(1).unwrap_or("")))
}

fn layer_fault(path: &str, used: &Used) -> Option<String> {
    let other = used.ours()?;
    let own = top(path);
    if own == "lib" || own == "main" || other == own {
        return None;
    }
    let Some(module) = MODULES.iter().find(|m| m.name == own) else {
        return Some(format!(
            "{path}: `{own}` has no level; give it one in the table of this test"
        ));
    };
    (!module.may_use.contains(&other))
        .then(|| format!("{path} uses `{other}`, and `{own}` may not"))
}

/// The engines never import each other. Their tests may ask the reference.
fn engine_fault(path: &str, used: &Used) -> Option<String> {
    let engines = ["gpu", "cpu", "reference"];
    let own = engines
        .iter()
        .find(|e| is_under(path, &format!("src/exec/{e}")) || path == format!("src/exec/{e}.rs"))?;
    if used.ours() != Some("exec") {
        return None;
    }
    let other = used
        .segment(1)
        .filter(|s| engines.contains(s) && s != own)?;
    let a_test = path.contains("test") && other == "reference";
    (!a_test).then(|| format!("{path}: the engine `{own}` uses `{other}`"))
}

/// The first module of a file's path: `src/exec/cpu/mod.rs` is in `exec`.
fn top(path: &str) -> &str {
    let rest = path.strip_prefix("src/").unwrap_or(path);
    rest.split('/')
        .next()
        .unwrap_or(rest)
        .trim_end_matches(".rs")
}

/// The module that a file is: `src/exec/cpu/mod.rs` is exec::cpu.
fn module_path(path: &str) -> Vec<String> {
    let rest = path
        .strip_prefix("src/")
        .unwrap_or(path)
        .trim_end_matches(".rs");
    let rest = rest.trim_end_matches("/mod");
    if rest == "lib" || rest == "main" {
        return Vec::new();
    }
    rest.split('/').map(str::to_owned).collect()
}

/// A path that a source names.
#[derive(Debug, PartialEq)]
struct Used {
    /// Does it begin at the root of this crate?
    in_crate: bool,
    segments: Vec<String>,
}

impl Used {
    fn segment(&self, i: usize) -> Option<&str> {
        self.segments.get(i).map(String::as_str)
    }

    /// The module of ours that is named, if one is.
    fn ours(&self) -> Option<&str> {
        self.segment(0).filter(|name| self.in_crate && *name != "*")
    }

    fn is_of(&self, library: &str) -> bool {
        !self.in_crate && self.segment(0) == Some(library)
    }
}

/// Names, numbers and marks, without comments and the contents of quotes. `::` is one token.
fn tokens(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            i = after_comment(&chars, i);
        } else if c == '"' {
            i = after_string(&chars, i);
        } else if c == '\'' {
            i = after_quote(&chars, i);
        } else if let Some(end) = after_raw_string(&chars, i) {
            i = end;
        } else if c.is_alphanumeric() || c == '_' {
            let begin = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            tokens.push(chars[begin..i].iter().collect());
        } else if c == ':' && at(i + 1) == ':' {
            tokens.push("::".into());
            i += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            i += 1;
        }
    }
    tokens
}

fn after_comment(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut i = from;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn after_string(chars: &[char], from: usize) -> usize {
    let mut i = from + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// A character, or the mark of a lifetime.
fn after_quote(chars: &[char], from: usize) -> usize {
    let at = |i: usize| chars.get(i).copied();
    if at(from + 1) == Some('\\') {
        let close = (from + 3..chars.len()).find(|&i| chars[i] == '\'');
        return close.map_or(chars.len(), |i| i + 1);
    }
    if at(from + 2) == Some('\'') {
        from + 3
    } else {
        from + 1
    }
}

fn after_raw_string(chars: &[char], from: usize) -> Option<usize> {
    let mut i = from + usize::from(chars[from] == 'b');
    let within_a_name = from > 0 && (chars[from - 1].is_alphanumeric() || chars[from - 1] == '_');
    if within_a_name || chars.get(i) != Some(&'r') {
        return None;
    }
    i += 1;
    let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
    if chars.get(i + hashes) != Some(&'"') {
        return None;
    }
    let close: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let begin = i + hashes + 1;
    let length = chars[begin..]
        .windows(close.len())
        .position(|w| w == close)?;
    Some(begin + length + close.len())
}

/// Every path in `tokens`, of a file that is the module `file`; groups are taken apart.
fn paths(tokens: &[String], file: &[String]) -> Vec<Used> {
    let mut found = Vec::new();
    let mut here = file.to_vec();
    // Depth of braces at which each inline module began.
    let mut inline: Vec<u32> = Vec::new();
    let mut depth = 0;
    let token = |i: usize| tokens.get(i).map_or("", String::as_str);
    for i in 0..tokens.len() {
        match token(i) {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inline.last() == Some(&depth) {
                    inline.pop();
                    here.pop();
                }
            }
            "mod" if token(i + 2) == "{" => {
                inline.push(depth);
                here.push(token(i + 1).to_owned());
            }
            _ => {}
        }
        let begins = is_name(token(i)) && (i == 0 || token(i - 1) != "::");
        let goes_on = token(i + 1) == "::" || (i > 0 && token(i - 1) == "use");
        if begins && goes_on {
            let mut at = i;
            take_path(tokens, &mut at, &here, &mut Vec::new(), &mut found);
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads one path, or each of a group, that continues `before`.
fn take_path(
    tokens: &[String],
    at: &mut usize,
    here: &[String],
    before: &mut Vec<String>,
    found: &mut Vec<Used>,
) {
    let token = |i: usize| tokens.get(i).map_or("", String::as_str);
    let length = before.len();
    loop {
        if token(*at) == "{" {
            *at += 1;
            while *at < tokens.len() && token(*at) != "}" {
                take_path(tokens, at, here, before, found);
                // `as name`, `,`
                while *at < tokens.len() && !matches!(token(*at), "," | "}") {
                    *at += 1;
                }
                *at += usize::from(token(*at) == ",");
            }
            *at += 1;
            break;
        }
        before.push(token(*at).to_owned());
        *at += 1;
        if token(*at) != "::" || !(is_name(token(*at + 1)) || matches!(token(*at + 1), "{" | "*")) {
            found.push(resolved(before, here));
            break;
        }
        *at += 1;
    }
    before.truncate(length);
}

/// A path from the root of the crate or of a library.
fn resolved(path: &[String], here: &[String]) -> Used {
    let mut base: Option<Vec<String>> = None;
    let mut rest = path;
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "crate" => base = Some(Vec::new()),
            "self" if base.is_none() => base = Some(here.to_vec()),
            "super" => base = Some(up(base.unwrap_or_else(|| here.to_vec()))),
            _ => break,
        }
        rest = others;
    }
    let in_crate = base.is_some();
    let segments = base
        .unwrap_or_default()
        .into_iter()
        .chain(rest.iter().cloned());
    Used {
        in_crate,
        segments: segments.collect(),
    }
}

fn up(mut path: Vec<String>) -> Vec<String> {
    path.pop();
    path
}

#[test]
fn the_sources_keep_the_rules() {
    let sources = sources("src", "rs");
    assert!(sources.len() > 50, "only {} files are read", sources.len());
    let faults: Vec<String> = sources
        .iter()
        .flat_map(|(path, text)| faults(path, text))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_has_a_level_and_every_level_a_module() {
    let sources = sources("src", "rs");
    for (path, _) in &sources {
        let known = MODULES.iter().any(|m| m.name == top(path));
        assert!(
            known || ["lib", "main"].contains(&top(path)),
            "{path} has no level"
        );
    }
    for module in MODULES {
        assert!(
            sources.iter().any(|(path, _)| top(path) == module.name),
            "{} is gone",
            module.name
        );
    }
}

#[test]
fn the_table_of_levels_goes_one_way() {
    for module in MODULES {
        for used in module.may_use {
            let used = MODULES
                .iter()
                .find(|m| m.name == *used)
                .expect("it has a level");
            // Messages are at the bottom, for quantities too.
            let below = used.level < module.level || used.name == "diag";
            assert!(below, "{} may use {}", module.name, used.name);
        }
    }
}

/// The main program is arguments and exit status.
#[test]
fn the_main_program_knows_the_command_line_alone() {
    let sources = sources("src", "rs");
    let (_, text) = sources
        .iter()
        .find(|(path, _)| path == "src/main.rs")
        .expect("there is one");
    for used in paths(&tokens(text), &[]) {
        if used.is_of("rheobase") {
            assert_eq!(used.segment(1), Some("cli"));
        }
    }
}

#[test]
fn each_rule_can_fail() {
    for (path, source, words) in [
        ("src/ir/op.rs", "use std::fmt;", "`//!`"),
        (
            "src/ir/op.rs",
            "//! O.\nuse crate::units::Unit;",
            "uses `units`",
        ),
        (
            "src/ir/op.rs",
            "//! O.\nuse super::super::model::Model;",
            "uses `model`",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nuse super::{plan::Plan, ir::op::Op};",
            "uses `plan`",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nmod t { use super::super::exec::X; }",
            "uses `exec`",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nfn f() -> crate::lang::Tree { todo() }",
            "uses `lang`",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nuse crate::{\n    ir::Op, diag::{Span, self},\n};",
            "uses `diag`",
        ),
        (
            "src/model/lower.rs",
            "//! O.\nuse crate::plan::Plan;",
            "uses `plan`",
        ),
        (
            "src/integrate/x.rs",
            "//! O.\nuse crate::stimulus::STEP;",
            "uses `stimulus`",
        ),
        (
            "src/plan/mod.rs",
            "//! O.\nuse crate::exec::Engine;",
            "uses `exec`",
        ),
        (
            "src/plan/mod.rs",
            "//! O.\nuse crate::units::Unit;",
            "uses `units`",
        ),
        (
            "src/exec/mod.rs",
            "//! O.\nuse crate::model::Model;",
            "uses `model`",
        ),
        (
            "src/report.rs",
            "//! O.\nuse crate::exec::RunStats;",
            "uses `exec`",
        ),
        (
            "src/protocol/fi.rs",
            "//! O.\nuse crate::cli::Cli;",
            "uses `cli`",
        ),
        (
            "src/network/mod.rs",
            "//! O.\nuse crate::ir::Op;",
            "has no level",
        ),
        (
            "src/exec/gpu/job.rs",
            "//! O.\nuse crate::exec::cpu::CpuEngine;",
            "`gpu` uses `cpu`",
        ),
        (
            "src/exec/cpu/job.rs",
            "//! O.\nuse super::super::gpu;",
            "`cpu` uses `gpu`",
        ),
        (
            "src/exec/cpu/mod.rs",
            "//! O.\nuse super::{Engine, gpu::{self, GpuEngine}};",
            "`cpu` uses `gpu`",
        ),
        (
            "src/exec/cpu/job.rs",
            "//! O.\nuse crate::exec::reference::R;",
            "`cpu` uses `reference`",
        ),
        (
            "src/exec/reference.rs",
            "//! O.\nuse super::cpu::CpuEngine;",
            "`reference` uses `cpu`",
        ),
        ("src/exec/cpu/job.rs", "//! O.\nuse wgpu::Device;", "`wgpu`"),
        (
            "src/exec/mod.rs",
            "//! O.\nfn f(d: &wgpu::Device) {}",
            "`wgpu`",
        ),
        ("src/protocol/fi.rs", "//! O.\nuse clap::Args;", "`clap`"),
        (
            "src/protocol/fi.rs",
            "//! O.\nlet w = csv::Writer::new();",
            "`csv`",
        ),
        (
            "src/protocol/fi.rs",
            "//! O.\nuse tiny_skia::{self, Pixmap};",
            "`tiny_skia`",
        ),
        ("src/cli/fi.rs", "//! O.\nuse toml;", "`toml`"),
        (
            "src/exec/gpu/job.rs",
            "//! O.\nfn f() { unsafe { g() } }",
            "unsafe",
        ),
        ("src/exec/cpu/tile.rs", "//! O.\nunsafe fn f() {}", "unsafe"),
        ("src/plan/mod.rs", "//! O.\nuse std::fs::File;", "std::fs"),
        (
            "src/model/mod.rs",
            "//! O.\nuse std::{fmt, thread::spawn};",
            "std::thread",
        ),
    ] {
        let faults = faults(path, source);
        assert_eq!(faults.len(), 1, "{path}: {source}: {faults:?}");
        assert!(faults[0].contains(words), "{path}: {faults:?}");
    }
}

#[test]
fn what_only_looks_like_a_fault_is_none() {
    for (path, source) in [
        (
            "src/ir/mod.rs",
            "//! See [`Plan`](crate::plan::Plan).\n/* crate::plan /* x */ wgpu::X */ // clap::X\n",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nconst A: &str = \"crate::plan unsafe \\\" wgpu::X\"; const B: &str = r#\"\" clap::X\"#;",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nfn f<'a>(c: char) -> &'a str { if c == '\"' || c == '\\'' { x } else { y } }",
        ),
        (
            "src/ir/mod.rs",
            "//! O.\nmod tests {\n use super::*; use super::pass::P; }\nuse self::op::Op; pub(crate) use op::Plan;",
        ),
        (
            "src/ir/op.rs",
            "//! O.\nuse super::{Block, Op}; pub(super) fn f() { Op::Load(super::X) }",
        ),
        (
            "src/exec/registry.rs",
            "//! O.\nuse super::cpu::CpuEngine; use super::gpu::GpuEngine;",
        ),
        (
            "src/exec/gpu/tests.rs",
            "//! O.\nuse crate::exec::reference::ReferenceEngine;",
        ),
        (
            "src/exec/cpu/simd/mod.rs",
            "//! O.\nfn f() { unsafe { g() } }",
        ),
        ("src/exec/gpu/kept.rs", "//! O.\nfn f() { unsafe { g() } }"),
        ("src/model/load.rs", "//! O.\nuse std::fs::File;"),
        ("src/table/file.rs", "//! O.\nuse std::fs; use csv;"),
        ("src/lib.rs", "//! O.\npub mod cli; use crate::cli::main;"),
    ] {
        assert!(
            faults(path, source).is_empty(),
            "{path}: {:?}",
            faults(path, source)
        );
    }
}
