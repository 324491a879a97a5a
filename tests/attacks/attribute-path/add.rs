
#[path = "/etc/passwd"]
mod data;
