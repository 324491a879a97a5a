//! `vec!` and `panic!`, defined anew: in the real `std` these names are modules too, and a re-export would bring
//! `std::panic::catch_unwind` along.

/// Makes a `Vec`, as the macro of the real `std` does.
///
/// ```
/// assert_eq!(kandra_std::vec![1; 3], kandra_std::vec![1, 1, 1]);
/// ```
#[macro_export]
macro_rules! vec {
    () => { $crate::__private::Vec::new() };
    ($element:expr; $count:expr) => { $crate::__private::from_elem($element, $count) };
    ($($element:expr),+ $(,)?) => { $crate::__private::from_array($crate::__private::Box::new([$($element),+])) };
}

/// Panics. The call ends with status 500; everything else goes on.
#[macro_export]
macro_rules! panic {
    ($($words:tt)*) => { ::core::panic!($($words)*) };
}
