
pub trait T { fn f(); }
impl<X> T for X { default fn f() {} }
