
mod a;
