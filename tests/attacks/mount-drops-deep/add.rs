
struct L(Option<Box<L>>);
fn chain() { let mut l = L(None); for _ in 0..300_000 { l = L(Some(Box::new(l))); } }
