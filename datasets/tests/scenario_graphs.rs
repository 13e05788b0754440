//! Graphs along which nodes meet: what a scenario may say of them, and links from files.

use std::fs;
use std::path::Path;

use datasets::scenario::{self, Scenario};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn read(folder: &Path, sampling: &str) -> Result<Scenario, String> {
    let text = format!(
        "[run]\nnodes = 6\n[[fleet.class]]\nname = \"any\"\nshare = 1\nattributes.x = 1\n[sampling]\n\
         protocol = \"static\"\n{sampling}\n"
    );
    let path = folder.join("graph.toml");
    fs::write(&path, text).map_err(|error| error.to_string())?;
    scenario::read(&path, &[]).map_err(|error| error.to_string())
}

/// The links that a file of such rows has.
fn links(rows: &str, more: &str) -> Result<Vec<[u32; 2]>, String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    fs::write(folder.path().join("links.csv"), rows).map_err(|error| error.to_string())?;
    let scenario = read(folder.path(), &format!("edges = {{ file = \"links.csv\"{more} }}"))?;
    let edges = scenario.sampling.graph.and_then(|graph| graph.edges).ok_or("there are no links")?;
    Ok(edges.links.to_vec())
}

#[test]
fn whole_numbers_below_the_number_of_nodes_are_nodes() {
    assert_eq!(links("from,to\n5,0\n0,3\n2,2\n", ""), Ok(vec![[5, 0], [0, 3]]));
}

#[test]
fn a_link_that_fails_is_a_request_that_is_lost() -> Outcome {
    let folder = TempDir::new()?;
    let of = |network: &str| read(folder.path(), &format!("graph = \"ring\"\ndegree = 2\n[network]\n{network}"));
    let failing = of("link_failure = 0.25")?;
    assert_eq!(failing, of("request_loss = 0.25")?);
    assert_eq!((failing.network.request_loss, failing.network.reply_loss), (0.25, 0.0));
    let both = of("request_loss = 0.25\nlink_failure = 0.25").err().unwrap_or_default();
    assert!(both.contains("another name of `request_loss`"), "{both}");
    Ok(())
}

#[test]
fn other_ids_are_numbered_in_their_order() {
    assert_eq!(links("from,to\n700,30\n30,1000\n", ""), Ok(vec![[1, 0], [0, 2]]));
    assert_eq!(links("b;a\nbox c;box a\nbox a;box b\n", ", from = \"b\", to = \"a\""), Ok(vec![[2, 0], [0, 1]]));
    // Not written as numbers are, so names.
    assert_eq!(links("from,to\n00,01\n", ""), Ok(vec![[0, 1]]));
}

#[test]
fn wrong_files_are_told() {
    let wrong = |rows: &str| links(rows, "").err().unwrap_or_default();
    assert!(wrong("from,to\na,b\nc,d\ne,f\ng,a\n").contains("the links are those of 7 nodes, and the cloud has 6"));
    assert!(wrong("from,to\n").contains("no rows"));
    assert!(wrong("a,b\n1,2\n").contains("there is no column `from`"));
    assert!(wrong("from,to\n1,\n").contains("is empty"));
}

#[test]
fn what_a_graph_does_not_have_is_refused() -> Outcome {
    let folder = TempDir::new()?;
    let wrong = |sampling: &str| read(folder.path(), sampling).err().unwrap_or_default();
    for (sampling, message) in [
        ("", "it is not said along which graph nodes meet"),
        ("graph = \"edges\"", "it is not said in which file the links stand"),
        ("graph = \"ring\"\nedges = { file = \"links.csv\" }", "both those of `graph` and those of `edges`"),
        ("edges = { file = \"none.csv\" }", "there is no file"),
        ("graph = \"ring\"\ndegree = 3", "3 links of a node cannot be halved"),
        ("graph = \"star\"\ndegree = 4", "`degree` means nothing to `graph = \"star\"`"),
        ("graph = \"ring\"\nundirected = true", "`undirected` means nothing"),
        ("graph = \"ring\"\nrewiring = 0.5", "`rewiring` means nothing"),
        ("graph = \"complete\"\non_leave = \"rewire\"", "`on_leave` means nothing"),
        ("graph = \"watts-strogatz\"", "how many links of the ring lead to random nodes"),
        ("graph = \"k-out\"\nstart = \"ring\"", "`start` means nothing with `protocol = \"static\"`"),
        ("graph = \"ring\"\n[[aggregate]]\nname = \"n\"\nfunction = \"count\"", "how many cycles an epoch must have"),
        (
            "graph = \"k-out\"\n[suite]\n[[suite.app]]\nname = \"a\"\nshare = 0.5\n[subcloud]\n\
          sampling = { protocol = \"static\", graph = \"star\" }",
            "no graph of the members of an application",
        ),
    ] {
        assert!(wrong(sampling).contains(message), "{sampling}: {}", wrong(sampling));
    }
    Ok(())
}

#[test]
fn links_enter_the_hash_with_their_content() -> Outcome {
    let folder = TempDir::new()?;
    let file = folder.path().join("links.csv");
    let hash = |rows: &str| -> Result<String, Box<dyn std::error::Error>> {
        fs::write(&file, rows)?;
        Ok(read(folder.path(), "edges = { file = \"links.csv\" }")?.hash())
    };
    let [one, same, other] = [hash("from,to\n1,2\n")?, hash("from,to\n1,2\n")?, hash("from,to\n1,3\n")?];
    assert!(one == same && one != other);
    // What is written out in full is read again as the same.
    let scenario = read(folder.path(), "edges = { file = \"links.csv\" }\nundirected = true\non_leave = \"rewire\"")?;
    let path = folder.path().join("full.toml");
    fs::write(&path, scenario.to_toml())?;
    assert_eq!(scenario::read(&path, &[])?.sampling, scenario.sampling);
    Ok(())
}

#[test]
fn a_smaller_cloud_has_a_part_of_the_links() -> Outcome {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("links.csv"), "from,to\n0,1\n1,2\n2,3\n3,4\n4,5\n5,0\n")?;
    let scenario = read(folder.path(), "edges = { file = \"links.csv\" }")?;
    for nodes in 1..=5 {
        let small = scenario.resized(nodes).ok_or("there are no rules")?;
        let links = small.sampling.graph.and_then(|graph| graph.edges).ok_or("there are no links")?.links;
        assert!(links.iter().all(|[from, to]| from != to && from.max(to) < &nodes), "{nodes}: {links:?}");
        assert_eq!(links.len(), if nodes == 1 { 0 } else { nodes as usize }, "{links:?}");
    }
    // Whoever only comes and goes meets nobody.
    assert!(scenario.population_alone().sampling.graph.is_none());
    Ok(())
}
