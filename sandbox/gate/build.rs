//! The SDK and the template are embedded: a file that is added to them must rebuild this crate.

fn main() {
    for directory in ["../../sdk", "../../feature-template"] {
        println!("cargo::rerun-if-changed={directory}");
    }
}
