
#[export_name = "malloc"]
pub fn m(n: usize) -> usize { n }
