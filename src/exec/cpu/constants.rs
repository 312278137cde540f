//! The constants of the elementary functions, as data.
//!
//! Takes nothing; gives [`Constants`] for f32 and f64. Hidden from the compiler, so that it keeps them in
//! registers instead of loading them for every vector, they made nothing faster: multiplications, not
//! loads, bound these loops.
//!
//! Must not know the functions.

/// Lower end of the range where exprel is a polynomial: what a step of a stable update needs.
pub(super) const NEAR_MIN: f64 = -2.0;
/// Upper end of that range.
pub(super) const NEAR_MAX: f64 = 0.5;
/// Up to this r a relaxation is a short polynomial: what a gate needs.
pub(super) const RELAX_NEAR: f64 = 0.5;
/// Up to this r it is a longer one: what a membrane needs during a spike.
pub(super) const RELAX_FAR: f64 = 2.0;

/// The constants for one type. Polynomials have their coefficients from the highest power down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constants<
    R,
    const TAIL: usize,
    const TAIL2: usize,
    const NEAR: usize,
    const SHORT: usize,
    const LONG: usize,
    const OVER: usize,
> {
    /// The numbers.
    pub(super) common: Common<R>,
    /// q with eʳ − 1 = r + r²·q for |r| ≤ ln 2 / 2.
    pub(super) tail: [R; TAIL],
    /// q with 2ᶠ = 1 + f·q for |f| ≤ 1/2.
    pub(super) tail2: [R; TAIL2],
    /// q with exprel(x) = 1 + x·q for x between [`NEAR_MIN`] and [`NEAR_MAX`].
    pub(super) near: [R; NEAR],
    /// q with (1 − e⁻ʳ)/r = 1 + r·q for r from 0 to [`RELAX_NEAR`].
    pub(super) relax_near: [R; SHORT],
    /// The same for r from 0 to [`RELAX_FAR`].
    pub(super) relax_far: [R; LONG],
    /// q with x/(eˣ − 1) = 1 − x/2 + x²·q for |x| ≤ 1/4, in x².
    pub(super) over_near: [R; OVER],
}

/// Constants that both types have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common<R> {
    /// 1.
    pub(super) one: R,
    /// 1/2.
    pub(super) half: R,
    /// 2.
    pub(super) two: R,
    /// Infinity.
    pub(super) infinity: R,
    /// [`NEAR_MIN`].
    pub(super) near_min: R,
    /// [`NEAR_MAX`].
    pub(super) near_max: R,
    /// [`RELAX_NEAR`].
    pub(super) relax_near: R,
    /// [`RELAX_FAR`].
    pub(super) relax_far: R,
    /// Its bits less those of x are about those of 1/x.
    pub(super) seed: R,
    /// Its bits, with those of 2ⁿ's exponent added, are those of 2ⁿ⁻¹.
    pub(super) half_bias: R,
    /// 1/ln 2.
    pub(super) log2_e: R,
    /// ln 2, its leading bits: a product with a whole exponent is exact.
    pub(super) ln2_high: R,
    /// ln 2, the rest.
    pub(super) ln2_low: R,
    /// Added and subtracted, it rounds to a whole number, which stands in the low bits between.
    pub(super) rounder: R,
    /// eˣ is infinite above.
    pub(super) exp_max: R,
    /// eˣ is 0 below.
    pub(super) exp_min: R,
    /// eˣ − 1 is −1 below.
    pub(super) expm1_min: R,
    /// 2ᵗ is infinite from here on.
    pub(super) exp2_max: R,
    /// 2ᵗ is 0 below.
    pub(super) exp2_min: R,
    /// 2¹²⁵ (f32), 2¹⁰²¹ (f64).
    pub(super) large: R,
    /// Below this x² a quotient by x gives way to a series.
    pub(super) given_near: R,
}

/// The constants of f32.
pub(super) type Constants32 = Constants<f32, 5, 6, 8, 5, 8, 2>;

#[expect(clippy::excessive_precision, reason = "as computed")]
impl Constants32 {
    /// What there is.
    pub(super) const ALL: Constants32 = Constants {
        common: Common {
            one: 1.0,
            half: 0.5,
            two: 2.0,
            infinity: f32::INFINITY,
            near_min: NEAR_MIN as f32,
            near_max: NEAR_MAX as f32,
            relax_near: RELAX_NEAR as f32,
            relax_far: RELAX_FAR as f32,
            seed: f32::from_bits(0x7ef3_11c7),
            half_bias: f32::from_bits(126 << 23),
            log2_e: std::f32::consts::LOG2_E,
            ln2_high: 0.693_359_375,
            ln2_low: -2.121_944_4e-4,
            rounder: 12_582_912.0,
            exp_max: 88.722_83,
            exp_min: -87.336,
            expm1_min: -40.0,
            exp2_max: 128.0,
            exp2_min: -126.0,
            large: 4.253_529_6e37,
            given_near: 0.0625,
        },
        tail: [
            1.392_618_4e-3,
            8.363_179e-3,
            4.166_655_5e-2,
            1.666_657_7e-1,
            0.5,
        ],
        tail2: [
            1.545_318_3e-4,
            1.339_088_6e-3,
            9.618_082_5e-3,
            5.550_357e-2,
            2.402_265_1e-1,
            6.931_471_9e-1,
        ],
        near: [
            1.561_341_6e-6,
            2.258_177_7e-5,
            1.968_660_9e-4,
            1.389_142_2e-3,
            8.333_985e-3,
            4.166_674_4e-2,
            1.666_666_1e-1,
            0.5,
        ],
        relax_near: [
            -1.164_287_03e-3,
            8.238_221_35e-3,
            -4.164_992_996e-2,
            1.666_656_276e-1,
            -4.999_999_896e-1,
        ],
        relax_far: [
            1.269_660_767e-6,
            -2.063_163_545e-5,
            1.918_510_188e-4,
            -1.382_986_422e-3,
            8.330_402_421e-3,
            -4.166_594_474e-2,
            1.666_665_984e-1,
            -4.999_999_989e-1,
        ],
        over_near: [-1.388_888_9e-3, 8.333_333_33e-2],
    };
}

