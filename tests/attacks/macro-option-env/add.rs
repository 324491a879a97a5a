
pub const X: Option<&str> = option_env!("ANTHROPIC_API_KEY");
