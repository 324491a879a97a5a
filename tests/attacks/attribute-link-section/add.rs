
#[link_section = ".init_array"]
pub static EARLY: fn() = early;
fn early() {}
