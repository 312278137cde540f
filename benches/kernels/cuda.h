// What Metal's text calls, for NVIDIA's compiler; the special functions are the processor's own, as a driver takes them.
#pragma once
#include <cstring>
typedef unsigned int uint;
#define CALLED __device__ __forceinline__
namespace metal {
using ::uint;
template <class A, class B, class C> CALLED A select(A no, B yes, C cond) { return cond ? A(yes) : no; }
CALLED float exp2(float x) {
    float power;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
    return power;
}
CALLED float abs(float x) { return fabsf(x); }
CALLED float log(float x) { return __logf(x); }
CALLED float pow(float x, float y) { return __powf(x, y); }
CALLED float floor(float x) { return floorf(x); }
CALLED float ceil(float x) { return ceilf(x); }
CALLED float sqrt(float x) { return sqrtf(x); }
CALLED float sin(float x) { return __sinf(x); }
CALLED float cos(float x) { return __cosf(x); }
CALLED float max(float a, float b) { return fmaxf(a, b); }
CALLED float clamp(float x, float a, float b) { return fminf(fmaxf(x, a), b); }
CALLED uint min(uint a, uint b) { return a < b ? a : b; }
CALLED uint max(uint a, uint b) { return a > b ? a : b; }
}
template <class T, class S> CALLED T as_type(S from) {
    T to;
    memcpy(&to, &from, sizeof(T));
    return to;
}
CALLED uint2 operator-=(uint2 &a, uint2 b) { return a.x -= b.x, a.y -= b.y, a; }
CALLED uint2 pair(uint a) { return make_uint2(a, a); }
CALLED uint2 pair(uint a, uint b) { return make_uint2(a, b); }
