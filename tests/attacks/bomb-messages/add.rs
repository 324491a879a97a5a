
mod many;
