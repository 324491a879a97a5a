//! The rules of the inspect gate, one function each.

use super::{
    image::{Image, PT_LOAD, Relocation, Symbol, tag},
    policy::Policy,
};
use kandra_model::Finding;
use object::{
    LittleEndian as LE,
    read::elf::{ElfFile64, Sym as _},
};
use std::collections::BTreeSet;

const PT_TLS: u32 = 7;
const PT_GNU_STACK: u32 = 0x6474_e551;
const PT_GNU_RELRO: u32 = 0x6474_e552;
const NODELETE: u64 = 8;
const RELATIVE: u32 = 8;
const INDIRECT_FUNCTION: u8 = 10;
const LOCAL: u8 = 0;

pub(super) fn too_large(found: usize, allowed: usize) -> Vec<Finding> {
    let (found, allowed) = (found >> 20, allowed >> 20);
    let message = format!("the library has {found} MiB; at most {allowed} MiB are allowed");
    vec![Finding::error("inspect/size", message).hint("make large constants smaller, or compute them")]
}

/// Every rule. `Err` when the tables make no sense.
pub(super) fn judge(image: &Image<'_>, bytes: &[u8], policy: &Policy, allowed: &BTreeSet<String>) -> Result<Vec<Finding>, Vec<Finding>> {
    let malformed = |why: &str| vec![Finding::error("inspect/malformed", format!("the library is not usable: {why}"))];
    let relocations = image.relocations().ok_or_else(|| malformed("its relocations make no sense"))?;
    let symbols = image.symbols(&relocations).ok_or_else(|| malformed("its symbols make no sense"))?;
    let mut findings = Vec::new();
    segments(image, policy, &mut findings);
    dynamic(image, policy, &mut findings);
    needed(image, policy, &mut findings);
    imports(&symbols, policy, &mut findings);
    exports(image, &symbols, policy, &mut findings);
    relocation_kinds(&relocations, policy, &mut findings);
    match constructors(image, bytes) {
        None => findings.push(Finding::error("inspect/constructor", "the library's initialisers cannot be told")),
        Some(found) => findings.extend(found.difference(allowed).map(|name| {
            Finding::error("inspect/constructor", format!("the library runs code while it is loaded: {}", shown(name)))
                .hint("start work in a handler, or in mount")
        })),
    }
    Ok(findings)
}

fn segments(image: &Image<'_>, policy: &Policy, findings: &mut Vec<Finding>) {
    if let Some(odd) = image.segments.iter().find(|segment| !policy.segments.contains(&segment.kind)) {
        findings.push(Finding::error("inspect/segment", format!("the library has a segment of the unknown kind {:#x}", odd.kind)));
    }
    if image.segments.iter().any(|segment| matches!(segment.kind, PT_LOAD | PT_GNU_STACK) && segment.writable() && segment.executable()) {
        findings.push(Finding::error("inspect/writable-code", "the library has memory that is writable and executable at once"));
    }
    if image.segments.iter().any(|segment| segment.kind == PT_GNU_STACK && segment.executable())
        || !image.segments.iter().any(|s| s.kind == PT_GNU_STACK)
    {
        findings.push(Finding::error("inspect/executable-stack", "the library asks for an executable stack"));
    }
    if !image.segments.iter().any(|segment| segment.kind == PT_GNU_RELRO) {
        findings.push(Finding::error("inspect/relro", "the library's tables would stay writable after loading"));
    }
    let end = image.segments.iter().filter(|s| s.kind == PT_LOAD).map(|s| s.address.saturating_add(s.memory_size)).max().unwrap_or(0);
    if end > policy.max_image {
        let message = format!("the library takes {} MiB of memory; at most {} MiB are allowed", end >> 20, policy.max_image >> 20);
        findings.push(Finding::error("inspect/size", message).hint("make large statics smaller"));
    }
    let thread_local: u64 = image.segments.iter().filter(|s| s.kind == PT_TLS).map(|s| s.memory_size).sum();
    if thread_local > policy.max_tls {
        findings.push(Finding::error(
            "inspect/tls",
            format!("the library has {thread_local} bytes of thread-local data; at most {} are allowed", policy.max_tls),
        ));
    }
}

