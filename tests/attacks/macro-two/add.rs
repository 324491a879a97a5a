
pub macro m() {}
