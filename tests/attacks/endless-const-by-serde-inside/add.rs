
#[derive(Debug)]
pub struct Own(u32);
const _: () = {
    #[derive(Deserialize)]
    struct Inner { #[serde(default = "endless")] value: u32 }
    impl Own { pub fn read(text: &str) -> Option<u32> { serde_json::from_str::<Inner>(text).ok().map(|i| i.value) } }
};
const fn endless() -> u32 { let mut n = 0u32; loop { n = n.wrapping_add(1); if n == u32::MAX - 1 { n = 0; } } }
