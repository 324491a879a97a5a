
use kandra as k;
pub fn f() { k::__tick() }
