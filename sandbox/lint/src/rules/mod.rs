//! The rules, one a file. A code is never reused; `docs` of a rule are its file's first lines.

mod attributes;
mod const_loops;
mod crate_doors;
mod crate_head;
mod externs;
mod globs;
mod internals;
mod lifetime_extension;
mod macro_calls;
mod macro_definitions;
mod object_projections;
mod path_roots;
mod projected_headers;
mod spelling;
mod static_projections;
mod statics;
mod std_names;
mod style;
mod supertrait_lifetimes;
mod types;
mod unknown_syntax;
mod unsafe_code;
mod widget_colours;
mod widget_labels;
mod widget_sizes;

use crate::{names::Names, walk::Rule};

/// Why a path or a word is refused.
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// Every rule, in order of code.
pub(crate) fn all() -> Vec<Box<dyn Rule>> {
    vec![
        Box::new(unsafe_code::UnsafeCode),
        Box::new(externs::Externs::default()),
        Box::new(crate_head::CrateHead),
        Box::new(attributes::Attributes),
        Box::new(macro_calls::MacroCalls),
        Box::new(macro_definitions::MacroDefinitions),
        Box::new(globs::Globs),
        Box::new(path_roots::PathRoots::default()),
        Box::new(std_names::StdNames),
        Box::new(internals::Internals),
        Box::new(statics::Statics::default()),
        Box::new(unknown_syntax::UnknownSyntax),
        Box::new(object_projections::ObjectProjections::default()),
        Box::new(lifetime_extension::LifetimeExtension::default()),
        Box::new(supertrait_lifetimes::SupertraitLifetimes),
        Box::new(projected_headers::ProjectedHeaders::default()),
        Box::new(const_loops::ConstLoops),
        Box::new(static_projections::StaticProjections::default()),
        Box::new(crate_doors::CrateDoors::default()),
        Box::new(spelling::Spelling),
        Box::new(widget_colours::WidgetColours),
        Box::new(widget_sizes::WidgetSizes),
        Box::new(widget_labels::WidgetLabels),
    ]
}

/// What is wrong with a path, whoever wrote it where: its beginning, a name the façade lacks, or the SDK's inside.
pub(crate) fn judge_path(path: &[String], leading: bool, names: &Names) -> Option<Refusal> {
    path_roots::judge(path, leading, names).or_else(|| internals::judge(path, names)).or_else(|| std_names::judge(path, names))
}
