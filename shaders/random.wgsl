// Random numbers as a function of cell, step, stream and seed: no state, no order.
//
// Philox4x32-10 of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. WGSL
// has no high word of a product; r_high makes it of four products of halves.

fn r_high(a: u32, b: u32) -> u32 {
    let al = a & 0xffffu;
    let ah = a >> 16u;
    let bl = b & 0xffffu;
    let bh = b >> 16u;
    let ll = al * bl;
    let m1 = ah * bl + (ll >> 16u);
    let m2 = al * bh + (m1 & 0xffffu);
    return ah * bh + (m1 >> 16u) + (m2 >> 16u);
}

fn r_philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var c = counter;
    var k = key;
    for (var round = 0u; round < 10u; round += 1u) {
        let high0 = r_high(0xd2511f53u, c.x);
        let high1 = r_high(0xcd9e8d57u, c.z);
        c = vec4<u32>(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
        k = k + vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }
    return c;
}

// The words of four steps: those of the counter (low, step div 4, stream, high).
fn r_words(low: u32, high: u32, step: u32, stream: u32, seed_low: u32, seed_high: u32) -> vec4<u32> {
    return r_philox(vec4<u32>(low, step >> 2u, stream, high), vec2<u32>(seed_low, seed_high));
}

// 23 random bits: the upper ones of word `step mod 4`.
fn r_bits(words: vec4<u32>, step: u32) -> u32 {
    let lower = select(words.x, words.y, (step & 1u) == 1u);
    let upper = select(words.z, words.w, (step & 1u) == 1u);
    return select(lower, upper, (step & 2u) == 2u) >> 9u;
}
