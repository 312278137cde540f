//! Plans made by hand, small and whole: what the front end would give for two classic models.

use crate::ir::{BinaryOp, Block, Builder, CompareOp, Slot, Type, UnaryOp, Value};
use crate::plan::{Layout, Output, Plan, PlanParts, Schedule, SlotInfo, Stream, Table};

/// Slots by name, handed out in order.
#[derive(Default)]
pub(super) struct Slots(pub(super) Layout);

fn add(list: &mut Vec<SlotInfo>, name: &str, ty: Type) -> u16 {
    list.push(SlotInfo {
        name: name.into(),
        ty,
    });
    u16::try_from(list.len() - 1).unwrap()
}

impl Slots {
    pub(super) fn param(&mut self, name: &str) -> Slot {
        Slot::Param(add(&mut self.0.params, name, Type::Float))
    }
    pub(super) fn derived(&mut self, name: &str) -> Slot {
        Slot::Derived(add(&mut self.0.derived, name, Type::Float))
    }
    pub(super) fn state(&mut self, name: &str, ty: Type) -> Slot {
        Slot::State(add(&mut self.0.states, name, ty))
    }
    pub(super) fn accum(&mut self, name: &str, ty: Type) -> Slot {
        Slot::Accum(add(&mut self.0.accums, name, ty))
    }
    pub(super) fn temp(&mut self, name: &str, ty: Type) -> Slot {
        Slot::Temp(add(&mut self.0.temps, name, ty))
    }
    pub(super) fn uniform(&mut self, name: &str, ty: Type) -> Slot {
        Slot::Uniform(add(&mut self.0.uniforms, name, ty))
    }
    pub(super) fn stream(&mut self, name: &str, ty: Type, capacity: u32) -> u16 {
        self.0.streams.push(Stream {
            name: name.into(),
            ty,
            capacity,
        });
        u16::try_from(self.0.streams.len() - 1).unwrap()
    }
    pub(super) fn table(&mut self, values: Vec<f64>) -> u16 {
        self.0.tables.push(Table {
            name: "table".into(),
            values,
        });
        u16::try_from(self.0.tables.len() - 1).unwrap()
    }
}

/// A recorder of spikes: count, first and last spike as (step, fraction), and the running moments
/// of the intervals in ms, in a block that only cells with a spike need.
pub(super) struct SpikeRecorder {
    count: Slot,
    first: (Slot, Slot),
    last: (Slot, Slot),
    mean: Slot,
    squares: Slot,
}

impl SpikeRecorder {
    pub(super) fn new(slots: &mut Slots) -> Self {
        SpikeRecorder {
            count: slots.accum("spike_count", Type::U32),
            first: (
                slots.accum("first_step", Type::U32),
                slots.accum("first_fraction", Type::Float),
            ),
            last: (
                slots.accum("last_step", Type::U32),
                slots.accum("last_fraction", Type::Float),
            ),
            mean: slots.accum("interval_mean", Type::Float),
            squares: slots.accum("interval_squares", Type::Float),
        }
    }

    pub(super) fn outputs(&self) -> Vec<Output> {
        [
            self.count,
            self.first.0,
            self.first.1,
            self.last.0,
            self.last.1,
            self.mean,
            self.squares,
        ]
        .map(Output::Slot)
        .into()
    }

    pub(super) fn set_up(&self, b: &mut Builder) {
        let zero = b.u32(0);
        b.store(self.count, zero);
    }

    /// `before` and `after` hold v at the ends of the step, before any reset.
    pub(super) fn block(&self, spiked: Slot, ends: (Slot, Slot), threshold: f64, dt: f64) -> Block {
        let mut b = Builder::new("record spike");
        b.guard(spiked);
        let step = b.step();
        let before = b.load(ends.0, Type::Float);
        let after = b.load(ends.1, Type::Float);
        let limit = b.float(threshold);
        let rise = b.sub(after, before);
        let way = b.sub(limit, before);
        let fraction = b.div(way, rise);
        let count = b.load(self.count, Type::U32);
        let zero = b.u32(0);
        let one = b.u32(1);
        let fresh = b.compare(CompareOp::Eq, count, zero);
        for (slot, value, ty) in [
            (self.first.0, step, Type::U32),
            (self.first.1, fraction, Type::Float),
        ] {
            let old = b.load(slot, ty);
            let value = b.select(fresh, value, old);
            b.store(slot, value);
        }
        let last_step = b.load(self.last.0, Type::U32);
        let last_fraction = b.load(self.last.1, Type::Float);
        let steps = b.sub(step, last_step);
        let steps = b.unary(UnaryOp::ToFloat, steps);
        let part = b.sub(fraction, last_fraction);
        let interval = b.add(steps, part);
        let interval = b.scale(interval, dt);
        let n = b.unary(UnaryOp::ToFloat, count);
        let mean = b.load(self.mean, Type::Float);
        let squares = b.load(self.squares, Type::Float);
        let away = b.sub(interval, mean);
        let shift = b.div(away, n);
        let new_mean = b.add(mean, shift);
        let beyond = b.sub(interval, new_mean);
        let product = b.mul(away, beyond);
        let new_squares = b.add(squares, product);
        let new_mean = b.select(fresh, mean, new_mean);
        let new_squares = b.select(fresh, squares, new_squares);
        let next = b.add(count, one);
        b.store(self.count, next);
        b.store(self.last.0, step);
        b.store(self.last.1, fraction);
        b.store(self.mean, new_mean);
        b.store(self.squares, new_squares);
        b.finish()
    }
}

