//! Plans made by hand, a sink that keeps everything, and the device to try them on.

use std::ops::ControlFlow;

use super::cache::Cache;
use super::{DeviceChoice, GpuEngine};
use crate::exec::{Cells, Sink, TileOutput};
use crate::ir::{BinaryOp, Block, Builder, CompareOp, Slot, Type, UnaryOp, Value};
use crate::plan::{Layout, Output, Plan, PlanParts, Schedule, SlotInfo, Stream, Table};

/// The device of these tests: any, software drivers included. Without one a test is not run, which
/// `RHEOBASE_GPU=require` makes a failure.
pub(super) fn engine() -> Option<GpuEngine> {
    engine_with(None)
}

/// The same, with a cache.
pub(super) fn engine_with(cache: Option<Cache>) -> Option<GpuEngine> {
    match GpuEngine::with_cache(&DeviceChoice::Any, cache) {
        Ok(engine) => Some(engine),
        Err(error) if std::env::var("RHEOBASE_GPU").is_ok_and(|v| v == "require") => {
            panic!("a device is required: {error}")
        }
        Err(error) => {
            println!("not run: no adapter ({error})");
            None
        }
    }
}

/// Keeps what it gets; breaks off when told to.
#[derive(Default)]
pub(super) struct Keep {
    pub(super) tiles: Vec<TileOutput>,
    pub(super) progress: Vec<u64>,
    pub(super) stop: bool,
}

impl Sink for Keep {
    fn tile(&mut self, output: TileOutput) -> Result<(), String> {
        self.tiles.push(output);
        Ok(())
    }

