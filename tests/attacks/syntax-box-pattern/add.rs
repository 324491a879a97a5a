
pub fn f(x: Box<u8>) { let box y = x; }
