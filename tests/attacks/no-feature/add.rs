
pub fn kept() -> fn(&mut Routes) { mount }
