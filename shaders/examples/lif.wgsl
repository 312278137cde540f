// The step kernel: one invocation is one cell or a few, one dispatch is one chunk of steps.
//
// This file owns the header, the bindings, the guard and the time loop. What the plan and the shape
// of the launch decide is generated after it as whole functions:
//
//   WORKGROUP_SIZE                             how many invocations make a workgroup
//   CELLS                                      how many cells an invocation steps
//   UNROLL                                     how many steps a round of the time loop takes
//   struct Cells                               derived values, states and accumulators of its cells, and
//                                              random words for later steps
//   load_cells(cell) -> Cells                  from memory to registers
//   step_cells(c: ptr<Cells>, cell, step)      one step: the time block, then every block of the plan
//   step_round(c: ptr<Cells>, cell, step)      UNROLL steps from this one on
//   store_cells(c: ptr<Cells>, cell, n_steps)  from registers to memory, with tell_status of each
//
// The cells of an invocation are as far apart as there are invocations, so that neighbours read
// neighbouring words. `cell` is the first of them; the last invocations have fewer.
//
// Recording is a block like any other, so there is no record_cell. stub.wgsl stands for the
// generated part, so that this file can be checked alone.

// What changes from dispatch to dispatch; the host's `Header` has the same layout.
struct Header {
    // Cells of this tile, and the distance between the columns of each buffer.
    n_cells: u32,
    // Number of the first step of this chunk.
    first_step: u32,
    // Steps of this chunk.
    n_steps: u32,
    // Invocations in one row of the 2-D dispatch.
    row: u32,
}

// Every buffer but the tables is a structure of arrays: column `k` of cell `i` is at
// `k * n_cells + i`. Words hold f32 by their bits, u32, or a bool as 0 or 1.
@group(0) @binding(0) var<uniform> header: Header;
@group(0) @binding(1) var<storage, read> derived: array<u32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> accum: array<u32>;
@group(0) @binding(4) var<storage, read> tables: array<f32>;
@group(0) @binding(5) var<storage, read_write> streams: array<u32>;
// Steps done in this run, modulo 2^31, and in bit 31 whether a state is infinite or NaN.
@group(0) @binding(6) var<storage, read_write> status: array<u32>;

const NON_FINITE: u32 = 0x80000000u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn run_chunk(@builtin(global_invocation_id) id: vec3<u32>) {
    let cell = id.x + id.y * header.row;
    if (cell >= cells_apart()) {
        return;
    }
    let first_step = header.first_step;
    let n_steps = header.n_steps;
    var c = load_cells(cell);
    // The steps counted are those that were done: a driver may end a long loop early.
    var k = 0u;
    // Whole rounds, then what is left of the chunk. Where a round is one step there is only the rest.
    if (UNROLL > 1u) {
        for (; k + UNROLL <= n_steps; k += UNROLL) {
            step_round(&c, cell, first_step + k);
        }
    }
    for (; k < n_steps; k += 1u) {
        step_cells(&c, cell, first_step + k);
    }
    store_cells(&c, cell, k);
}

// From one cell of an invocation to the next: how many invocations there are.
fn cells_apart() -> u32 {
    return (header.n_cells + (CELLS - 1u)) / CELLS;
}

// Counts the steps of a cell and notes whether it is still a number.
fn tell_status(cell: u32, n_steps: u32, finite: bool) {
    let done = (status[cell] + n_steps) & ~NON_FINITE;
    status[cell] = select(done | NON_FINITE, done, finite);
}

// Mathematics that the builtins do not give to the precision that neuron models need.
//
// WGSL allows exp an error that grows with |x|, tanh an absolute 1e-5 and log an absolute 2^-21
// near 1; drivers use all of that. Every function here is free of branches, and no invocation
// computes 0/0. NaN arguments give NaN where the driver keeps NaN at all. Errors are relative and
// the largest of 10^6 points on a software driver (whose exp2 is good to 1.5e-7 and whose division
// is exact), against f64.

