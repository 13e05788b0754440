//! With which key nodes sign, written out in full.

use std::path::Path;

use crate::scenario::Monitor;
use crate::written::quoted;

pub(super) fn lines(monitor: &Monitor, file: &impl Fn(&Path) -> String) -> Vec<String> {
    let mut lines = Vec::from(super::header("[monitor]"));
    lines.push(format!("key = {}", quoted(&file(&monitor.path))));
    lines.extend(monitor.certificate_path.as_ref().map(|path| format!("certificate = {}", quoted(&file(path)))));
    lines
}
