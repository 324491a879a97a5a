
pub unsafe trait Promise {}
