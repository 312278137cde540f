// C++ with OpenMP: textbook formulas, `omp simd` loops over chunks of cells that fit in the L1
// cache, exponentials from libmvec. What a careful programmer writes without intrinsics.
#include <algorithm>
#include <cmath>
#include "job.hpp"
#include "models.hpp"

constexpr int CHUNK = 512;

template <class T> struct Rates { T am, bm, ah, bh, an, bn; };

// x/(1 - exp(-x)), with its series where the quotient is 0/0.
template <class T> inline T linoid(T x) {
    const T near = sizeof(T) == 4 ? T(0.05) : T(0.002);
    T y = std::fabs(x) < near ? T(1) : x;
    T q = y / (T(1) - std::exp(-y));
    return std::fabs(x) < near ? T(1) + x * (T(0.5) + x * (T(1) / 12 - x * x * (T(1) / 720))) : q;
}

template <class T> inline Rates<T> rates(T v) {
    return {linoid((v + 40) * T(0.1)),          T(4) * std::exp(-(v + 65) * T(1.0 / 18)),
            T(0.07) * std::exp(-(v + 65) * T(0.05)), T(1) / (T(1) + std::exp(-(v + 35) * T(0.1))),
            T(0.1) * linoid((v + 55) * T(0.1)), T(0.125) * std::exp(-(v + 65) * T(1.0 / 80))};
}

template <class T> inline T gate(T x, T a, T b, T dt) {
    T r = a + b, x_inf = a / r;
    return x_inf + (x - x_inf) * std::exp(-dt * r);
}

// v after dt: the exact solution with the gates held.
template <class T> inline T membrane(T v, T m, T h, T n, T i, T dt) {
    T na = T(120) * m * m * m * h, k = T(36) * n * n * n * n;
    T g = na + k + T(0.3);
    T v_inf = (i + na * T(50) + k * T(-77) + T(0.3 * -54.387)) / g;
    return v_inf + (v - v_inf) * std::exp(-dt * g);
}

template <class T> struct Slope { T v, m, h, n; };
template <class T> inline Slope<T> slope(T v, T m, T h, T n, T i) {
    auto r = rates(v);
    T n2 = n * n;
    return {i - T(120) * m * m * m * h * (v - 50) - T(36) * n2 * n2 * (v + 77) - T(0.3) * (v + T(54.387)),
            r.am * (1 - m) - r.bm * m, r.ah * (1 - h) - r.bh * h, r.an * (1 - n) - r.bn * n};
}

enum Method { SIMULTANEOUS, STAGGERED, RK4 };

template <class T, Method METHOD>
void hh(const Job &job, long first, int size, long steps, uint32_t *out) {
    alignas(64) T v[CHUNK], m[CHUNK], h[CHUNK], n[CHUNK], current[CHUNK];
    alignas(64) int count[CHUNK];
    auto r0 = rates<double>(-65);
    for (int i = 0; i < CHUNK; i++) {
        v[i] = -65;
        m[i] = r0.am / (r0.am + r0.bm), h[i] = r0.ah / (r0.ah + r0.bh), n[i] = r0.an / (r0.an + r0.bn);
        current[i] = job.current(first + std::min(i, size - 1));
        count[i] = 0;
    }
    const T dt = job.dt;
    const int padded = std::min(CHUNK, (size + 15) / 16 * 16);
    for (long s = 0; s < steps; s++) {
#pragma omp simd
        for (int i = 0; i < padded; i++) {
            T before = v[i], vi = v[i], mi = m[i], hi = h[i], ni = n[i];
            if constexpr (METHOD == RK4) {
                auto a = slope(vi, mi, hi, ni, current[i]);
                T d = dt / 2;
                auto b = slope(vi + d * a.v, mi + d * a.m, hi + d * a.h, ni + d * a.n, current[i]);
                auto c = slope(vi + d * b.v, mi + d * b.m, hi + d * b.h, ni + d * b.n, current[i]);
                auto e = slope(vi + dt * c.v, mi + dt * c.m, hi + dt * c.h, ni + dt * c.n, current[i]);
                T w = dt / 6;
                vi += w * (a.v + 2 * (b.v + c.v) + e.v), mi += w * (a.m + 2 * (b.m + c.m) + e.m);
                hi += w * (a.h + 2 * (b.h + c.h) + e.h), ni += w * (a.n + 2 * (b.n + c.n) + e.n);
            } else {
                auto r = rates(vi);
                T m1 = gate(mi, r.am, r.bm, dt), h1 = gate(hi, r.ah, r.bh, dt), n1 = gate(ni, r.an, r.bn, dt);
                vi = METHOD == STAGGERED ? membrane(vi, m1, h1, n1, current[i], dt)
                                         : membrane(vi, mi, hi, ni, current[i], dt);
                mi = m1, hi = h1, ni = n1;
            }
            count[i] += (vi > 0) & !(before > 0);
            v[i] = vi, m[i] = mi, h[i] = hi, n[i] = ni;
        }
    }
    for (int i = 0; i < size; i++) out[i] = count[i];
}

