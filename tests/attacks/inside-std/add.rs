
pub fn f() { std::__private::from_elem(1, 2); }
