//! The tree is as its documentation draws it: imports run downward, and never in a circle.
//!
//! Walks the `use` lines of every crate. A `mod` line is no import. A `pub use` is a face: whoever imports a name from
//! it imports from the file behind. Code under `#[cfg(test)]` is left out.

#![expect(clippy::expect_used, reason = "a test that cannot read the tree fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The files from which crates begin.
const ROOTS: [&str; 7] = [
    "kernels/src/lib.rs",
    "datasets/src/lib.rs",
    "engine/src/lib.rs",
    "analysis/src/lib.rs",
    "bench/src/lib.rs",
    "bench/src/bin/published/main.rs",
    "src/lib.rs",
];

/// A crate: its modules by their paths (`["overlay", "views"]`; the root's is empty).
struct Crate {
    modules: BTreeMap<Vec<String>, Module>,
}

/// A module that is a file.
struct Module {
    file: PathBuf,
    /// Paths that are imported, absolute in the crate.
    imports: Vec<Vec<String>>,
    /// Names under which others find what lies elsewhere.
    faces: Vec<Face>,
}

/// A name, and the path of what it stands for.
type Face = (String, Vec<String>);

impl Crate {
    fn read(root: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let folder = root.parent().expect("a root lies in a folder").to_owned();
        let mut modules = BTreeMap::new();
        let mut waiting = vec![(Vec::new(), root, folder)];
        while let Some((path, file, folder)) = waiting.pop() {
            let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            for name in children(text) {
                let below = folder.join(&name);
                let flat = folder.join(format!("{name}.rs"));
                let file = if flat.exists() { flat } else { below.join("mod.rs") };
                waiting.push(([&path[..], &[name]].concat(), file, below));
            }
            let (imports, faces) = uses(text, &path);
            modules.insert(path, Module { file, imports, faces });
        }
        Self { modules }
    }

    /// The module in which a path ends: that which has the item, be it behind a face.
    fn home(&self, path: &[String]) -> Option<&Vec<String>> {
        let depth = (0..=path.len()).rev().find(|&depth| self.modules.contains_key(&path[..depth]))?;
        let (module, rest) = path.split_at(depth);
        let (key, Module { faces, .. }) = self.modules.get_key_value(module)?;
        let Some(name) = rest.first() else { return Some(key) };
        let face = faces.iter().find(|(face, _)| face == name);
        match face {
            Some((_, target)) => self.home(&[target, &rest[1..]].concat()),
            None => Some(key),
        }
    }

    /// Of each module, those from which it imports.
    fn edges(&self) -> BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> {
        let homes = |(path, module): (&Vec<String>, &Module)| {
            let homes = module.imports.iter().filter_map(|import| self.home(import));
            homes.filter(|home| *home != path).collect::<BTreeSet<_>>()
        };
        self.modules.iter().map(|(path, module)| (path, homes((path, module)))).collect()
    }

    fn file(&self, module: &Vec<String>) -> String {
        let file = &self.modules[module].file;
        file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(file).display().to_string()
    }
}

/// The modules that a text declares as files.
fn children(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
    })
}

/// The imports and faces of a text, the module at `path`.
fn uses(text: &str, path: &[String]) -> (Vec<Vec<String>>, Vec<Face>) {
    let (mut imports, mut faces) = (Vec::new(), Vec::new());
    let text: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| line.to_owned() + "\n").collect();
    let (mut rest, mut code) = (&*text, String::new());
    while let Some(at) = rest.find("use ") {
        let line = rest[..at].rsplit('\n').next().unwrap_or_default().trim();
        let (is_face, is_use) =
            (line.starts_with("pub"), line.is_empty() || line.starts_with("pub") && !line.contains(' '));
        code += &rest[..at];
        rest = &rest[at + 4..];
        let (true, Some(end)) = (is_use, rest.find(';')) else { continue };
        for (full, name) in expanded(&rest[..end].split_whitespace().collect::<Vec<_>>().join(" ")) {
            let Some(full) = absolute(&full, path, &text) else { continue };
            if is_face { faces.push((name, full)) } else { imports.push(full) }
        }
        rest = &rest[end..];
    }
    code += rest;
    // Paths that are written where they are used.
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        if code[..at].ends_with([':', '$', '_']) {
            continue;
        }
        let inline = code[at..].split(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter)).next();
        let parts: Vec<String> =
            inline.unwrap_or_default().trim_end_matches(':').split("::").map(str::to_owned).collect();
        imports.extend(absolute(&parts, path, &text));
    }
    (imports, faces)
}

