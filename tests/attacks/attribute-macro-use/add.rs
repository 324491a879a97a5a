
#[macro_use]
mod m {}
