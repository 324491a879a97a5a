
#[cfg(test)]
mod tests {
    #[test]
    fn f() { unsafe { *(8 as *mut u8) = 0 } }
}
