
pub extern "C" fn init() {}
