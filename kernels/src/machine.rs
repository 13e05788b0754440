//! Which form of a kernel runs, where there are several: chosen once, when the first of them is called.
//!
//! All forms of a kernel compute the same bits. Most kernels have the one that the program was built for; the merge of
//! Newscast has another for processors with AVX-512.

use std::sync::atomic::{AtomicU8, Ordering};

/// A form of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The instructions that the program was built for.
    Built,
    /// AVX-512, with the instructions that expand and compress bytes: Intel since Ice Lake, AMD since Zen 4.
    Avx512,
}

impl Form {
    /// The name of the instructions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Built if cfg!(all(target_arch = "x86_64", target_feature = "avx2")) => "x86-64-v3",
            Self::Built if cfg!(target_arch = "x86_64") => "x86-64",
            Self::Built => std::env::consts::ARCH,
        }
    }
}

/// The form in use: 0 while none is chosen.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

/// Numbers of [`CHOSEN`].
const BUILT: u8 = 1;
const AVX512: u8 = 2;

/// The form in use: unless another was chosen ([`choose`]), the best one that the processor has.
#[must_use]
#[inline]
pub fn form() -> Form {
    match CHOSEN.load(Ordering::Relaxed) {
        BUILT => Form::Built,
        AVX512 => Form::Avx512,
        _ => choose(Form::Avx512),
    }
}

/// Chooses a form from now on, for all threads, and returns it: [`Form::Built`] if the processor lacks the other. Tests
/// and benches compare forms with it.
#[cold]
pub fn choose(form: Form) -> Form {
    let (form, number) = if form == Form::Avx512 && has_avx512() { (form, AVX512) } else { (Form::Built, BUILT) };
    CHOSEN.store(number, Ordering::Relaxed);
    form
}

/// Whether the processor has all instructions of [`Form::Avx512`].
fn has_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
        && is_x86_feature_detected!("popcnt");
    #[cfg(not(target_arch = "x86_64"))]
    false
}
