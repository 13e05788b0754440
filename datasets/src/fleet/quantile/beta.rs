//! The beta distribution.

/// Terms of the continued fraction; it needs some dozens, and about the root of the larger shape when that is huge.
const MOST_TERMS: u32 = 100_000;

/// The quantile: closed forms where a shape is 1, else by bisection.
///
/// Bisection walks the floats from 0 to 1 by their bits, so that tiny values are as exact as large ones; and whatever
/// the rounding of the distribution function, a larger `u` never goes left where a smaller one went right.
pub(super) fn quantile(alpha: f64, beta: f64, u: f64) -> f64 {
    if u <= 0.0 || u >= 1.0 {
        return u.clamp(0.0, 1.0);
    }
    if beta.to_bits() == 1.0_f64.to_bits() {
        return libm::pow(u, 1.0 / alpha);
    }
    if alpha.to_bits() == 1.0_f64.to_bits() {
        return -libm::expm1(libm::log1p(-u) / beta);
    }
    let scale = libm::lgamma(alpha + beta) - libm::lgamma(alpha) - libm::lgamma(beta);
    let (mut low, mut high) = (0, 1.0_f64.to_bits());
    while high - low > 1 {
        let middle = low.midpoint(high);
        if is_below(alpha, beta, scale, f64::from_bits(middle), u) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::from_bits(high)
}

/// Whether less than `u` lies below `x`, judged by the nearer tail.
fn is_below(alpha: f64, beta: f64, scale: f64, x: f64, u: f64) -> bool {
    let front = libm::exp(scale + alpha * libm::log(x) + beta * libm::log1p(-x));
    let (lower, upper) = if x < (alpha + 1.0) / (alpha + beta + 2.0) {
        let lower = front * fraction(alpha, beta, x) / alpha;
        (lower, 1.0 - lower)
    } else {
        let upper = front * fraction(beta, alpha, 1.0 - x) / beta;
        (1.0 - upper, upper)
    };
    if u <= 0.5 { lower < u } else { upper > 1.0 - u }
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away = |value: f64| {
        if value.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { value }
    };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for term in 1..=MOST_TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        result *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        let step = c * d;
        result *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}
