//! The text of kernels: valid for naga, and of the meaning that the IR states, on a device.

use super::super::testing::{
    Function, cells, engine, functions, functions_of_state, hodgkin_huxley, lif, noise, waveform,
};
use super::{floats, launches, run};
use crate::exec::reference::ReferenceEngine;
use crate::exec::{Cells, Column};
use crate::ir::{BinaryOp, Builder, CompareOp, Literal, UnaryOp, Value};

/// Every operator, at the values where engines like to differ.
#[test]
fn operators_mean_what_the_ir_says() {
    let Some(gpu) = engine() else { return };
    let with = |op: BinaryOp, y: f64| {
        move |b: &mut Builder, x: Value| {
            let y = b.float(y);
            b.binary(op, x, y)
        }
    };
    let compared = |op: CompareOp| {
        move |b: &mut Builder, x: Value| {
            let one = b.float(1.0);
            b.compare(op, x, one)
        }
    };
    let whole = |b: &mut Builder, x: Value| b.unary(UnaryOp::ToU32, x);
    let back = |b: &mut Builder, x: Value| {
        let n = b.unary(UnaryOp::ToU32, x);
        let seven = b.u32(7);
        let n = b.binary(BinaryOp::Rem, n, seven);
        b.unary(UnaryOp::ToFloat, n)
    };
    let sqrt = |b: &mut Builder, x: Value| {
        let a = b.unary(UnaryOp::Abs, x);
        b.unary(UnaryOp::Sqrt, a)
    };
    let floor = |b: &mut Builder, x: Value| b.unary(UnaryOp::Floor, x);
    let ceil = |b: &mut Builder, x: Value| b.unary(UnaryOp::Ceil, x);
    let squared = with(BinaryOp::Pow, 17.0);
    let root = |b: &mut Builder, x: Value| {
        let y = b.float(0.3);
        let a = b.unary(UnaryOp::Abs, x);
        b.binary(BinaryOp::Pow, a, y)
    };
    let min = with(BinaryOp::Min, 1.0);
    let max = with(BinaryOp::Max, 1.0);
    let [lt, le, gt, ge, eq, ne] = CompareOp::ALL.map(compared);
    let plan = functions(&[
        &whole, &back, &sqrt, &floor, &ceil, &squared, &root, &min, &max, &lt, &le, &gt, &ge, &eq,
        &ne,
    ]);
    let xs = vec![
        0.0,
        -0.0,
        0.5,
        1.0,
        -1.5,
        1.5,
        2.0,
        -2.5,
        8.0,
        100.0,
        5e9,
        -7.0,
        3.999_999_8,
    ];
    let cells = Cells {
        first: 0,
        n: xs.len(),
        params: vec![xs.iter().map(|&x| f64::from(x as f32)).collect()],
    };
    let found = run(&gpu, &plan, &cells);
    let expected = run(&ReferenceEngine, &plan, &cells);
    for (f, (a, b)) in found.columns.iter().zip(&expected.columns).enumerate() {
        match (a, b) {
            (Column::Float(a), Column::Float(b)) => {
                for ((x, y), of) in a.iter().zip(b).zip(&xs) {
                    let close = (x - y).abs() <= 3e-5 * y.abs();
                    // 5e9^17 is beyond f32.
                    assert!(
                        close || y.abs() > 1e38,
                        "function {f} of {of}: {x}, not {y}"
                    );
                }
            }
            _ => assert_eq!(a, b, "function {f}"),
        }
    }
}

/// A function, the range over which it is tried, and its largest error there (relative, absolute
/// for sin and cos); the comments of `math.wgsl` state these bounds.
type Bound = (UnaryOp, f64, f64, f64);

