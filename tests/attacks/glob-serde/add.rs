
mod m { use serde::de::*; }
