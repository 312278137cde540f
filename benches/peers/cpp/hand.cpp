// C++ with intrinsics, every state of U vectors of cells in registers for the whole run.
//
// Built twice, for AVX-512 and for AVX2 (-DWIDTH=64 or 32 bytes). The argument says which formulas:
// `textbook`, ten exponentials and seven divisions per Hodgkin-Huxley step, or `algebra`, the CPU limit:
// the six rates from two exponentials and their powers, updates by polynomials of (1 - exp(-z))/z, no
// division but those of the rates. The algebra holds for v within -100..60 mV; the counts are checked.
// AdEx and the Prinz cell (models.hpp) have nothing to share; there the algebra is constants folded into
// the exponentials, and these without a test of their range.
// `prepare` measures every U, with and without approximate reciprocals, and keeps the fastest.
//
// Compiled without -ffast-math, which would undo the rounding trick of exp2.
#include <immintrin.h>
#include <array>
#include <cmath>
#include <cstring>
#include <algorithm>
#include "job.hpp"
#include "models.hpp"

#ifndef WIDTH
#error "-DWIDTH=64 (AVX-512) or -DWIDTH=32 (AVX2)"
#endif
#define INLINE static inline __attribute__((always_inline))

template <class T> struct Vec;
template <> struct Vec<float> {
    typedef float V __attribute__((vector_size(WIDTH)));
    typedef int32_t I __attribute__((vector_size(WIDTH)));
    static constexpr int EXP_DEGREE = 6, GATE_DEGREE = 4, V_DEGREE = 7, LOG_TERMS = 4, SHIFT = 23;
    static constexpr double MAGIC = 12582912.0, NEAR = 0.1, MOST = 125;
};
template <> struct Vec<double> {
    typedef double V __attribute__((vector_size(WIDTH)));
    typedef int64_t I __attribute__((vector_size(WIDTH)));
    static constexpr int EXP_DEGREE = 11, GATE_DEGREE = 8, V_DEGREE = 13, LOG_TERMS = 10, SHIFT = 52;
    static constexpr double MAGIC = 6755399441055744.0, NEAR = 0.02, MOST = 1021;
};
template <class T> using V = typename Vec<T>::V;
template <class T> using I = typename Vec<T>::I;
template <class T> constexpr int LANES = WIDTH / sizeof(T);

#if WIDTH == 64
#define NAME "AVX-512"
INLINE V<float> fma(V<float> a, V<float> b, V<float> c) { return _mm512_fmadd_ps(a, b, c); }
INLINE V<double> fma(V<double> a, V<double> b, V<double> c) { return _mm512_fmadd_pd(a, b, c); }
INLINE V<float> clamp(V<float> x, V<float> lo, V<float> hi) { return _mm512_min_ps(hi, _mm512_max_ps(lo, x)); }
INLINE V<double> clamp(V<double> x, V<double> lo, V<double> hi) { return _mm512_min_pd(hi, _mm512_max_pd(lo, x)); }
INLINE V<float> reciprocal(V<float> x) { return _mm512_rcp14_ps(x); }
INLINE V<double> reciprocal(V<double> x) {
    V<double> r = _mm512_rcp14_pd(x);
    return r * _mm512_fnmadd_pd(x, r, _mm512_set1_pd(2));
}
constexpr bool HAS_RECIPROCAL = true;
static bool supported() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"); }
#else
#define NAME "AVX2"
INLINE V<float> fma(V<float> a, V<float> b, V<float> c) { return _mm256_fmadd_ps(a, b, c); }
INLINE V<double> fma(V<double> a, V<double> b, V<double> c) { return _mm256_fmadd_pd(a, b, c); }
INLINE V<float> clamp(V<float> x, V<float> lo, V<float> hi) { return _mm256_min_ps(hi, _mm256_max_ps(lo, x)); }
INLINE V<double> clamp(V<double> x, V<double> lo, V<double> hi) { return _mm256_min_pd(hi, _mm256_max_pd(lo, x)); }
INLINE V<float> reciprocal(V<float> x) { return 1 / x; }
INLINE V<double> reciprocal(V<double> x) { return 1 / x; }
constexpr bool HAS_RECIPROCAL = false;
static bool supported() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif

template <class T> INLINE V<T> set(double x) { return V<T>{} + T(x); }