// e^x as a power of two: 2.9e-7 on [-1, 1], 1.2e-6 on [-20, 20], 3.9e-6 on [-80, 80]; the rounding
// of x·log2(e) makes |x|·2^-24 of it. A reduction in two parts with an own polynomial has 2.4e-7
// everywhere and takes a third more time for a whole Hodgkin-Huxley step, whose |x| stay below 7.
fn m_exp(x: f32) -> f32 {
    return exp2(x * 1.442695f);
}

// (e^x - 1)/x for |x| < 0.5 by its series; the first term left out is below 1.1e-8.
fn m_exprel_near_0(x: f32) -> f32 {
    return 1.0f + x * (0.5f + x * (0.16666667f + x * (0.041666668f + x * (0.008333334f
        + x * (0.0013888889f + x * (0.0001984127f + x * 0.000024801588f))))));
}

// e^x - 1 without cancellation near 0: 5.5e-7 on [-1, 1], beyond that as m_exp.
fn m_expm1(x: f32) -> f32 {
    return select(m_exp(x) - 1.0f, x * m_exprel_near_0(x), abs(x) < 0.5f);
}

// (e^x - 1)/x, which is 1 at 0: 5.7e-7 on [-1, 1], beyond that as m_exp.
fn m_exprel(x: f32) -> f32 {
    let near = abs(x) < 0.5f;
    return select((m_exp(x) - 1.0f) / select(x, 1.0f, near), m_exprel_near_0(x), near);
}

// (e^x - 1)/x where e^x is known: near 0 by its series, beyond that the error of e^x divided by |x|.
fn m_exprel_given(x: f32, e: f32) -> f32 {
    let near = abs(x) < 0.5f;
    return select((e - 1.0f) / select(x, 1.0f, near), m_exprel_near_0(x), near);
}

// x/(e^x - 1) where e^x is known, which is 1 at 0: for |x| < 0.5 by its series, of which the first term left
// out is below 3.3e-9; beyond that the error of e^x by 1 + 1/|x|.
fn m_over_given(x: f32, e: f32) -> f32 {
    let near = abs(x) < 0.5f;
    let y = x * x;
    let series = (1.0f - 0.5f * x) + y * (0.083333336f + y * (-0.0013888889f + y * 0.000033068783f));
    return select(x, series, near) / select(e - 1.0f, 1.0f, near);
}

// x/(e^x - 1).
fn m_over(x: f32) -> f32 {
    return m_over_given(x, m_exp(x));
}

// (1 - e^-r)/r for r from 0 to 0.5, where a polynomial has an error of 0.8 units in the last place.
fn m_part_near(r: f32) -> f32 {
    return 1.0f + r * (-0.4999999896f + r * (0.1666656276f + r * (-0.04164992996f + r * (0.00823822135f
        + r * -0.00116428703f))));
}

// The same for r from 0 to 2: 2.5 units.
fn m_part_far(r: f32) -> f32 {
    return 1.0f + r * (-0.4999999989f + r * (0.1666665984f + r * (-0.04166594474f + r * (0.008330402421f
        + r * (-0.001382986422f + r * (0.0001918510188f + r * (-0.00002063163545f
        + r * 0.000001269660767f)))))));
}

// x + (a - r·x)·(1 - e^-r)/r: where x' = a - r·x leads in a unit of time.
fn m_relax(x: f32, a: f32, r: f32) -> f32 {
    return x + (a - r * x) * m_exprel(-r);
}

// Hyperbolic tangent, as (e^2x - 1)/(e^2x + 1) of |x|; beyond 10 it is 1 in f32: 3.6e-7.
fn m_tanh(x: f32) -> f32 {
    let a = abs(x);
    let e = m_expm1(2.0f * select(a, 10.0f, a > 10.0f));
    let t = e / (e + 2.0f);
    return select(t, -t, x < 0.0f);
}

