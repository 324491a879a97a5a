
const X: &str = "؜";
