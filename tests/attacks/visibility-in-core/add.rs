
mod m { pub(in core) fn f() {} }