// Natural logarithm: x = m·2^e with m in [√½, √2), then the polynomial of Cephes' logf in m - 1,
// which is exact: 7.9e-8. Zeros, negative and tiny numbers, infinities and NaN are left to the
// builtin.
fn m_log(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let e = bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
    let f = bitcast<f32>(bits - (bitcast<u32>(e) << 23u)) - 1.0f;
    let p = 0.33333331174f + f * (-0.24999993993f + f * (0.20000714765f + f * (-0.16668057665f
        + f * (0.14249322787f + f * (-0.12420140846f + f * (0.11676998740f
        + f * (-0.11514610310f + f * 0.070376836292f)))))));
    let k = f32(e);
    let small = f * f * (f * p - 0.5f) - 0.000212194440f * k;
    let usual = bits - 0x00800000u < 0x7f000000u;
    return select(log(x), (f + small) + 0.693359375f * k, usual);
}

// x to the power y, also for negative x with a whole y, and 1 for y = 0. The builtin is
// 2^(y·log2(x)), so the error grows with |y·log2(x)|, as that of m_exp does.
//
// sin and cos are the builtins: WGSL promises an absolute 2^-11 on [-π, π]; the software driver has
// 7.8e-8 there.
fn m_pow(x: f32, y: f32) -> f32 {
    let p = pow(abs(x), y);
    let whole = floor(y) == y;
    let odd = floor(0.5f * y) != 0.5f * y;
    let negative = select(pow(x, y), select(p, -p, odd), whole);
    return select(select(p, negative, x < 0.0f), 1.0f, y == 0.0f);
}

// u32 of a float: towards zero, 0 below 0 and for NaN, the largest u32 above it.
fn m_u32(x: f32) -> u32 {
    let inside = select(0u, u32(x), x > 0.0f);
    return select(inside, 0xffffffffu, x >= 4294967296.0f);
}

// Neither infinite nor NaN, by the bits: comparisons with NaN are not to be relied on.
fn m_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u;
}

// Generated from the model lif.

const WORKGROUP_SIZE: u32 = 64u;
const CELLS: u32 = 1u;
const UNROLL: u32 = 4u;

struct Cells {
    d0: f32,
    s0: f32, // v
    s1: f32, // refractory_steps
    a0: u32, // spike_count
    a1: u32, // first_step
    a2: f32, // first_fraction
    a3: u32, // second_step
    a4: f32, // second_fraction
    a5: u32, // previous_step
    a6: f32, // previous_fraction
    a7: u32, // last_step
    a8: f32, // last_fraction
    a9: f32, // interval_mean
    a10: f32, // interval_squares
}

fn load_cells(cell: u32) -> Cells {
    let n = header.n_cells;
    var c: Cells;
    c.d0 = bitcast<f32>(derived[0u * n + cell]);
    c.s0 = bitcast<f32>(state[0u * n + cell]);
    c.s1 = f32(state[1u * n + cell]);
    c.a0 = accum[0u * n + cell];
    c.a1 = accum[1u * n + cell];
    c.a2 = bitcast<f32>(accum[2u * n + cell]);
    c.a3 = accum[3u * n + cell];
    c.a4 = bitcast<f32>(accum[4u * n + cell]);
    c.a5 = accum[5u * n + cell];
    c.a6 = bitcast<f32>(accum[6u * n + cell]);
    c.a7 = accum[7u * n + cell];
    c.a8 = bitcast<f32>(accum[8u * n + cell]);
    c.a9 = bitcast<f32>(accum[9u * n + cell]);
    c.a10 = bitcast<f32>(accum[10u * n + cell]);
    return c;
}