// The polynomial that interpolates f at the Chebyshev points of [lo, hi]; coefficients from x^0 up.
template <int D, class F> std::array<long double, D + 1> interpolate(F f, long double lo, long double hi) {
    const long double pi = acosl(-1);
    long double x[D + 1], y[D + 1];
    for (int k = 0; k <= D; k++) {
        x[k] = (lo + hi) / 2 + (hi - lo) / 2 * cosl(pi * (2 * k + 1) / (2 * D + 2));
        y[k] = f(x[k]);
    }
    for (int j = 1; j <= D; j++)  // divided differences, then Newton's form multiplied out
        for (int k = D; k >= j; k--) y[k] = (y[k] - y[k - 1]) / (x[k] - x[k - j]);
    std::array<long double, D + 1> c{};
    for (int k = D; k >= 0; k--) {
        for (int j = D; j > 0; j--) c[j] = c[j - 1] - x[k] * c[j];
        c[0] = y[k] - x[k] * c[0];
    }
    return c;
}

static long double relative_change(long double z) { return z == 0 ? 1 : -expm1l(-z) / z; }

template <class T> struct Polynomials {
    T exp2[Vec<T>::EXP_DEGREE + 1], gate[Vec<T>::GATE_DEGREE + 1], v[Vec<T>::V_DEGREE + 1];
    Polynomials() {
        auto e = interpolate<Vec<T>::EXP_DEGREE>([](long double x) { return exp2l(x); }, -0.5L, 0.5L);
        auto g = interpolate<Vec<T>::GATE_DEGREE>(relative_change, 0, 0.32L);
        auto w = interpolate<Vec<T>::V_DEGREE>(relative_change, 0, 1.7L);
        for (size_t i = 0; i < e.size(); i++) exp2[i] = e[i];
        for (size_t i = 0; i < g.size(); i++) gate[i] = g[i];
        for (size_t i = 0; i < w.size(); i++) v[i] = w[i];
    }
};
template <class T> const Polynomials<T> POLY;

template <class T, int N> INLINE V<T> polynomial(const T (&c)[N], V<T> x) {
    V<T> p = set<T>(c[N - 1]);
#pragma GCC unroll 16
    for (int i = N - 2; i >= 0; i--) p = fma(p, x, set<T>(c[i]));
    return p;
}

// 2^x, for |x| below the largest exponent.
template <class T> INLINE V<T> exp2_inside(V<T> x) {
    V<T> t = x + set<T>(Vec<T>::MAGIC);
    V<T> p = polynomial<T>(POLY<T>.exp2, x - (t - set<T>(Vec<T>::MAGIC)));
    return (V<T>)((I<T>)p + ((I<T>)t << Vec<T>::SHIFT));
}
// exp(k x + c); the leading factor of a rate goes into c.
template <class T> INLINE V<T> exp_affine(V<T> x, double k, double c) {
    const double e = 1.4426950408889634;
    return exp2_inside<T>(fma(x, set<T>(k * e), set<T>(c * e)));
}
template <class T> INLINE V<T> exp_(V<T> x) {
    const double m = Vec<T>::MOST;
    return exp2_inside<T>(clamp(x * set<T>(1.4426950408889634), set<T>(-m), set<T>(m)));
}
template <class T, bool R> INLINE V<T> quotient(V<T> a, V<T> b) {
    if constexpr (!R) return a / b;
    V<T> r = reciprocal(b), q = a * r;
    return fma(fma(-b, q, a), r, q);
}

template <class T> struct Rates { V<T> am, bm, ah, bh, an, bn; };

// k x/(1 - e), where e = exp(-x), with its series where the quotient is 0/0.
template <class T, bool R> INLINE V<T> linoid(V<T> x, V<T> e, double k) {
    V<T> q = quotient<T, R>(x * T(k), T(1) - e), x2 = x * x;
    V<T> s = fma(x2, fma(x2, set<T>(-k / 720), set<T>(k / 12)), fma(x, set<T>(k / 2), set<T>(k)));
    return x2 < T(Vec<T>::NEAR * Vec<T>::NEAR) ? s : q;
}
template <class T, bool ALGEBRA, bool R> INLINE Rates<T> rates(V<T> v) {
    V<T> x = fma(v, set<T>(0.1), set<T>(4.0)), y = fma(v, set<T>(0.1), set<T>(5.5));
    if constexpr (ALGEBRA) {
        V<T> e80 = exp_affine<T>(v, -1.0 / 80, -65.0 / 80), e40 = e80 * e80, e20 = e40 * e40, e10 = e20 * e20;
        return {linoid<T, R>(x, e10 * T(std::exp(2.5)), 1), exp_affine<T>(v, -1.0 / 18, -65.0 / 18 + std::log(4.0)),
                e20 * T(0.07), quotient<T, R>(set<T>(1), fma(e10, set<T>(std::exp(3.0)), set<T>(1))),
                linoid<T, R>(y, e10 * T(std::exp(1.0)), 0.1), e80 * T(0.125)};
    } else {
        V<T> w = v + T(65);
        return {linoid<T, R>(x, exp_<T>(-x), 1), T(4) * exp_<T>(w * T(-1.0 / 18)), T(0.07) * exp_<T>(w * T(-1.0 / 20)),
                quotient<T, R>(set<T>(1), T(1) + exp_<T>((v + T(35)) * T(-0.1))), linoid<T, R>(y, exp_<T>(-y), 0.1),
                T(0.125) * exp_<T>(w * T(-1.0 / 80))};
    }
}

