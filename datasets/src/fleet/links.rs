//! Links of a graph at rest: a table in which every row leads from one node to another.

use std::path::Path;

use crate::error::Error;
use crate::fleet::table::{Asked, Column, Content, Ids, Wanted};

/// Reads the links of a graph of so many nodes from two columns of a table, as numbers of nodes. A link of a node to
/// itself is left out.
///
/// If all ids are whole numbers below the number of nodes, they are numbers of nodes; else nodes are numbered in the
/// order of ids, by value if all are whole numbers, else as text. Takes 8 bytes a link, and as much while it reads.
///
/// # Errors
///
/// What is wrong with the file, as of an inventory; or it names more nodes than there are.
pub(crate) fn links(path: &Path, names: &[String; 2], nodes: u32) -> Result<Vec<[u32; 2]>, Error> {
    let columns = names.each_ref().map(|name| Asked { name, content: Content::Ids });
    let wanted = Wanted {
        path,
        columns: &columns,
        decimal: None,
        file_key: "sampling.edges.file",
        named_in: "`from` or `to` in `sampling.edges`",
        section: "`sampling.edges`",
    };
    let mut read = wanted.read()?.columns.into_iter().map(Column::ids);
    let [from, to] = [(); 2].map(|()| read.next().unwrap_or_default());
    // One numbering of the ids of both columns.
    let ends = from.rows.len();
    let mut all = from;
    all.append(to);
    let count = all.names.len();
    if count > nodes as usize {
        let message = format!("the links are those of {count} nodes, and the cloud has {nodes}");
        return Err(wanted.wrong(message).helped(format!("give `run.nodes` of at least {count}")));
    }
    let numbers = numbers(&all, nodes);
    let (from, to) = all.rows.split_at(ends);
    let links = from.iter().zip(to).map(|(&from, &to)| [numbers[from as usize], numbers[to as usize]]);
    Ok(links.filter(|[from, to]| from != to).collect())
}

/// The number of the node that each id names.
fn numbers(ids: &Ids, nodes: u32) -> Vec<u32> {
    let number = |name: &str| name.parse().ok().filter(|number: &u32| *number < nodes && number.to_string() == name);
    let numbers: Option<Vec<u32>> = ids.names.iter().map(|name| number(name)).collect();
    numbers.unwrap_or_else(|| ids.ranks())
}
