
use kandra::*;