template <class T> void lif(const Job &job, long first, int size, long steps, uint32_t *out) {
    alignas(64) T v[CHUNK], drive[CHUNK];
    alignas(64) int wait[CHUNK], count[CHUNK];
    const double tau = 10, decay = std::expm1(-job.dt / tau);
    const T pull = decay;
    const int refractory = int(std::lround(2 / job.dt));
    for (int i = 0; i < CHUNK; i++) {
        v[i] = -65;
        drive[i] = -decay * (-65 + 10 * job.current(first + std::min(i, size - 1)));
        wait[i] = count[i] = 0;
    }
    const int padded = std::min(CHUNK, (size + 15) / 16 * 16);
    for (long s = 0; s < steps; s++) {
#pragma omp simd
        for (int i = 0; i < padded; i++) {
            bool held = wait[i] > 0;
            T next = v[i] + (v[i] * pull + drive[i]);
            next = held ? v[i] : next;
            bool fires = !held & (next >= T(-50));
            v[i] = fires ? T(-65) : next;
            int left = held ? wait[i] - 1 : 0;
            wait[i] = fires ? refractory : left;
            count[i] += fires;
        }
    }
    for (int i = 0; i < size; i++) out[i] = count[i];
}

// The arithmetic of models.hpp for one cell; `omp simd` makes vectors of it.
template <class F> struct Plain {
    using T = F;
    using V = F;
    static FN V exp_affine(V x, double k, double c) { return std::exp(x * T(k) + T(c)); }
    static FN V log(V x) { return std::log(x); }
    static FN V quotient(V a, V b) { return a / b; }
};

// A function of its own: gcc 12 does not vectorise `omp simd` loops with arrays of their own in them.
template <class Model, class T, int N> FN bool step(const Model &model, T (&x)[N][CHUNK], int i, T current) {
    T y[N];
    each<N>([&](auto j) INLINED { y[j] = x[j][i]; });
    bool fires = model.step(y, current);
    each<N>([&](auto j) INLINED { x[j][i] = y[j]; });
    return fires;
}

template <class T, template <class> class Of>
void cells(const Job &job, long first, int size, long steps, uint32_t *out) {
    using Model = Of<Plain<T>>;
    constexpr int N = Model::STATES;
    alignas(64) T x[N][CHUNK], current[CHUNK];
    alignas(64) int count[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
        for (int j = 0; j < N; j++) x[j][i] = Model::START[j];
        current[i] = job.current(first + std::min(i, size - 1));
        count[i] = 0;
    }
    const Model model(job.dt);
    const int padded = std::min(CHUNK, (size + 15) / 16 * 16);
    for (long s = 0; s < steps; s++) {
#pragma omp simd
        for (int i = 0; i < padded; i++) count[i] += step(model, x, i, current[i]);
    }
    for (int i = 0; i < size; i++) out[i] = count[i];
}

using Kernel = void (*)(const Job &, long, int, long, uint32_t *);

template <class T> Kernel kernel(const Job &job) {
    if (job.model == "lif") return lif<T>;
    if (job.model == "adex") return cells<T, Adex>;
    if (job.model == "prinz_stg") return cells<T, Prinz>;
    if (job.method == "staggered") return hh<T, STAGGERED>;
    if (job.method == "rk4") return hh<T, RK4>;
    return hh<T, SIMULTANEOUS>;
}

int main() {
    return serve({"g++ " __VERSION__, FLAGS, [](const Job &) { return ""; },
                  [](const Job &job, long steps, std::vector<uint32_t> &counts) {
                      Kernel run = job.f32() ? kernel<float>(job) : kernel<double>(job);
                      long share = (job.cells + job.threads - 1) / job.threads;
                      long size = std::min<long>(CHUNK, (share + 15) / 16 * 16);
                      long chunks = (job.cells + size - 1) / size;
#pragma omp parallel for schedule(dynamic) num_threads(job.threads)
                      for (long c = 0; c < chunks; c++)
                          run(job, c * size, int(std::min(size, job.cells - c * size)), steps, &counts[c * size]);
                  }});
}
