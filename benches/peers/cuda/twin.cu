// CUDA twin: one cell per thread, the time loop in the kernel, state in registers, fast intrinsics in f32
// (__expf, __fdividef). Compiled, but not yet run on a GPU. `textbook` or `algebra`, the same two sets of formulas as
// cpp/hand.cpp; AdEx and Prinz are those of cpp/models.hpp in both.
#include <cmath>
#include <cstring>
#define FN __device__ __forceinline__
#define INLINED
#include "../cpp/job.hpp"
#include "../cpp/models.hpp"

#define D __device__ __forceinline__

D float exp_(float x) { return __expf(x); }
D double exp_(double x) { return exp(x); }
D float quotient(float a, float b) { return __fdividef(a, b); }
D double quotient(double a, double b) { return a / b; }

template <class T> struct Rates { T am, bm, ah, bh, an, bn; };

// k x/(1 - e), where e = exp(-x), with its series where the quotient is 0/0.
template <class T> D T linoid(T x, T e, T k) {
    const T near = sizeof(T) == 4 ? T(0.1) : T(0.02);
    T series = k * (T(1) + x * (T(0.5) + x * (T(1.0 / 12) - x * x * T(1.0 / 720))));
    return fabs(x) < near ? series : quotient(k * x, T(1) - e);
}
template <class T, bool ALGEBRA> D Rates<T> rates(T v) {
    T x = (v + T(40)) * T(0.1), y = (v + T(55)) * T(0.1), w = v + T(65);
    T e18 = exp_(w * T(-1.0 / 18)), e80 = exp_(w * T(-1.0 / 80)), e20, ex, ey, eh;
    if (ALGEBRA) {
        T e40 = e80 * e80;
        e20 = e40 * e40;
        T e10 = e20 * e20;
        ex = e10 * T(12.182493960703473), ey = e10 * T(2.718281828459045), eh = e10 * T(20.085536923187668);
    } else {
        e20 = exp_(w * T(-0.05)), ex = exp_(-x), ey = exp_(-y), eh = exp_((v + T(35)) * T(-0.1));
    }
    return {linoid(x, ex, T(1)), T(4) * e18, T(0.07) * e20, quotient(T(1), T(1) + eh), linoid(y, ey, T(0.1)), T(0.125) * e80};
}

// (1 - exp(-z))/z by polynomials, one fused multiplication a term: in f32 those of shaders/math.wgsl for z up to 0.5
// and 2, in f64 Taylor's of 13 and 21 terms.
template <bool GATE> D float part(float z) {
    if (GATE) return ((((-1.16428703e-3f * z + 8.23822135e-3f) * z - 4.164992996e-2f) * z + 0.1666656276f) * z - 0.4999999896f) * z + 1;
    return (((((((1.269660767e-6f * z - 2.063163545e-5f) * z + 1.918510188e-4f) * z - 1.382986422e-3f) * z
        + 8.330402421e-3f) * z - 4.166594474e-2f) * z + 0.1666665984f) * z - 0.4999999989f) * z + 1;
}
template <bool GATE> D double part(double z) {
    constexpr int N = GATE ? 13 : 21;
    double p = 0, c = 1;
    double terms[N];
#pragma unroll
    for (int k = 0; k < N; k++) terms[k] = c, c *= -1.0 / (k + 2);
#pragma unroll
    for (int k = N - 1; k >= 0; k--) p = p * z + terms[k];
    return p;
}
// x after dt, where dx/dt = f and the slope of f is -r.
template <class T, bool ALGEBRA, bool GATE> D T relax(T x, T f, T r, T dt) {
    if (ALGEBRA) return x + f * dt * part<GATE>(r * dt);
    return x + quotient(f, r) * (T(1) - exp_(-dt * r));
}
template <class T> D void currents(T v, T m, T h, T n, T i, T &g, T &f) {
    T na = T(120) * m * m * m * h, k = T(36) * n * n * n * n;
    g = na + k + T(0.3);
    f = i + na * T(50) - k * T(77) - T(0.3 * 54.387) - g * v;
}
template <class T> struct State { T v, m, h, n; };
template <class T, bool ALGEBRA> D State<T> slope(State<T> s, T i) {
    auto r = rates<T, ALGEBRA>(s.v);
    T g, f;
    currents(s.v, s.m, s.h, s.n, i, g, f);
    return {f, r.am - (r.am + r.bm) * s.m, r.ah - (r.ah + r.bh) * s.h, r.an - (r.an + r.bn) * s.n};
}
template <class T> D State<T> along(State<T> s, State<T> k, T d) {
    return {s.v + d * k.v, s.m + d * k.m, s.h + d * k.h, s.n + d * k.n};
}

enum Method { SIMULTANEOUS, STAGGERED, RK4 };
struct Gates { double m, h, n; };