const BOUNDS: [Bound; 13] = [
    (UnaryOp::Exp, -1.0, 1.0, 3.5e-7),
    (UnaryOp::Exp, -20.0, 20.0, 1.5e-6),
    (UnaryOp::Exp, -80.0, 80.0, 5e-6),
    (UnaryOp::Expm1, -1.0, 1.0, 7e-7),
    (UnaryOp::Expm1, -20.0, 20.0, 1.5e-6),
    (UnaryOp::Exprel, -1.0, 1.0, 7e-7),
    (UnaryOp::Exprel, -20.0, 20.0, 1.5e-6),
    (UnaryOp::Tanh, -0.1, 0.1, 4e-7),
    (UnaryOp::Tanh, -12.0, 12.0, 5e-7),
    (UnaryOp::Log, 0.9, 1.1, 1.5e-7),
    (UnaryOp::Log, 1e-3, 1e3, 1.5e-7),
    (UnaryOp::Sin, -3.2, 3.2, 5e-4),
    (UnaryOp::Cos, -3.2, 3.2, 5e-4),
];

#[test]
fn functions_stay_within_their_stated_errors() {
    let Some(gpu) = engine() else { return };
    let n = std::env::var("RHEOBASE_POINTS").map_or(20_000, |n| n.parse().expect("a number"));
    let mut failed = false;
    for (op, from, to, bound) in BOUNDS {
        let function = move |b: &mut Builder, x: Value| b.unary(op, x);
        let mut points = cells(n, from, to);
        for x in &mut points.params[0] {
            *x = f64::from(*x as f32);
        }
        let found = run(&gpu, &functions(&[&function]), &points);
        let mut worst = (0.0_f64, 0.0);
        for (&x, &y) in points.params[0].iter().zip(floats(&found.columns[0])) {
            let Some(Literal::Float(exact)) = op.apply(Literal::Float(x)) else {
                panic!("a float function")
            };
            let error = (y - exact).abs()
                / if matches!(op, UnaryOp::Sin | UnaryOp::Cos) {
                    1.0
                } else {
                    exact.abs()
                };
            if exact != 0.0 && (error > worst.0 || error.is_nan()) {
                worst = (error, x);
            }
        }
        println!(
            "{:>7} [{from}, {to}]: {:.2e} at {}",
            op.name(),
            worst.0,
            worst.1
        );
        failed |= worst.0 > bound || worst.0.is_nan();
    }
    assert!(!failed, "see the list");
}

/// The bound is that of 2^x near 0 and three roundings of the exponent's parts: of the factor, of the
/// product and of the sum.
#[test]
fn an_exponential_of_a_multiple_is_as_good_as_one_of_its_argument() {
    let Some(gpu) = engine() else { return };
    for (k, c) in [
        (-0.1, 0.0),
        (-0.0125, -0.8125),
        (1.0 / 9.0, 3.5),
        (-3.0, 0.25),
    ] {
        let rate = move |b: &mut Builder, x: Value| {
            let product = b.scale(x, k);
            let shift = b.float(c);
            let sum = b.add(product, shift);
            b.unary(UnaryOp::Exp, sum)
        };
        let mut points = cells(20_000, -100.0, 60.0);
        for x in &mut points.params[0] {
            *x = f64::from(*x as f32);
        }
        let found = run(&gpu, &functions(&[&rate]), &points);
        for (&x, &y) in points.params[0].iter().zip(floats(&found.columns[0])) {
            let (exact, parts) = ((k * x + c).exp(), (k * x).abs() + c.abs());
            // Beyond, results leave the range of f32.
            if parts < 80.0 {
                let error = (y - exact).abs() / exact;
                assert!(
                    error < 3.5e-7 + 3.0 * 2f64.powi(-24) * parts,
                    "{k}, {c} at {x}: {error}"
                );
            }
        }
    }
}

