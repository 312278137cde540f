//! Published facts: every entry of `tests/facts/*.toml` on the reference, the CPU engine in f32 and the
//! GPU, and the table of them that the documentation shows.

mod measure;
mod oracle;
mod read;
mod table;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rheobase::exec::Engine;
use rheobase::exec::reference::ReferenceEngine;

use super::harness::SUBJECTS;
use measure::Outcome;
use read::{Fact, facts};

/// The engines of the table, by its columns.
const ENGINES: [&str; 3] = ["reference", "cpu f32", "gpu"];

fn engine(name: &str) -> Option<Box<dyn Engine>> {
    if name == "reference" {
        return Some(Box::new(ReferenceEngine));
    }
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    (subject.unwrap().make)()
}

/// What each fact comes to on each engine; none where the engine is not there or the fact is not for it.
fn measured(facts: &[Fact]) -> Vec<[Option<Outcome>; 3]> {
    let results: Vec<Mutex<[Option<Outcome>; 3]>> =
        facts.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let engines = ENGINES.map(engine);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(fact) = facts.get(number) else { break };
            for (column, engine) in engines.iter().enumerate() {
                let Some(engine) = engine.as_deref().filter(|_| fact.is_for(ENGINES[column]))
                else {
                    continue;
                };
                let outcome = measure::measure(fact, engine);
                results[number].lock().unwrap()[column] = Some(outcome);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    results
        .into_iter()
        .map(|one| one.into_inner().unwrap())
        .collect()
}

/// Run with `RHEOBASE_BLESS=1`, it writes the table anew.
#[test]
fn every_fact_is_met_on_every_engine_and_the_table_is_current() {
    let facts = facts();
    assert!(facts.len() > 100, "only {} facts", facts.len());
    let measured = measured(&facts);
    let mut wrong = String::new();
    for (fact, outcomes) in facts.iter().zip(&measured) {
        for (engine, outcome) in ENGINES.iter().zip(outcomes) {
            if let Some(why) = outcome.as_ref().and_then(|o| o.wrong.as_ref()) {
                wrong += &format!("{}: {} on {engine}: {why}\n", fact.model(), fact.what);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    table::check(&facts, &measured);
}
