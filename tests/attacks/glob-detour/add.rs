
use crate::std::sync::*;