/// By each polynomial, beyond its range, and where the decay is a literal, negative or not a number. The bound
/// is ten units in the last place of where it begins and where it leads: 2.5 of the polynomial, the rest of the
/// rounding of the decay and of four operations.
#[test]
fn relaxations_lead_where_they_should_for_any_decay() {
    let Some(gpu) = engine() else { return };
    // With a state's potential of -90 to 50 the decay is 0.07 to 0.49, and 0.2 to 1.5.
    let by = |k: f64| {
        move |b: &mut Builder, v: Value| {
            let (near, rest) = (b.scale(v, k), b.float(113.0 * k));
            let r = b.add(near, rest);
            let (x, a) = (b.float(0.3), b.float(0.01));
            b.relax(x, a, r)
        }
    };
    let known = |b: &mut Builder, v: Value| {
        let (a, r) = (b.float(0.01), b.float(0.7));
        b.relax(v, a, r)
    };
    let mut points = cells(20_000, -200.0, 1000.0);
    points.params[0].extend([f64::NAN, -1e5, 1e5]);
    points.n += 3;
    for x in &mut points.params[0] {
        *x = f64::from(*x as f32);
    }
    // One at a time: those of one step are settled together.
    for (f, function) in [&by(0.003) as &Function, &by(0.009), &known]
        .into_iter()
        .enumerate()
    {
        let plan = functions_of_state(&[function]);
        let (found, expected) = (
            run(&gpu, &plan, &points),
            run(&ReferenceEngine, &plan, &points),
        );
        let both = floats(&found.columns[0])
            .iter()
            .zip(floats(&expected.columns[0]));
        for (&v, (&x, &y)) in points.params[0].iter().zip(both) {
            let from = if f == 2 { v } else { 0.3_f64 };
            // Beyond, results leave the range of f32.
            let close = (x - y).abs() <= 6e-7 * (from.abs() + y.abs()) || y.abs() > 1e30;
            assert!(
                close || (x.is_nan() && y.is_nan()),
                "{f} of {v}: {x}, not {y}"
            );
        }
    }
}

/// x/(e^x − 1) by itself and with a given power, near its series' end and far from it.
#[test]
fn quotients_by_exprel_are_as_good_as_exprel() {
    let Some(gpu) = engine() else { return };
    let alone = |b: &mut Builder, x: Value| {
        let d = b.unary(UnaryOp::Exprel, x);
        let n = b.float(0.1);
        b.div(n, d)
    };
    let given = |b: &mut Builder, x: Value| {
        let e = b.unary(UnaryOp::Exp, x);
        let d = b.binary(BinaryOp::ExprelGiven, x, e);
        let one = b.float(1.0);
        b.div(one, d)
    };
    for (from, to, bound) in [(-1.0, 1.0, 1e-6), (-20.0, 20.0, 1.5e-6)] {
        let mut points = cells(20_001, from, to);
        for x in &mut points.params[0] {
            *x = f64::from(*x as f32);
        }
        let found = run(&gpu, &functions(&[&alone, &given]), &points);
        for (column, n) in found.columns.iter().zip([0.1, 1.0]) {
            for (&x, &y) in points.params[0].iter().zip(floats(column)) {
                let exact = if x == 0.0 { n } else { n * x / x.exp_m1() };
                let error = (y - exact).abs() / exact;
                assert!(error < bound, "{n} at {x}: {y}, off by {error:.2e}");
            }
        }
    }
}

/// Every generated kernel is valid WGSL of the portable core.
#[test]
fn generated_kernels_are_valid() {
    let every = |op: UnaryOp| move |b: &mut Builder, x: Value| b.unary(op, x);
    let all: Vec<_> = UnaryOp::ALL
        .into_iter()
        .filter(|op| !matches!(op, UnaryOp::Not | UnaryOp::ToFloat))
        .map(every)
        .collect();
    let all: Vec<&Function> = all.iter().map(|f| f as _).collect();
    for plan in [
        lif(10),
        hodgkin_huxley(10),
        waveform(10),
        noise(10),
        functions(&all),
    ] {
        for launch in launches() {
            validate(&super::super::kernel::kernel(&plan, launch));
        }
    }
}

#[test]
fn each_hand_written_file_is_valid_with_the_stub() {
    let stub = include_str!("../../../../shaders/stub.wgsl");
    validate(stub);
    for file in [
        include_str!("../../../../shaders/step.wgsl"),
        include_str!("../../../../shaders/math.wgsl"),
        include_str!("../../../../shaders/random.wgsl"),
    ] {
        validate(&format!("{file}\n{stub}"));
    }
}

fn validate(text: &str) {
    use wgpu::naga::{front, valid};
    let module = front::wgsl::parse_str(text)
        .unwrap_or_else(|error| panic!("{}\n{text}", error.emit_to_string(text)));
    valid::Validator::new(valid::ValidationFlags::all(), valid::Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}\n{text}", error.emit_to_string(text)));
}