fn dynamic(image: &Image<'_>, policy: &Policy, findings: &mut Vec<Finding>) {
    for (found, value) in &image.dynamic {
        match *found {
            tag::RUNPATH | tag::RPATH => {
                findings.push(Finding::error("inspect/runpath", "the library names directories to load others from"))
            }
            tag::SONAME => {
                findings.push(Finding::error("inspect/soname", "the library gives itself a name, under which others could find it"))
            }
            tag::FLAGS if value & !policy.flags != 0 => {
                findings.push(Finding::error("inspect/flags", format!("the library asks for loader flags {value:#x}")))
            }
            tag::FLAGS_1 if value & !(policy.flags_1 | NODELETE) != 0 => {
                findings.push(Finding::error("inspect/flags", format!("the library asks for loader flags {value:#x}")));
            }
            other if !policy.dynamic.contains(&other) => {
                findings.push(Finding::error("inspect/dynamic", format!("the library's dynamic table has the entry {other:#x}")))
            }
            _ => {}
        }
    }
    let repeatable = |found: u64| found == tag::NEEDED;
    let mut seen = BTreeSet::new();
    if let Some((twice, _)) = image.dynamic.iter().find(|(found, _)| !repeatable(*found) && !seen.insert(*found)) {
        findings.push(Finding::error("inspect/dynamic", format!("the library's dynamic table has the entry {twice:#x} twice")));
    }
}

fn needed(image: &Image<'_>, policy: &Policy, findings: &mut Vec<Finding>) {
    for (_, value) in image.dynamic.iter().filter(|(found, _)| *found == tag::NEEDED) {
        let name = image.string(*value).unwrap_or_default();
        if !policy.needed.contains(&name) {
            findings.push(Finding::error("inspect/needed", format!("the library needs {}, which no feature may load", shown(&name))));
        }
    }
}

fn imports(symbols: &[Symbol], policy: &Policy, findings: &mut Vec<Finding>) {
    let foreign = |symbol: &&Symbol| !symbol.defined && !symbol.name.is_empty() && !policy.imports.contains(&symbol.name);
    let names: Vec<String> = symbols.iter().filter(foreign).take(10).map(|symbol| shown(&symbol.name)).collect();
    if !names.is_empty() {
        let message = format!("the library uses functions of the system that no feature may use: {}", names.join(", "));
        findings.push(Finding::error("inspect/import", message).hint("use what ctx offers instead"));
    }
}

fn exports(image: &Image<'_>, symbols: &[Symbol], policy: &Policy, findings: &mut Vec<Finding>) {
    let exported: Vec<&Symbol> = symbols.iter().filter(|symbol| symbol.defined && symbol.binding != LOCAL).collect();
    if let Some(other) = exported.iter().find(|symbol| symbol.name != policy.export) {
        findings.push(Finding::error(
            "inspect/export",
            format!("the library exports {}; only kandra::feature! may export something", shown(&other.name)),
        ));
    }
    match exported.iter().find(|symbol| symbol.name == policy.export) {
        None => findings.push(
            Finding::error("inspect/export", "the library is no feature: nothing is exported")
                .hint("add kandra::feature!(mount); to src/lib.rs"),
        ),
        // A header is data, read before anything is called.
        Some(root) if root.kind != 1 || image.at(root.address, 8).is_none() => {
            findings.push(
                Finding::error("inspect/export", "what the library exports is not a feature's header")
                    .hint("export it with kandra::feature!(mount); only"),
            );
        }
        Some(_) => {}
    }
    if symbols.iter().any(|symbol| symbol.kind == INDIRECT_FUNCTION) {
        findings.push(Finding::error("inspect/constructor", "the library runs code while it is loaded: an indirect function"));
    }
}

fn relocation_kinds(relocations: &[Relocation], policy: &Policy, findings: &mut Vec<Finding>) {
    if let Some(odd) = relocations.iter().find(|relocation| !policy.relocations.contains(&relocation.kind)) {
        findings.push(Finding::error(
            "inspect/relocation",
            format!("the library needs a relocation of the kind {}, which no feature may use", odd.kind),
        ));
    }
}

/// The symbols of the functions that the loader would call; `None` when one has no name.
pub(super) fn constructors(image: &Image<'_>, bytes: &[u8]) -> Option<BTreeSet<String>> {
    let Some(array) = image.value(tag::INIT_ARRAY) else {
        return image.value(tag::INIT_ARRAYSZ).is_none().then(BTreeSet::new);
    };
    let size = image.value(tag::INIT_ARRAYSZ)?;
    if size % 8 != 0 || size > 1024 {
        return None;
    }
    let relocations = image.relocations()?;
    let file: ElfFile64<'_, LE> = ElfFile64::parse(bytes).ok()?;
    let table = file.elf_symbol_table();
    let mut found = BTreeSet::new();
    for slot in (array..array.checked_add(size)?).step_by(8) {
        let relocation = relocations.iter().find(|relocation| relocation.address == slot && relocation.kind == RELATIVE)?;
        let target = relocation.addend.cast_unsigned();
        let symbol = table.iter().find(|symbol| symbol.st_value.get(LE) == target && symbol.st_info.0 & 15 == 2)?;
        found.insert(String::from_utf8(symbol.name(LE, table.strings()).ok()?.to_vec()).ok()?);
    }
    Some(found)
}

/// A name from a stranger's file, for a message.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic()).take(80).collect()
}
