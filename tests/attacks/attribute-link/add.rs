
#[link(name = "c")]
pub mod m {}
