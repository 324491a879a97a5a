
const X: &str = "‏";
