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
