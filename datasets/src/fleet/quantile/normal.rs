//! The normal distribution: Wichura's algorithm AS 241 (Applied Statistics 37, 1988), relative error about 1e-16.
#![expect(clippy::unreadable_literal, reason = "coefficients as published")]

/// Of the rational functions: near the middle, in the tails, far out. Lowest power first.
const MIDDLE_ABOVE: [f64; 8] = [
    3.3871328727963665,
    133.14166789178438,
    1971.5909503065513,
    13731.69376550946,
    45921.95393154987,
    67265.7709270087,
    33430.57558358813,
    2509.0809287301227,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    42.31333070160091,
    687.1870074920579,
    5394.196021424751,
    21213.794301586597,
    39307.89580009271,
    28729.085735721943,
    5226.495278852854,
];
const TAIL_ABOVE: [f64; 8] = [
    1.4234371107496835,
    4.630337846156546,
    5.769497221460691,
    3.6478483247632045,
    1.2704582524523684,
    0.2417807251774506,
    0.022723844989269184,
    0.0007745450142783414,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053191626637759,
    1.6763848301838038,
    0.6897673349851,
    0.14810397642748008,
    0.015198666563616457,
    0.0005475938084995345,
    1.0507500716444169e-09,
];
const FAR_ABOVE: [f64; 8] = [
    6.657904643501103,
    5.463784911164114,
    1.7848265399172913,
    0.29656057182850487,
    0.026532189526576124,
    0.0012426609473880784,
    2.7115555687434876e-05,
    2.0103343992922881e-07,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599832206555888,
    0.1369298809227358,
    0.014875361290850615,
    0.0007868691311456133,
    1.8463183175100548e-05,
    1.421511758316446e-07,
    2.0442631033899397e-15,
];

/// The standard normal quantile of 0 < `p` < 1.
pub(super) fn quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.425 * 0.425 - centred * centred;
        return centred * polynomial(&MIDDLE_ABOVE, r) / polynomial(&MIDDLE_BELOW, r);
    }
    let r = libm::sqrt(-libm::log(if centred < 0.0 { p } else { 1.0 - p }));
    let distance = if r <= 5.0 {
        polynomial(&TAIL_ABOVE, r - 1.6) / polynomial(&TAIL_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_ABOVE, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    distance.copysign(centred)
}

/// The quantile of a normal distribution given that the value is not negative; 0 < `u` < 1.
///
/// Measured from the nearer tail, so that neither a mean far above zero nor one far below loses digits.
pub(super) fn above_zero(mean: f64, sd: f64, u: f64) -> f64 {
    if sd <= 0.0 {
        return mean.max(0.0);
    }
    let cut = 0.5 * libm::erfc(mean / sd * std::f64::consts::FRAC_1_SQRT_2);
    let kept = 0.5 * libm::erfc(-mean / sd * std::f64::consts::FRAC_1_SQRT_2);
    let below = coarse(cut + u * kept);
    let deviation = if below < 0.5 { quantile(below) } else { -quantile(coarse((1.0 - u) * kept)) };
    (mean + sd * deviation).max(0.0)
}

/// A probability without its last eight bits. Neighbouring floats, as a tiny `u` gives them, have quantiles within
/// rounding of each other, and the larger one may have the smaller; those that differ here do not.
fn coarse(probability: f64) -> f64 {
    f64::from_bits(probability.to_bits() & !0xff)
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}