/// x + dt·(a − r·x)·exprel(−dt·r): the exact solution of x' = a − r·x over a step.
fn relax(b: &mut Builder, x: Value, a: Value, r: Value, dt: f64) -> Value {
    let z = b.scale(r, -dt);
    let e = b.unary(UnaryOp::Exprel, z);
    let rx = b.mul(r, x);
    let f = b.sub(a, rx);
    let f = b.scale(f, dt);
    let change = b.mul(f, e);
    b.add(x, change)
}

/// k/exprel(−(v − v0)/s), the rate that others write (v − v0)/(1 − exp(−(v − v0)/s)).
fn linoid(b: &mut Builder, v: Value, v0: f64, s: f64, k: f64) -> Value {
    let v0 = b.float(v0);
    let x = b.sub(v, v0);
    let x = b.scale(x, -1.0 / s);
    let e = b.unary(UnaryOp::Exprel, x);
    let k = b.float(k);
    b.div(k, e)
}

/// k·exp(−(v − v0)/s).
fn exponential(b: &mut Builder, v: Value, v0: f64, s: f64, k: f64) -> Value {
    let v0 = b.float(v0);
    let x = b.sub(v, v0);
    let x = b.scale(x, -1.0 / s);
    let e = b.unary(UnaryOp::Exp, x);
    b.scale(e, k)
}

/// Hodgkin and Huxley's squid axon, gates first, then v; one parameter, the current in µA/cm².
pub(super) fn hodgkin_huxley(dt: f64, n_steps: u32) -> Plan {
    let mut slots = Slots::default();
    let current = slots.param("I");
    let derived = slots.derived("I");
    let [m, h, n, v] = ["m", "h", "n", "v"].map(|name| slots.state(name, Type::Float));
    let spiked = slots.temp("spiked", Type::Bool);
    let before = slots.temp("v_before", Type::Float);
    let recorder = SpikeRecorder::new(&mut slots);

    let mut setup = Builder::new("set up");
    let i = setup.load(current, Type::Float);
    setup.store(derived, i);
    for (slot, x) in [(m, 0.0529), (h, 0.5961), (n, 0.3177), (v, -65.0)] {
        let x = setup.float(x);
        setup.store(slot, x);
    }
    recorder.set_up(&mut setup);

    let mut b = Builder::new("integrate");
    let v0 = b.load(v, Type::Float);
    let gates = [m, h, n].map(|gate| {
        let (alpha, beta) = if gate == m {
            (
                linoid(&mut b, v0, -40.0, 10.0, 1.0),
                exponential(&mut b, v0, -65.0, 18.0, 4.0),
            )
        } else if gate == h {
            let e = exponential(&mut b, v0, -35.0, 10.0, 1.0);
            let one = b.float(1.0);
            let sum = b.add(e, one);
            let beta = b.div(one, sum);
            (exponential(&mut b, v0, -65.0, 20.0, 0.07), beta)
        } else {
            (
                linoid(&mut b, v0, -55.0, 10.0, 0.1),
                exponential(&mut b, v0, -65.0, 80.0, 0.125),
            )
        };
        let x = b.load(gate, Type::Float);
        let rate = b.add(alpha, beta);
        let next = relax(&mut b, x, alpha, rate, dt);
        b.store(gate, next);
        next
    });
    let [m1, h1, n1] = gates;
    let m3 = b.float(3.0);
    let m3 = b.binary(BinaryOp::Pow, m1, m3);
    let m3h = b.mul(m3, h1);
    let g_na = b.scale(m3h, 120.0);
    let four = b.float(4.0);
    let n4 = b.binary(BinaryOp::Pow, n1, four);
    let g_k = b.scale(n4, 36.0);
    let g = b.add(g_na, g_k);
    let leak = b.float(0.3);
    let g = b.add(g, leak);
    let drive = b.load(derived, Type::Float);
    let na = b.scale(g_na, 50.0);
    let k = b.scale(g_k, -77.0);
    let sum = b.add(na, k);
    let sum = b.add(sum, drive);
    let rest = b.float(0.3 * -54.387);
    let sum = b.add(sum, rest);
    let v1 = relax(&mut b, v0, sum, g, dt);
    b.store(v, v1);
    b.store(before, v0);
    let integrate = b.finish();

    let mut b = Builder::new("threshold");
    let v0 = b.load(before, Type::Float);
    let v1 = b.load(v, Type::Float);
    let zero = b.float(0.0);
    let below = b.compare(CompareOp::Le, v0, zero);
    let above = b.compare(CompareOp::Gt, v1, zero);
    let crossed = b.and(above, below);
    b.store(spiked, crossed);
    let threshold = b.finish();

    let record = recorder.block(spiked, (before, v), 0.0, dt);
    let mut outputs = recorder.outputs();
    outputs.push(Output::Slot(v));
    Plan::new(PlanParts {
        name: "hodgkin_huxley".into(),
        layout: slots.0,
        setup: setup.finish(),
        step: vec![integrate, threshold, record],
        schedule: Schedule { dt, n_steps },
        outputs,
        ..PlanParts::default()
    })
    .unwrap()
}

