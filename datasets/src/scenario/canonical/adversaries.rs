//! Who stands against the suite, written out in full.

use std::path::Path;

use crate::scenario::{Adversaries, Push};
use crate::written::quoted;

pub(super) fn lines(adversaries: &Adversaries, file: &impl Fn(&Path) -> String) -> Vec<String> {
    let mut lines = Vec::from(super::header("[adversaries]"));
    lines.push(format!("share = {:?}", adversaries.share));
    lines.push(format!("from_cycle = {}", adversaries.from_cycle));
    lines.push(match &adversaries.push {
        Push::Forged => "push = \"forged\"".to_owned(),
        Push::Old => "push = \"old\"".to_owned(),
        Push::Files(pushed) => {
            let files: Vec<String> = pushed.iter().map(|pushed| quoted(&file(&pushed.version.path))).collect();
            match &*files {
                [file] => format!("suite = {file}"),
                _ => format!("suite = [{}]", files.join(", ")),
            }
        }
    });
    lines
}
