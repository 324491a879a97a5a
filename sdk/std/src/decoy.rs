//! Macros that a feature cannot have. Each exists to say in the compiler's message what to use instead.
//!
//! They are written out one by one: a macro made by a macro cannot be re-exported by path, and the prelude does that.

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! println {
    ($($words:tt)*) => {
        ::core::compile_error!("println! does not exist in a feature: use `ctx.log().info(format!(...))`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! print {
    ($($words:tt)*) => {
        ::core::compile_error!("print! does not exist in a feature: use `ctx.log().info(format!(...))`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! eprintln {
    ($($words:tt)*) => {
        ::core::compile_error!("eprintln! does not exist in a feature: use `ctx.log().warn(format!(...))`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! eprint {
    ($($words:tt)*) => {
        ::core::compile_error!("eprint! does not exist in a feature: use `ctx.log().warn(format!(...))`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! dbg {
    ($($words:tt)*) => {
        ::core::compile_error!("dbg! does not exist in a feature: use `ctx.log().debug(format!(...))`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! include {
    ($($words:tt)*) => {
        ::core::compile_error!("include! is not available in a feature: write a module and name it with `mod`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! include_str {
    ($($words:tt)*) => {
        ::core::compile_error!("include_str! is not available in a feature: put the text in a string literal")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! include_bytes {
    ($($words:tt)*) => {
        ::core::compile_error!("include_bytes! is not available in a feature: put the bytes in a byte-string literal")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! env {
    ($($words:tt)*) => {
        ::core::compile_error!("env! is not available in a feature: there is no environment; keep settings in `ctx.kv()`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! option_env {
    ($($words:tt)*) => {
        ::core::compile_error!("option_env! is not available in a feature: there is no environment; keep settings in `ctx.kv()`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! thread_local {
    ($($words:tt)*) => {
        ::core::compile_error!("thread_local! is not available in a feature: calls run on many threads; keep data in `ctx.kv()`")
    };
}

/// Not available: the message says what to use instead.
#[macro_export]
macro_rules! is_x86_feature_detected {
    ($($words:tt)*) => {
        ::core::compile_error!("is_x86_feature_detected! is not available in a feature: write portable Rust")
    };
}
