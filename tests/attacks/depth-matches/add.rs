
mod deep;