    fn progress(&mut self, cell_steps: u64) -> ControlFlow<()> {
        self.progress.push(cell_steps);
        if self.stop {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// `n` cells whose one parameter goes from `from` to `to`.
pub(super) fn cells(n: usize, from: f64, to: f64) -> Cells {
    let at = |i: usize| from + (to - from) * i as f64 / (n.max(2) - 1) as f64;
    Cells {
        first: 0,
        n,
        params: vec![(0..n).map(at).collect()],
    }
}

fn slots(list: &[(&str, Type)]) -> Vec<SlotInfo> {
    let info = |&(name, ty): &(&str, Type)| SlotInfo {
        name: name.into(),
        ty,
    };
    list.iter().map(info).collect()
}

fn setup(f: impl FnOnce(&mut Builder)) -> Block {
    let mut b = Builder::new("setup");
    f(&mut b);
    b.finish()
}

fn sealed(parts: PlanParts) -> Plan {
    Plan::new(parts).expect("a plan made by hand is valid")
}

const F: Type = Type::Float;
const U: Type = Type::U32;
const B: Type = Type::Bool;

/// Leaky integrate-and-fire, exact step of 0.1 ms, tau 10 ms, from -65 to a threshold of -50 mV,
/// 2 ms refractory. Records the count, the first spike's step and fraction, and all spikes.
pub(super) fn lif(n_steps: u32) -> Plan {
    let decay = (-0.1_f64 / 10.0).exp();
    let mut integrate = Builder::new("integrate");
    {
        let b = &mut integrate;
        let v = b.load(Slot::State(0), F);
        let target = b.load(Slot::Derived(0), F);
        let left = b.load(Slot::State(1), U);
        let zero = b.u32(0);
        let waits = b.compare(CompareOp::Gt, left, zero);
        let away = b.sub(v, target);
        let kept = b.scale(away, decay);
        let moved = b.add(target, kept);
        let next = b.select(waits, v, moved);
        let threshold = b.float(-50.0);
        let above = b.compare(CompareOp::Gt, next, threshold);
        let free = b.unary(UnaryOp::Not, waits);
        let spike = b.and(above, free);
        let one = b.u32(1);
        let fewer = b.sub(left, one);
        let left = b.select(waits, fewer, zero);
        b.store(Slot::State(0), next);
        b.store(Slot::State(1), left);
        b.store(Slot::Temp(0), spike);
        b.store(Slot::Temp(1), v);
    }
    let mut record = Builder::new("record");
    {
        let b = &mut record;
        b.guard(Slot::Temp(0));
        let before = b.load(Slot::Temp(1), F);
        let after = b.load(Slot::State(0), F);
        let count = b.load(Slot::Accum(0), U);
        let zero = b.u32(0);
        let first = b.compare(CompareOp::Eq, count, zero);
        let threshold = b.float(-50.0);
        let rise = b.sub(threshold, before);
        let run = b.sub(after, before);
        let fraction = b.div(rise, run);
        let step = b.step();
        let old_step = b.load(Slot::Accum(1), U);
        let old_fraction = b.load(Slot::Accum(2), F);
        let new_step = b.select(first, step, old_step);
        let new_fraction = b.select(first, fraction, old_fraction);
        let one = b.u32(1);
        let more = b.add(count, one);
        b.store(Slot::Accum(0), more);
        b.store(Slot::Accum(1), new_step);
        b.store(Slot::Accum(2), new_fraction);
        b.store_at(0, count, step);
    }
    let mut reset = Builder::new("reset");
    reset.guard(Slot::Temp(0));
    let rest = reset.float(-65.0);
    let refractory = reset.u32(20);
    reset.store(Slot::State(0), rest);
    reset.store(Slot::State(1), refractory);
    sealed(PlanParts {
        name: "lif".into(),
        layout: Layout {
            params: slots(&[("I", F)]),
            derived: slots(&[("v_target", F)]),
            states: slots(&[("v", F), ("refractory_left", U)]),
            accums: slots(&[
                ("spike_count", U),
                ("first_spike_step", U),
                ("first_spike_fraction", F),
            ]),
            temps: slots(&[("spike", B), ("v_before", F)]),
            streams: vec![Stream {
                name: "spike_step".into(),
                ty: U,
                capacity: 5,
            }],
            ..Layout::default()
        },
        setup: setup(|b| {
            let i = b.load(Slot::Param(0), F);
            let rest = b.float(-65.0);
            let target = b.add(i, rest);
            let zero = b.u32(0);
            let no_fraction = b.float(0.0);
            b.store(Slot::Derived(0), target);
            b.store(Slot::State(0), rest);
            b.store(Slot::State(1), zero);
            b.store(Slot::Accum(0), zero);
            b.store(Slot::Accum(1), zero);
            b.store(Slot::Accum(2), no_fraction);
        }),
        step: vec![integrate.finish(), record.finish(), reset.finish()],
        schedule: Schedule { dt: 0.1, n_steps },
        outputs: vec![
            Output::Slot(Slot::Accum(0)),
            Output::Slot(Slot::Accum(1)),
            Output::Slot(Slot::Accum(2)),
            Output::Slot(Slot::State(0)),
            Output::Slot(Slot::State(1)),
            Output::Stream(0),
        ],
        ..PlanParts::default()
    })
}

/// a - b·x for the state x, over dt, with the coefficients held: x += dt·(a - b·x)·exprel(-b·dt).
fn relax(b: &mut Builder, x: Value, gain: Value, rate: Value, dt: f64) -> Value {
    let loss = b.mul(rate, x);
    let slope = b.sub(gain, loss);
    let z = b.scale(rate, -dt);
    let shape = b.unary(UnaryOp::Exprel, z);
    let by = b.mul(slope, shape);
    let by = b.scale(by, dt);
    b.add(x, by)
}

/// k·(v + shift).
fn affine(b: &mut Builder, v: Value, shift: f64, k: f64) -> Value {
    let shift = b.float(shift);
    let sum = b.add(v, shift);
    b.scale(sum, k)
}

/// a·exp(k·(v + shift)).
fn rate(b: &mut Builder, v: Value, a: f64, shift: f64, k: f64) -> Value {
    let x = affine(b, v, shift, k);
    let e = b.unary(UnaryOp::Exp, x);
    b.scale(e, a)
}

/// a/exprel(-(v + shift)/10).
fn linear_rate(b: &mut Builder, v: Value, a: f64, shift: f64) -> Value {
    let x = affine(b, v, shift, -0.1);
    let e = b.unary(UnaryOp::Exprel, x);
    let a = b.float(a);
    b.div(a, e)
}

/// The squid axon, gates first and then v, dt 0.01 ms, I as the parameter. Counts upward crossings
/// of 0 mV.
pub(super) fn hodgkin_huxley(n_steps: u32) -> Plan {
    hodgkin_huxley_with(n_steps, 120.0)
}

/// The same with another conductance of sodium.
pub(super) fn hodgkin_huxley_with(n_steps: u32, g_na_max: f64) -> Plan {
    const DT: f64 = 0.01;
    let mut step = Builder::new("integrate");
    {
        let b = &mut step;
        let v = b.load(Slot::State(0), F);
        let one = b.float(1.0);
        let alpha_m = linear_rate(b, v, 1.0, 40.0);
        let beta_m = rate(b, v, 4.0, 65.0, -1.0 / 18.0);
        let alpha_h = rate(b, v, 0.07, 65.0, -1.0 / 20.0);
        let e = rate(b, v, 1.0, 35.0, -0.1);
        let e = b.add(e, one);
        let beta_h = b.div(one, e);
        let alpha_n = linear_rate(b, v, 0.1, 55.0);
        let beta_n = rate(b, v, 0.125, 65.0, -1.0 / 80.0);
        let rates = [(alpha_m, beta_m), (alpha_h, beta_h), (alpha_n, beta_n)];
        let gates: Vec<Value> = (1..)
            .zip(rates)
            .map(|(i, (alpha, beta))| {
                let x = b.load(Slot::State(i), F);
                let sum = b.add(alpha, beta);
                let next = relax(b, x, alpha, sum, DT);
                b.store(Slot::State(i), next);
                next
            })
            .collect();
        let three = b.float(3.0);
        let four = b.float(4.0);
        let m3 = b.binary(BinaryOp::Pow, gates[0], three);
        let m3h = b.mul(m3, gates[1]);
        let g_na = b.scale(m3h, g_na_max);
        let n4 = b.binary(BinaryOp::Pow, gates[2], four);
        let g_k = b.scale(n4, 36.0);
        let g_l = b.float(0.3);
        let g = b.add(g_na, g_k);
        let g = b.add(g, g_l);
        let i_na = b.scale(g_na, 50.0);
        let i_k = b.scale(g_k, -77.0);
        let i_l = b.float(0.3 * -54.387);
        let i = b.load(Slot::Derived(0), F);
        let drive = b.add(i, i_na);
        let drive = b.add(drive, i_k);
        let drive = b.add(drive, i_l);
        let next = relax(b, v, drive, g, DT);
        let zero = b.float(0.0);
        let below = b.compare(CompareOp::Le, v, zero);
        let above = b.compare(CompareOp::Gt, next, zero);
        let spike = b.and(below, above);
        b.store(Slot::State(0), next);
        b.store(Slot::Temp(0), spike);
    }
    let mut record = Builder::new("record");
    record.guard(Slot::Temp(0));
    let count = record.load(Slot::Accum(0), U);
    let one = record.u32(1);
    let more = record.add(count, one);
    record.store(Slot::Accum(0), more);
    sealed(PlanParts {
        name: "hodgkin_huxley".into(),
        layout: Layout {
            params: slots(&[("I", F)]),
            derived: slots(&[("I", F)]),
            states: slots(&[("v", F), ("m", F), ("h", F), ("n", F)]),
            accums: slots(&[("spike_count", U)]),
            temps: slots(&[("spike", B)]),
            ..Layout::default()
        },
        setup: setup(|b| {
            let i = b.load(Slot::Param(0), F);
            b.store(Slot::Derived(0), i);
            for (slot, x) in (0..).zip([-65.0, 0.0529, 0.5961, 0.3177]) {
                let x = b.float(x);
                b.store(Slot::State(slot), x);
            }
            let none = b.u32(0);
            b.store(Slot::Accum(0), none);
        }),
        step: vec![step.finish(), record.finish()],
        schedule: Schedule { dt: DT, n_steps },
        outputs: vec![
            Output::Slot(Slot::Accum(0)),
            Output::Slot(Slot::State(0)),
            Output::Slot(Slot::State(1)),
        ],
        ..PlanParts::default()
    })
}

/// x' = gain·w(step) - x/10 with w a sampled waveform; every fourth step goes into a trace. The
/// waveform and the choice of steps belong to the time block. `dead` is a bool state.
pub(super) fn waveform(n_steps: u32) -> Plan {
    let mut time = Builder::new("time");
    {
        let b = &mut time;
        let step = b.step();
        let w = b.load_at(0, step);
        let last = b.load_at(1, step);
        let four = b.u32(4);
        let rest = b.binary(BinaryOp::Rem, step, four);
        let three = b.u32(3);
        let due = b.compare(CompareOp::Eq, rest, three);
        let w = b.mul(w, last);
        b.store(Slot::Uniform(0), w);
        b.store(Slot::Uniform(1), due);
    }
    let mut integrate = Builder::new("integrate");
    {
        let b = &mut integrate;
        let x = b.load(Slot::State(0), F);
        let w = b.load(Slot::Uniform(0), F);
        let gain = b.load(Slot::Derived(0), F);
        let drive = b.mul(gain, w);
        let keep = b.scale(x, 0.99);
        let next = b.add(keep, drive);
        let dead = b.load(Slot::State(1), B);
        let limit = b.float(1e6);
        let out = b.compare(CompareOp::Gt, next, limit);
        let dead = b.binary(BinaryOp::Or, dead, out);
        b.store(Slot::State(0), next);
        b.store(Slot::State(1), dead);
    }
    let mut trace = Builder::new("trace");
    {
        let b = &mut trace;
        b.guard(Slot::Uniform(1));
        let x = b.load(Slot::State(0), F);
        let n = b.load(Slot::Accum(0), U);
        let one = b.u32(1);
        let more = b.add(n, one);
        b.store_at(1, n, x);
        b.store(Slot::Accum(0), more);
    }
    let stream = |name: &str, ty, capacity| Stream {
        name: name.into(),
        ty,
        capacity,
    };
    sealed(PlanParts {
        name: "waveform".into(),
        layout: Layout {
            params: slots(&[("gain", F)]),
            derived: slots(&[("gain", F)]),
            states: slots(&[("x", F), ("dead", B)]),
            accums: slots(&[("trace_length", U)]),
            uniforms: slots(&[("w", F), ("due", B)]),
            streams: vec![stream("unused", U, 2), stream("x", F, n_steps / 4)],
            tables: vec![
                Table {
                    name: "w".into(),
                    values: (0..n_steps).map(|i| f64::from(i).sin()).collect(),
                },
                Table {
                    name: "one".into(),
                    values: vec![2.0, 1.0],
                },
            ],
            ..Layout::default()
        },
        setup: setup(|b| {
            let gain = b.load(Slot::Param(0), F);
            b.store(Slot::Derived(0), gain);
        }),
        time: time.finish(),
        step: vec![integrate.finish(), trace.finish()],
        schedule: Schedule { dt: 0.1, n_steps },
        outputs: vec![
            Output::Stream(1),
            Output::Slot(Slot::Accum(0)),
            Output::Slot(Slot::State(1)),
            Output::Stream(0),
        ],
        ..PlanParts::default()
    })
}

/// Sums of random bits, each step's counted three times more than those before: of two streams of the
/// cell by derived values, of one of them under a guard, and of a cell whose number is worked out.
pub(super) fn noise(n_steps: u32) -> Plan {
    const SEED: u64 = 5 << 32 | 11;
    let add = |b: &mut Builder, sum: u16, cell: [Value; 2], stream: u32| {
        let bits = b.random(cell, stream, SEED);
        let before = b.load(Slot::Accum(sum), U);
        let three = b.u32(3);
        let more = b.mul(before, three);
        let after = b.add(more, bits);
        b.store(Slot::Accum(sum), after);
        bits
    };
    let cell = |b: &mut Builder| [0, 1].map(|half| b.load(Slot::Derived(half), U));
    let mut draw = Builder::new("draw");
    let own = cell(&mut draw);
    let first = add(&mut draw, 0, own, 0);
    add(&mut draw, 1, own, 6);
    let one = draw.u32(1);
    let next = draw.add(own[0], one);
    add(&mut draw, 2, [next, own[1]], 0);
    let half = draw.u32(1 << 22);
    let is_upper = draw.compare(CompareOp::Ge, first, half);
    draw.store(Slot::Temp(0), is_upper);
    let mut seldom = Builder::new("seldom");
    seldom.guard(Slot::Temp(0));
    let own = cell(&mut seldom);
    add(&mut seldom, 3, own, 6);
    sealed(PlanParts {
        name: "noise".into(),
        layout: Layout {
            params: slots(&[("cell", F)]),
            derived: slots(&[("low", U), ("high", U)]),
            accums: slots(&[("a", U), ("b", U), ("c", U), ("d", U)]),
            temps: slots(&[("upper", B)]),
            ..Layout::default()
        },
        setup: setup(|b| {
            let number = b.load(Slot::Param(0), F);
            let low = b.unary(UnaryOp::ToU32, number);
            let high = b.u32(9);
            b.store(Slot::Derived(0), low);
            b.store(Slot::Derived(1), high);
            let zero = b.u32(0);
            (0..4).for_each(|sum| b.store(Slot::Accum(sum), zero));
        }),
        step: vec![draw.finish(), seldom.finish()],
        schedule: Schedule { dt: 0.1, n_steps },
        outputs: (0..4).map(|sum| Output::Slot(Slot::Accum(sum))).collect(),
        ..PlanParts::default()
    })
}

/// Some function of a value of a block.
pub(super) type Function = dyn Fn(&mut Builder, Value) -> Value;

/// One step that stores f(x) for the parameter x, for each of `functions`.
pub(super) fn functions(functions: &[&Function]) -> Plan {
    applied(functions, Slot::Derived(0))
}

/// The same of a state, which stays as it is.
pub(super) fn functions_of_state(functions: &[&Function]) -> Plan {
    applied(functions, Slot::State(functions.len() as u16))
}

fn applied(functions: &[&Function], of: Slot) -> Plan {
    let mut step = Builder::new("functions");
    let x = step.load(of, F);
    let mut states = Vec::new();
    for (slot, function) in (0..).zip(functions) {
        let value = function(&mut step, x);
        states.push(("f", step.type_of(value)));
        step.store(Slot::State(slot), value);
    }
    let mut derived = vec![("x", F)];
    if matches!(of, Slot::State(_)) {
        states.append(&mut derived);
    }
    let outputs = (0..functions.len()).map(|i| Output::Slot(Slot::State(i as u16)));
    sealed(PlanParts {
        name: "functions".into(),
        layout: Layout {
            params: slots(&[("x", F)]),
            derived: slots(&derived),
            states: slots(&states),
            ..Layout::default()
        },
        setup: setup(|b| {
            let x = b.load(Slot::Param(0), F);
            b.store(of, x);
        }),
        step: vec![step.finish()],
        schedule: Schedule {
            dt: 1.0,
            n_steps: 1,
        },
        outputs: outputs.collect(),
        ..PlanParts::default()
    })
}
