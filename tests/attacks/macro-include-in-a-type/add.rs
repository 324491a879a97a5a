
pub type T = [u8; include_bytes!("/etc/passwd").len()];
