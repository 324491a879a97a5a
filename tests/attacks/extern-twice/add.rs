
extern crate kandra_rt as rt;
