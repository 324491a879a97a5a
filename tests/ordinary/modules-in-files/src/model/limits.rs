pub(crate) const MOST: usize = 200;
