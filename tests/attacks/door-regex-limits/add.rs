
pub fn f(p: &str) -> bool { regex::RegexBuilder::new(p).size_limit(usize::MAX).nest_limit(u32::MAX).build().is_ok() }
