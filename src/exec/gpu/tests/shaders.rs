//! The text of kernels: valid for naga, and of the meaning that the IR states, on a device.

use super::super::testing::{
    Function, cells, engine, functions, hodgkin_huxley, lif, noise, waveform,
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
            validate(&super::super::shader::kernel(&plan, launch));
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