// x after dt, where dx/dt = f and the slope of f is -r.
template <class T, bool ALGEBRA, bool R, int N> INLINE V<T> relax(V<T> x, V<T> f, V<T> r, T dt, const T (&phi)[N]) {
    if constexpr (ALGEBRA) return fma(f * dt, polynomial<T>(phi, r * dt), x);
    else return fma(quotient<T, R>(f, r), T(1) - exp_<T>(r * -dt), x);
}
template <class T> struct Currents { V<T> g, f; };
// Total conductance, and dv/dt.
template <class T> INLINE Currents<T> currents(V<T> v, V<T> m, V<T> h, V<T> n, V<T> i) {
    V<T> na = m * m * (m * h) * T(120), n2 = n * n, k = n2 * n2 * T(36), g = na + k + T(0.3);
    return {g, fma(-g, v, fma(na, set<T>(50), fma(k, set<T>(-77), i)))};  // i holds the leak's share
}
template <class T> struct Slope { V<T> v, m, h, n; };
template <class T, bool ALGEBRA, bool R> INLINE Slope<T> slope(V<T> v, V<T> m, V<T> h, V<T> n, V<T> i) {
    auto r = rates<T, ALGEBRA, R>(v);
    return {currents<T>(v, m, h, n, i).f, fma(-(r.am + r.bm), m, r.am), fma(-(r.ah + r.bh), h, r.ah),
            fma(-(r.an + r.bn), n, r.an)};
}

enum Method { SIMULTANEOUS, STAGGERED, RK4 };
using Kernel = void (*)(const Job &, long first, long steps, uint32_t *out);
#define EACH _Pragma("GCC unroll 8") for (int u = 0; u < U; u++)

template <class T> INLINE void load(const Job &job, long first, int u, double scale, double offset, V<T> &x) {
    for (int l = 0; l < LANES<T>; l++) {
        long cell = std::min(first + u * LANES<T> + l, job.cells - 1);
        x[l] = T(job.current(cell) * scale + offset);
    }
}
template <class T> INLINE void store(const Job &job, long first, int u, I<T> count, uint32_t *out) {
    for (int l = 0; l < LANES<T>; l++) {
        long k = u * LANES<T> + l;
        if (first + k < job.cells) out[first + k] = count[l];
    }
}

