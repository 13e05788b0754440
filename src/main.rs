//! subcloud
fn main() {}
