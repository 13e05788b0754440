//! The processor check: a program built for newer instructions stops with a plain sentence on an older processor.

/// Checks that this processor has the instructions that the program was built for.
#[cfg(target_arch = "x86_64")]
pub fn check() -> Result<(), String> {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    // The detection macro trusts the build flags, so the processor is asked directly: (built for, leaf, register, bit).
    let basic = __cpuid(1).ecx;
    let extended = if __cpuid(0).eax >= 7 { __cpuid_count(7, 0).ebx } else { 0 };
    let features = [
        ("FMA", cfg!(target_feature = "fma"), basic >> 12 & 1),
        ("AVX", cfg!(target_feature = "avx"), basic >> 28 & 1),
        ("F16C", cfg!(target_feature = "f16c"), basic >> 29 & 1),
        ("BMI1", cfg!(target_feature = "bmi1"), extended >> 3 & 1),
        ("AVX2", cfg!(target_feature = "avx2"), extended >> 5 & 1),
        ("BMI2", cfg!(target_feature = "bmi2"), extended >> 8 & 1),
    ];
    let missing: Vec<_> =
        features.iter().filter(|(_, built, has)| *built && *has == 0).map(|(name, ..)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "subcloud: this program is built for x86-64-v3 processors, and this one lacks {}. Build it for yours with \
         RUSTFLAGS=\"-C target-cpu=native\" cargo build --release; the results are the same.",
        missing.join(", ")
    ))
}

/// Other architectures are built for their baseline.
#[cfg(not(target_arch = "x86_64"))]
pub fn check() -> Result<(), String> {
    Ok(())
}