/// A leaky integrator with a reset and a refractory time, dt 0.1 ms; one parameter, the current.
/// A sampled waveform, read by step number, is added to the current; each spike's step goes into a
/// list of 8.
pub(super) fn leaky_integrator(n_steps: u32) -> Plan {
    let dt = 0.1;
    let mut slots = Slots::default();
    let current = slots.param("I");
    let derived = slots.derived("I");
    let v = slots.state("v", Type::Float);
    let refractory = slots.state("refractory_steps", Type::U32);
    let before = slots.temp("v_before", Type::Float);
    let after = slots.temp("v_after", Type::Float);
    let spiked = slots.temp("spiked", Type::Bool);
    let wave = slots.uniform("wave", Type::Float);
    let table = slots.table((0..50).map(|i| (f64::from(i) * 0.3).sin()).collect());
    let times = slots.stream("spike_steps", Type::U32, 8);
    let recorder = SpikeRecorder::new(&mut slots);

    let mut setup = Builder::new("set up");
    let i = setup.load(current, Type::Float);
    setup.store(derived, i);
    recorder.set_up(&mut setup);

    let mut time = Builder::new("time");
    let step = time.step();
    let fifty = time.u32(50);
    let index = time.binary(BinaryOp::Rem, step, fifty);
    let sample = time.load_at(table, index);
    time.store(wave, sample);

    let mut b = Builder::new("integrate");
    let v0 = b.load(v, Type::Float);
    let i = b.load(derived, Type::Float);
    let w = b.load(wave, Type::Float);
    let drive = b.add(i, w);
    let decay = (-dt / 10.0_f64).exp();
    let kept = b.scale(v0, decay);
    let pushed = b.scale(drive, 1.0 - decay);
    let v1 = b.add(kept, pushed);
    let left = b.load(refractory, Type::U32);
    let zero = b.u32(0);
    let one = b.u32(1);
    let held = b.compare(CompareOp::Gt, left, zero);
    let v1 = b.select(held, v0, v1);
    let less = b.sub(left, one);
    let left = b.select(held, less, left);
    let limit = b.float(15.0);
    let above = b.compare(CompareOp::Gt, v1, limit);
    let free = b.not(held);
    let fires = b.and(above, free);
    b.store(v, v1);
    b.store(refractory, left);
    b.store(before, v0);
    b.store(after, v1);
    b.store(spiked, fires);
    let integrate = b.finish();

    let mut b = Builder::new("reset");
    b.guard(spiked);
    let zero = b.float(0.0);
    let twenty = b.u32(20);
    b.store(v, zero);
    b.store(refractory, twenty);
    let count = b.load(recorder.count, Type::U32);
    let step = b.step();
    b.store_at(times, count, step);
    let reset = b.finish();

    let record = recorder.block(spiked, (before, after), 15.0, dt);
    let mut outputs = recorder.outputs();
    outputs.push(Output::Slot(v));
    outputs.push(Output::Stream(times));
    Plan::new(PlanParts {
        name: "leaky_integrator".into(),
        layout: slots.0,
        setup: setup.finish(),
        time: time.finish(),
        step: vec![integrate, reset, record],
        schedule: Schedule { dt, n_steps },
        outputs,
        ..PlanParts::default()
    })
    .unwrap()
}