fn step_cells(c: ptr<function, Cells>, cell: u32, step: u32) {
    var u0: u32;
    var t0: bool; // spike
    var t1: f32; // distance_before
    var t2: f32; // distance_after
    var t3: bool; // counted_spike
    // time
    {
        let v0 = step;
        u0 = v0;
    }
    // advance
    {
        let v0 = (*c).s0;
        let v1 = (*c).s1;
        let v4 = v1 > 0.0f;
        let v6 = v1 - 1.0f;
        let v9 = (*c).d0;
        let v10 = v0 * (-0.009950167f);
        let v11 = v9 + v10;
        let v12 = select(v11, 0.0f, v4);
        let v13 = v0 + v12;
        let v15 = v13 >= (-50.0f);
        let v16 = !v4;
        let v17 = v15 & v16;
        (*c).s1 = v6;
        (*c).s0 = v13;
        t0 = v17;
        t1 = v0;
        t2 = v13;
        t3 = v17;
    }
    // summarise spikes
    if (t3) {
        let v0 = (*c).a0;
        let v1 = (*c).a1;
        let v2 = (*c).a2;
        let v3 = (*c).a3;
        let v4 = (*c).a4;
        let v5 = (*c).a7;
        let v6 = (*c).a8;
        let v7 = (*c).a9;
        let v8 = (*c).a10;
        let v9 = u0;
        let v10 = t1;
        let v12 = v10 + 50.0f;
        let v13 = t2;
        let v14 = v13 + 50.0f;
        let v16 = select(v12, 0.0f, 0.0f < v12);
        let v18 = v16 - v14;
        let v19 = select(v18, (-1e-30f), (-1e-30f) < v18);
        let v20 = v16 / v19;
        let v23 = v0 == 0u;
        let v24 = v0 == 1u;
        let v25 = v9 - v5;
        let v26 = f32(v25);
        let v27 = v20 - v6;
        let v28 = v26 + v27;
        let v29 = f32(v0);
        let v31 = select(v29, 1.0f, 1.0f > v29);
        let v32 = v28 - v7;
        let v33 = v32 / v31;
        let v34 = v7 + v33;
        let v35 = v28 - v34;
        let v36 = v32 * v35;
        let v37 = v8 + v36;
        let v38 = v0 + 1u;
        let v39 = select(v1, v9, v23);
        let v40 = select(v2, v20, v23);
        let v41 = select(v3, v9, v24);
        let v42 = select(v4, v20, v24);
        let v43 = select(v34, v7, v23);
        let v44 = select(v37, v8, v23);
        (*c).a0 = v38;
        (*c).a1 = v39;
        (*c).a2 = v40;
        (*c).a3 = v41;
        (*c).a4 = v42;
        (*c).a5 = v5;
        (*c).a6 = v6;
        (*c).a7 = v9;
        (*c).a8 = v20;
        (*c).a9 = v43;
        (*c).a10 = v44;
    }
    // reset
    if (t0) {
        (*c).s0 = (-65.0f);
        (*c).s1 = 20.0f;
    }
}

fn step_round(c: ptr<function, Cells>, cell: u32, step: u32) {
    step_cells(c, cell, step + 0u);
    step_cells(c, cell, step + 1u);
    step_cells(c, cell, step + 2u);
    step_cells(c, cell, step + 3u);
}

fn store_cells(c: ptr<function, Cells>, cell: u32, n_steps: u32) {
    let n = header.n_cells;
    state[0u * n + cell] = bitcast<u32>((*c).s0);
    state[1u * n + cell] = u32(max((*c).s1, 0.0f));
    accum[0u * n + cell] = (*c).a0;
    accum[1u * n + cell] = (*c).a1;
    accum[2u * n + cell] = bitcast<u32>((*c).a2);
    accum[3u * n + cell] = (*c).a3;
    accum[4u * n + cell] = bitcast<u32>((*c).a4);
    accum[5u * n + cell] = (*c).a5;
    accum[6u * n + cell] = bitcast<u32>((*c).a6);
    accum[7u * n + cell] = (*c).a7;
    accum[8u * n + cell] = bitcast<u32>((*c).a8);
    accum[9u * n + cell] = bitcast<u32>((*c).a9);
    accum[10u * n + cell] = bitcast<u32>((*c).a10);
    tell_status(cell, n_steps, m_finite((*c).s0));
}
