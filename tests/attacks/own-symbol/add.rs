
fn mount() {}
