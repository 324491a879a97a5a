//! The names, module by module. A line here is a decision: pure computation, formatting and parsing are in; whatever
//! opens a file, blocks a worker, reads a clock, leaks memory or swallows a panic is out.

/// What every module of a feature has in scope besides `core`'s own prelude.
pub mod prelude {
    /// Glob-imported; each name is one that `core`'s prelude lacks.
    pub mod v1 {
        pub use crate::{dbg, eprint, eprintln, format, print, println, thread_local, vec};
        pub use ::std::{
            borrow::ToOwned,
            boxed::Box,
            string::{String, ToString},
            vec::Vec,
        };
    }
    pub use v1 as rust_2021;
    pub use v1 as rust_2024;
}

/// Types known only at run time.
pub mod any {
    pub use ::std::any::{Any, TypeId, type_name, type_name_of_val};
}
/// Arrays.
pub mod array {
    pub use ::std::array::{IntoIter, TryFromSliceError, from_fn};
}
/// ASCII.
pub mod ascii {
    pub use ::std::ascii::{EscapeDefault, escape_default};
}
/// Borrowed data.
pub mod borrow {
    pub use ::std::borrow::{Borrow, BorrowMut, Cow, ToOwned};
}
/// Owned heap values.
pub mod boxed {
    pub use ::std::boxed::Box;
}
/// Shareable mutable containers for one call.
pub mod cell {
    pub use ::std::cell::{BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, Ref, RefCell, RefMut};
}
/// Characters.
pub mod char {
    pub use ::std::char::{CharTryFromError, MAX, ParseCharError, REPLACEMENT_CHARACTER, ToLowercase, ToUppercase, from_digit, from_u32};
}
/// Duplication.
pub mod clone {
    pub use ::std::clone::Clone;
}
/// Comparison and order.
pub mod cmp {
    pub use ::std::cmp::{Eq, Ord, Ordering, PartialEq, PartialOrd, Reverse, max, max_by, max_by_key, min, min_by, min_by_key};
}
/// Maps, sets, queues.
pub mod collections {
    pub use ::std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, TryReserveError, VecDeque};
    pub use ::std::ops::Bound;
    /// Priority queue.
    pub mod binary_heap {
        pub use ::std::collections::binary_heap::{BinaryHeap, Drain, IntoIter, Iter, PeekMut};
    }
    /// Ordered map.
    pub mod btree_map {
        pub use ::std::collections::btree_map::{
            BTreeMap, Entry, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, OccupiedEntry, Range, RangeMut, VacantEntry, Values,
            ValuesMut,
        };
    }
    /// Ordered set.
    pub mod btree_set {
        pub use ::std::collections::btree_set::{BTreeSet, Difference, Intersection, IntoIter, Iter, Range, SymmetricDifference, Union};
    }
    /// Hash map.
    pub mod hash_map {
        pub use ::std::collections::hash_map::{
            DefaultHasher, Drain, Entry, HashMap, IntoIter, IntoKeys, IntoValues, Iter, IterMut, Keys, OccupiedEntry, RandomState,
            VacantEntry, Values, ValuesMut,
        };
    }
    /// Hash set.
    pub mod hash_set {
        pub use ::std::collections::hash_set::{Difference, Drain, HashSet, Intersection, IntoIter, Iter, SymmetricDifference, Union};
    }
    /// Double-ended queue.
    pub mod vec_deque {
        pub use ::std::collections::vec_deque::{Drain, IntoIter, Iter, IterMut, VecDeque};
    }
}
/// Conversions.
pub mod convert {
    pub use ::std::convert::{AsMut, AsRef, From, Infallible, Into, TryFrom, TryInto, identity};
}
/// Default values.
pub mod default {
    pub use ::std::default::Default;
}
/// Errors.
pub mod error {
    pub use ::std::error::Error;
}
/// Formatting.
pub mod fmt {
    pub use ::std::fmt::{
        Alignment, Arguments, Binary, Debug, DebugList, DebugMap, DebugSet, DebugStruct, DebugTuple, Display, Error, Formatter, LowerExp,
        LowerHex, Octal, Result, UpperExp, UpperHex, Write, format, write,
    };
}
/// Futures.
pub mod future {
    pub use ::std::future::{Future, IntoFuture, Pending, PollFn, Ready, pending, poll_fn, ready};
}
/// Hashing.
pub mod hash {
    pub use ::std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, RandomState};
}
/// Hints to the compiler.
pub mod hint {
    pub use ::std::hint::black_box;
}
/// Iteration.
pub mod iter {
    pub use ::std::iter::{
        Chain, Cloned, Copied, Cycle, DoubleEndedIterator, Empty, Enumerate, ExactSizeIterator, Extend, Filter, FilterMap, FlatMap,
        Flatten, FromFn, FromIterator, Fuse, FusedIterator, Inspect, IntoIterator, Iterator, Map, MapWhile, Once, OnceWith, Peekable,
        Product, Repeat, RepeatN, RepeatWith, Rev, Scan, Skip, SkipWhile, StepBy, Successors, Sum, Take, TakeWhile, Zip, empty, from_fn,
        once, once_with, repeat, repeat_n, repeat_with, successors, zip,
    };
}
/// Properties of types.
pub mod marker {
    pub use ::std::marker::{Copy, PhantomData, PhantomPinned, Send, Sized, Sync, Unpin};
}
/// Moving and measuring values.
pub mod mem {
    pub use ::std::mem::{Discriminant, align_of, align_of_val, discriminant, drop, replace, size_of, size_of_val, swap, take};
}
/// Parsing of addresses; there are no sockets.
pub mod net {
    pub use ::std::net::{AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr};
}
/// Numbers.
pub mod num {
    pub use ::std::num::{
        FpCategory, IntErrorKind, NonZero, NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
        NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize, ParseFloatError, ParseIntError, Saturating, TryFromIntError, Wrapping,
    };
}
/// Operators.
pub mod ops {
    pub use ::std::ops::{
        Add, AddAssign, AsyncFn, AsyncFnMut, AsyncFnOnce, BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Bound,
        ControlFlow, Deref, DerefMut, Div, DivAssign, Drop, Fn, FnMut, FnOnce, Index, IndexMut, Mul, MulAssign, Neg, Not, Range,
        RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive, Rem, RemAssign, Shl, ShlAssign, Shr, ShrAssign, Sub,
        SubAssign,
    };
}
/// Optional values.
pub mod option {
    pub use ::std::option::{IntoIter, Iter, IterMut, Option};
}
/// Pinning.
pub mod pin {
    pub use ::std::pin::{Pin, pin};
}
/// Shared ownership within one call.
pub mod rc {
    pub use ::std::rc::{Rc, Weak};
}
/// Results.
pub mod result {
    pub use ::std::result::Result;
}
/// Slices.
pub mod slice {
    pub use ::std::slice::{Chunks, ChunksExact, Iter, IterMut, Split, Windows, from_ref};
}
/// Text slices.
pub mod str {
    pub use ::std::str::{
        Bytes, CharIndices, Chars, FromStr, Lines, ParseBoolError, Split, SplitAsciiWhitespace, SplitN, SplitWhitespace, Utf8Error,
        from_utf8,
    };
}
/// Owned text.
pub mod string {
    pub use ::std::string::{FromUtf8Error, ParseError, String, ToString};
}
/// What futures are polled with.
pub mod task {
    pub use ::std::task::{Context, Poll, Wake, Waker, ready};
}
/// Lengths of time; the clock is the host's, `ctx.now()`.
pub mod time {
    pub use ::std::time::{Duration, TryFromFloatSecsError};
}
/// Growable arrays.
pub mod vec {
    pub use ::std::vec::{Drain, IntoIter, Vec};
}

// Features are ported from code that names these; the newer associated constants exist without any path.
macro_rules! primitives {
    ($($name:ident)*) => { $(
        #[doc = concat!("Constants of `", stringify!($name), "`.")]
        #[allow(clippy::legacy_numeric_constants)]
        pub mod $name { pub use ::std::$name::{MAX, MIN}; }
    )* };
}
primitives! { i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

macro_rules! floats {
    ($($name:ident)*) => { $(
        #[doc = concat!("Constants of `", stringify!($name), "`.")]
        #[allow(clippy::legacy_numeric_constants)]
        pub mod $name {
            pub use ::std::$name::{EPSILON, INFINITY, MAX, MIN, MIN_POSITIVE, NAN, NEG_INFINITY, consts};
        }
    )* };
}
floats! { f32 f64 }