/// The paths of a `use`, group by group, with the names that they have here.
fn expanded(tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
        let parts: Vec<String> = path.split("::").map(|part| part.trim().to_owned()).collect();
        let name = alias.map_or_else(|| parts.last().cloned().unwrap_or_default(), str::to_owned);
        return vec![(parts, name)];
    };
    let head: Vec<String> =
        tree[..open].split("::").filter(|part| !part.trim().is_empty()).map(|part| part.trim().to_owned()).collect();
    let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
    for letter in tree[open + 1..tree.rfind('}').unwrap_or(tree.len())].chars() {
        match letter {
            ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
            letter => {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                part.push(letter);
            }
        }
    }
    parts.push(part);
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    let all = parts.flat_map(|part| expanded(part)).map(|(tail, name)| {
        let tail = if tail == ["self"] { Vec::new() } else { tail };
        let name = if name == "self" { head.last().cloned().unwrap_or_default() } else { name };
        ([&head[..], &tail].concat(), name)
    });
    all.collect()
}

/// A path from the root of the crate; `None` if it leads out of the crate. `text` is that of the module at `path`.
fn absolute(parts: &[String], path: &[String], text: &str) -> Option<Vec<String>> {
    let first = parts.first()?;
    let ups = parts.iter().take_while(|part| *part == "super").count();
    if first == "crate" {
        return Some(parts[1..].to_vec());
    }
    if first == "self" {
        return Some([path, &parts[1..]].concat());
    }
    if ups > 0 {
        return Some([&path[..path.len().checked_sub(ups)?], &parts[ups..]].concat());
    }
    children(text).any(|child| child == *first).then(|| [path, parts].concat())
}

#[test]
fn no_two_files_import_each_other_directly_or_in_a_circle() {
    let mut circles = Vec::new();
    for root in ROOTS {
        let tree = Crate::read(root);
        let edges = tree.edges();
        assert!(edges.len() > 1, "{root}: no modules were found");
        // What imports nothing that is left is taken away, until nothing is, or a circle.
        let mut left: BTreeSet<&Vec<String>> = edges.keys().copied().collect();
        loop {
            let done: Vec<_> = left.iter().copied().filter(|module| edges[*module].is_disjoint(&left)).collect();
            if done.is_empty() {
                break;
            }
            left.retain(|module| !done.contains(module));
        }
        // And what nothing that is left imports: what is on the way to a circle is not in it.
        while let Some(outside) =
            left.iter().copied().find(|module| left.iter().all(|other| !edges[*other].contains(module)))
        {
            left.remove(outside);
        }
        for module in &left {
            let imports: Vec<String> = edges[*module].intersection(&left).map(|other| tree.file(other)).collect();
            circles.push(format!("  {} imports {}", tree.file(module), imports.join(", ")));
        }
    }
    assert!(circles.is_empty(), "imports run in a circle:\n{}", circles.join("\n"));
}

#[test]
fn in_the_engine_imports_run_downward_as_its_documentation_draws_the_wings() {
    let tree = Crate::read("engine/src/lib.rs");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("engine/src/lib.rs")).expect("the engine");
    let drawing = text.split("//! ```text\n").nth(1).and_then(|rest| rest.split("//! ```").next()).expect("a drawing");
    let wings: Vec<&str> = drawing
        .lines()
        .filter_map(|line| line.strip_prefix("//! ")?.split_once("  ").map(|(wing, _)| wing))
        .filter(|wing| !wing.is_empty())
        .collect();
    let height = |module: &Vec<String>| {
        let wing = module.first()?;
        let place = wings.iter().position(|drawn| drawn == wing);
        Some(place.unwrap_or_else(|| panic!("{wing} is not drawn in engine/src/lib.rs")))
    };
    let drawn: BTreeSet<&str> = tree.modules.keys().filter_map(|module| module.first().map(String::as_str)).collect();
    assert!(wings.iter().all(|wing| drawn.contains(wing)), "drawn are {wings:?}, there are {drawn:?}");
    let mut upward = Vec::new();
    for (module, imports) in tree.edges() {
        let Some(own) = height(module) else { continue };
        for import in imports {
            if height(import).is_none_or(|other| other < own) {
                upward.push(format!("  {} imports {}", tree.file(module), tree.file(import)));
            }
        }
    }
    assert!(upward.is_empty(), "imports run upward in the engine:\n{}", upward.join("\n"));
}

#[test]
fn what_a_use_line_says_is_understood() {
    let path = ["a".to_owned(), "b".to_owned()];
    let text = "mod c;\nuse super::x::{y, z::{self, W as V}};\nuse crate::{d, e::F};\nuse std::fs;\npub use c::G;\n";
    let (imports, faces) = uses(text, &path);
    let joined: Vec<String> = imports.iter().map(|import| import.join("::")).collect();
    assert_eq!(joined, ["a::x::y", "a::x::z", "a::x::z::W", "d", "e::F"]);
    assert_eq!(faces, [("G".to_owned(), ["a", "b", "c", "G"].map(str::to_owned).to_vec())]);
}
