//! The page: the parts of a report, their look, and the library that draws, in one file.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};

use super::Report;
use super::chart::Chart;
use crate::Error;

const TEMPLATE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page of a report.
pub fn page(report: &Report) -> Result<String, Error> {
    let fault = |source: minijinja::Error| Error::Page { source: Box::new(source) };
    let mut environment = Environment::new();
    environment.add_template("page.html", TEMPLATE).map_err(fault)?;
    let template = environment.get_template("page.html").map_err(fault)?;
    let charts: Vec<&Chart> = report.sections.iter().flat_map(|section| &section.charts).collect();
    let safe = |text: &str| Value::from_safe_string(text.to_owned());
    template
        .render(context! {
            title => report.title.as_str(),
            answer => Serde(&report.answer),
            sections => Serde(&report.sections),
            provenance => Serde(&report.provenance),
            version => env!("CARGO_PKG_VERSION"),
            style => safe(STYLE),
            script => safe(SCRIPT),
            library => safe(library()),
            charts => safe(&data(&charts)),
        })
        .map_err(fault)
}

/// The charts as JSON that can stand between the tags of a script: whatever names hold, no tag begins in it.
fn data(charts: &[&Chart]) -> String {
    let json = serde_json::to_string(charts).unwrap_or_default();
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The script of the library that draws. What comes with it to set formulas, of which the page has none, is left out.
fn library() -> &'static str {
    static SOURCES: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let sources = SOURCES.get_or_init(plotly::Plot::offline_js_sources);
    let scripts = sources.split("</script>").filter_map(|script| script.split_once('>').map(|(_, text)| text));
    scripts.into_iter().find(|script| script.contains("plotly.js")).unwrap_or_default()
}