template <class T, Method METHOD, bool ALGEBRA, bool R, int U>
void hh(const Job &job, long first, long steps, uint32_t *out) {
    V<T> v[U], m[U], h[U], n[U], i[U];
    I<T> count[U];
    const double v0 = -65, x = (v0 + 40) / 10, y = (v0 + 55) / 10;
    const double am = x / (1 - std::exp(-x)), ah = 0.07, bh = 1 / (1 + std::exp(3.0)), an = 0.1 * y / (1 - std::exp(-y));
    EACH {
        v[u] = set<T>(v0), m[u] = set<T>(am / (am + 4)), h[u] = set<T>(ah / (ah + bh)), n[u] = set<T>(an / (an + 0.125));
        count[u] = I<T>{};
        load<T>(job, first, u, 1, -0.3 * 54.387, i[u]);
    }
    const T dt = job.dt;
    const auto &poly = POLY<T>;
    for (long s = 0; s < steps; s++) {
        V<T> w[U];
        if constexpr (METHOD == RK4) {
            EACH {
                V<T> d = set<T>(job.dt / 2), e = set<T>(job.dt), sixth = set<T>(job.dt / 6);
                auto a = slope<T, ALGEBRA, R>(v[u], m[u], h[u], n[u], i[u]);
                auto b = slope<T, ALGEBRA, R>(fma(d, a.v, v[u]), fma(d, a.m, m[u]), fma(d, a.h, h[u]), fma(d, a.n, n[u]), i[u]);
                a.v += b.v + b.v, a.m += b.m + b.m, a.h += b.h + b.h, a.n += b.n + b.n;
                b = slope<T, ALGEBRA, R>(fma(d, b.v, v[u]), fma(d, b.m, m[u]), fma(d, b.h, h[u]), fma(d, b.n, n[u]), i[u]);
                a.v += b.v + b.v, a.m += b.m + b.m, a.h += b.h + b.h, a.n += b.n + b.n;
                b = slope<T, ALGEBRA, R>(fma(e, b.v, v[u]), fma(e, b.m, m[u]), fma(e, b.h, h[u]), fma(e, b.n, n[u]), i[u]);
                w[u] = fma(sixth, a.v + b.v, v[u]), m[u] = fma(sixth, a.m + b.m, m[u]);
                h[u] = fma(sixth, a.h + b.h, h[u]), n[u] = fma(sixth, a.n + b.n, n[u]);
            }
        } else {
            Rates<T> r[U];
            Currents<T> c[U];
            if (METHOD == SIMULTANEOUS) EACH c[u] = currents<T>(v[u], m[u], h[u], n[u], i[u]);
            EACH r[u] = rates<T, ALGEBRA, R>(v[u]);
            EACH m[u] = relax<T, ALGEBRA, R>(m[u], fma(-(r[u].am + r[u].bm), m[u], r[u].am), r[u].am + r[u].bm, dt, poly.gate);
            EACH h[u] = relax<T, ALGEBRA, R>(h[u], fma(-(r[u].ah + r[u].bh), h[u], r[u].ah), r[u].ah + r[u].bh, dt, poly.gate);
            EACH n[u] = relax<T, ALGEBRA, R>(n[u], fma(-(r[u].an + r[u].bn), n[u], r[u].an), r[u].an + r[u].bn, dt, poly.gate);
            if (METHOD == STAGGERED) EACH c[u] = currents<T>(v[u], m[u], h[u], n[u], i[u]);
            EACH w[u] = relax<T, ALGEBRA, R>(v[u], c[u].f, c[u].g, dt, poly.v);
        }
        EACH {
            count[u] -= (w[u] > T(0)) & (v[u] <= T(0));
            v[u] = w[u];
        }
    }
    EACH store<T>(job, first, u, count[u], out);
}

template <class T, int U> void lif(const Job &job, long first, long steps, uint32_t *out) {
    V<T> v[U], drive[U];
    I<T> wait[U], count[U];
    const double decay = std::expm1(-job.dt / 10);
    EACH {
        v[u] = set<T>(-65), wait[u] = count[u] = I<T>{};
        load<T>(job, first, u, -decay * 10, -decay * -65, drive[u]);
    }
    const I<T> refractory = I<T>{} + int(std::lround(2 / job.dt));
    for (long s = 0; s < steps; s++) EACH {
        I<T> free = wait[u] == 0;
        V<T> next = free ? v[u] + fma(v[u], set<T>(decay), drive[u]) : v[u];
        wait[u] += ~free;  // -1 while it waits
        I<T> fires = next >= T(-50);  // a cell that waits is at the reset, below the threshold
        v[u] = fires ? set<T>(-65) : next;
        wait[u] = fires ? refractory : wait[u];
        count[u] -= fires;
    }
    EACH store<T>(job, first, u, count[u], out);
}

// ln x of a positive x: x = 2^n m with m within sqrt(1/2)..sqrt(2), and ln m = 2 atanh((m - 1)/(m + 1)) as a series.
template <class T> INLINE V<T> log_(V<T> x) {
    const double root = 1.4142135623730951;
    const auto one = (I<T>)set<T>(1), mantissa = (I<T>{} + 1 << Vec<T>::SHIFT) - 1;
    I<T> n = ((I<T>)x >> Vec<T>::SHIFT) - (one >> Vec<T>::SHIFT);
    V<T> m = (V<T>)(((I<T>)x & mantissa) | one);
    n -= m > T(root);  // a comparison that holds is -1
    m = m > T(root) ? m * T(0.5) : m;
    V<T> s = (m - T(1)) / (m + T(1)), s2 = s * s, p = set<T>(0);
#pragma GCC unroll 16
    for (int k = Vec<T>::LOG_TERMS; k >= 0; k--) p = fma(p, s2, set<T>(2.0 / (2 * k + 1)));
    return fma(__builtin_convertvector(n, V<T>), set<T>(0.6931471805599453), s * p);
}

