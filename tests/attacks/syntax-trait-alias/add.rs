
pub trait A = Clone;
