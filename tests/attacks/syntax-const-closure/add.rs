
pub const C: u8 = (const || 1)();