// The arithmetic of models.hpp on vectors.
template <class F, bool ALGEBRA, bool R> struct Wide {
    using T = F;
    using V = ::V<F>;
    static FN V exp_affine(V x, double k, double c) {
        if constexpr (ALGEBRA) return ::exp_affine<F>(x, k, c);
        else return exp_<F>(fma(x, set<F>(k), set<F>(c)));
    }
    static FN V log(V x) { return log_<F>(x); }
    static FN V quotient(V a, V b) { return ::quotient<F, R>(a, b); }
};

template <class Model, int U> void cells(const Job &job, long first, long steps, uint32_t *out) {
    using T = typename Model::T;
    V<T> x[U][Model::STATES], current[U];
    I<T> count[U];
    EACH {
        for (int j = 0; j < Model::STATES; j++) x[u][j] = set<T>(Model::START[j]);
        count[u] = I<T>{};
        load<T>(job, first, u, 1, 0, current[u]);
    }
    const Model model(job.dt);
    for (long s = 0; s < steps; s++) EACH count[u] -= model.step(x[u], current[u]);
    EACH store<T>(job, first, u, count[u], out);
}

struct Choice { Kernel kernel; long cells; };
template <class T, bool A> std::vector<Choice> adex() {
    using Model = Adex<Wide<T, A, false>>;
    return {{cells<Model, 1>, LANES<T>}, {cells<Model, 2>, 2 * LANES<T>}, {cells<Model, 4>, 4 * LANES<T>},
            {cells<Model, 6>, 6 * LANES<T>}};
}
template <class T, bool A> std::vector<Choice> prinz() {
    return {{cells<Prinz<Wide<T, A, false>>, 1>, LANES<T>}, {cells<Prinz<Wide<T, A, HAS_RECIPROCAL>>, 1>, LANES<T>},
            {cells<Prinz<Wide<T, A, HAS_RECIPROCAL>>, 2>, 2 * LANES<T>}};
}
template <class T, Method M, bool A, bool R> std::vector<Choice> unrolled() {
    return {{hh<T, M, A, R, 1>, LANES<T>}, {hh<T, M, A, R, 2>, 2 * LANES<T>},
            {hh<T, M, A, R, 3>, 3 * LANES<T>}, {hh<T, M, A, R, 4>, 4 * LANES<T>}};
}
template <class T, Method M, bool A> std::vector<Choice> choices() {
    auto all = unrolled<T, M, A, false>();
    if constexpr (HAS_RECIPROCAL) for (auto c : unrolled<T, M, A, true>()) all.push_back(c);
    return all;
}
template <class T, bool A> std::vector<Choice> choices(const Job &job) {
    if (job.model == "lif") return {{lif<T, 4>, 4 * LANES<T>}, {lif<T, 6>, 6 * LANES<T>}, {lif<T, 8>, 8 * LANES<T>}};
    if (job.model == "adex") return adex<T, A>();
    if (job.model == "prinz_stg") return prinz<T, A>();
    if (job.method == "staggered") return choices<T, STAGGERED, A>();
    if (job.method == "rk4") return choices<T, RK4, A>();
    return choices<T, SIMULTANEOUS, A>();
}

static void run(const Choice &c, const Job &job, long steps, std::vector<uint32_t> &counts) {
    long groups = (job.cells + c.cells - 1) / c.cells;
#pragma omp parallel for schedule(static) num_threads(job.threads)
    for (long g = 0; g < groups; g++) c.kernel(job, g * c.cells, steps, counts.data());
}

int main(int argc, char **argv) {
    bool algebra = argc > 1 && !strcmp(argv[1], "algebra");
    if (!supported()) return fprintf(stderr, "this processor has no " NAME "\n"), 1;
    Choice best{};
    auto prepare = [&](const Job &job) -> std::string {
        std::vector<Choice> all = job.f32() ? (algebra ? choices<float, true>(job) : choices<float, false>(job))
                                            : (algebra ? choices<double, true>(job) : choices<double, false>(job));
        std::vector<uint32_t> counts(job.cells);
        long work = job.model == "lif" ? 50000000L : job.model == "prinz_stg" ? 1000000L : 4000000L;
        long steps = std::max(20L, work / job.cells);
        double least = 1e9;
        for (const Choice &c : all)
            for (int trial = 0; trial < 3; trial++) {
                auto begin = std::chrono::steady_clock::now();
                run(c, job, steps, counts);
                double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
                if (s < least) least = s, best = c;
            }
        return "";
    };
    return serve({"g++ " __VERSION__, FLAGS "; fastest of 1-4 vectors (LIF 4-8, AdEx 1-6, Prinz 1-2) with and without reciprocals", prepare,
                  [&](const Job &job, long steps, std::vector<uint32_t> &counts) { run(best, job, steps, counts); }});
}
