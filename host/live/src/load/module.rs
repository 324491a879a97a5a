//! The root module of an open library: header, versions and layout, checked by hand.

use super::{LoadError, sentence};
use kandra_abi::{
    FeatureModule_Ref,
    abi_stable::{
        StableAbi,
        abi_stability::abi_checking::{
            AbiInstability, AbiInstabilityError, AbiInstabilityErrors, CheckingGlobals, ExpectedFound,
            check_layout_compatibility_with_globals,
        },
        library::{AbiHeaderRef, ROOT_MODULE_LOADER_NAME_WITH_NUL},
        type_layout::TLFieldOrFunction,
    },
};
use libloading::os::unix::Library as Handle;
use std::fmt::Display;

/// The most differences that are told.
const MOST_DIFFERENCES: usize = 6;

/// Checks the library's header and answers its root module.
///
/// `init_root_module`, `check_layout` and `ensure_layout` are never called: they fill process-wide maps with addresses
/// inside the library, which a later load would walk after the unload.
pub(super) fn root_module(handle: &Handle) -> Result<FeatureModule_Ref, LoadError> {
    // SAFETY: the symbol is a static `LibHeader`; the inspect gate admits one export of that name and size only, and
    // `upgrade` reads its magic before anything else is believed.
    let header: AbiHeaderRef =
        unsafe { *handle.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL).map_err(|e| LoadError::Open(sentence(&e)))? };
    let header = header.upgrade().map_err(|e| LoadError::Abi(vec![brief(&e.to_string())]))?;
    let found = header.layout().ok_or_else(|| LoadError::Abi(vec!["it carries no type layout".to_owned()]))?;
    let globals = CheckingGlobals::new();
    check_layout_compatibility_with_globals(<FeatureModule_Ref as StableAbi>::LAYOUT, found, &globals)
        .map_err(|errors| LoadError::Abi(differences(&errors)))?;
    // SAFETY: the layout was checked on the line above; this still checks the versions.
    unsafe { header.init_root_module_with_unchecked_layout::<FeatureModule_Ref>() }.map_err(|e| LoadError::Abi(vec![brief(&e.to_string())]))
}

/// abi_stable's own text runs to hundreds of lines; this is one line for each difference. The text is copied, because
/// the errors point into the library.
fn differences(errors: &AbiInstabilityErrors) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for error in errors.errors.iter() {
        for cause in error.errs.iter() {
            let line = brief(&format!("{}: {}", place(error), difference(cause)));
            if !told.contains(&line) {
                told.push(line);
            }
        }
    }
    // What lies deepest says most.
    told.reverse();
    let more = told.len().saturating_sub(MOST_DIFFERENCES);
    told.truncate(MOST_DIFFERENCES);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    told
}

/// `field x > Request`, innermost first.
fn place(error: &AbiInstabilityError) -> String {
    let names: Vec<String> = error.stack_trace.iter().rev().take(3).map(|level| name(&level.found)).collect();
    if names.is_empty() { "the root module".to_owned() } else { names.join(" in ") }
}

fn name(level: &TLFieldOrFunction) -> String {
    match level {
        TLFieldOrFunction::Field(field) => format!("field {} of type {}", field.name(), field.full_type().name()),
        TLFieldOrFunction::Function(function) => format!("function {}", function.name),
    }
}

fn difference(cause: &AbiInstability) -> String {
    fn pair<T: Display>(what: &str, values: &ExpectedFound<T>) -> String {
        format!("{what} expected {}, found {}", values.expected, values.found)
    }
    match cause {
        AbiInstability::Size(v) => pair("size", v),
        AbiInstability::Alignment(v) => pair("alignment", v),
        AbiInstability::Name(v) => pair("type", v),
        AbiInstability::Package(v) => pair("package", v),
        AbiInstability::PackageVersion(v) => pair("version", v),
        AbiInstability::FieldCountMismatch(v) => pair("number of fields", v),
        AbiInstability::MismatchedPrefixSize(v) => pair("number of prefix fields", v),
        AbiInstability::TooManyVariants(v) => pair("number of variants", v),
        AbiInstability::UnexpectedVariant(v) => pair("variant", v),
        AbiInstability::UnexpectedField(v) => format!("field expected {}, found {}", v.expected.name(), v.found.name()),
        AbiInstability::GenericParamCount(v) => pair("generic parameters", v),
        other => brief(&format!("{other:?}")),
    }
}

fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}
