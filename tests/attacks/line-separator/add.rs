
// a comment   fn x() {}
