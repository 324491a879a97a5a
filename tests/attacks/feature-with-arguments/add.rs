
fn other(_: &mut Routes) {}
