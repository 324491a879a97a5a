
#[cfg_attr(not(nothing), path = "/etc/passwd")]
mod data;
