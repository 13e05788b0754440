//! The tables of the graph that the nodes' views span.

use super::rows;

rows! {
    /// A row per cycle at which the graph of the live nodes' views is measured, if nodes keep views or meet along a
    /// graph that stays as it is, whose links are the entries then; and one for each application with an overlay of its
    /// own, of its members alone. Measures are null where there is no such node.
    OverlayRow {
        /// Cycles completed.
        cycle: u32,
        /// The application whose overlay it is: nodes are its members then, those that are alive and in it; null for
        /// the cloud.
        app: Option<String>,
        /// The peer sampling protocol, as the scenario names it.
        protocol: String,
        /// Views that hold a live node: the mean over the live nodes.
        in_degree_mean: f64,
        /// Their standard deviation.
        in_degree_sd: f64,
        /// The least of any node.
        in_degree_min: f64,
        /// The most of any node.
        in_degree_max: f64,
        /// Entries of live nodes' views that are dead; of members' views, dead or gone.
        dead_links_count: u64,
        /// Their mean over the live nodes.
        dead_links_mean: f64,
        /// Those of them that are alive, and no longer in the application; null for the cloud.
        gone_links_count: Option<u64>,
        /// Members that no member knows, and that know none; null for the cloud.
        isolated_count: Option<u64>,
        /// Entries of live nodes' views.
        entries_count: u64,
        /// Mean age of those entries: Newscast and Cyclon count cycles since an entry was made, the generic framework
        /// the exchanges of the nodes that held it, about two a cycle. Ages stop at 200; null
        /// in a graph that stays as it is.
        age_mean: f64,
        /// The least age that half of the entries do not exceed.
        age_p50: f64,
        /// The least age that 90 % do not exceed.
        age_p90: f64,
        /// The least age that 99 % do not exceed.
        age_p99: f64,
        /// The highest age; 200 says 200 or more.
        age_max: f64,
        /// Mean over a sample of the share of the pairs of a node's neighbours that are neighbours, 0..1.
        clustering_coefficient: f64,
        /// Nodes of that sample with two neighbours or more.
        clustering_sample_count: u64,
        /// Mean distance, in edges taken without direction, from the sampled sources to the nodes that they reach; null
        /// where the scenario asks for no paths (`trace.overlay.paths = 0`), or where they are too long to follow.
        path_length_mean: f64,
        /// Sources of those paths.
        path_sample_count: u64,
        /// Weakly connected components of the live nodes.
        components_count: u64,
        /// Share of the live nodes in the largest of them.
        largest_component_fraction: f64,
    }

    /// A row per such cycle and in-degree that occurs: the histogram.
    DegreeRow {
        /// Cycles completed.
        cycle: u32,
        /// The application whose overlay it is; null for the cloud.
        app: Option<String>,
        /// Live nodes' views that hold such a node.
        in_degree: u32,
        /// Live nodes that have it, at least one.
        nodes_count: u64,
    }
}
