//! One function for each bug of rust-lang/rust, named by its number.

/// Any value as a value of any other type of its size: 57893.
pub mod transmuted {
    trait Object<U> {
        type Output;
    }
    impl<T: ?Sized, U> Object<U> for T {
        type Output = U;
    }
    fn change<T: ?Sized, U>(x: <T as Object<U>>::Output) -> U {
        x
    }
    pub fn transmute<T, U>(x: T) -> U {
        change::<dyn Object<U, Output = T>, U>(x)
    }
}

/// A slice of nothing as a trait object, whose table of functions is then where the slice is long: 152783 and relatives.
pub mod object {
    trait Same {
        type This: ?Sized;
    }
    impl<T: ?Sized> Same for T {
        type This = T;
    }
    trait Odd: Same<This = [()]> {}
    fn same<T: ?Sized>(x: &<T as Same>::This) -> &T {
        x
    }
    /// The word at an address.
    pub fn read(address: usize) -> usize {
        let long = vec![(); address - 8];
        std::mem::size_of_val(same::<dyn Odd>(&long[..]))
    }
}

/// A reference that outlives what it refers to: 25860.
mod argument {
    static UNIT: &&() = &&();
    fn shorter<'a, 'b, T: ?Sized>(_: &'a &'b (), x: &'b T) -> &'a T {
        x
    }
    pub fn extend<T: ?Sized>(x: &T) -> &'static T {
        let longer: for<'x> fn(_, &'x T) -> &'static T = shorter;
        longer(UNIT, x)
    }
}

/// The same by a supertrait: 84591.
mod supertrait {
    trait Sub<'a, 'b, R>: Super<'a, 'b> {}
    trait Super<'a, 'b> {
        fn convert<T: ?Sized>(x: &'a T) -> &'b T;
    }
    fn by_sub<'x, 'y, S: for<'a, 'b> Sub<'a, 'b, &'b &'a ()>, T: ?Sized>(x: &'x T) -> &'y T {
        by_super::<S, T>(x)
    }
    fn by_super<'x, 'y, S: for<'a, 'b> Super<'a, 'b>, T: ?Sized>(x: &'x T) -> &'y T {
        S::convert(x)
    }
    struct Marker;
    impl<'a: 'b, 'b> Super<'a, 'b> for Marker {
        fn convert<T: ?Sized>(x: &'a T) -> &'b T {
            x
        }
    }
    impl<'a, 'b> Sub<'a, 'b, &'b &'a ()> for Marker {}
    pub fn extend<T: ?Sized>(x: &T) -> &'static T {
        by_sub::<Marker, T>(x)
    }
}

/// The same by a projection in the head of an `impl`: 100051.
mod projected {
    trait Project {
        type Type;
    }
    impl<T> Project for T {
        type Type = ();
    }
    trait Extend<'a, 'b> {
        fn extend(self, x: &'a [u64]) -> &'b [u64];
    }
    impl<'a, 'b> Extend<'a, 'b> for <&'b &'a () as Project>::Type
    where
        for<'x, 'y> &'x &'y (): Project,
    {
        fn extend(self, x: &'a [u64]) -> &'b [u64] {
            x
        }
    }
    pub fn extend<'b>(x: &[u64]) -> &'b [u64] {
        <() as Extend<'_, '_>>::extend((), x)
    }
}

/// What a bug lets this code see.
pub fn reach(bug: &str) -> String {
    match bug {
        "57893" => {
            let mut word = 5u64;
            let address = &raw const word as usize;
            *transmuted::transmute::<usize, &'static mut u64>(address) = 7;
            format!("wrote {} through a number", std::hint::black_box(&mut word))
        }
        "152783" => {
            let words = [1usize, 2, 77, 4];
            format!("read {} through a number", object::read(&raw const words as usize + 16))
        }
        "25860" => after_it_was_freed(|x| argument::extend(x)),
        "84591" => after_it_was_freed(|x| supertrait::extend(x)),
        "100051" => after_it_was_freed(|x| projected::extend(x)),
        _ => "no such bug".to_owned(),
    }
}

/// Keeps a reference to memory that is freed and given to somebody else.
fn after_it_was_freed(extend: fn(&[u64]) -> &'static [u64]) -> String {
    let kept = {
        let own = vec![1u64; 40];
        extend(&own)
    };
    let others: Vec<Vec<u64>> = (0..200).map(|_| vec![42u64; 40]).collect();
    format!("read {} of {} others", kept[20], others.len())
}
