
r#macro_rules! m { () => {} }