/// The constants of f64.
pub(super) type Constants64 = Constants<f64, 11, 11, 15, 9, 14, 5>;

#[expect(clippy::excessive_precision, reason = "as computed")]
impl Constants64 {
    /// What there is.
    pub(super) const ALL: Constants64 = Constants {
        common: Common {
            one: 1.0,
            half: 0.5,
            two: 2.0,
            infinity: f64::INFINITY,
            near_min: NEAR_MIN,
            near_max: NEAR_MAX,
            relax_near: RELAX_NEAR,
            relax_far: RELAX_FAR,
            seed: f64::from_bits(0x7fde_6238_22fc_16e6),
            half_bias: f64::from_bits(1022 << 52),
            log2_e: std::f64::consts::LOG2_E,
            ln2_high: 6.931_471_803_691_238_164_90e-1,
            ln2_low: 1.908_214_929_270_587_700_02e-10,
            rounder: 6_755_399_441_055_744.0,
            exp_max: 709.782_712_893_383_9,
            exp_min: -708.396,
            expm1_min: -80.0,
            exp2_max: 1024.0,
            exp2_min: -1022.0,
            large: 2.247_116_418_577_894_9e307,
            given_near: 0.0625,
        },
        tail: [
            2.091_468_696_808_687_6e-9,
            2.510_521_700_472_070_5e-8,
            2.755_727_364_311_03e-7,
            2.755_725_540_020_642_2e-6,
            2.480_158_732_554_774_3e-5,
            1.984_126_987_482_062_7e-4,
            1.388_888_888_888_374_8e-3,
            8.333_333_333_326_136e-3,
            4.166_666_666_666_667e-2,
            1.666_666_666_666_666_7e-1,
            0.5,
        ],
        tail2: [
            4.454_964_371_269_296_79e-10,
            7.072_593_028_779_966_57e-9,
            1.017_806_242_697_692_34e-7,
            1.321_544_255_252_229_15e-6,
            1.525_273_382_986_708_06e-5,
            1.540_353_044_179_413_74e-4,
            1.333_355_814_641_691_69e-3,
            9.618_129_107_606_853_95e-3,
            5.550_410_866_482_159_56e-2,
            2.402_265_069_591_009_83e-1,
            std::f64::consts::LN_2,
        ],
        near: [
            2.517_286_184_493_659_8e-14,
            6.703_356_906_058_659e-13,
            1.124_682_360_502_661_5e-11,
            1.602_909_442_053_68e-10,
            2.087_495_985_461_969e-9,
            2.505_215_639_621_933_3e-8,
            2.755_733_258_129_862e-7,
            2.755_731_971_521_972_4e-6,
            2.480_158_728_013_152e-5,
            1.984_126_983_970_651_7e-4,
            1.388_888_888_889_396_6e-3,
            8.333_333_333_334_827e-3,
            4.166_666_666_666_672e-2,
            1.666_666_666_666_666_3e-1,
            0.5,
        ],
        relax_near: [
            -2.24922563082927198e-7,
            2.70994505189117558e-6,
            -0.0000247788494407277718,
            0.000198406067500336067,
            -0.00138888774857371249,
            0.0083333332229231411,
            -0.0416666666613031357,
            0.166666666666566233,
            -0.49999999999999969,
        ],
        relax_far: [
            3.23918819241253641e-13,
            -9.120540754113754e-12,
            1.52612661683263447e-10,
            -2.0693762416307082e-9,
            2.50228014531526329e-8,
            -2.75539945903872419e-7,
            2.75570519868685895e-6,
            -0.0000248015722740605627,
            0.000198412692661187518,
            -0.0013888888874598774,
            0.00833333333312030488,
            -0.0416666666666500722,
            0.166666666666666157,
            -0.499999999999999997,
        ],
        over_near: [
            2.087_675_698_786_809_9e-8,
            -8.267_195_767_195_767e-7,
            3.306_878_306_878_306_9e-5,
            -1.388_888_888_888_888_9e-3,
            8.333_333_333_333_333e-2,
        ],
    };
}