template <class T, Method METHOD, bool ALGEBRA>
__global__ void hh(long cells, double from, double by, Gates start, T dt, long steps, uint32_t *out) {
    long cell = blockIdx.x * long(blockDim.x) + threadIdx.x;
    if (cell >= cells) return;
    const T i = T(from + by * cell);
    State<T> s{T(-65), T(start.m), T(start.h), T(start.n)};
    uint32_t count = 0;
    for (long k = 0; k < steps; k++) {
        T before = s.v;
        if (METHOD == RK4) {
            auto a = slope<T, ALGEBRA>(s, i), b = slope<T, ALGEBRA>(along(s, a, dt / 2), i);
            auto c = slope<T, ALGEBRA>(along(s, b, dt / 2), i), e = slope<T, ALGEBRA>(along(s, c, dt), i);
            s = along(along(s, along(a, e, T(1)), dt / 6), along(b, c, T(1)), dt / 3);
        } else {
            T g, f;
            if (METHOD == SIMULTANEOUS) currents(s.v, s.m, s.h, s.n, i, g, f);
            auto r = rates<T, ALGEBRA>(s.v);
            s.m = relax<T, ALGEBRA, true>(s.m, r.am - (r.am + r.bm) * s.m, r.am + r.bm, dt);
            s.h = relax<T, ALGEBRA, true>(s.h, r.ah - (r.ah + r.bh) * s.h, r.ah + r.bh, dt);
            s.n = relax<T, ALGEBRA, true>(s.n, r.an - (r.an + r.bn) * s.n, r.an + r.bn, dt);
            if (METHOD == STAGGERED) currents(s.v, s.m, s.h, s.n, i, g, f);
            s.v = relax<T, ALGEBRA, false>(s.v, f, g, dt);
        }
        count += s.v > T(0) && !(before > T(0));
    }
    out[cell] = count;
}

template <class T> __global__ void lif(long cells, double from, double by, double decay, int refractory, long steps, uint32_t *out) {
    long cell = blockIdx.x * long(blockDim.x) + threadIdx.x;
    if (cell >= cells) return;
    const T drive = T(-decay * (-65 + 10 * (from + by * cell))), pull = T(decay);
    T v = T(-65);
    int wait = 0;
    uint32_t count = 0;
    for (long k = 0; k < steps; k++) {
        bool held = wait > 0;
        v = held ? v : v + (v * pull + drive);
        wait -= held;
        bool fires = v >= T(-50);  // a cell that waits is at the reset, below the threshold
        v = fires ? T(-65) : v;
        wait = fires ? refractory : wait;
        count += fires;
    }
    out[cell] = count;
}

// The arithmetic of models.hpp for one cell.
template <class F> struct Lane {
    using T = F;
    using V = F;
    static D V exp_affine(V x, double k, double c) { return exp_(x * T(k) + T(c)); }
    static D V log(V x) { return sizeof(T) == 4 ? T(__logf(float(x))) : T(::log(double(x))); }
    static D V quotient(V a, V b) { return ::quotient(a, b); }
};
template <class Model> __global__ void stepped(long cells, double from, double by, Model model, long steps, uint32_t *out) {
    using T = typename Model::T;
    long cell = blockIdx.x * long(blockDim.x) + threadIdx.x;
    if (cell >= cells) return;
    const T i = T(from + by * cell);
    T x[Model::STATES];
    each<Model::STATES>([&](auto j) { x[j] = T(Model::START[j]); });
    uint32_t count = 0;
    for (long k = 0; k < steps; k++) count += model.step(x, i);
    out[cell] = count;
}

static void check(cudaError_t e) {
    if (e != cudaSuccess) fprintf(stderr, "CUDA: %s\n", cudaGetErrorString(e)), exit(1);
}

template <class T, bool ALGEBRA> void launch(const Job &job, long steps, uint32_t *out) {
    const int block = 128;
    const unsigned grid = unsigned((job.cells + block - 1) / block);
    const double by = (job.to - job.from) / double(job.cells - 1);
    const double am = 2.5 / (exp(2.5) - 1), bh = 1 / (1 + exp(3.0)), an = 0.1 / (exp(1.0) - 1);
    const Gates start{am / (am + 4), 0.07 / (0.07 + bh), an / (an + 0.125)};
    const T dt = T(job.dt);
    if (job.model == "lif")
        lif<T><<<grid, block>>>(job.cells, job.from, by, expm1(-job.dt / 10), int(lround(2 / job.dt)), steps, out);
    else if (job.model == "adex") stepped<<<grid, block>>>(job.cells, job.from, by, Adex<Lane<T>>(job.dt), steps, out);
    else if (job.model == "prinz_stg") stepped<<<grid, block>>>(job.cells, job.from, by, Prinz<Lane<T>>(job.dt), steps, out);
    else if (job.method == "staggered") hh<T, STAGGERED, ALGEBRA><<<grid, block>>>(job.cells, job.from, by, start, dt, steps, out);
    else if (job.method == "rk4") hh<T, RK4, ALGEBRA><<<grid, block>>>(job.cells, job.from, by, start, dt, steps, out);
    else hh<T, SIMULTANEOUS, ALGEBRA><<<grid, block>>>(job.cells, job.from, by, start, dt, steps, out);
}

int main(int argc, char **argv) {
    bool algebra = argc > 1 && !strcmp(argv[1], "algebra");
    cudaDeviceProp device;
    check(cudaGetDeviceProperties(&device, 0));
    uint32_t *out = nullptr;
    return serve({std::string("nvcc, ") + device.name, FLAGS,
                  [&](const Job &job) {
                      check(cudaFree(out));
                      check(cudaMalloc(&out, job.cells * sizeof(uint32_t)));
                      return "";
                  },
                  [&](const Job &job, long steps, std::vector<uint32_t> &counts) {
                      if (job.f32()) algebra ? launch<float, true>(job, steps, out) : launch<float, false>(job, steps, out);
                      else algebra ? launch<double, true>(job, steps, out) : launch<double, false>(job, steps, out);
                      check(cudaGetLastError());
                      check(cudaMemcpy(counts.data(), out, counts.size() * 4, cudaMemcpyDeviceToHost));
                  }});
}
