
use std::collections::*;
