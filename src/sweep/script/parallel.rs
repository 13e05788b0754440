//! GNU parallel, on this machine or on several.

use super::jobs::{Jobs, quoted};

/// The script.
pub fn script(jobs: &Jobs) -> String {
    let (last, out, sweep) = (jobs.last(), quoted(&jobs.out), quoted(&jobs.sweep));
    let saves = jobs.saves();
    format!(
        "#!/bin/sh
# Run from the folder in which the paths below hold; run again it does what is missing. SUBCLOUD names the program, if
# it is not in the PATH; JOBS is the number of points at a time, on all machines of GNU parallel's --sshlogin if you
# add it.
seq 0 {last} | parallel --quote --jobs \"${{JOBS:-100%}}\" \\
    \"${{SUBCLOUD:-subcloud}}\" sweep --quiet --out={out} --threads 1 {saves}--point '{{}}' -- {sweep}"
    )
}
