
#[path = "../../x.rs"]
mod data;
